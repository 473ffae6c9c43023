use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tensorwire::{AccountId, AccountInfo};

use crate::{context::Context, table::Table};

/// Show the balances of accounts
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Balance {
    /// ss58 addresses, or public keys as 0x-hex
    #[arg(required = true, value_name = "ADDRESS")]
    accounts: Vec<AccountId>,
}

const NOTES: &str = "\
All accounts are read in one request. JSON: an array of {\"address\", \"free\", \"reserved\", \"frozen\", \
\"nonce\"} in the order asked, amounts in rao.

Examples:
  tw balance 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw --at 5000000 --network archive balance \\
    5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
  tw --json balance 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY \\
    5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty | \\
    jq '[.[].free | tonumber] | add'";

#[derive(Serialize)]
struct Balances<'a> {
    address: &'a AccountId,
    free: tensorwire::Balance,
    reserved: tensorwire::Balance,
    frozen: tensorwire::Balance,
    nonce: u32,
}

impl Balance {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let Self { accounts } = self;
        let infos: Vec<Option<AccountInfo>> = context.at_block(async |at| {
            let keys = accounts.iter().map(|account| [account]);
            Ok(at.query_many_as("System", "Account", keys).await?)
        })?;
        let balances: Vec<_> =
            accounts.iter().zip(infos.into_iter().map(Option::unwrap_or_default)).map(of).collect();
        Ok(context.output.show(&balances, || table(&balances))?)
    }
}

fn of((address, AccountInfo { nonce, data, .. }): (&AccountId, AccountInfo)) -> Balances<'_> {
    Balances { address, free: data.free, reserved: data.reserved, frozen: data.frozen, nonce }
}

fn table(balances: &[Balances]) -> Table {
    let mut table = Table::new(["ADDRESS", ">FREE", ">RESERVED", ">FROZEN"]);
    for Balances { address, free, reserved, frozen, .. } in balances {
        table.row([address.to_string(), free.to_string(), reserved.to_string(), frozen.to_string()]);
    }
    table
}
