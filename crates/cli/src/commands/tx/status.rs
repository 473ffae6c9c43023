use anyhow::{Result, bail};
use clap::Args;
use futures_util::future::try_join;
use tensorwire::{AccountId, ErrorKind, Hash, Pending, Subtensor};
use tensorwire_rpc::Request;
use tensorwire_scale::hash::blake2_256;

use crate::{commands::receipt, context::Context, failure::Undecided};

/// Tell what became of a transaction that was sent earlier
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Status {
    /// Its hash
    hash: Hash,
    /// Who signed it: with --nonce it can be told whether it never will be in a block
    #[arg(long, value_name = "ADDRESS", requires = "nonce")]
    account: Option<AccountId>,
    /// Its nonce
    #[arg(long, value_name = "NUMBER", requires = "account")]
    nonce: Option<u64>,
    /// The last block that can hold it
    #[arg(long, value_name = "NUMBER", requires = "account")]
    last_block: Option<u64>,
    /// How many blocks are searched, from the head downwards
    #[arg(long, value_name = "BLOCKS", default_value_t = 200)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    last: u64,
}

const NOTES: &str = "\
Looks into the blocks, then into the node's pool. Included, it ends with the receipt, as `tw receipt` does. \
If the chain proves that it never will be in a block, that is the error (exit code 1). Else nothing is known \
for certain: exit code 3. Not to be found is no proof by itself: another node may hold it, until its last \
block has passed.

Examples:
  tw tx status $HASH
  tw tx status $HASH --account 5Grw.. --nonce 7 --last-block 5000128";

impl Status {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let receipt = context.connected(async |subtensor| {
            match subtensor.find_extrinsic(self.hash, self.last).await {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                found => return Ok(found?),
            }
            if let Some(pending) = self.decided(subtensor).await? {
                return Ok(subtensor.resolve(&pending).await?.finalized().await?);
            }
            let place = match in_pool(subtensor, self.hash).await {
                Ok(true) => format!("waits in the pool of {}", subtensor.endpoint()),
                Ok(false) => format!("is not in the pool of {}", subtensor.endpoint()),
                Err(error) => {
                    format!("may be in the pool of {}, which does not tell ({error})", subtensor.endpoint())
                }
            };
            let Self { hash, last, .. } = &self;
            bail!(Undecided::new(format!("{hash} {place}, and is in none of the last {last} blocks")))
        })?;
        receipt::show(context, &receipt)
    }

    /// What there is to look for more closely, if the finalized chain has used the nonce, or passed the last block.
    async fn decided(&self, subtensor: &Subtensor) -> Result<Option<Pending>> {
        let (Some(account), Some(nonce)) = (self.account, self.nonce) else { return Ok(None) };
        let finalized = subtensor.finalized().await?;
        let (number, info) = try_join(finalized.number(), finalized.account(&account)).await?;
        let is_decided = u64::from(info.nonce) > nonce || self.last_block.is_some_and(|last| number >= last);
        let genesis = subtensor.genesis().await?;
        Ok(is_decided.then(|| Pending {
            genesis,
            hash: self.hash,
            account: Some(account),
            nonce: Some(nonce),
            birth: number.saturating_sub(self.last),
            last_block: self.last_block,
            spec_version: None,
            transaction_version: None,
            bytes: None,
        }))
    }
}

/// Whether the node's pool holds it. One request.
async fn in_pool(subtensor: &Subtensor, hash: Hash) -> Result<bool> {
    let answer = subtensor.request(Request::new("author_pendingExtrinsics")).await?;
    let pending: Vec<String> = serde_json::from_str(answer.raw())?;
    Ok(pending.iter().any(|bytes| const_hex::decode(bytes).is_ok_and(|bytes| blake2_256(&bytes) == hash.0)))
}
