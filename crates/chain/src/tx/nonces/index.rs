use tensorwire_rpc::Request;
use tensorwire_scale::AccountId;

use crate::{Chain, Error, ErrorKind, Result, outage::is_unknown_method, pool::Needs};

/// How many transactions an account has made, with those that are ready in the pool of the node that is asked: one request. Three
/// for the number at the head alone, where the node does not say more.
pub(crate) async fn next_index(chain: &Chain, account: AccountId) -> Result<u64> {
    let node = chain.node();
    let request = Request::new("system_accountNextIndex").param(account.to_string());
    let asked = || format!("next nonce of {account}");
    let read = async { Ok(node.request(request, Needs::Head).await?.json()?) };
    match node.bounded(asked, read).await {
        Err(error) if is_unknown_method(&error) => at_head(chain, account).await,
        next => next,
    }
}

/// The account's nonce at the best block: two or three requests.
async fn at_head(chain: &Chain, account: AccountId) -> Result<u64> {
    let nonce = chain.head().await?.call("AccountNonceApi", "account_nonce", (account,)).await?;
    nonce.as_u64().ok_or_else(|| {
        Error::new(
            ErrorKind::Decode,
            format!("AccountNonceApi.account_nonce gave {nonce}, which is no nonce"),
        )
    })
}
