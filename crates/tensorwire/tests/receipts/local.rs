//! A local chain, and accounts that may act for each other on it.

use std::{collections::HashMap, sync::Arc};

use tensorwire::{
    AccountId, Cache, Hash, Multisig, Receipt, Runtime, Subtensor, Value,
    rpc::Request,
    scale::{ExtrinsicParameters, hash::blake2_256},
};
use tensorwire_devnet::{Blocks, Devnet};
use tensorwire_wallet::Keypair;

pub(crate) struct Local {
    pub(crate) devnet: Devnet,
    pub(crate) subtensor: Subtensor,
    runtime: Arc<Runtime>,
    nonces: HashMap<&'static str, u64>,
    leaves: u32,
}

/// More than anybody has.
pub(crate) const TOO_MUCH: u64 = u64::MAX / 2;

/// What a leaf moves: more than the least that an account may hold.
const MOVED: u64 = 1_000;

impl Local {
    pub(crate) async fn start() -> Self {
        let builder = Devnet::builder().subnets(1).neurons(2).blocks(Blocks::OnDemand).finality_lag(0);
        let devnet = builder.start().await.unwrap();
        let subtensor = Subtensor::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap();
        let runtime = subtensor.head().await.unwrap().runtime().await.unwrap();
        Self { devnet, subtensor, runtime, nonces: HashMap::new(), leaves: 0 }
    }

    pub(crate) fn encode(&self, call: &Value) -> Vec<u8> {
        self.runtime.plan().encode(self.runtime.extrinsic().call().unwrap(), call).unwrap()
    }

    /// Signs and submits; the extrinsic's hash. It waits for a block to be made.
    pub(crate) async fn submit(&mut self, name: &'static str, call: &Value) -> Hash {
        let call = self.encode(call);
        let pair = Keypair::from_uri(&format!("//{name}")).unwrap();
        let nonce = self.nonces.entry(name).or_default();
        let parameters = ExtrinsicParameters::new(self.devnet.genesis_hash(), *nonce);
        *nonce += 1;
        let payload = self.runtime.signing_payload(call, pair.account(), &parameters).unwrap();
        let extrinsic = payload.extrinsic(&pair.sign_bytes(&payload.bytes()));
        let request = Request::new("author_submitExtrinsic").hex_param(&extrinsic);
        self.subtensor.request(request).await.unwrap().json().unwrap()
    }

    /// Makes a block, and reads what became of its transactions.
    pub(crate) async fn produce(&self) -> Vec<Receipt> {
        let block = Hash(self.devnet.produce_block().await.unwrap());
        let block = self.subtensor.at(block).await.unwrap().block_with_events().await.unwrap();
        block.extrinsics.into_iter().skip(1).collect()
    }

    /// Submits one as Alice, and reads its receipt.
    pub(crate) async fn receipt(&mut self, call: &Value) -> Receipt {
        let hash = self.submit("Alice", call).await;
        self.produce().await.into_iter().find(|receipt| receipt.hash() == hash).unwrap()
    }

    /// Does what has to succeed beforehand.
    pub(crate) async fn prepare(&mut self, name: &'static str, call: &Value) {
        let hash = self.submit(name, call).await;
        let receipts = self.produce().await;
        let receipt = receipts.iter().find(|receipt| receipt.hash() == hash).unwrap();
        assert!(receipt.ok(), "{call}: {:?}", receipt.error());
    }

    /// An account that nothing was ever moved to.
    pub(crate) fn fresh_account(&mut self) -> AccountId {
        self.leaves += 1;
        AccountId(blake2_256(&self.leaves.to_le_bytes()))
    }

    /// What is there, by the chain's state.
    pub(crate) async fn balances(&self, accounts: &[AccountId]) -> Vec<u64> {
        let balances = self.subtensor.head().await.unwrap().balances(accounts).await.unwrap();
        balances.into_iter().map(|balance| balance.rao()).collect()
    }
}

pub(crate) fn account(name: &str) -> AccountId {
    Keypair::from_uri(&format!("//{name}")).unwrap().account()
}

pub(crate) fn address(account: AccountId) -> Value {
    Value::variant("Id", [account.into()])
}

pub(crate) fn call(pallet: &str, name: &str, arguments: impl Into<Vec<Value>>) -> Value {
    Value::variant(pallet, [Value::variant(name, arguments)])
}

pub(crate) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Sequence(values.into_iter().collect())
}

pub(crate) fn transfer(to: AccountId) -> Value {
    transfer_of(to, MOVED)
}

pub(crate) fn transfer_of(to: AccountId, rao: u64) -> Value {
    call("Balances", "transfer_allow_death", [address(to), rao.into()])
}

/// Gives an account a balance from nowhere, which only the root may.
pub(crate) fn endow(account: AccountId) -> Value {
    call("Balances", "force_set_balance", [address(account), MOVED.into()])
}

/// The account of which one may act as its derivative of index 0 (`pallet_utility`).
pub(crate) fn derivative(of: AccountId) -> AccountId {
    AccountId(blake2_256(&[b"modlpy/utilisuba", &of.0[..], &[0, 0]].concat()))
}

pub(crate) fn multisig(of: AccountId, threshold: u16) -> Multisig {
    Multisig::new([of, account("Dave")], threshold).unwrap()
}
