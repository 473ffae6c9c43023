use std::{collections::BTreeMap, time::Duration};

use tensorwire_scale::{Arguments, ExtensionValue, Runtime, Value};

use super::anchor::Lifetime;
use crate::{Chain, Error, ErrorKind, Result};

/// A transaction being made. See [`Chain::tx`].
///
/// Nothing is asked before one of the methods that are awaited. What is not set is chosen: the next nonce of the signer, a
/// life of 128 blocks, no tip.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `sign_and_submit`"]
pub struct Transaction {
    pub(super) chain: Chain,
    call: Asked,
    pub(super) lifetime: Lifetime,
    pub(super) nonce: Option<u64>,
    pub(super) tip: u128,
    pub(super) metadata_hash: Option<[u8; 32]>,
    pub(super) extensions: BTreeMap<String, ExtensionValue>,
    pub(super) timeout: Duration,
}

/// What is to be called, as the caller has said it.
#[derive(Debug, Clone)]
enum Asked {
    Nothing,
    Call { pallet: String, name: String, arguments: Vec<Value> },
    Value(Value),
    Bytes(Vec<u8>),
}

/// How long a submission is waited for, unless told otherwise.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Making transactions.
impl Chain {
    /// Begins a transaction. No request.
    ///
    /// ```no_run
    /// # async fn run(chain: tensorwire_chain::Chain, alice: tensorwire_wallet::Keypair, bob: tensorwire_chain::AccountId) -> tensorwire_chain::Result<()> {
    /// use tensorwire_chain::Value;
    ///
    /// let bob = Value::variant("Id", [bob.into()]);
    /// let transfer = chain.tx().call("Balances", "transfer_keep_alive", (bob, 1_000_000_000_u64));
    /// let receipt = transfer.sign_and_submit(&alice).await?.finalized().await?;
    /// assert!(receipt.ok(), "{:?}", receipt.error());
    /// # Ok(()) }
    /// ```
    pub fn tx(&self) -> Transaction {
        Transaction {
            chain: self.clone(),
            call: Asked::Nothing,
            lifetime: Lifetime::Usual,
            nonce: None,
            tip: 0,
            metadata_hash: None,
            extensions: BTreeMap::new(),
            timeout: TIMEOUT,
        }
    }
}

impl Transaction {
    /// What to call, with its arguments in order, or a struct that has them by name.
    pub fn call(mut self, pallet: &str, name: &str, arguments: impl Arguments) -> Self {
        let (pallet, name, arguments) = (pallet.to_owned(), name.to_owned(), arguments.into_values());
        self.call = Asked::Call { pallet, name, arguments };
        self
    }

    /// What to call, as a value of the runtime's type of calls: such as those within a batch.
    pub fn call_value(mut self, call: Value) -> Self {
        self.call = Asked::Value(call);
        self
    }

    /// What to call, in bytes.
    pub fn call_bytes(mut self, call: Vec<u8>) -> Self {
        self.call = Asked::Bytes(call);
        self
    }

    /// For how many blocks it is valid, from the finalized head on: the next power of two from 4 to 65,536. Default is 128.
    /// One that does not outlast finality's lag is refused before anything is sent.
    pub fn mortal(mut self, blocks: u64) -> Self {
        self.lifetime = Lifetime::Blocks(blocks);
        self
    }

    /// For how many blocks it is valid from the best block on, however far finality lags: it is void if that block is
    /// reorganised away.
    pub fn mortal_from_best(mut self, blocks: u64) -> Self {
        self.lifetime = Lifetime::FromBest(blocks);
        self
    }

    /// Makes it valid for ever: if it comes into no block, it is never proven that it will not.
    pub fn immortal(mut self) -> Self {
        self.lifetime = Lifetime::Immortal;
        self
    }

    /// The nonce, instead of the signer's next one. A used one is refused, one far ahead waits in the pool for those before.
    pub fn nonce(mut self, nonce: u64) -> Self {
        self.nonce = Some(nonce);
        self
    }

    /// What the block's author is offered above the fee, in the smallest unit of the chain's token.
    pub fn tip(mut self, tip: u128) -> Self {
        self.tip = tip;
        self
    }

    /// The hash of the metadata that the signer has checked (RFC-78), which is signed too: `At::metadata_hash` gives it
    /// (feature `metadata-hash`). A transaction with the hash of another runtime is refused by the chain.
    pub fn metadata_hash(mut self, hash: [u8; 32]) -> Self {
        self.metadata_hash = Some(hash);
        self
    }

    /// What to fill a transaction extension with, by its name: for one that is not known here, or to be filled otherwise.
    pub fn extension(mut self, name: &str, value: ExtensionValue) -> Self {
        self.extensions.insert(name.to_owned(), value);
        self
    }

    /// How long each wait may take: for the submissions of the same account before it, and for it itself, as in
    /// [`Submission::in_block`](crate::Submission::in_block). Default is 30 minutes.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The call's bytes.
    pub(super) fn encode(&self, runtime: &Runtime) -> Result<Vec<u8>> {
        let value = match &self.call {
            Asked::Nothing => {
                let message = "the transaction calls nothing: give it a `call`";
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            Asked::Bytes(bytes) => {
                // What no runtime reads would be refused as badly signed, and nobody would see why.
                runtime.decode_call(bytes)?;
                return Ok(bytes.clone());
            }
            Asked::Call { pallet, name, arguments } => {
                return Ok(runtime.encode_call(pallet, name, arguments)?);
            }
            Asked::Value(value) => value,
        };
        let ty = runtime.extrinsic().call().ok_or_else(|| {
            Error::new(ErrorKind::Decode, format!("the metadata of {runtime} does not say what a call is"))
        })?;
        Ok(runtime.plan().encode(ty, value)?)
    }

    /// The call's name, for messages.
    pub(super) fn named(&self) -> String {
        match &self.call {
            Asked::Call { pallet, name, .. } => format!("{pallet}.{name}"),
            _ => "a transaction".to_owned(),
        }
    }
}
