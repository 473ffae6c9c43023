use std::{path::PathBuf, str::FromStr};

use anyhow::{Context as _, Error, Result, bail, ensure};
use clap::Args;
use serde_json::json;
use tensorwire::{Call, Hash};
use tensorwire_scale::{Signature, SigningPayload, hash::blake2_256};

use tensorwire_wallet::{CryptoType, PublicKey};

use super::overview::Overview;
use crate::{ask, context::Context, input, key::Key};

/// Sign what `tw tx compose` has written, offline
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct Sign {
    /// The payload: a file, or - for stdin
    #[arg(value_name = "FILE")]
    payload: String,
    #[command(flatten)]
    key: Option<Key>,
    /// Instead of a key, a signature that was made elsewhere: 0x-hex, the byte of the key's kind first
    #[arg(long, value_name = "HEX", conflicts_with = "from", required_unless_present = "from")]
    signature: Option<Given>,
    /// The runtime's metadata, to show what is signed: raw, as hex, or a node's JSON answer
    #[arg(long, value_name = "FILE", required_unless_present_any = ["blind", "signature"])]
    metadata: Option<PathBuf>,
    /// Sign without being shown what: there is no metadata to tell
    #[arg(long, conflicts_with = "metadata")]
    blind: bool,
    /// Sign without being asked
    #[arg(long)]
    yes: bool,
}

const NOTES: &str = "\
No node is asked. The call that is shown is decoded from the bytes that are signed, and a payload whose \
parts contradict each other, or the metadata, is refused: what wrote it need not be trusted.

Prints the signed extrinsic as 0x-hex. JSON: {\"hash\", \"extrinsic\"}.

Examples:
  tw rpc state_getMetadata > metadata.hex   # online, after each upgrade
  tw tx sign payload.json --from cold --metadata metadata.hex > signed.hex
  jq -r .payload payload.json               # what a device has to sign
  tw tx sign payload.json --signature 0x01.. > signed.hex";

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
                "{} bytes are no signature: the kind's byte (00 ed25519, 01 sr25519, 02 ecdsa) and 64 or 65 more are",
                bytes.len()
            )
        })
    }
}

impl Sign {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let text = input::file_or_stdin(&self.payload)?;
        let payload: SigningPayload =
            serde_json::from_str(&text).with_context(|| format!("{} holds no payload", self.payload))?;
        let runtime = self.metadata.as_deref().map(|file| context.runtime_of_file(file)).transpose()?;
        let call = runtime
            .map(|runtime| runtime.check_payload(&payload))
            .transpose()
            .map_err(tensorwire::Error::from)?;
        let signature = match (&self.key, self.signature) {
            (Some(key), _) => self.sign(key, &payload, call)?,
            (None, Some(Given(signature))) => checked(signature, &payload)?,
            (None, None) => bail!("--from or --signature is missing"),
        };
        let extrinsic = payload.extrinsic(&signature);
        let hash = Hash(blake2_256(&extrinsic));
        let extrinsic = const_hex::encode_prefixed(extrinsic);
        Ok(context.output.show(&json!({ "hash": hash, "extrinsic": extrinsic }), || &extrinsic)?)
    }

    fn sign(&self, key: &Key, payload: &SigningPayload, call: Option<Call>) -> Result<Signature> {
        let (account, wanted) = (key.account()?, payload.account());
        ensure!(account == wanted, "the payload is for {wanted} to sign, and {key} is {account}");
        eprintln!("{}", Overview::of(payload, call));
        ask::confirmed(self.yes, "Sign this?")?;
        Ok(key.signer()?.sign_bytes(&payload.bytes()))
    }
}

/// A signature that came from elsewhere, if it is what the payload's account signs.
fn checked(signature: Signature, payload: &SigningPayload) -> Result<Signature> {
    let account = payload.account();
    let crypto_type = match signature {
        Signature::Ed25519(_) => CryptoType::Ed25519,
        Signature::Sr25519(_) => CryptoType::Sr25519,
        _ => bail!("only ed25519 and sr25519 signatures can be checked"),
    };
    let key = PublicKey { account, crypto_type };
    ensure!(key.verify(&payload.bytes(), &signature), "the signature is none by {account} of this payload");
    Ok(signature)
}
