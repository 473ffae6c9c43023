use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Stream, StreamExt, stream::BoxStream};
use tensorwire_scale::{Arguments, FromScale, Value};

use crate::{At, ErrorKind, Result};

mod layout;
mod listing;
mod pages;
mod source;
mod split;
mod values;

use layout::{Layout, Raw, Target};
use listing::{Listed, Listing};

/// One entry of a map.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Entry<V = Value> {
    /// The entry's keys, in the map's order of keys. One that only a hash is stored of is `Value::None`.
    pub keys: Vec<Value>,
    /// The value.
    pub value: V,
}

/// How far a listing has come. See [`Entries::progress`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// The entries passed: given out, or skipped.
    pub entries: u64,
    /// The part passed of all there is to pass, from 0 to 1: of the space of hashes, through which the entries of a
    /// map are spread evenly, or of the limit. `None` where neither is there, as in a map whose keys are not hashed.
    pub fraction: Option<f64>,
}

/// What a map holds, in the order of the storage: that of the bytes of the storage keys, which for a hashed key is the
/// order of the hashes. All of one block. See [`At::query_map`].
///
/// A stream that may be dropped at any point. Its settings come before the first poll; later they do nothing. It reads
/// ahead of its consumer, by at most [`buffer_bytes`](Self::buffer_bytes), and goes on where an entry does not decode.
/// What fails otherwise ends it: first what was read before, then the error.
#[must_use = "a stream does nothing unless polled"]
pub struct Entries<T = Entry> {
    listing: Listing,
    read: Read<T>,
    stream: Option<BoxStream<'static, Result<Listed>>>,
    progress: Progress,
}

/// What is made of a key and its value.
type Read<T> = fn(&Layout, &Raw) -> Result<T>;

impl At {
    /// All entries of a map, or those whose first keys are given, as in `query_map("SubtensorModule", "Keys", [1u16])`.
    ///
    /// One request for every thousand keys, and one for every 256 values. The keys of the next page are listed while
    /// values are fetched, several requests at once; where the first page tells how densely the keys lie, the rest is
    /// split and its parts are listed side by side. So a map of up to a thousand entries takes two round trips, and a
    /// big one far fewer than it has thousands.
    ///
    /// # Errors
    /// In the stream: as [`query`](Self::query), and `Invalid` if all keys are given or the item is no map; `Protocol`
    /// if the node lists what is none of the map's, not in order, or after the end.
    pub fn query_map(&self, pallet: &str, item: &str, first: impl Arguments) -> Entries {
        self.query_map_as(pallet, item, first)
    }

    /// Like [`query_map`](Self::query_map), with the values decoded into a Rust type whose layout is checked once per
    /// runtime.
    pub fn query_map_as<V: FromScale>(
        &self,
        pallet: &str,
        item: &str,
        first: impl Arguments,
    ) -> Entries<Entry<V>> {
        let target =
            Target::Map { pallet: pallet.to_owned(), item: item.to_owned(), first: first.into_values() };
        Entries::new(Listing::new(self, target), |layout, raw| {
            let entry = layout.entry()?;
            Ok(Entry {
                keys: layout.keys(&raw.key)?,
                value: entry.decode_as(Some(raw.bytes()?))?.ok_or_else(|| raw.missing())?,
            })
        })
    }

    /// The storage keys that begin with these bytes, ascending: of a pallet, of an item, or with no bytes all there are.
    ///
    /// One request for every thousand.
    pub fn storage_keys(&self, prefix: Vec<u8>) -> Entries<Vec<u8>> {
        let mut listing = Listing::new(self, Target::Prefix(prefix));
        listing.values = false;
        Entries::new(listing, |_, raw| Ok(raw.key.clone()))
    }
}

impl<V> Entries<Entry<V>> {
    /// The keys of the entries alone. No value is fetched.
    pub fn keys(mut self) -> Entries<Vec<Value>> {
        self.listing.values = false;
        Entries::new(self.listing, |layout, raw| layout.keys(&raw.key))
    }

    /// The entries as they are stored: storage key and value.
    pub fn raw(self) -> Entries<(Vec<u8>, Vec<u8>)> {
        Entries::new(self.listing, |_, raw| Ok((raw.key.clone(), raw.bytes()?.to_vec())))
    }
}

impl Entries<Vec<Value>> {
    /// The keys as they are stored, as in `at.query_map("System", "Account", ()).keys().raw()`. No value is fetched.
    pub fn raw(self) -> Entries<Vec<u8>> {
        Entries::new(self.listing, |_, raw| Ok(raw.key.clone()))
    }
}

impl<T> Entries<T> {
    fn new(listing: Listing, read: Read<T>) -> Self {
        Self { listing, read, stream: None, progress: Progress::default() }
    }

    /// Ends after that many entries, those that do not decode included. No value beyond them is asked for.
    pub fn limit(mut self, entries: u64) -> Self {
        self.listing.limit = Some(entries);
        self
    }

    /// Keys per page, 1 to 1,000 (default 1,000, the most that a node lists at once). Pages of less than 256 are listed
    /// one after the other.
    pub fn page_size(mut self, keys: usize) -> Self {
        self.listing.page_size = keys;
        self
    }

    /// Begins behind this storage key: one of the map, or of the prefix, that need not exist. To go on later, pass the
    /// last key that [`raw`](Entries::raw) gave, or what [`At::storage_key`] makes of the last entry's keys.
    ///
    /// A key that is none of the map's is `Invalid`, in the stream, before anything is listed.
    pub fn start_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.listing.start_key = Some(key.into());
        self
    }

    /// Leaves out what does not decode. By default there is an error in its place.
    pub fn ignore_decoding_errors(mut self) -> Self {
        self.listing.ignore_decoding_errors = true;
        self
    }

    /// How many bytes of values may be fetched and not yet taken (default 16 MiB). What is under way counts with the
    /// size of the largest values so far; of the first ones, whose size nobody knows, about a thousand are asked for at most.
    pub fn buffer_bytes(mut self, bytes: usize) -> Self {
        self.listing.buffer_bytes = bytes;
        self
    }

    /// How far the stream has come, for a progress bar. No request.
    pub fn progress(&self) -> Progress {
        self.progress
    }
}

impl<T> Entries<T> {
    /// The next entry; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<T>> {
        StreamExt::next(self).await
    }
}

impl<T> Stream for Entries<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { listing, read, stream, progress } = &mut *self;
        let stream = stream.get_or_insert_with(|| listing.clone().stream());
        loop {
            let item = match ready!(stream.poll_next_unpin(context)) {
                Some(Ok(listed)) => {
                    *progress = listed.progress;
                    let Listed { layout, raw, .. } = listed;
                    read(&layout, &raw).map_err(|error| error.asking(|| listing.asked(Some(&raw.key))))
                }
                Some(Err(error)) => Err(error.asking(|| listing.asked(None))),
                None => return Poll::Ready(None),
            };
            match item {
                Err(error) if listing.ignore_decoding_errors && error.kind() == ErrorKind::Decode => {}
                item => return Poll::Ready(Some(item)),
            }
        }
    }
}

impl<T> fmt::Debug for Entries<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("of", &self.listing.target.to_string()).finish_non_exhaustive()
    }
}
