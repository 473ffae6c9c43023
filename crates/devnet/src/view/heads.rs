//! What happens to the chain, as one node notices it.

use std::sync::Arc;

use sp_core::H256;
use tokio::sync::broadcast;

use super::{Tips, View};
use crate::chain::Head;

/// The heads of a node, one after another.
pub(crate) struct Heads {
    view: Arc<View>,
    heads: broadcast::Receiver<Head>,
    /// The last block of each event, which is not told twice: a node that is behind the chain is long at its
    /// beginning.
    last: [H256; 3],
}

impl View {
    /// The ends of the chain, and the heads that follow them.
    pub(crate) fn follow(self: &Arc<Self>) -> (Tips, Heads) {
        let (tips, heads) = self.chain.follow(|blocks| self.tips_of(blocks));
        let last = [tips.best.hash, tips.best.hash, tips.finalized.hash];
        (tips, Heads { view: self.clone(), heads, last })
    }
}

impl Heads {
    /// The next head; none after whoever listens fell too far behind. While the heads stand still it waits.
    pub(crate) async fn next(&mut self) -> Option<Head> {
        loop {
            let Head { event, block } = self.heads.recv().await.ok()?;
            let mut frozen = self.view.frozen.subscribe();
            frozen.wait_for(Option::is_none).await.ok()?;
            let block = self.view.chain.blocks(|blocks| self.view.behind(blocks, &block));
            let Some(last) = self.last.get_mut(event as usize) else { continue };
            if std::mem::replace(last, block.hash) != block.hash {
                return Some(Head { event, block });
            }
        }
    }
}
