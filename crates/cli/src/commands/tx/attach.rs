use std::str::FromStr;

use anyhow::{Context as _, Error, Result, bail, ensure};
use clap::Args;
use tensorwire_scale::{Signature, SigningPayload};
use tensorwire_wallet::{CryptoType, PublicKey};

use super::air_gap::{self, Signed};
use crate::context::Context;

/// Join a payload with a signature that a device or program has made
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Attach {
    /// The payload that was signed: a file, or - for stdin
    #[arg(value_name = "FILE")]
    payload: String,
    /// The signature: 0x-hex, the kind's byte (00 ed25519, 01 sr25519) first
    #[arg(value_name = "HEX")]
    signature: Given,
}

const NOTES: &str = "\
What is to be signed is the payload's field \"payload\". No node is asked; a signature by another key, or of \
something else, is refused.

Prints the signed extrinsic as 0x-hex. JSON: {\"hash\", \"extrinsic\"}.

Examples:
  jq -r .payload payload.json               # what the device has to sign
  tw tx attach payload.json 0x01.. | tw tx submit -";

/// A signature as it is typed.
#[derive(Clone, Copy)]
struct Given(Signature);

impl FromStr for Given {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bytes = const_hex::decode(text).context("the signature is not hex")?;
        let signature = Signature::decode(&bytes);
        signature.map(Self).with_context(|| {
            format!(
                "{} bytes are no signature: the kind's byte (00 ed25519, 01 sr25519) and 64 more are",
                bytes.len()
            )
        })
    }
}

impl Attach {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let payload = air_gap::payload(&self.payload)?;
        let Given(signature) = self.signature;
        check(&signature, &payload)?;
        let signed = Signed::new(&payload, &signature);
        Ok(context.output.show(&signed, || &signed)?)
    }
}

/// Fails where the signature is none of the payload by its account.
fn check(signature: &Signature, payload: &SigningPayload) -> Result<()> {
    let account = payload.account();
    let crypto_type = match signature {
        Signature::Ed25519(_) => CryptoType::Ed25519,
        Signature::Sr25519(_) => CryptoType::Sr25519,
        _ => bail!("only ed25519 and sr25519 signatures can be checked"),
    };
    let key = PublicKey { account, crypto_type };
    ensure!(key.verify(&payload.bytes(), signature), "the signature is none by {account} of this payload");
    Ok(())
}
