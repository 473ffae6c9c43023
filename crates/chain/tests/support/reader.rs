//! A task that reads a stream of heads to its end.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tensorwire_chain::{ErrorKind, Heads};
use tokio::task::JoinHandle;

use super::forks::Replay;

/// Time enough for everything that is under way.
pub const SETTLED: Duration = Duration::from_secs(5);

/// A consumer that is always ready.
pub struct Reader {
    pub replay: Arc<Mutex<Replay>>,
    pub errors: Arc<Mutex<Vec<ErrorKind>>>,
    pub task: JoinHandle<()>,
}

impl Reader {
    pub fn of(mut heads: Heads) -> Self {
        let (replay, errors) = (Arc::<Mutex<Replay>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let task = tokio::spawn({
            let (replay, errors) = (replay.clone(), errors.clone());
            async move {
                while let Some(item) = heads.next().await {
                    match item {
                        Ok(event) => replay.lock().unwrap().apply(event),
                        Err(error) => {
                            eprintln!("told: {error:?}");
                            errors.lock().unwrap().push(error.kind());
                        }
                    }
                }
            }
        });
        Self { replay, errors, task }
    }

    pub fn replay(&self) -> MutexGuard<'_, Replay> {
        self.replay.lock().unwrap()
    }

    pub fn errors(&self) -> Vec<ErrorKind> {
        self.errors.lock().unwrap().clone()
    }
}
