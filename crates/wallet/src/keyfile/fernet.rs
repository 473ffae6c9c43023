use std::num::NonZeroU32;

use aes::Aes128;
use cbc::{
    Decryptor,
    cipher::{BlockDecryptMut as _, KeyIvInit as _, block_padding::Pkcs7},
};
use data_encoding::BASE64URL;
use ring::{hmac, pbkdf2};
use zeroize::Zeroizing;

use super::encryption::Sealed;

/// bittensor's salt and rounds, the same for all files.
const SALT: &[u8] = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins";
const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000_000).unwrap();

/// In base64: a version byte, 8 bytes of time, 16 of nonce, the ciphertext, and 32 of HMAC over all before
/// (<https://github.com/fernet/spec>).
pub(crate) fn open(content: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, Sealed> {
    let token = BASE64URL.decode(content.trim_ascii()).map_err(|_| Sealed::Damaged)?;
    let (signed, tag) = token.split_last_chunk::<32>().ok_or(Sealed::Damaged)?;
    let (_, rest) = signed.split_first_chunk::<9>().ok_or(Sealed::Damaged)?;
    let (nonce, sealed) = rest.split_first_chunk::<16>().ok_or(Sealed::Damaged)?;
    let mut keys = Zeroizing::new([0; 16 + 16]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, SALT, password.as_bytes(), &mut *keys);
    let (tag_key, cipher_key) = keys.split_at(16);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, tag_key), signed, tag)
        .map_err(|_| Sealed::WrongPassword)?;
    let cipher = Decryptor::<Aes128>::new_from_slices(cipher_key, nonce).map_err(|_| Sealed::Damaged)?;
    cipher.decrypt_padded_vec_mut::<Pkcs7>(sealed).map(Zeroizing::new).map_err(|_| Sealed::Damaged)
}
