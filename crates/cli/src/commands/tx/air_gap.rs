//! What crosses the gap to a machine without a network: payloads one way, signed extrinsics the other.

use std::fmt;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tensorwire::Hash;
use tensorwire_scale::{Signature, SigningPayload, hash::blake2_256};

use crate::input;

/// The payload in the file, or on stdin where its name is `-`. Its parts agree with each other.
pub(super) fn payload(file: &str) -> Result<SigningPayload> {
    let text = input::file_or_stdin(file)?;
    serde_json::from_str(&text).with_context(|| format!("{file} holds no payload"))
}

/// A signed extrinsic as it is printed.
#[derive(Serialize)]
pub(super) struct Signed {
    hash: Hash,
    extrinsic: String,
}

impl Signed {
    pub(super) fn new(payload: &SigningPayload, signature: &Signature) -> Self {
        let extrinsic = payload.extrinsic(signature);
        Self { hash: Hash(blake2_256(&extrinsic)), extrinsic: const_hex::encode_prefixed(extrinsic) }
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.extrinsic)
    }
}

/// The bytes of an extrinsic that is given in 0x-hex, or as a file of hex or JSON, or on stdin where that is `-`.
pub(super) fn extrinsic(given: &str) -> Result<Vec<u8>> {
    #[derive(Deserialize)]
    struct Signed<'a> {
        extrinsic: &'a str,
    }

    if given.starts_with("0x") {
        return const_hex::decode(given).context("the extrinsic is not hex");
    }
    let text = input::file_or_stdin(given)?;
    let signed = serde_json::from_str::<Signed<'_>>(&text).map(|signed| signed.extrinsic);
    let hex = signed.or_else(|_| serde_json::from_str::<&str>(&text)).unwrap_or(text.trim());
    const_hex::decode(hex).with_context(|| format!("{given} holds no extrinsic in hex"))
}
