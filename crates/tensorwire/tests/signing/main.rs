//! Many transactions at once, on the local chain: their nonces, their eras, and the runtime that they are signed for.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod eras;
mod nonces;
mod upgrades;

use std::time::Duration;

use tensorwire::{AccountId, Cache, Chain, Transaction, Value};
use tensorwire_devnet::Devnet;
use tensorwire_wallet::Keypair;
use tokio::time::sleep;

/// Far above what anything here takes: what never comes fails its test instead of stopping the run.
const BOUND: Duration = Duration::from_secs(240);

fn alice() -> Keypair {
    Keypair::from_uri("//Alice").unwrap()
}

async fn connect(devnet: &Devnet) -> Chain {
    Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap()
}

fn bob(devnet: &Devnet) -> AccountId {
    AccountId(devnet.dev_account("Bob").unwrap())
}

/// A transfer of one rao to Bob.
fn transfer(chain: &Chain, devnet: &Devnet) -> Transaction {
    let bob = Value::variant("Id", [bob(devnet).into()]);
    chain.tx().call("Balances", "transfer_keep_alive", (bob, 1_u64)).timeout(BOUND)
}

/// The nonce in the state of the best block.
async fn nonce_of(chain: &Chain, account: AccountId) -> u64 {
    let account = chain.head().await.unwrap().query("System", "Account", (account,)).await.unwrap();
    account["nonce"].as_u64().unwrap()
}

/// Until what the chain's handle has heard of the local chain is what it is now. Transactions then cost what they cost.
async fn caught_up(chain: &Chain, devnet: &Devnet) {
    let account = alice().account();
    loop {
        let payload = chain.tx().call("System", "remark", (vec![0_u8],)).payload(&account).await.unwrap();
        if payload.birth() == devnet.finalized().1 {
            return;
        }
        sleep(Duration::from_millis(2)).await;
    }
}
