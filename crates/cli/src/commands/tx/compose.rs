use std::{path::PathBuf, str::FromStr};

use anyhow::{Context as _, Error, Result, anyhow, bail};
use clap::Args;
use tensorwire::{Era, Hash};
use tensorwire_scale::{ExtrinsicParameters, Runtime, SigningPayload};

use super::{
    terms::{Extension, Terms, Validity},
    words::Words,
};
use crate::{context::Context, key::Key};

/// Write what is to be signed, for a signer elsewhere
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Compose {
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    terms: Terms,
    /// Ask no node: read the runtime from a file of metadata, raw, as hex, or a node's JSON answer
    #[arg(long, value_name = "FILE", requires_all = ["genesis", "nonce"])]
    metadata: Option<PathBuf>,
    /// The hash of the chain's block 0; with --metadata
    #[arg(long, value_name = "HASH", requires = "metadata")]
    genesis: Option<Hash>,
    /// The block that the era begins with; with --metadata
    #[arg(long, value_name = "NUMBER:HASH", requires = "metadata")]
    birth: Option<Birth>,
}

const NOTES: &str = "\
Prints the payload as JSON: the call, what the extensions carry, and what is signed beside them. It holds \
no secret. A payload is for one runtime version and one nonce, and mostly for some minutes only: --era \
makes them more.

With --metadata no node is asked: then --genesis, --nonce, and --birth or `--era immortal` say what a node \
would.

Examples:
  tw tx compose Balances transfer_keep_alive --from 5Grw.. --era 4096 \\
    --args '[\"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty\", 1000]' \\
    > payload.json
  tw tx sign payload.json --from cold --metadata metadata.hex > signed.hex
  tw tx submit signed.hex";

/// The block that an era begins with.
#[derive(Clone, Copy)]
struct Birth {
    number: u64,
    hash: Hash,
}

impl FromStr for Birth {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parsed = text
            .split_once(':')
            .and_then(|(number, hash)| Some(Self { number: number.parse().ok()?, hash: hash.parse().ok()? }));
        parsed.ok_or_else(|| anyhow!("a block's number and its hash are expected, as in 1234:0x.."))
    }
}

/// What a transaction is valid for where nothing is said: as long as online.
const DEFAULT_PERIOD: u64 = 128;

impl Compose {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let payload = match &self.metadata {
            Some(file) => self.offline(&context.runtime_of_file(file)?)?,
            None => self.online(context)?,
        };
        Ok(context.output.json(&payload)?)
    }

    fn online(&self, context: &Context) -> Result<SigningPayload> {
        let (account, arguments) = (self.key.account()?, self.words.arguments()?);
        context.connected(async |subtensor| {
            let transaction = subtensor.tx().call(&self.words.pallet, &self.words.call, arguments);
            Ok(self.terms.fill(transaction).payload(&account).await?)
        })
    }

    fn offline(&self, runtime: &Runtime) -> Result<SigningPayload> {
        let Self { words, terms, .. } = self;
        let call = words.encode(runtime)?;
        let genesis = self.genesis.context("--genesis is missing")?.0;
        let mut parameters = ExtrinsicParameters::new(genesis, terms.nonce.context("--nonce is missing")?);
        parameters.tip = terms.tip.rao().into();
        parameters.extensions =
            terms.extension.iter().cloned().map(|Extension { name, value }| (name, value)).collect();
        (parameters.era, parameters.birth) = self.era(genesis)?;
        let payload = runtime.signing_payload(call, self.key.account()?, &parameters);
        Ok(payload.map_err(tensorwire::Error::from)?)
    }

    fn era(&self, genesis: [u8; 32]) -> Result<(Era, [u8; 32])> {
        let (period, birth) = match (self.terms.era, self.birth) {
            (Some(Validity::Forever), None) => return Ok((Era::Immortal, genesis)),
            (Some(Validity::Forever), Some(_)) => {
                bail!("an immortal transaction begins with block 0: --birth has no place there")
            }
            (_, None) => bail!("without a node --birth has to say which block the era begins with"),
            (None, Some(birth)) => (DEFAULT_PERIOD, birth),
            (Some(Validity::Blocks(period)), Some(birth)) => (period, birth),
        };
        let era = Era::mortal(period, birth.number);
        match era.birth(birth.number) {
            first if first == birth.number => Ok((era, birth.hash.0)),
            first => {
                bail!("an era of {period} blocks cannot begin with block {}: {first} can be", birth.number)
            }
        }
    }
}
