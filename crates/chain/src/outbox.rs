//! What is sent is written down before it leaves.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{runtime::Handle, sync::oneshot};

use crate::{Error, ErrorKind, Hash, Pending, Result};

mod journal;
#[cfg(test)]
mod tests;

use journal::{Journal, Record};

/// A file that knows of every extrinsic that was sent and whose end is not proven yet: so that after a crash the next
/// start tells what became of it, and pays nothing twice.
///
/// An extrinsic is on the disk before it is on the wire, and is struck out once it is final, expired or refused. Where the
/// file cannot be written, nothing is sent. Extrinsics that are sent together share one write. Cheap to clone; one process
/// has the file at a time, for as many chains as it likes. It holds signed extrinsics and no keys; its owner alone may
/// read it.
///
/// ```no_run
/// # async fn run() -> tensorwire_chain::Result<()> {
/// use tensorwire_chain::{Chain, Outbox};
///
/// let outbox = Outbox::open("outbox.jsonl")?;
/// let chain = Chain::builder("ws://127.0.0.1:9944").outbox(&outbox).connect().await?;
/// for submission in chain.unfinished().await? {
///     println!("{}: {}", submission.hash(), submission.outcome().await);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    journal: Mutex<Journal>,
    /// What waits to be written; its first has set somebody to it, who writes all of it.
    queue: Mutex<Vec<(Record, oneshot::Sender<Result<()>>)>>,
    pending: Mutex<Vec<Pending>>,
    location: String,
}

impl Outbox {
    /// Opens the file, or makes it, readable by its owner alone. A process that was killed while it wrote leaves a torn last
    /// line, of what was not sent yet: it is cut off. Reads and writes the file before it returns.
    ///
    /// # Errors
    /// `Store` if the file cannot be read and written, is in use by another process, or holds a line that is not as it was
    /// written: then nothing is changed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let (journal, pending) = Journal::open(path)?;
        Ok(Self(Arc::new(Inner {
            journal: Mutex::new(journal),
            queue: Mutex::default(),
            pending: Mutex::new(pending),
            location: path.display().to_string(),
        })))
    }

    /// What was sent, by this process or earlier ones, and has not ended as far as is known; the oldest first.
    pub fn pending(&self) -> Vec<Pending> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns when it is on the disk: then it may be sent. If this is dropped before, it is struck out: nobody will send it.
    pub(crate) async fn sending(&self, pending: &Pending) -> Result<()> {
        let mut unsent = Unsent { outbox: self, hash: Some(pending.hash) };
        let written = self.write(Record::Sending(pending.clone())).await;
        unsent.hash = None;
        written
    }

    /// What became of it is proven. One that is not in here, or no longer, is none of its business.
    pub(crate) async fn ended(&self, hash: Hash, how: &str) -> Result<()> {
        if !self.pending().iter().any(|pending| pending.hash == hash) {
            return Ok(());
        }
        self.write(Record::Ended { hash, how: how.to_owned() }).await
    }

    async fn write(&self, record: Record) -> Result<()> {
        let written = self.queue(record).await;
        written.unwrap_or_else(|_| Err(Error::new(ErrorKind::Store, "the outbox was not written")))
    }

    /// It is written in its turn, whether or not anybody waits for that.
    fn queue(&self, record: Record) -> oneshot::Receiver<Result<()>> {
        let (done, written) = oneshot::channel();
        let is_first = {
            let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.push((record, done));
            queue.len() == 1
        };
        if is_first {
            let inner = self.0.clone();
            match Handle::try_current() {
                Ok(runtime) => _ = runtime.spawn_blocking(move || flush(inner)),
                // A future may be dropped anywhere.
                Err(_) => flush(inner),
            }
        }
        written
    }
}

/// One that is being written down, and not sent yet.
struct Unsent<'o> {
    outbox: &'o Outbox,
    hash: Option<Hash>,
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        if let Some(hash) = self.hash {
            self.outbox.queue(Record::Ended { hash, how: "not sent".to_owned() });
        }
    }
}

/// Writes all that waits at once: waiting for the disk costs as much for one as for many.
fn flush(outbox: Arc<Inner>) {
    let (written, done) = {
        let mut journal = outbox.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = std::mem::take(&mut *outbox.queue.lock().unwrap_or_else(PoisonError::into_inner));
        let (records, done): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        let written = journal.append(&records);
        if written.is_ok() {
            let mut pending = outbox.pending.lock().unwrap_or_else(PoisonError::into_inner);
            records.into_iter().for_each(|record| record.apply(&mut pending));
            if journal.is_long() {
                journal.shorten(&pending);
            }
        }
        (written, done)
    };
    // Whoever hears of it may drop the outbox, and then the file is free.
    drop(outbox);
    for done in done {
        // Whoever asked may be gone.
        let _ = done.send(written.clone());
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Outbox").field(&self.0.location).finish()
    }
}
