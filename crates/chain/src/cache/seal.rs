//! What surrounds every content: a damaged one is noticed.

use tensorwire_scale::hash::blake2_256;

/// Starts every content. It changes when a layout does.
const MAGIC: &[u8; 8] = b"twmeta01";

pub(super) fn seal(content: &[u8]) -> Vec<u8> {
    [MAGIC, blake2_256(content).as_slice(), content].concat()
}

/// The content, or what is wrong with it.
pub(super) fn open(sealed: &[u8]) -> Result<&[u8], &'static str> {
    let rest = sealed.strip_prefix(MAGIC).and_then(|rest| rest.split_at_checked(32));
    let Some((hash, content)) = rest else { return Err("it is truncated or of another version") };
    if hash != blake2_256(content) {
        return Err("its content does not match its hash");
    }
    Ok(content)
}
