use std::{fmt, num::NonZeroU32};

use bip39::Language;
use ring::{
    pbkdf2,
    rand::{SecureRandom as _, SystemRandom},
};
use zeroize::Zeroizing;

use crate::{CryptoType, Error, ErrorKind, Keypair, Result};

/// 12, 15, 18, 21 or 24 English words of BIP39 that stand for a key. Wiped from memory when dropped, and shown only by
/// [`phrase`](Self::phrase).
#[derive(Clone)]
pub struct Mnemonic(bip39::Mnemonic);

/// Of BIP39, for the seed as for everything else.
const ROUNDS: NonZeroU32 = NonZeroU32::new(2048).unwrap();

impl Mnemonic {
    /// A new one, of that many words, from the operating system's randomness.
    ///
    /// # Errors
    /// `Key` for another number of words than 12, 15, 18, 21 and 24.
    pub fn generate(words: usize) -> Result<Self> {
        // Each word is 11 bits: 3 words are 32 bits of entropy and 1 of checksum.
        let mut entropy = Zeroizing::new([0; 32]);
        let entropy = match words {
            12 | 15 | 18 | 21 | 24 => entropy.get_mut(..words / 3 * 4),
            _ => None,
        };
        let entropy = entropy.ok_or_else(|| wrong(&bip39::Error::BadWordCount(words)))?;
        SystemRandom::new()
            .fill(entropy)
            .map_err(|_| Error::new(ErrorKind::Io, "the operating system gives no randomness"))?;
        bip39::Mnemonic::from_entropy(entropy).map(Self).map_err(|error| wrong(&error))
    }

    /// The mnemonic of a text: words with any space between them, in any case.
    ///
    /// # Errors
    /// `Key` for a word that is not in the list, by its position; for another number of words, and for a wrong
    /// checksum. The words themselves are not in the error.
    pub fn parse(text: &str) -> Result<Self> {
        let text = Zeroizing::new(text.to_lowercase());
        bip39::Mnemonic::parse_in_normalized(Language::English, &text)
            .map(Self)
            .map_err(|error| wrong(&error))
    }

    /// The words. Whoever reads them has the key.
    pub fn phrase(&self) -> Zeroizing<String> {
        // The longest words have 8 letters: one allocation, so that no copy is left behind.
        let mut phrase = Zeroizing::new(String::with_capacity(24 * 9));
        for word in self.0.words() {
            if !phrase.is_empty() {
                phrase.push(' ');
            }
            phrase.push_str(word);
        }
        phrase
    }

    /// How many words it has.
    pub fn word_count(&self) -> usize {
        self.0.word_count()
    }

    /// The key pair of the mnemonic and that password, which is empty where there is none: another password is another
    /// key. The seed is made of the entropy, as Substrate does, not of the words, as other chains do.
    ///
    /// # Errors
    /// As [`Keypair::from_seed`].
    pub fn keypair(&self, crypto_type: CryptoType, password: &str) -> Result<Keypair> {
        let (entropy, length) = self.0.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let salt = Zeroizing::new(["mnemonic", password].concat());
        let mut seed = Zeroizing::new([0; 32]);
        // PBKDF2 is made block by block, of 64 bytes: the first half of a block is a shorter output.
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA512,
            ROUNDS,
            salt.as_bytes(),
            entropy.get(..length).unwrap_or_default(),
            &mut *seed,
        );
        let pair = Keypair::from_seed(&seed, crypto_type)?;
        // With a password the words alone are another key: they are no part of a keyfile then.
        Ok(if password.is_empty() { pair.of_mnemonic(self) } else { pair })
    }
}

/// The words must not be in it.
fn wrong(error: &bip39::Error) -> Error {
    use bip39::Error as Bip39;
    let message = match error {
        Bip39::BadWordCount(count) => format!("a mnemonic has 12, 15, 18, 21 or 24 words, not {count}"),
        Bip39::UnknownWord(index) => {
            format!("word {} of the mnemonic is not one of the 2048 English words of BIP39", index + 1)
        }
        Bip39::InvalidChecksum => {
            "the words of the mnemonic do not belong together: one is wrong, or the order is".to_owned()
        }
        _ => "this is no mnemonic of BIP39".to_owned(),
    };
    Error::new(ErrorKind::Key, message)
}

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mnemonic({} words)", self.word_count())
    }
}
