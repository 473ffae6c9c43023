use std::{fmt, future::Future, io, pin::Pin, time::SystemTime};

/// What a [`RuntimeStore`] answers, once it does.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// A place to keep runtimes between runs, or to share them: for [`Cache::store`](crate::Cache::store).
///
/// A store keeps bytes by key and knows nothing of what they mean. A key is at most 200 characters: lower-case letters,
/// digits, `-`, `.` and one `/`. Contents carry a hash of themselves, which is checked whenever they come back: a store
/// that damages one costs a download, no more. Nothing in them is ever executed; but whoever can write to a store decides
/// how values are decoded, so that it has to be trusted as the user's own disk is.
///
/// No failure of a store fails anything else. A call that takes longer than a second is dropped and counts as failed; a
/// store that has failed is left alone for half a minute. Calls are made inside a tokio runtime, several at a time.
///
/// A store bounds itself: it may forget any entry at any time.
///
/// ```
/// use std::{collections::BTreeMap, sync::Mutex};
/// use tensorwire_chain::{RuntimeStore, StoreEntry, StoreFuture};
///
/// #[derive(Debug, Default)]
/// struct Map(Mutex<BTreeMap<String, Vec<u8>>>);
///
/// impl RuntimeStore for Map {
///     fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
///         Box::pin(async move { Ok(self.0.lock().unwrap().get(key).cloned()) })
///     }
///
///     fn put<'a>(&'a self, key: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()> {
///         Box::pin(async move {
///             self.0.lock().unwrap().insert(key.to_owned(), content);
///             Ok(())
///         })
///     }
///
///     fn list(&self) -> StoreFuture<'_, Vec<StoreEntry>> {
///         Box::pin(async move {
///             let map = self.0.lock().unwrap();
///             let entry = |(key, content): (&String, &Vec<u8>)| StoreEntry {
///                 key: key.clone(),
///                 bytes: content.len() as u64,
///                 used: None,
///             };
///             Ok(map.iter().map(entry).collect())
///         })
///     }
///
///     fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
///         Box::pin(async move { Ok(self.0.lock().unwrap().remove(key).is_some()) })
///     }
///
///     fn location(&self) -> String {
///         "a map".into()
///     }
/// }
/// ```
pub trait RuntimeStore: fmt::Debug + Send + Sync + 'static {
    /// The content kept under the key, `None` if there is none.
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>>;

    /// Keeps the content under the key, in place of what is there. Whoever reads meanwhile gets the former or the new
    /// content, never a part of one.
    fn put<'a>(&'a self, key: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()>;

    /// All entries, in any order.
    fn list(&self) -> StoreFuture<'_, Vec<StoreEntry>>;

    /// Forgets what is kept under the key, and tells whether there was something.
    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool>;

    /// Where the entries are, for messages: a path, or an address without credentials.
    fn location(&self) -> String;
}

/// An entry of a [`RuntimeStore`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreEntry {
    /// Its key.
    pub key: String,
    /// How long its content is.
    pub bytes: u64,
    /// When it was last used, if the store knows.
    pub used: Option<SystemTime>,
}
