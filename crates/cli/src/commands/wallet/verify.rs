use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;
use tensorwire_wallet::{Signature, verify};

use super::message;
use crate::{context::Context, keyring::Keyring};

/// Check whose signature of a message that is
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Verify {
    /// Whose it should be: an address, a wallet (its coldkey), wallet/hotkey, or a development key
    key: String,
    /// Text, or 0x-hex for the bytes that it stands for
    message: String,
    /// 0x and 128 hexadecimal digits, or 130 with the kind in front
    #[arg(value_parser = candidates)]
    signature: Candidates,
    #[command(flatten)]
    keyring: Keyring,
}

const NOTES: &str = "\
A signature made by a browser wallet is found too: those put <Bytes> and </Bytes> around a message. \
The exit code is 1 if the signature is another's.

JSON: {\"address\", \"crypto_type\"}.

Examples:
  tw wallet verify cold/hot 'a message' 0x..
  tw wallet verify 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY hi 0x..";

/// What 64 bytes may be.
#[derive(Clone)]
struct Candidates(Vec<Signature>);

fn candidates(text: &str) -> Result<Candidates, String> {
    let bytes = const_hex::decode(text).unwrap_or_default();
    let candidates = match bytes.as_slice().try_into() {
        Ok(bytes) => vec![Signature::Sr25519(bytes), Signature::Ed25519(bytes)],
        Err(_) => Signature::decode(&bytes).into_iter().collect(),
    };
    if candidates.is_empty() {
        return Err("a signature is 64 bytes in hex, or 65 with the kind in front".to_owned());
    }
    Ok(Candidates(candidates))
}

impl Verify {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let account = self.keyring.account(&self.key)?;
        let bare = message(&self.message);
        let wrapped = [b"<Bytes>", &bare[..], b"</Bytes>"].concat();
        let is_valid =
            |signature: &&Signature| [&bare, &wrapped].iter().any(|bytes| verify(&account, bytes, signature));
        let crypto_type = match self.signature.0.iter().find(is_valid) {
            Some(Signature::Sr25519(_)) => "sr25519",
            Some(_) => "ed25519",
            None => bail!("this is no signature of that message by {account}"),
        };
        let json = json!({ "address": account, "crypto_type": crypto_type });
        Ok(context.output.show(&json, || format!("signed by {account} ({crypto_type})"))?)
    }
}
