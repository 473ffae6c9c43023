use argon2::{Algorithm, Argon2, Block, Params, Version};
use crypto_secretbox::{KeyInit as _, XSalsa20Poly1305, aead::Aead as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::{Zeroize as _, Zeroizing};

use super::encryption::Sealed;

/// Then 24 bytes of nonce, and a NaCl secret box.
pub(crate) const BEGINNING: &[u8] = b"$NACL";

/// bittensor's, the same for all files.
const SALT: [u8; 16] =
    [0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1];

/// libsodium's OPSLIMIT_SENSITIVE and MEMLIMIT_SENSITIVE of Argon2i, the latter in KiB.
const PASSES: u32 = 8;
const MEMORY: u32 = 512 * 1024;

type Nonce = [u8; 24];

pub(crate) fn open(content: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, Sealed> {
    let content = content.strip_prefix(BEGINNING).ok_or(Sealed::Damaged)?;
    let (nonce, sealed) = content.split_first_chunk::<{ size_of::<Nonce>() }>().ok_or(Sealed::Damaged)?;
    let opened = secret_box(password)?.decrypt(nonce.into(), sealed);
    opened.map(Zeroizing::new).map_err(|_| Sealed::WrongPassword)
}

pub(crate) fn seal(plain: &[u8], password: &str) -> Result<Vec<u8>, Sealed> {
    let mut nonce: Nonce = [0; _];
    SystemRandom::new().fill(&mut nonce).map_err(|_| Sealed::Damaged)?;
    let sealed = secret_box(password)?.encrypt(&nonce.into(), plain).map_err(|_| Sealed::Damaged)?;
    Ok([BEGINNING, &nonce, &sealed].concat())
}

fn secret_box(password: &str) -> Result<XSalsa20Poly1305, Sealed> {
    let key = key(password)?;
    Ok(XSalsa20Poly1305::new((&*key).into()))
}

/// The key that a password stands for.
fn key(password: &str) -> Result<Zeroizing<[u8; 32]>, Sealed> {
    let params = Params::new(MEMORY, PASSES, 1, Some(32)).map_err(|_| Sealed::Damaged)?;
    let mut memory = Vec::new();
    memory.try_reserve_exact(params.block_count()).map_err(|_| Sealed::NoMemory)?;
    memory.resize(params.block_count(), Block::default());
    let mut key = Zeroizing::new([0; 32]);
    let argon2 = Argon2::new(Algorithm::Argon2i, Version::V0x13, params);
    let derived = argon2.hash_password_into_with_memory(password.as_bytes(), &SALT, &mut *key, &mut memory);
    // The last pass alone leads to the key.
    memory.iter_mut().for_each(|block| block.zeroize());
    derived.map_err(|_| Sealed::Damaged)?;
    Ok(key)
}

#[cfg(test)]
mod tests;
