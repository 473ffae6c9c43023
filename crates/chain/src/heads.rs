use std::sync::Arc;

use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

use crate::{BlockRef, Chain, Header, Result, node::Node, streamed::streamed};

mod branch;
mod fetch;
mod follow;
mod follower;
mod line;

use follow::Follow;
use follower::Path;

/// One thing that happened to the chain. See [`Chain::heads`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum HeadEvent {
    /// The child of the block before, or of `to` after a `Reorg`. The first one, and the one after a `Lagged`, stand
    /// by themselves.
    Block(Header),
    /// The blocks after `to`, up to `from`, are no longer on the best chain. The new branch follows, block by block.
    Reorg {
        /// The head until now.
        from: BlockRef,
        /// The last block that both branches share.
        to: BlockRef,
    },
    /// Blocks of the best chain were missed, more than are fetched unasked: the stream goes on at the present head.
    /// [`Chain::finalized_from`] replays them.
    Lagged {
        /// How many blocks lie between the one before and the next one.
        missed: u64,
    },
}

/// The blocks of a chain as they come: an endless stream of [`HeadEvent`]s, without gaps.
#[must_use = "a stream does nothing unless polled"]
pub struct Heads(BoxStream<'static, Result<HeadEvent>>);

streamed!(Heads of HeadEvent, "The next event. Dropping the future loses nothing.");

impl Chain {
    /// The best chain from the present head on, as the freshest endpoint sees it. Nothing is asked before the first
    /// poll.
    ///
    /// The blocks come one by one, each the child of the one before, or of the block that a [`Reorg`](HeadEvent::Reorg)
    /// went back to: whatever was lost on the way is fetched, checked by its hashes, and told in its place. The stream
    /// outlives its websocket and its endpoint; heads of one that lags are passed over. A consumer may be slow: after
    /// more than 1,024 missed blocks the stream says [`Lagged`](HeadEvent::Lagged) and goes on at the present head.
    /// The last 4,096 blocks are remembered (128 KiB): a branch that left them is a `Protocol` error, after which the
    /// stream goes on in the same way.
    ///
    /// One request to subscribe, one to end it; none for a block while nothing is missing. What is missing costs a
    /// request for every header and one more for every 64, two round trips for every 64. After a silence as long as
    /// the timeout the head is asked for once.
    ///
    /// The stream keeps the connection; dropping it ends the subscription.
    ///
    /// # Errors
    /// In the stream, which goes on: `Connection` for every timeout that an outage lasts; what a node refuses, or answers
    /// against the protocol, at once and then for every timeout. It ends after `WrongChain`, after a method that the node
    /// does not know, after a second head that is none, and when the chain is closed by its owner.
    pub fn heads(&self) -> Heads {
        self.follow(Path::Best)
    }

    /// The finalized chain from the present finalized head on: every block once, in order. Only
    /// [`Block`](HeadEvent::Block) occurs.
    ///
    /// For requests and errors see [`heads`](Self::heads): but nothing is ever left out, however slow the consumer, and
    /// the stream ends with a `Protocol` error if a node calls a block finalized that is not on the chain told before.
    pub fn finalized_heads(&self) -> Heads {
        self.follow(Path::Finalized { from: None })
    }

    /// Every finalized block from that number on, each once, in order, then the live ones. To resume pass the number
    /// after the last one. A number above the finalized head is waited for.
    ///
    /// Old blocks are told one by one as they come: two round trips and 65 requests for every 64, fewer at once from an
    /// endpoint that does not carry that many; at most 128 headers are in memory. For the rest see
    /// [`finalized_heads`](Self::finalized_heads).
    ///
    /// # Errors
    /// As [`finalized_heads`](Self::finalized_heads), and `UnknownBlock` while no endpoint has a block.
    pub fn finalized_from(&self, number: u64) -> Heads {
        self.follow(Path::Finalized { from: Some(number) })
    }

    fn follow(&self, path: Path) -> Heads {
        Heads::follow(self.node(), path)
    }
}

impl Heads {
    /// [`Chain::heads`].
    pub(crate) fn best(node: &Arc<Node>) -> Self {
        Self::follow(node, Path::Best)
    }

    /// [`Chain::finalized_heads`].
    pub(crate) fn finalized(node: &Arc<Node>) -> Self {
        Self::follow(node, Path::Finalized { from: None })
    }

    fn follow(node: &Arc<Node>, path: Path) -> Self {
        let follow = Follow::new(node.clone(), path);
        let next = async |mut follow: Follow| Some((follow.next().await?, follow));
        Self(stream::unfold(follow, next).fuse().boxed())
    }
}
