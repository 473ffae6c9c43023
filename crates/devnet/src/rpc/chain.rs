//! `chain_*`: blocks and heads.

use std::sync::Arc;

use jsonrpsee::{
    PendingSubscriptionSink,
    core::{RpcResult, async_trait},
    proc_macros::rpc,
};
use serde::Serialize;
use sp_core::{Bytes, H256};
use sp_rpc::{list::ListOrValue, number::NumberOrHex};

use super::heads;
use crate::{
    chain::{Event, Head},
    runtime::Header,
    view::View,
};

#[rpc(server)]
pub(crate) trait ChainApi {
    #[method(name = "chain_getHeader")]
    fn header(&self, hash: Option<H256>) -> RpcResult<Option<Header>>;

    #[method(name = "chain_getBlock")]
    fn block(&self, hash: Option<H256>) -> RpcResult<Option<SignedBlock>>;

    #[method(name = "chain_getBlockHash", aliases = ["chain_getHead"])]
    fn block_hash(&self, numbers: Option<ListOrValue<NumberOrHex>>) -> RpcResult<ListOrValue<Option<H256>>>;

    #[method(name = "chain_getFinalizedHead", aliases = ["chain_getFinalisedHead"])]
    fn finalized_head(&self) -> RpcResult<H256>;

    #[subscription(
        name = "chain_subscribeAllHeads" => "chain_allHead",
        unsubscribe = "chain_unsubscribeAllHeads",
        item = Header
    )]
    async fn subscribe_all_heads(&self);

    #[subscription(
        name = "chain_subscribeNewHeads" => "chain_newHead",
        aliases = ["subscribe_newHead", "chain_subscribeNewHead"],
        unsubscribe = "chain_unsubscribeNewHeads",
        unsubscribe_aliases = ["unsubscribe_newHead", "chain_unsubscribeNewHead"],
        item = Header
    )]
    async fn subscribe_new_heads(&self);

    #[subscription(
        name = "chain_subscribeFinalizedHeads" => "chain_finalizedHead",
        aliases = ["chain_subscribeFinalisedHeads"],
        unsubscribe = "chain_unsubscribeFinalizedHeads",
        unsubscribe_aliases = ["chain_unsubscribeFinalisedHeads"],
        item = Header
    )]
    async fn subscribe_finalized_heads(&self);
}

/// A block as a node serves it.
#[derive(Clone, Serialize)]
pub(crate) struct SignedBlock {
    block: BlockBody,
    justifications: Option<()>,
}

#[derive(Clone, Serialize)]
struct BlockBody {
    header: Header,
    extrinsics: Vec<Bytes>,
}

pub(super) struct ChainRpc(pub(super) Arc<View>);

impl ChainRpc {
    fn hash_at(&self, number: NumberOrHex) -> Option<H256> {
        let number = u64::try_from(number).ok()?;
        let number = u32::try_from(number).ok()?;
        self.0.at_number(number).map(|block| block.hash)
    }

    /// Sends the header of the node's head, then of each block to which this happens.
    async fn subscribe(&self, pending: PendingSubscriptionSink, followed: Event) {
        let (tips, heads) = self.0.follow();
        let first = if followed == Event::Finalized { tips.finalized } else { tips.best };
        heads::follow(pending, heads, first.header.clone(), |Head { event, block }| {
            (event == followed).then(|| block.header.clone())
        })
        .await;
    }
}

#[async_trait]
impl ChainApiServer for ChainRpc {
    fn header(&self, hash: Option<H256>) -> RpcResult<Option<Header>> {
        Ok(self.0.block(hash).map(|block| block.header.clone()))
    }

    fn block(&self, hash: Option<H256>) -> RpcResult<Option<SignedBlock>> {
        Ok(self.0.block(hash).map(|block| SignedBlock {
            block: BlockBody { header: block.header.clone(), extrinsics: block.extrinsics.clone() },
            justifications: None,
        }))
    }

    fn block_hash(&self, numbers: Option<ListOrValue<NumberOrHex>>) -> RpcResult<ListOrValue<Option<H256>>> {
        Ok(match numbers {
            None => ListOrValue::Value(Some(self.0.best().hash)),
            Some(ListOrValue::Value(number)) => ListOrValue::Value(self.hash_at(number)),
            Some(ListOrValue::List(numbers)) => {
                ListOrValue::List(numbers.into_iter().map(|number| self.hash_at(number)).collect())
            }
        })
    }

    fn finalized_head(&self) -> RpcResult<H256> {
        Ok(self.0.tips().finalized.hash)
    }

    async fn subscribe_all_heads(&self, pending: PendingSubscriptionSink) {
        self.subscribe(pending, Event::Imported).await;
    }

    async fn subscribe_new_heads(&self, pending: PendingSubscriptionSink) {
        self.subscribe(pending, Event::Best).await;
    }

    async fn subscribe_finalized_heads(&self, pending: PendingSubscriptionSink) {
        self.subscribe(pending, Event::Finalized).await;
    }
}
