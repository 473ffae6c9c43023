use std::num::NonZeroU32;

use aes::Aes256;
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit as _, StreamCipher as _},
};
use ring::{hmac, pbkdf2};
use zeroize::Zeroizing;

use super::encryption::Sealed;

/// Of `ansible.parsing.vault`, where all of this is laid down: AES256 is its only cipher.
const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();

/// A header line, then in hex: salt, HMAC and ciphertext, each once more in hex, a line each.
pub(crate) fn open(content: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, Sealed> {
    let (salt, tag, mut sealed) = parts(content).ok_or(Sealed::Damaged)?;
    let mut keys = Zeroizing::new([0; 32 + 32 + 16]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ROUNDS, &salt, password.as_bytes(), &mut *keys);
    let (cipher_key, rest) = keys.split_at(32);
    let (tag_key, nonce) = rest.split_at(32);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, tag_key), &sealed, &tag)
        .map_err(|_| Sealed::WrongPassword)?;
    let mut cipher = Ctr128BE::<Aes256>::new_from_slices(cipher_key, nonce).map_err(|_| Sealed::Damaged)?;
    cipher.apply_keystream(&mut sealed);
    // PKCS7: the last byte says how many to leave out.
    let padding = sealed.last().map_or(0, |last| usize::from(*last));
    let length = sealed.len().checked_sub(padding).ok_or(Sealed::Damaged)?;
    sealed.truncate(length);
    Ok(sealed)
}

type Parts = (Vec<u8>, Vec<u8>, Zeroizing<Vec<u8>>);

fn parts(content: &[u8]) -> Option<Parts> {
    let mut lines = str::from_utf8(content).ok()?.lines();
    let header = lines.next()?.trim_end();
    if header.split(';').nth(2) != Some("AES256") {
        return None;
    }
    let body: String = lines.map(str::trim).collect();
    let body = String::from_utf8(const_hex::decode(body).ok()?).ok()?;
    let mut parts = body.split('\n').map(|part| const_hex::decode(part).ok());
    Some((parts.next()??, parts.next()??, Zeroizing::new(parts.next()??)))
}
