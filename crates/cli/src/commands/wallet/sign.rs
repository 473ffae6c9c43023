use anyhow::Result;
use clap::Args;
use serde_json::json;
use tensorwire_wallet::Signature;

use super::message;
use crate::{context::Context, input, keyring::Keyring};

/// Sign a message
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Sign {
    /// A wallet (its coldkey), wallet/hotkey, the path of a keyfile, or a development key as in //Alice
    key: String,
    /// Text, or 0x-hex for the bytes that it stands for; - reads all of stdin
    message: String,
    #[command(flatten)]
    keyring: Keyring,
}

const NOTES: &str = "\
The bytes are signed as they are. Extrinsics are signed by `tw tx`.

JSON: {\"address\", \"crypto_type\", \"signature\"}.

Examples:
  tw wallet sign cold/hot 'a message'
  tw wallet sign //Alice 0xdeadbeef";

impl Sign {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let text = input::argument_or_stdin(&self.message)?;
        let pair = self.keyring.keypair(&self.key)?;
        let signature = match pair.sign_bytes(&message(&text)) {
            Signature::Sr25519(signature) | Signature::Ed25519(signature) => {
                const_hex::encode_prefixed(signature)
            }
            other => other.to_string(),
        };
        let crypto_type = pair.public_key().crypto_type.to_string();
        let json = json!({ "address": pair.account(), "crypto_type": crypto_type, "signature": signature });
        Ok(context.output.show(&json, || &signature)?)
    }
}
