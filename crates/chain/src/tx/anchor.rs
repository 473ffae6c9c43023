//! From which block on a transaction is valid, and until which.

use tensorwire_scale::{Era, Runtime};

use super::present::{Present, Tip};
use crate::{BlockId, BlockRef, Chain, Error, ErrorKind, Result};

/// How long a transaction is to be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Lifetime {
    /// For 128 blocks from the finalized head on; where finality lags too far for that, from a block of the best chain
    /// that is deep enough to stay.
    #[default]
    Usual,
    /// For so many blocks from the finalized head on: no reorganisation makes it void.
    Blocks(u64),
    /// For so many blocks from the best head on: void if that block is reorganised away. For those that may live
    /// only so long that finality must not take any of it, such as the carriers of shielded calls.
    FromBest(u64),
    /// For ever.
    Immortal,
}

/// When a transaction is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) era: Era,
    /// The first block of the era, whose hash is signed; block 0 of an immortal one.
    pub(crate) birth: BlockRef,
    /// The last block that can hold the transaction, if there is one.
    pub(crate) last: Option<u64>,
}

/// The period of those that say nothing else.
const USUAL: u64 = 128;

/// How many blocks must remain when a transaction is sent.
const LEAST: u64 = 2;

impl Chain {
    /// Chooses the era of a transaction that is sent now. No request, but one for the hash of the era's first block where
    /// that is neither head: for periods above 4,096, and the usual lifetime where finality lags by more than 95 blocks.
    ///
    /// # Errors
    /// `Invalid`, naming the lag and the shortest possible period, where less than a quarter of the period remains.
    pub(crate) async fn anchor(&self, present: &Present, lifetime: Lifetime) -> Result<Anchor> {
        let kept = hashes_kept(&present.runtime)?;
        let tip = &present.tip;
        let Some((era, birth)) = choose(tip, lifetime, kept)? else {
            let birth = BlockRef { number: 0, hash: present.genesis };
            return Ok(Anchor { era: Era::Immortal, birth, last: None });
        };
        let birth = match birth {
            _ if birth == tip.best.number => tip.best,
            _ if birth == tip.finalized.number => tip.finalized,
            0 => BlockRef { number: 0, hash: present.genesis },
            number => BlockRef { number, hash: self.at(BlockId::Number(number)).await?.hash().await? },
        };
        Ok(Anchor { era, birth, last: last_block(era, birth.number, kept) })
    }
}

/// The era and its first block; none for an immortal one.
fn choose(tip: &Tip, lifetime: Lifetime, kept: u64) -> Result<Option<(Era, u64)>> {
    let (best, finalized) = (tip.best.number, tip.finalized.number);
    let from = |period, block| {
        let era = Era::mortal(period, block);
        (era, era.birth(block))
    };
    let lasts = |(era, birth): (Era, u64)| {
        let last = last_block(era, birth, kept).unwrap_or(u64::MAX);
        last.saturating_sub(best) >= (last - birth).div_ceil(4).max(LEAST)
    };
    Ok(match lifetime {
        Lifetime::Immortal => None,
        Lifetime::FromBest(period) => Some(from(period, best)),
        Lifetime::Usual => {
            let of_final = from(USUAL, finalized);
            let deep = best.saturating_sub(USUAL.min(kept) / 2);
            Some(if lasts(of_final) { of_final } else { from(USUAL, deep) })
        }
        Lifetime::Blocks(period) => {
            let era = from(period, finalized);
            if !lasts(era) {
                let shortest =
                    (2..=16).map(|power| 1 << power).find(|period| lasts(from(*period, finalized)));
                return Err(too_short(period, tip, shortest));
            }
            Some(era)
        }
    })
}

#[cold]
fn too_short(period: u64, tip: &Tip, shortest: Option<u64>) -> Error {
    let instead = match shortest {
        Some(shortest) => format!("the shortest that does is {shortest}"),
        None => "none does".to_owned(),
    };
    let message = format!(
        "an era of {period} blocks does not outlast finality, which is {} blocks behind the head {}: {instead}; the usual \
         one, if none is asked for, always does",
        tip.lag(),
        tip.best
    );
    Error::new(ErrorKind::Invalid, message)
}

/// The last block that can hold a transaction of that era, if there is one: the runtime has to know the hash of the era's
/// first block, and remembers so many (`System.BlockHashCount`), and that of block 0 for ever.
pub(crate) fn last_block(era: Era, birth: u64, hashes_kept: u64) -> Option<u64> {
    let Era::Mortal { period, .. } = era else { return None };
    let known = if birth == 0 { u64::MAX } else { hashes_kept.saturating_add(1) };
    Some(birth.saturating_add(known.min(period - 1)))
}

/// Of how many blocks the runtime knows the hashes.
pub(crate) fn hashes_kept(runtime: &Runtime) -> Result<u64> {
    let count = runtime.constant("System", "BlockHashCount")?.value()?;
    count.as_u64().ok_or_else(|| {
        Error::new(
            ErrorKind::Decode,
            format!("System.BlockHashCount is {count}, which is no number of blocks"),
        )
    })
}

/// That a transaction still has a few blocks to get into.
///
/// # Errors
/// `Expired`: it has to be signed again.
pub(crate) fn still_lasts(last: Option<u64>, tip: &Tip) -> Result<()> {
    match last.filter(|last| last.saturating_sub(tip.best.number) < LEAST) {
        None => Ok(()),
        Some(last) => {
            let message = format!(
                "its last block is {last}, the head is block {}: sign it again; nothing was sent",
                tip.best.number
            );
            Err(Error::new(ErrorKind::Expired, message))
        }
    }
}

#[cfg(test)]
mod tests;
