//! `author_*`: submitting extrinsics.

use std::sync::Arc;

use jsonrpsee::{
    PendingSubscriptionSink,
    core::{RpcResult, async_trait},
    proc_macros::rpc,
    types::ErrorObjectOwned,
};
use parity_scale_codec::{Decode, Encode};
use sp_core::{Bytes, H256};
use sp_runtime::OpaqueExtrinsic;
use tokio::{sync::mpsc::UnboundedReceiver, task::spawn_blocking};

use super::{error, heads};
use crate::chain::{
    Chain,
    pool::{self, PoolError, Status},
};

#[rpc(server)]
pub(crate) trait AuthorApi {
    #[method(name = "author_submitExtrinsic", blocking)]
    fn submit_extrinsic(&self, extrinsic: Bytes) -> RpcResult<H256>;

    #[method(name = "author_pendingExtrinsics")]
    fn pending_extrinsics(&self) -> RpcResult<Vec<Bytes>>;

    #[subscription(
        name = "author_submitAndWatchExtrinsic" => "author_extrinsicUpdate",
        unsubscribe = "author_unwatchExtrinsic",
        item = Status
    )]
    async fn watch_extrinsic(&self, extrinsic: Bytes);
}

#[derive(Clone)]
pub(super) struct Author {
    pub(super) chain: Arc<Chain>,
    /// Whether a block follows every submission.
    pub(super) instant: bool,
}

impl Author {
    fn submit(&self, extrinsic: &Bytes) -> Result<H256, PoolError> {
        let hash = self.chain.submit(canonical(extrinsic)?)?;
        if self.instant {
            self.chain.produce(false)?;
        }
        Ok(hash)
    }

    fn submit_and_watch(&self, extrinsic: &Bytes) -> Result<UnboundedReceiver<Status>, PoolError> {
        let hash = pool::hash(&canonical(extrinsic)?);
        self.chain.admits(&hash)?;
        // Watched before it is submitted, so that its first step is not missed.
        let statuses = self.chain.pool().watch(hash);
        let submitted = self.submit(extrinsic);
        if submitted.is_err() {
            self.chain.pool().unwatch(&hash);
        }
        submitted.map(|_| statuses)
    }
}

/// An extrinsic is a byte string with its length before it; what follows it is dropped.
fn canonical(extrinsic: &Bytes) -> Result<Bytes, PoolError> {
    let opaque = OpaqueExtrinsic::decode(&mut &extrinsic[..]).map_err(PoolError::Format)?;
    Ok(Bytes(opaque.encode()))
}

#[async_trait]
impl AuthorApiServer for Author {
    fn submit_extrinsic(&self, extrinsic: Bytes) -> RpcResult<H256> {
        self.submit(&extrinsic).map_err(|refusal| error::pool(&refusal))
    }

    fn pending_extrinsics(&self) -> RpcResult<Vec<Bytes>> {
        Ok(self.chain.pool().ready().into_iter().map(|(_, extrinsic)| extrinsic).collect())
    }

    async fn watch_extrinsic(&self, pending: PendingSubscriptionSink, extrinsic: Bytes) {
        let author = self.clone();
        let submitted = spawn_blocking(move || author.submit_and_watch(&extrinsic)).await;
        let refusal: ErrorObjectOwned = match submitted {
            Ok(Ok(mut statuses)) => {
                let Ok(sink) = pending.accept().await else { return };
                loop {
                    let status = tokio::select! {
                        status = statuses.recv() => status,
                        () = sink.closed() => return,
                    };
                    let Some(status) = status else { return };
                    if !heads::send(&sink, &status).await || status.is_last() {
                        return;
                    }
                }
            }
            Ok(Err(refusal)) => error::pool(&refusal),
            Err(panic) => error::client(panic),
        };
        pending.reject(refusal).await;
    }
}
