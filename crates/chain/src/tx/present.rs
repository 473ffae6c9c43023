//! The chain's present, as transactions need it: followed while transactions are made, so that it costs none of them a
//! request.

use std::sync::Arc;

use tensorwire_scale::Runtime;

use crate::{
    BlockRef, Chain, Error, ErrorKind, Hash, Result, RuntimeVersion, backfill, node::Node, pool::Needs,
};

mod following;
mod task;

pub(crate) use following::{Following, Watching};

use following::View;

/// What the chain is like now.
#[derive(Clone)]
pub(crate) struct Present {
    pub(crate) tip: Tip,
    /// The runtime whose code the best block's state holds.
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) genesis: Hash,
}

/// The ends of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) best: BlockRef,
    pub(crate) finalized: BlockRef,
    /// Of the runtime whose code the best block's state holds: it executes the next block.
    pub(crate) version: RuntimeVersion,
}

impl Tip {
    /// How many blocks are not final yet.
    pub(crate) fn lag(&self) -> u64 {
        self.best.number.saturating_sub(self.finalized.number)
    }

    /// That the next block takes what was signed for this runtime.
    ///
    /// # Errors
    /// `RuntimeChanged`, naming both.
    pub(crate) fn takes(&self, spec_version: u32, transaction_version: u32) -> Result<()> {
        let RuntimeVersion { spec_version: spec, transaction_version: transaction, .. } = &self.version;
        if (*spec, *transaction) == (spec_version, transaction_version) {
            return Ok(());
        }
        let message = format!(
            "it was signed for spec version {spec_version} and transaction version {transaction_version}, block {} has \
             {spec} and {transaction}: sign it again; nothing was sent",
            self.best
        );
        Err(Error::new(ErrorKind::RuntimeChanged, message))
    }
}

impl Chain {
    /// The present. No request while it is followed; else two subscriptions in one round trip, and one request for the
    /// version of the runtime. One more request where no block has come for a minute, and the metadata of a new runtime.
    pub(crate) async fn present(&self) -> Result<Present> {
        let node = self.node();
        let present = async {
            let tip = self.tip().await?;
            let needs = Needs::State { number: Some(tip.best.number), seen_at: None };
            let runtime = node.runtime(&tip.version, tip.best.hash, needs).await?;
            node.is_current(&tip.version, &runtime).await?;
            Ok(Present { tip, runtime, genesis: node.genesis().await? })
        };
        node.bounded(|| "the chain's heads".into(), present).await
    }

    /// The present, asked for anew unless it has changed since: for whoever has found out that this was not it.
    pub(crate) async fn present_after(&self, wrong: &Tip) -> Result<Present> {
        self.following().doubt(wrong);
        self.present().await
    }

    async fn tip(&self) -> Result<Tip> {
        let following = self.following();
        let mut views = following.start(self.node());
        // A failure of earlier is none of now.
        let mut view = views.borrow_and_update().clone();
        if let View::Failed(_) = view {
            view = View::Unknown;
        }
        loop {
            match view {
                View::Known(tip) if following.is_fresh() => return Ok(tip),
                View::Known(tip) => {
                    if is_still(self.node(), &tip).await? {
                        following.is_confirmed();
                        return Ok(tip);
                    }
                    following.doubt(&tip);
                    views = following.start(self.node());
                }
                View::Failed(error) | View::Over(error) => return Err(error),
                View::Unknown => _ = views.changed().await,
            }
            view = views.borrow_and_update().clone();
        }
    }
}

/// Whether it is the head that the node gives.
async fn is_still(node: &Node, tip: &Tip) -> Result<bool> {
    Ok(backfill::newest(node, false).await?.block() == tip.best)
}

#[cfg(test)]
mod tests;
