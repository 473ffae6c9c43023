//! What a block holds: its header, its extrinsics, its events.

use std::{pin::pin, sync::Arc};

use futures_util::future::try_join;
use tensorwire_scale::{AccountId, Event, Extrinsic, Runtime};

use crate::{At, BlockRef, Error, ErrorKind, Hash, Header, Receipt, Result, pin::Pin, receipt, storage::key};

mod author;
mod body;
mod extrinsic;
mod find;
mod root;

pub use extrinsic::{BlockExtrinsic, ExtrinsicId};
pub(crate) use find::find;

/// A block's header and extrinsics. See [`At::block`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Block {
    /// The header: its hash is the block's.
    pub header: Header,
    /// The extrinsics, in their order: inherents first.
    pub extrinsics: Vec<BlockExtrinsic>,
}

/// A block's header, and its extrinsics with what became of them. See [`At::block_with_events`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ExecutedBlock {
    /// The header: its hash is the block's.
    pub header: Header,
    /// The extrinsics, in their order, each with its events.
    pub extrinsics: Vec<Receipt>,
    /// The events of no extrinsic: those of the block's beginning and end.
    pub events: Vec<Event>,
}

/// The block itself.
impl At {
    /// The block's header. One request, once for this `At`.
    ///
    /// Its hash is computed and is the block's, so what it says is as true as the hash is. A node that has dropped the
    /// state of the block still has its header.
    ///
    /// # Errors
    /// `UnknownBlock` if no endpoint has the block, `NotYetImported` for a number above the head; `Protocol` if a node
    /// gives another header, and `Unverified` where all is to be [verified](Self::verified).
    pub async fn header(&self) -> Result<Header> {
        let inner = self.inner();
        let header = async { inner.judged(inner.pin.header(&inner.node).await) };
        inner.node.bounded(|| format!("header of {}", self.asked()), header).await
    }

    /// The block before this one, [verified](Self::verified) if this one is. The cost of [`header`](Self::header); then nothing until it is read.
    ///
    /// # Errors
    /// `UnknownBlock` at block 0, which has none. Else as [`header`](Self::header).
    pub async fn parent(&self) -> Result<Self> {
        let header = self.header().await?;
        let parent = parent_of(&header).ok_or_else(|| {
            let message = format!("block {} is the first of its chain: it has no parent", header.block());
            Error::new(ErrorKind::UnknownBlock, message)
        })?;
        let inner = self.inner();
        if inner.pin.located().await?.is_final {
            inner.node.history.finalize(parent);
        }
        let parent = Self::new(&inner.node, Pin::block(&inner.node, parent.hash, Some(parent.number)));
        Ok(if inner.verified.is_some() { parent.verified() } else { parent })
    }

    /// When the block was made, as its author says (`Timestamp.Now`): milliseconds since 1970. 0 at the genesis, which
    /// was made by nobody.
    ///
    /// One request, shared with the block's other storage reads.
    ///
    /// # Errors
    /// `NotFound` on a chain without the pallet `Timestamp`. Else as [`query`](Self::query).
    pub async fn timestamp(&self) -> Result<u64> {
        Ok(self.query_as("Timestamp", "Now", ()).await?.unwrap_or_default())
    }

    /// What happened in the block, in the order in which it did (`System.Events`), decoded with the runtime that
    /// executed the block.
    ///
    /// One request, shared with the block's other storage reads; none more where the runtime is known.
    ///
    /// # Errors
    /// `Decode`, naming the event; `Pruned` where the state of the block is gone, as with all of its storage.
    pub async fn events(&self) -> Result<Vec<Event>> {
        self.inner().node.bounded(|| format!("events of {}", self.asked()), self.read_events()).await
    }

    /// The block's extrinsics, in their order, decoded with the runtime that executed the block.
    ///
    /// One request, beside those for the runtime where it is not known. The extrinsics are checked against the header's
    /// root of them, and the header against the block's hash.
    ///
    /// # Errors
    /// `Decode` if one of them does not decode: [`block`](Self::block) has the others. Else as [`header`](Self::header).
    pub async fn extrinsics(&self) -> Result<Vec<Extrinsic>> {
        self.block().await?.extrinsics.into_iter().map(BlockExtrinsic::into_decoded).collect()
    }

    /// The block's header and its extrinsics. An extrinsic that does not decode is an error in its place, with its bytes.
    ///
    /// One request, beside those for the runtime where it is not known. The extrinsics are checked against the header's
    /// root of them, and the header against the block's hash.
    ///
    /// # Errors
    /// As [`header`](Self::header). `Pruned` where neither the state of the block nor its runtime is known: extrinsics
    /// cannot be decoded without.
    pub async fn block(&self) -> Result<Block> {
        let read = async {
            let (body, runtime) = try_join(self.body(), self.inner().executed_by()).await?;
            Ok(body.decode(&runtime))
        };
        self.inner().node.bounded(|| format!("{}", self.asked()), read).await
    }

    /// The block's header and its extrinsics, each with its events and what became of it.
    ///
    /// Two requests that leave together: [`block`](Self::block) and [`events`](Self::events).
    pub async fn block_with_events(&self) -> Result<ExecutedBlock> {
        let read = async {
            let (body, events) = try_join(self.body(), self.read_events()).await?;
            let runtime = self.inner().executed_by().await?;
            let Block { header, extrinsics } = body.decode(&runtime);
            let (extrinsics, events) = receipt::join(&runtime, extrinsics, events);
            Ok(ExecutedBlock { header, extrinsics, events })
        };
        self.inner().node.bounded(|| format!("{} and its events", self.asked()), read).await
    }

    /// The extrinsic of that hash (blake2-256 of its bytes) in this block, with its events and what became of it. Costs
    /// what [`block_with_events`](Self::block_with_events) does.
    ///
    /// # Errors
    /// `NotFound` if the block has no such extrinsic. Else as [`block`](Self::block) and [`events`](Self::events).
    pub async fn extrinsic(&self, hash: Hash) -> Result<Receipt> {
        let block = self.block_with_events().await?;
        let (at, count) = (block.header.block(), block.extrinsics.len());
        let found = block.extrinsics.into_iter().find(|extrinsic| extrinsic.hash() == hash);
        found.ok_or_else(|| {
            let message = format!("none of the {count} extrinsics of block {at} has the hash {hash}");
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// Who made the block; `None` at the genesis, and where the header does not tell.
    ///
    /// With Aura it is the authority whose turn the slot was, by `Aura.Authorities` of the parent's state; with Babe the
    /// authority that the header's claim names, by those of this block's; with `pow_` the account in the header. Where
    /// the runtime has the pallet `Session`, it is the validator in the authority's place, else the authority's public
    /// key as an account: so on Subtensor.
    ///
    /// The header, and one request for the authorities (none with `pow_`); with Aura also what the parent's runtime costs.
    ///
    /// # Errors
    /// `Pruned` where the state that names the authorities is gone. Else as [`header`](Self::header).
    pub async fn author(&self) -> Result<Option<AccountId>> {
        let author = pin!(author::of(self));
        self.inner().node.bounded(|| format!("author of {}", self.asked()), author).await
    }

    async fn body(&self) -> Result<body::Body> {
        let inner = self.inner();
        let body = inner.judged(body::Body::fetch(&inner.node, inner.pin.located().await?).await)?;
        inner.pin.has_header(&body.header);
        Ok(body)
    }

    async fn read_events(&self) -> Result<Vec<Event>> {
        let inner = self.inner();
        let events = inner.reads.one(key::of_system("Events"));
        let (found, runtime) = try_join(events, inner.executed_by()).await?;
        decode_events(&runtime, found.bytes())
    }
}

/// No events are kept where there are none: at the genesis.
fn decode_events(runtime: &Arc<Runtime>, bytes: Option<&[u8]>) -> Result<Vec<Event>> {
    Ok(bytes.map(|bytes| runtime.decode_events(bytes)).transpose()?.unwrap_or_default())
}

/// The block before that one, if there is one.
fn parent_of(header: &Header) -> Option<BlockRef> {
    Some(BlockRef { number: header.number.checked_sub(1)?, hash: header.parent })
}
