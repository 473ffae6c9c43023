use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::AbortHandle, time::Instant};

use super::{Tip, task};
use crate::{Error, ErrorKind, Result, node::Node};

/// Follows the heads of one chain, from when somebody asks for the present until nobody has for a while. Ends with the
/// chain's handle.
#[derive(Default)]
pub(crate) struct Following(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    view: watch::Sender<View>,
    /// Held by all for whom it goes on.
    wanted: Arc<()>,
}

/// What is known of the present.
#[derive(Debug, Clone)]
pub(super) enum View {
    /// Nothing yet, or nothing certain.
    Unknown,
    Known(Tip),
    /// It could not be found out. That is tried again.
    Failed(Error),
    /// It never will be.
    Over(Error),
}

#[derive(Default)]
struct State {
    task: Option<AbortHandle>,
    /// Which task may speak.
    generation: u64,
    /// When the present was last asked for.
    used: Option<Instant>,
    /// When the tip was last known to be one.
    heard: Option<Instant>,
}

/// How long the heads are followed after the present was last asked for.
pub(super) const WANTED_FOR: Duration = Duration::from_secs(60);

/// After how long a silence the head is asked for: several blocks of most chains.
const TRUSTED_FOR: Duration = Duration::from_secs(60);

impl Default for Shared {
    fn default() -> Self {
        let view = watch::Sender::new(View::Unknown);
        Self { state: Mutex::default(), view, wanted: Arc::default() }
    }
}

impl Following {
    /// Begins, unless it has begun, and gives what is known.
    pub(super) fn start(&self, node: &Arc<Node>) -> watch::Receiver<View> {
        let mut state = self.0.state();
        state.used = Some(Instant::now());
        if state.task.is_none() {
            state.generation += 1;
            self.0.view.send_replace(View::Unknown);
            let task =
                task::run(node.clone(), Voice { shared: self.0.clone(), generation: state.generation });
            state.task = Some(node.handle.spawn(task).abort_handle());
        }
        self.0.view.subscribe()
    }

    /// Goes on following while the result is held, which does not hold the chain.
    pub(crate) fn watch(&self, node: &Arc<Node>) -> Watching {
        let wanted = self.0.wanted.clone();
        Watching { views: self.start(node), _wanted: wanted }
    }

    /// That is not the tip: begins anew when next asked, unless another one has been found since.
    pub(super) fn doubt(&self, wrong: &Tip) {
        let mut state = self.0.state();
        let is_known = matches!(&*self.0.view.borrow(), View::Known(tip) if tip == wrong);
        if is_known {
            state.stop();
            self.0.view.send_replace(View::Unknown);
        }
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.0.state().heard.is_some_and(|heard| heard.elapsed() < TRUSTED_FOR)
    }

    pub(super) fn is_confirmed(&self) {
        self.0.state().heard = Some(Instant::now());
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.state().stop();
    }
}

impl State {
    fn stop(&mut self) {
        self.generation += 1;
        if let Some(task) = mem::take(&mut self.task) {
            task.abort();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How one task says what it finds out: until another has begun.
pub(super) struct Voice {
    shared: Arc<Shared>,
    generation: u64,
}

impl Voice {
    pub(super) fn say(&self, view: View) {
        let mut state = self.shared.state();
        if state.generation != self.generation {
            return;
        }
        match view {
            View::Known(_) => state.heard = Some(Instant::now()),
            View::Over(_) => state.task = None,
            View::Unknown | View::Failed(_) => {}
        }
        self.shared.view.send_replace(view);
    }

    /// Ends if nobody has use for more.
    pub(super) fn may_end(&self) -> bool {
        let mut state = self.shared.state();
        let was_asked = state.used.is_some_and(|used| used.elapsed() < WANTED_FOR);
        let ends = !was_asked && Arc::strong_count(&self.shared.wanted) == 1;
        if ends && state.generation == self.generation {
            state.task = None;
            self.shared.view.send_replace(View::Unknown);
        }
        ends
    }
}

/// The present as it changes, for whoever looks now and then: of several tips in between the last is told.
pub(crate) struct Watching {
    views: watch::Receiver<View>,
    _wanted: Arc<()>,
}

impl Watching {
    /// The tip, where it is known.
    pub(crate) fn now(&mut self) -> Option<Tip> {
        match &*self.views.borrow_and_update() {
            View::Known(tip) => Some(tip.clone()),
            _ => None,
        }
    }

    /// The next tip. Outages are waited for. Dropping the future loses nothing.
    ///
    /// # Errors
    /// What ends the connection for good.
    pub(crate) async fn changed(&mut self) -> Result<Tip> {
        loop {
            if self.views.changed().await.is_err() {
                return Err(Error::new(ErrorKind::Connection, "the chain's last handle was dropped"));
            }
            match &*self.views.borrow_and_update() {
                View::Known(tip) => return Ok(tip.clone()),
                View::Over(error) => return Err(error.clone()),
                View::Unknown | View::Failed(_) => {}
            }
        }
    }
}
