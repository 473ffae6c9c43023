//! `system_*`: what this node is, and the next nonce of an account.

use std::sync::Arc;

use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use parity_scale_codec::{Decode, Encode};
use serde_json::{Value, json};
use sp_runtime::AccountId32;

use super::error;
use crate::{runtime::Nonce, view::View};

#[rpc(server)]
pub(crate) trait SystemApi {
    #[method(name = "system_name")]
    fn name(&self) -> RpcResult<&'static str>;

    #[method(name = "system_version")]
    fn version(&self) -> RpcResult<&'static str>;

    #[method(name = "system_chain")]
    fn chain(&self) -> RpcResult<&'static str>;

    #[method(name = "system_chainType")]
    fn chain_type(&self) -> RpcResult<&'static str>;

    #[method(name = "system_properties")]
    fn properties(&self) -> RpcResult<Value>;

    #[method(name = "system_health")]
    fn health(&self) -> RpcResult<Value>;

    #[method(name = "system_accountNextIndex", aliases = ["account_nextIndex"], blocking)]
    fn next_index(&self, account: AccountId32) -> RpcResult<Nonce>;
}

pub(super) struct System(pub(super) Arc<View>);

impl SystemApiServer for System {
    fn name(&self) -> RpcResult<&'static str> {
        Ok(env!("CARGO_PKG_NAME"))
    }

    fn version(&self) -> RpcResult<&'static str> {
        Ok(env!("CARGO_PKG_VERSION"))
    }

    fn chain(&self) -> RpcResult<&'static str> {
        Ok("Devnet")
    }

    fn chain_type(&self) -> RpcResult<&'static str> {
        Ok("Development")
    }

    fn properties(&self) -> RpcResult<Value> {
        Ok(json!({ "isEthereum": false, "ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO" }))
    }

    fn health(&self) -> RpcResult<Value> {
        Ok(json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false }))
    }

    /// The account's nonce, plus what it has ready in the pool.
    fn next_index(&self, account: AccountId32) -> RpcResult<Nonce> {
        let answer = self
            .0
            .chain()
            .call(&self.0.best(), "AccountNonceApi_account_nonce", account.as_ref())
            .map_err(error::execution)?;
        let first = Nonce::decode(&mut &answer[..]).map_err(error::client)?;
        let pool = self.0.chain().pool();
        let used = (first..).take_while(|nonce| pool.provides(&(&account, nonce).encode())).count();
        Ok(first + used as Nonce)
    }
}
