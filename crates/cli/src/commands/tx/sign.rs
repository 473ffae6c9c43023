use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;
use tensorwire::Call;
use tensorwire_scale::{Signature, SigningPayload};

use super::{
    air_gap::{self, Signed},
    overview::Overview,
};
use crate::{ask, context::Context, key::Key};

/// Sign what `tw tx compose` has written, offline
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Sign {
    /// The payload: a file, or - for stdin
    #[arg(value_name = "FILE")]
    payload: String,
    #[command(flatten)]
    key: Key,
    /// The runtime's metadata, to show what is signed: raw, as hex, or a node's JSON answer
    #[arg(long, value_name = "FILE", required_unless_present = "blind")]
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
  tw tx submit signed.hex                   # online again";

impl Sign {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let payload = air_gap::payload(&self.payload)?;
        let runtime = self.metadata.as_deref().map(|file| context.runtime_of_file(file)).transpose()?;
        let call = runtime.map(|runtime| runtime.check_payload(&payload)).transpose();
        let signature = self.sign(&payload, call.map_err(tensorwire::Error::from)?)?;
        let signed = Signed::new(&payload, &signature);
        Ok(context.output.show(&signed, || &signed)?)
    }

    fn sign(&self, payload: &SigningPayload, call: Option<Call>) -> Result<Signature> {
        let key = &self.key;
        let (account, wanted) = (key.account()?, payload.account());
        ensure!(account == wanted, "the payload is for {wanted} to sign, and {key} is {account}");
        eprintln!("{}", Overview::of(payload, call));
        ask::confirmed(self.yes, "Sign this?")?;
        Ok(key.signer()?.sign_bytes(&payload.bytes()))
    }
}
