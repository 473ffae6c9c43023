//! What the blocks show.

use super::{Nonce, OFFER_AGAIN, PATIENCE, Tracker};
use crate::{
    BlockRef, Error, ErrorKind, Hash, Result,
    tx::{
        Cause, Expiry, Rejection, Status,
        present::Tip,
        refusal::Unwatched,
        search::{self, Found},
        submission::End,
    },
};

impl Tracker {
    /// Finds out what can be found out now. The end, if there is one.
    pub(super) async fn settle(&mut self, tip: &Tip) -> Result<Option<End>> {
        if let Some((block, is_final)) = self.said {
            let end = match self.take(block, is_final).await {
                // It was reorganised away, and forgotten.
                Err(error) if error.kind() == ErrorKind::UnknownBlock => None,
                end => end?,
            };
            self.said = None;
            if end.is_some() {
                return Ok(end);
            }
        }
        if let Some(block) = self.included {
            return self.settle_included(block, tip).await;
        }
        if let Some(end) = self.settle_rival(tip).await? {
            return Ok(Some(end));
        }
        if let Some(cause) = self.cause(tip).await? {
            return self.prove(cause, tip.finalized).await;
        }
        if self.rival.is_none() && (self.feed.is_none() || self.quiet >= PATIENCE) {
            self.quiet = 0;
            if let Some(end) = self.look(tip, false).await? {
                return Ok(Some(end));
            }
        }
        if let Some(block) = self.included {
            return self.settle_included(block, tip).await;
        }
        if let Some(end) = self.settle_rival(tip).await? {
            return Ok(Some(end));
        }
        if self.rival.is_none() && self.feed.is_none() {
            self.unheard = self.unheard.saturating_add(1);
            if self.offer || self.unheard >= OFFER_AGAIN {
                self.offer_again(tip).await?;
            }
        }
        Ok(None)
    }

    /// Of a transaction that is in a block: whether that one is final, or gone.
    async fn settle_included(&mut self, block: BlockRef, tip: &Tip) -> Result<Option<End>> {
        let may_be_final = block.number <= tip.finalized.number;
        if self.chain.node().history.is_final(block) {
            return self.take(block.hash, true).await;
        }
        // The watch will tell, most likely with the head that has just come.
        if self.feed.is_some() && self.quiet < PATIENCE {
            return Ok(None);
        }
        let head = if may_be_final { tip.finalized } else { tip.best };
        let is_on_chain = self.is_below(block, head).await?;
        self.quiet = 0;
        match is_on_chain {
            true if may_be_final => self.take(block.hash, true).await,
            true => Ok(None),
            false => {
                self.retract();
                Ok(None)
            }
        }
    }

    /// Reads a block that is said to hold it.
    async fn take(&mut self, block: Hash, is_final: bool) -> Result<Option<End>> {
        let known = self.progress.borrow().included.clone().filter(|receipt| receipt.block().hash == block);
        let receipt = match known {
            None => search::receipt(&self.chain, self.pending.hash, block).await?,
            known => known,
        };
        let Some(receipt) = receipt else {
            tracing::debug!(target: "tensorwire::tx", hash = %self.pending.hash, %block, "not in the block it was said to be in");
            return Ok(None);
        };
        let block = receipt.block();
        if self.included != Some(block) {
            self.included = Some(block);
            self.nonce.take().into_iter().for_each(Nonce::used);
            self.progress.send_modify(|progress| {
                progress.included = Some(receipt.clone());
                progress.tell(Status::InBlock { block });
            });
        }
        Ok(is_final.then(|| End::Finalized(receipt.into())))
    }

    /// The same of a block that was found to hold it.
    async fn take_found(&mut self, block: BlockRef, is_final: bool) -> Result<Option<End>> {
        match self.take(block.hash, is_final).await {
            Err(error) if error.kind() == ErrorKind::Pruned => Ok(Some(End::Failed(without_state(block)))),
            end => end,
        }
    }

    pub(super) fn retract(&mut self) {
        let Some(block) = self.included.take() else { return };
        self.progress.send_modify(|progress| {
            progress.included = None;
            progress.tell(Status::Retracted { block: block.hash });
        });
    }

    /// Whether that block is on the chain that leads to this head.
    async fn is_below(&self, block: BlockRef, head: BlockRef) -> Result<bool> {
        if block.number > head.number {
            return Ok(false);
        }
        Ok(self.chain.evidence().at_height(&self.chain, block.number, head).await? == block)
    }

    /// Why no block after the finalized one can hold it, if that is so. One request, where the runtime has been replaced.
    async fn cause(&self, tip: &Tip) -> Result<Option<Cause>> {
        if let Some(last_block) = self.pending.last_block.filter(|last| tip.finalized.number >= *last) {
            return Ok(Some(Cause::Era { last_block }));
        }
        let Some(signed_for) = self.pending.spec_version else { return Ok(None) };
        if tip.version.spec_version == signed_for {
            return Ok(None);
        }
        let now = self.chain.evidence().version(&self.chain, tip.finalized).await?.spec_version;
        Ok((now != signed_for).then_some(Cause::Runtime { signed_for, now }))
    }

    /// Of one whose nonce is used elsewhere: whether that is final.
    async fn settle_rival(&mut self, tip: &Tip) -> Result<Option<End>> {
        let Some((by, block)) = self.rival.filter(|(_, block)| block.number <= tip.finalized.number) else {
            return Ok(None);
        };
        if by.is_some() && self.is_below(block, tip.finalized).await? {
            return Ok(Some(self.replaced(by, block)));
        }
        // What was found may be of several branches: final blocks are of one.
        let found = search::search(&self.chain, &self.pending, self.clear, tip.finalized, true).await?;
        self.rival = None;
        self.conclude(found).await
    }

    /// Proves by the final blocks that it never was in one: no later one can hold it.
    async fn prove(&mut self, cause: Cause, finalized: BlockRef) -> Result<Option<End>> {
        match search::search(&self.chain, &self.pending, self.clear, finalized, true).await? {
            Found::Nowhere | Found::Unseen => {
                self.nonce.take().into_iter().for_each(Nonce::dead);
                Ok(Some(End::Expired(Expiry { cause, finalized })))
            }
            found => self.conclude(found).await,
        }
    }

    /// The end by what was found in final blocks, if it is one.
    async fn conclude(&mut self, found: Found) -> Result<Option<End>> {
        match found {
            Found::In(block) => self.take_found(block, true).await,
            Found::Used(by, block) => Ok(Some(self.replaced(by, block))),
            Found::Untold(block) => Ok(Some(End::Failed(untold(block)))),
            Found::Nowhere | Found::Unseen => Ok(None),
        }
    }

    /// Looks for it on the best chain.
    async fn look(&mut self, tip: &Tip, to_prove: bool) -> Result<Option<End>> {
        match search::search(&self.chain, &self.pending, self.clear, tip.best, to_prove).await? {
            Found::In(block) => return self.take_found(block, false).await,
            Found::Used(by, block) => self.rival = Some((by, block)),
            Found::Untold(block) => self.rival = Some((None, block)),
            Found::Nowhere => self.clear = self.clear.max(tip.finalized.number.min(tip.best.number)),
            Found::Unseen => {}
        }
        Ok(None)
    }

    fn replaced(&mut self, by: Option<Hash>, block: BlockRef) -> End {
        self.nonce.take().into_iter().for_each(Nonce::used);
        End::Rejected(Rejection { nonce: self.pending.nonce.unwrap_or_default(), by, block })
    }

    /// Offers the same bytes once more, if they can still come into a block: that makes no second transaction of it.
    async fn offer_again(&mut self, tip: &Tip) -> Result<()> {
        let is_too_late = self.pending.last_block.is_some_and(|last| tip.best.number >= last);
        if self.pending.bytes.is_none() || is_too_late {
            self.offer = false;
            return Ok(());
        }
        let runtime = self.chain.present().await?.runtime;
        match self.send(&runtime).await {
            Ok(feed) => {
                self.feed = Some(feed);
                self.tell(Status::Resent);
            }
            Err(Unwatched::Lost(error)) => return Err(error),
            Err(Unwatched::Refused(refusal)) if refusal.is_of_wire() => return Err(refusal.error),
            // That is of this moment, and undoes nothing that a node may have taken before: it may be in a block by now.
            Err(Unwatched::Known | Unwatched::Refused(_)) => _ = self.look(tip, true).await?,
        }
        self.nonce.iter_mut().for_each(Nonce::accepted);
        (self.offer, self.unheard, self.quiet) = (false, 0, 0);
        Ok(())
    }
}

/// Nobody can tell, and nobody may take it for refused.
#[cold]
fn untold(block: BlockRef) -> Error {
    let message = format!(
        "its nonce was used up to block {block}, by itself or by another transaction: the endpoint has no states that \
         would tell where, ask an archive"
    );
    Error::new(ErrorKind::FateUnknown, message)
}

#[cold]
fn without_state(block: BlockRef) -> Error {
    let message = format!(
        "it is in block {block}, and what it did there cannot be told: the state of the block is gone, ask an archive"
    );
    Error::new(ErrorKind::Pruned, message)
}
