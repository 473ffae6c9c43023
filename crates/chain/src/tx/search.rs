//! Where the chain holds a transaction.

use crate::{BlockRef, Chain, Error, ErrorKind, Hash, Receipt, Result, blocks};

use super::Pending;

/// What the blocks up to one show of a transaction.
#[derive(Debug)]
pub(super) enum Found {
    /// It is in this block.
    In(BlockRef),
    /// Its nonce was used in this block, by that other transaction if it can be told which.
    Used(Option<Hash>, BlockRef),
    /// Its nonce was used up to this block, perhaps by itself: the blocks that would tell are too many to be read, and
    /// their states are gone.
    Untold(BlockRef),
    /// It is in none of them.
    Nowhere,
    /// Its nonce is unused, which proves nothing: the account may have been removed, and its nonce forgotten with it.
    Unseen,
}

/// Blocks that are read at most: on most chains more than a mortal transaction has to get into one.
const MOST_BLOCKS: u64 = 4_096;

/// The receipt of a transaction in that block, if it is there. Two requests, shared by all who ask for the block.
pub(super) async fn receipt(chain: &Chain, hash: Hash, block: Hash) -> Result<Option<Receipt>> {
    let block = chain.evidence().block(chain, block).await?;
    Ok(block.extrinsics.iter().find(|extrinsic| extrinsic.hash() == hash).cloned())
}

/// Looks for a transaction above block `clear` (in whose state its nonce is unused), up to `top`.
///
/// An account's nonce tells in one request whether it was used; steps back that double, then halving, tell where. Where states are gone, or the
/// transaction has no nonce, the blocks themselves are read. They are read as well to prove that it is nowhere, where the
/// account's nonce is 0, or has become lower: then the account was removed, and its nonce forgotten. (What this does not
/// see is an account that was removed after the nonce was used, came back, and has made as many since.)
pub(super) async fn search(
    chain: &Chain,
    pending: &Pending,
    clear: u64,
    top: BlockRef,
    to_prove: bool,
) -> Result<Found> {
    let (Some(account), Some(nonce)) = (pending.account, pending.nonce) else {
        return scan(chain, pending, clear, top).await;
    };
    let nonce_at = |block| chain.evidence().nonce(chain, account, block);
    let now = match nonce_at(top).await {
        Err(error) if is_gone(&error) => return scan(chain, pending, clear, top).await,
        now => now?,
    };
    match now {
        0 if to_prove => return scan(chain, pending, clear.max(pending.birth), top).await,
        0 => return Ok(Found::Unseen),
        now if now <= nonce && to_prove => {
            let below = chain.evidence().at_height(chain, clear.min(top.number), top).await?;
            return match nonce_at(below).await {
                Ok(then) if then <= now => Ok(Found::Nowhere),
                Err(error) if !is_gone(&error) => Err(error),
                Ok(_) | Err(_) => scan(chain, pending, clear.max(pending.birth), top).await,
            };
        }
        now if now <= nonce => return Ok(Found::Nowhere),
        _ => {}
    }
    let (mut unused, mut used, mut step) = (clear.min(top.number.saturating_sub(1)), top, 1_u64);
    while used.number - unused > 1 {
        let middle = used.number - step.min((used.number - unused) / 2);
        step = step.saturating_mul(2);
        let middle = chain.evidence().at_height(chain, middle, top).await?;
        match nonce_at(middle).await {
            Ok(then) if then > nonce => used = middle,
            Ok(_) => unused = middle.number,
            Err(error) if is_gone(&error) => return used_by(scan(chain, pending, clear, used).await?, used),
            Err(error) => return Err(error),
        }
    }
    let block = chain.evidence().block(chain, used.hash).await?;
    if block.extrinsics.iter().any(|extrinsic| extrinsic.hash() == pending.hash) {
        return Ok(Found::In(used));
    }
    let rival = block.extrinsics.iter().find(|extrinsic| {
        let decoded = extrinsic.decoded().ok();
        decoded.is_some_and(|other| other.signer() == Some(account) && other.nonce() == Some(nonce))
    });
    match rival {
        Some(rival) => Ok(Found::Used(Some(rival.hash()), used)),
        // The nonce was used before, or by what does not say so.
        None => used_by(scan(chain, pending, clear, top).await?, used),
    }
}

/// What all blocks show of a transaction whose nonce was used in that one, or before.
fn used_by(found: Found, block: BlockRef) -> Result<Found> {
    Ok(if let Found::Nowhere = found { Found::Used(None, block) } else { found })
}

/// Whether a state cannot be asked any more: blocks still can.
fn is_gone(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Pruned | ErrorKind::Server)
}

/// Reads the blocks above `below` up to `top` that can hold it, the newest first.
async fn scan(chain: &Chain, pending: &Pending, below: u64, top: BlockRef) -> Result<Found> {
    let last = pending.last_block.map_or(top.number, |last| last.min(top.number));
    let lowest = below.max(last.saturating_sub(MOST_BLOCKS));
    Ok(match blocks::find(chain.node(), pending.hash, lowest.saturating_add(1)..=last).await? {
        Some(block) => Found::In(block),
        None if lowest > below => Found::Untold(top),
        None => Found::Nowhere,
    })
}
