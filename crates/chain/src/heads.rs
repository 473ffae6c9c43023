use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};

use crate::{BlockRef, Chain, Header, Result};

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

impl Heads {
    /// The next event. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<HeadEvent>> {
        self.0.next().await
    }
}

impl Stream for Heads {
    type Item = Result<HeadEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Heads")
    }
}

impl Chain {
    /// The best chain from the present head on.
    pub fn heads(&self) -> Heads {
        Heads(stream::pending().boxed())
    }

    /// The finalized chain from the present finalized head on.
    pub fn finalized_heads(&self) -> Heads {
        Heads(stream::pending().boxed())
    }

    /// Every finalized block from that number on, each once, in order, then the live ones.
    pub fn finalized_from(&self, _number: u64) -> Heads {
        Heads(stream::pending().boxed())
    }
}
