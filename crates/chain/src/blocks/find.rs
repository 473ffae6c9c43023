use std::{ops::RangeInclusive, sync::Arc};

use futures_util::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use tensorwire_scale::hash::blake2_256;

use super::{ExtrinsicId, body::Body};
use crate::{
    At, BlockRef, Chain, Error, ErrorKind, Hash, Receipt, Result, backfill,
    node::Node,
    pin::{Located, Pin},
};

/// Hashes of blocks that one request asks for.
const HASHES: u64 = 64;

/// Blocks on their way at once.
const BLOCKS: usize = 8;

/// Extrinsics by where they are, or by their hash.
impl Chain {
    /// The extrinsic in that place of the best chain, with its events and what became of it. One request for the block's
    /// hash, and what [`At::block_with_events`] costs.
    ///
    /// # Errors
    /// `NotFound` if the block has fewer extrinsics, `Invalid` for a text that is no [`ExtrinsicId`]. Else as
    /// [`At::block_with_events`].
    pub async fn extrinsic(&self, id: ExtrinsicId) -> Result<Receipt> {
        let block = self.at(id.block).await?.block_with_events().await?;
        let (at, count) = (block.header.block(), block.extrinsics.len());
        let found = block.extrinsics.into_iter().nth(id.index as usize);
        found.ok_or_else(|| {
            let message = format!("there is no extrinsic {id}: block {at} has {count}, counted from 0");
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// The extrinsic of that hash (blake2-256 of its bytes), looked for in so many blocks from the head of the best chain
    /// downwards; with its events and what became of it. If it is there several times, the newest.
    ///
    /// A chain keeps no index of hashes: this reads every block, eight at once, until it finds it. One request for each,
    /// one more for every 64, and what [`At::extrinsic`] costs; all within one deadline.
    ///
    /// # Errors
    /// `NotFound`, saying which blocks were searched. Else as [`At::block_with_events`].
    pub async fn find_extrinsic(&self, hash: Hash, last: u64) -> Result<Receipt> {
        let node = self.node();
        let asked = || format!("extrinsic {hash} in the last {last} blocks");
        let search = async {
            let head = self.head().await?.number().await?;
            let count = last.min(head.saturating_add(1));
            match find(node, hash, head.saturating_add(1) - count..=head).await? {
                Some(block) => Ok(At::new(node, Pin::block(node, block.hash, Some(block.number)))),
                None => {
                    let message = format!("it is in none of the {count} blocks up to block {head}");
                    Err(Error::new(ErrorKind::NotFound, message))
                }
            }
        };
        node.bounded(asked, search).await?.extrinsic(hash).await
    }
}

/// The newest block of the best chain at these heights that holds the extrinsic of that hash, if one does. One request for
/// each block, eight at once, and one more for every 64.
pub(crate) async fn find(
    node: &Arc<Node>,
    hash: Hash,
    heights: RangeInclusive<u64>,
) -> Result<Option<BlockRef>> {
    let (first, last) = heights.into_inner();
    let mut next = Some(last);
    while let Some(top) = next.filter(|top| *top >= first) {
        let numbers: Vec<_> = (first.max(top.saturating_sub(HASHES - 1))..=top).rev().collect();
        let count = numbers.len();
        let hashes = backfill::hashes(node, &numbers, move |hashes| hashes.len() == count).await?;
        let blocks = numbers.into_iter().zip(hashes).map(|(number, block)| holds(node, number, block, hash));
        let mut blocks = stream::iter(blocks).buffered(BLOCKS);
        while let Some(found) = blocks.try_next().await? {
            if found.is_some() {
                return Ok(found);
            }
        }
        next = top.checked_sub(HASHES);
    }
    Ok(None)
}

/// The block, if it holds the extrinsic of that hash. One request.
fn holds(
    node: &Arc<Node>,
    number: u64,
    block: Option<Hash>,
    extrinsic: Hash,
) -> BoxFuture<'_, Result<Option<BlockRef>>> {
    async move {
        let hash = block.ok_or_else(|| {
            Error::new(ErrorKind::UnknownBlock, format!("no endpoint has block {number} any more"))
        })?;
        let body = Body::fetch(node, Located::block(node, hash, Some(number))).await?;
        let is_here = body.extrinsics.iter().any(|bytes| blake2_256(bytes) == extrinsic.0);
        Ok(is_here.then_some(BlockRef { number, hash }))
    }
    .boxed()
}
