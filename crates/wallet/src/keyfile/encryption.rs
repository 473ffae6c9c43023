use std::fmt;

use zeroize::Zeroizing;

use super::{ansible, fernet, nacl};

/// How a keyfile is encrypted. All are read; NaCl is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encryption {
    /// What bittensor writes today: XSalsa20-Poly1305, the key by Argon2i from the password. Opening takes 512 MB of
    /// memory and some seconds.
    Nacl,
    /// What it wrote before: Ansible Vault, AES-256-CTR and HMAC-SHA256.
    AnsibleVault,
    /// What it wrote first: Fernet, AES-128-CBC and HMAC-SHA256. Opening takes some seconds.
    Fernet,
}

/// Why a file does not open.
#[derive(Debug)]
pub(crate) enum Sealed {
    WrongPassword,
    Damaged,
    NoMemory,
}

impl Encryption {
    /// How that content is encrypted, by how it begins; `None` if it is not.
    pub(crate) fn of(content: &[u8]) -> Option<Self> {
        const BEGINNINGS: [(&[u8], Encryption); 3] = [
            (nacl::BEGINNING, Encryption::Nacl),
            (b"$ANSIBLE_VAULT", Encryption::AnsibleVault),
            (b"gAAAAA", Encryption::Fernet),
        ];
        let found = BEGINNINGS.iter().find(|(beginning, _)| content.starts_with(beginning));
        found.map(|(_, encryption)| *encryption)
    }

    pub(crate) fn open(self, content: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, Sealed> {
        match self {
            Self::Nacl => nacl::open(content, password),
            Self::AnsibleVault => ansible::open(content, password),
            Self::Fernet => fernet::open(content, password),
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nacl => "NaCl",
            Self::AnsibleVault => "Ansible Vault",
            Self::Fernet => "Fernet",
        })
    }
}
