use std::{future::pending, pin::pin, sync::Arc};

use futures_util::{
    StreamExt,
    future::{Either, select},
    stream::{self, BoxStream},
};

use crate::{At, Error, ErrorKind, Result, flight::Flight};

use super::{
    Progress,
    layout::{Layout, Raw, Target},
    pages::Pages,
    source::{Key, Source},
    values::Values,
};

/// The most keys that a node lists at once.
const MAX_PAGE: usize = 1000;

/// Pages of keys that may be listed ahead of the values.
const PAGES_AHEAD: usize = 8;

/// What is to be listed, and how.
#[derive(Clone)]
pub(super) struct Listing {
    at: At,
    pub(super) target: Arc<Target>,
    pub(super) limit: Option<u64>,
    pub(super) page_size: usize,
    pub(super) start_key: Option<Key>,
    pub(super) ignore_decoding_errors: bool,
    pub(super) buffer_bytes: usize,
    /// Whether values are wanted.
    pub(super) values: bool,
}

impl Listing {
    pub(super) fn new(at: &At, target: Target) -> Self {
        Self {
            at: at.clone(),
            target: Arc::new(target),
            limit: None,
            page_size: MAX_PAGE,
            start_key: None,
            ignore_decoding_errors: false,
            buffer_bytes: 16 << 20,
            values: true,
        }
    }

    /// All that is listed, in order. After an error nothing comes.
    pub(super) fn stream(self) -> BoxStream<'static, Result<Listed>> {
        let next = async |run: Option<Run>| {
            let mut run = run?;
            let next = run.next().await?;
            let run = next.is_ok().then_some(run);
            Some((next, run))
        };
        stream::once(self.open())
            .flat_map(move |opened| match opened {
                Ok(run) => stream::unfold(Some(run), next).left_stream(),
                Err(error) => stream::iter([Err(error)]).right_stream(),
            })
            .fuse()
            .boxed()
    }

    /// Learns the layout and checks the settings. Nothing is asked but the runtime.
    async fn open(self) -> Result<Run> {
        let open = async {
            if !(1..=MAX_PAGE).contains(&self.page_size) {
                let message = format!("a page holds 1 to {MAX_PAGE} keys, not {}", self.page_size);
                return Err(Error::new(ErrorKind::Invalid, message));
            }
            let layout = Layout::of(&self.target, &self.at).await?;
            let start = match self.start_key.clone() {
                Some(key) => layout.start(key)?,
                None => layout.prefix.clone(),
            };
            Ok((layout, start))
        };
        let (layout, start) = self.bounded(open).await?;
        Ok(Run {
            begins_at: layout.position(&start),
            pages: Pages::new(&layout, start, self.page_size, self.limit),
            values: Values::new(self.buffer_bytes),
            layout: Arc::new(layout),
            listing: Arc::new(self),
            progress: Progress::default(),
            failure: None,
        })
    }

    async fn bounded<T>(&self, read: impl Future<Output = Result<T>>) -> Result<T> {
        self.at.inner().node.bounded(|| self.asked(None), read).await
    }

    /// What is asked, for messages: the listing, or one key of it.
    pub(super) fn asked(&self, key: Option<&Key>) -> String {
        let key = key.map(|key| format!(", {}", const_hex::encode_prefixed(key))).unwrap_or_default();
        format!("{}{key} at {}", self.target, self.at.asked())
    }

    /// Work that goes on while the consumer is busy.
    fn spawn<T: Send + Sync + 'static>(
        self: &Arc<Self>,
        read: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Flight<Arc<T>> {
        let listing = self.clone();
        let work = async move { listing.bounded(read).await.map(Arc::new) };
        Flight::new(&self.at.inner().node.handle, work)
    }
}

/// An entry, and how far the listing has come with it.
pub(super) struct Listed {
    pub(super) layout: Arc<Layout>,
    pub(super) raw: Raw,
    pub(super) progress: Progress,
}

/// A listing under way.
struct Run {
    listing: Arc<Listing>,
    layout: Arc<Layout>,
    pages: Pages,
    values: Values,
    begins_at: Option<f64>,
    progress: Progress,
    /// What is told once all that came before it is given out.
    failure: Option<Error>,
}

impl Run {
    /// The next entry. After an error there is no other.
    async fn next(&mut self) -> Option<Result<Listed>> {
        loop {
            if let Some(raw) = self.values.pop() {
                self.passed(&raw.key);
                return Some(Ok(Listed { layout: self.layout.clone(), raw, progress: self.progress }));
            }
            if let Err(error) = self.listing.at.inner().node.is_ours() {
                return Some(Err(error));
            }
            while let Some(page) = self.pages.first()
                && self.failure.is_none()
                && let Some(keys) = page.now()
            {
                let keys = self.pages.take(&page, keys);
                self.list(keys);
            }
            self.begin();
            if self.values.is_ready() {
                continue;
            }
            if let Err(error) = self.wait().await? {
                return Some(Err(error));
            }
        }
    }

    /// Waits until something has come. `None` when nothing more comes.
    async fn wait(&mut self) -> Option<Result<()>> {
        let (page, chunk) = (self.pages.first().filter(|_| self.failure.is_none()), self.values.first());
        if page.is_none() && chunk.is_none() {
            return self.failure.take().map(Err);
        }
        let listed = pin!(async {
            match &page {
                Some(page) => page.keys().await.map(|_| ()),
                None => pending().await,
            }
        });
        let fetched = pin!(async {
            match &chunk {
                Some(chunk) => chunk.get().await,
                None => pending().await,
            }
        });
        match select(fetched, listed).await {
            Either::Left((values, _)) => Some(self.values.take(values)),
            Either::Right(_) => Some(Ok(())),
        }
    }

    fn list(&mut self, entries: Result<Vec<Raw>>) {
        let fetch = self.listing.values && !Source::new(&self.listing.at).is_proven();
        match entries {
            Ok(entries) if fetch => self.values.add(entries.into_iter().map(|entry| entry.key).collect()),
            Ok(entries) => self.values.add_ready(entries),
            Err(error) => self.failure = Some(error),
        }
    }

    /// Puts on the wire what may go.
    fn begin(&mut self) {
        let Self { listing, layout, .. } = self;
        let source = Source::new(&listing.at);
        let room = (PAGES_AHEAD * listing.page_size).saturating_sub(self.values.waiting());
        if self.failure.is_none() {
            self.pages.begin(room, |after, count| {
                let (source, layout, after) = (source.clone(), layout.clone(), after.clone());
                listing.spawn(async move { source.keys(&layout.prefix, &after, count).await })
            });
        }
        self.values.begin(|keys| {
            let source = source.clone();
            listing.spawn(async move { source.values(keys).await })
        });
    }

    fn passed(&mut self, key: &[u8]) {
        self.progress.entries += 1;
        let hashed = self
            .begins_at
            .and_then(|begin| Some((self.layout.position(key)? - begin) / (1.0 - begin).max(f64::EPSILON)));
        let limited = self.listing.limit.map(|limit| self.progress.entries as f64 / limit as f64);
        self.progress.fraction = match (hashed, limited) {
            (Some(hashed), Some(limited)) => Some(hashed.max(limited)),
            (hashed, limited) => hashed.or(limited),
        };
    }
}
