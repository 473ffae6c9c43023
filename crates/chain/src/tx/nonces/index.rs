use std::sync::Arc;

use tensorwire_rpc::Request;
use tensorwire_scale::AccountId;

use crate::{At, Error, ErrorKind, Result, node::Node, outage::is_unknown_method, pin::Pin, pool::Needs};

/// How many transactions an account has made, with those that are ready in the pool of the node that is asked: one request. Three
/// for the number at the head alone, where the node does not say more.
pub(crate) async fn next_index(node: Arc<Node>, account: AccountId) -> Result<u64> {
    let request = Request::new("system_accountNextIndex").param(account.to_string());
    let read = async { Ok(node.request(request, Needs::Head).await?.json()?) };
    match node.bounded(|| format!("next nonce of {account}"), read).await {
        Err(error) if is_unknown_method(&error) => at_head(&node, account).await,
        next => next,
    }
}

async fn at_head(node: &Arc<Node>, account: AccountId) -> Result<u64> {
    let head = At::new(node, Pin::head(node));
    let nonce = head.call("AccountNonceApi", "account_nonce", (account,)).await?;
    nonce.as_u64().ok_or_else(|| {
        Error::new(
            ErrorKind::Decode,
            format!("AccountNonceApi.account_nonce gave {nonce}, which is no nonce"),
        )
    })
}
