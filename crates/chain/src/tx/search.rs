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
    /// It is in none of them.
    Nowhere,
    /// Its nonce is unused, which proves nothing: the account may have been removed, and its nonce forgotten with it.
    Unseen,
}

/// The receipt of a transaction in that block, if it is there. Two requests, shared by all who ask for the block.
pub(super) async fn receipt(chain: &Chain, hash: Hash, block: Hash) -> Result<Option<Receipt>> {
    let block = chain.evidence().block(chain, block).await?;
    Ok(block.extrinsics.iter().find(|extrinsic| extrinsic.hash() == hash).cloned())
}

/// Looks for a transaction above block `clear` (in whose state its nonce is unused), up to `top`.
///
/// An account's nonce tells in one request whether it was used, and halving tells where. Where states are gone, or the
/// transaction has no nonce, the blocks themselves are read. Where the account's nonce is 0 they are read to prove that it
/// is nowhere. (What this does not see is an account that used the nonce, was removed, came back, and made others since.)
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
        0 if to_prove => return scan(chain, pending, clear, top).await,
        0 => return Ok(Found::Unseen),
        now if now <= nonce => return Ok(Found::Nowhere),
        _ => {}
    }
    let (mut unused, mut used) = (clear.min(top.number.saturating_sub(1)), top);
    while used.number - unused > 1 {
        let middle = unused + (used.number - unused) / 2;
        let middle = chain.evidence().at_height(chain, middle, top).await?;
        match nonce_at(middle).await {
            Ok(then) if then > nonce => used = middle,
            Ok(_) => unused = middle.number,
            Err(error) if is_gone(&error) => return scan(chain, pending, clear, top).await,
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
        None => match scan(chain, pending, clear, top).await? {
            Found::Nowhere => Ok(Found::Used(None, used)),
            found => Ok(found),
        },
    }
}

/// Whether a state cannot be asked any more: blocks still can.
fn is_gone(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Pruned | ErrorKind::Server)
}

/// Reads all blocks above `below` up to `top`, the newest first.
async fn scan(chain: &Chain, pending: &Pending, below: u64, top: BlockRef) -> Result<Found> {
    let found = blocks::find(chain.node(), pending.hash, below.saturating_add(1)..=top.number).await?;
    Ok(found.map_or(Found::Nowhere, Found::In))
}
