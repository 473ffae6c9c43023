use futures_util::{StreamExt, TryStreamExt, stream};
use tensorwire_scale::hash::blake2_256;

use super::{ExtrinsicId, body::Body};
use crate::{
    At, Chain, Error, ErrorKind, Hash, Receipt, Result, backfill,
    pin::{Located, Pin},
};

/// Hashes of blocks that one request asks for.
const HASHES: usize = 64;

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
            let chunks = (0..count).step_by(HASHES).map(move |above| {
                let below = count.min(above + HASHES as u64);
                (above..below).map(|depth| head - depth).collect::<Vec<_>>()
            });
            let blocks = stream::iter(chunks)
                .then(|numbers| async move {
                    let hashes = backfill::hashes(node, &numbers, |hashes| hashes.len() == numbers.len());
                    let hashes = hashes.await?;
                    Ok::<_, Error>(stream::iter(numbers.into_iter().zip(hashes).map(Ok::<_, Error>)))
                })
                .try_flatten()
                .map(|block| async move {
                    let (number, block) = block?;
                    let block = block.ok_or_else(|| {
                        Error::new(
                            ErrorKind::UnknownBlock,
                            format!("no endpoint has block {number} any more"),
                        )
                    })?;
                    let at = Located::block(node, block, Some(number));
                    let body = Body::fetch(node, at).await?;
                    let is_here = body.extrinsics.iter().any(|bytes| blake2_256(bytes) == hash.0);
                    Ok::<_, Error>(is_here.then_some((block, number)))
                })
                .buffered(BLOCKS);
            let mut found = std::pin::pin!(blocks.try_filter_map(|found| async move { Ok(found) }));
            match found.try_next().await? {
                Some((block, number)) => Ok(At::new(node, Pin::block(node, block, Some(number)))),
                None => {
                    let message = format!("it is in none of the {count} blocks up to block {head}");
                    Err(Error::new(ErrorKind::NotFound, message))
                }
            }
        };
        node.bounded(asked, search).await?.extrinsic(hash).await
    }
}
