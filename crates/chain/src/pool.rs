//! The endpoints of one chain, and who of them is asked.
//!
//! An endpoint proves its genesis on every websocket before anything it says counts. A question goes to the first
//! endpoint that is of use and has what it needs; one that fails is asked of the next, inside the same deadline.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tensorwire_rpc::{Answer, Request, Stats};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use crate::{EndpointStatus, Error, ErrorKind, Hash, Result, builder::Settings};

mod attempt;
mod choice;
mod endpoint;
mod feed;
mod head;
mod identity;
mod latencies;
mod monitor;
mod probe;

pub(crate) use endpoint::Endpoint;
pub(crate) use feed::Feed;
pub(crate) use identity::Identity;

use attempt::Ended;
use choice::{Choice, Tried};
use head::Told;

/// What an endpoint must have to answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Any endpoint of the chain will do.
    Anything,
    /// The freshest head there is.
    Head,
    /// The block of that number, not its state.
    Block(u64),
    /// The state of a block.
    State {
        /// The block's number, if it is known.
        number: Option<u64>,
        /// The endpoint that has shown the block: it is asked first, and others will have the block soon.
        seen_at: Option<usize>,
    },
}

/// An answer, and whose it is.
pub(crate) struct Asked {
    pub(crate) answer: Answer,
    pub(crate) endpoint: usize,
}

pub(crate) struct Pool {
    /// The primary first, then fallbacks and archives as they were given.
    endpoints: Vec<Endpoint>,
    identity: Arc<Identity>,
    pub(crate) timeout: Duration,
    hedge: bool,
    max_lag: (u64, Duration),
    told: Told,
    /// Told whenever an endpoint may have become better or worse.
    changed: watch::Sender<()>,
    activity: monitor::Activity,
    /// End with the pool.
    monitors: Mutex<JoinSet<()>>,
}

/// The milliseconds between attempts: how long a block that this client has seen may take to reach an endpoint that does
/// not know it yet. After that it is taken for one that was reorganised away.
const IMPORT_PAUSES: [u64; 5] = [250, 500, 1000, 2000, 2000];

impl Pool {
    pub(crate) fn new(endpoints: Vec<Endpoint>, identity: Arc<Identity>, settings: &Settings) -> Arc<Self> {
        Arc::new_cyclic(|pool| Self {
            monitors: Mutex::new(monitor::start(pool, &endpoints, settings.idle_timeout)),
            endpoints,
            identity,
            timeout: settings.timeout,
            hedge: settings.hedge,
            max_lag: settings.max_lag,
            told: Told::default(),
            changed: watch::Sender::new(()),
            activity: monitor::Activity::default(),
        })
    }

    pub(crate) fn first(&self) -> &Endpoint {
        // A pool is made of a first endpoint and others.
        &self.endpoints[0]
    }

    pub(crate) fn is_alone(&self) -> bool {
        self.endpoints.len() == 1
    }

    /// There is no such block, by all that could be asked.
    pub(crate) fn has_no_block(&self, block: Hash) -> Error {
        let message = match self.is_alone() {
            true => format!("{} has no block {block}", self.first().name()),
            false => format!("no endpoint has block {block}"),
        };
        Error::new(ErrorKind::UnknownBlock, message)
    }

    /// An endpoint's name, without credentials.
    pub(crate) fn name_of(&self, endpoint: usize) -> &str {
        self.endpoints.get(endpoint).unwrap_or_else(|| self.first()).name()
    }

    /// The highest head that a caller was told of, or that an endpoint in reach has. What one has said that is gone does
    /// not count: it may have been wrong.
    pub(crate) fn highest(&self) -> u64 {
        let in_reach = self.endpoints.iter().filter(|endpoint| endpoint.is_open());
        let heads = in_reach.filter_map(|endpoint| Some(endpoint.health().head?.0));
        heads.fold(self.told.head(), u64::max)
    }

    /// An endpoint has shown its head.
    pub(crate) fn saw_head(&self, endpoint: usize, number: u64) {
        if let Some(endpoint) = self.endpoints.get(endpoint) {
            endpoint.health().head_is(number, Instant::now());
            self.changed.send_replace(());
        }
    }

    /// Asks; the question is on its way when this returns.
    pub(crate) fn send(
        self: &Arc<Self>,
        request: Request,
        needs: Needs,
    ) -> impl Future<Output = Result<Asked>> + Send + use<> {
        self.send_where(request, needs, (|_| true) as fn(&Answer) -> bool)
    }

    /// Asks one endpoint after another while the answer is not accepted: the last answer if none is.
    pub(crate) fn send_where<F: Fn(&Answer) -> bool + Send>(
        self: &Arc<Self>,
        request: Request,
        needs: Needs,
        accept: F,
    ) -> impl Future<Output = Result<Asked>> + Send + use<F> {
        self.activity.note();
        let pool = self.clone();
        let deadline = Instant::now() + self.timeout;
        let mut tried = Tried::default();
        let begun = match self.choose(needs, &tried) {
            Choice::Now(endpoint) => Some(self.attempt(endpoint, &request, deadline)),
            Choice::Later(_) | Choice::None => None,
        };
        async move {
            let mut begun = begun;
            let mut pauses = IMPORT_PAUSES.iter();
            loop {
                let attempt = match begun.take() {
                    Some(attempt) => attempt,
                    None if Instant::now() >= deadline => return Err(tried.failure(&pool)),
                    None => match pool.choose(needs, &tried) {
                        Choice::Now(endpoint) => pool.attempt(endpoint, &request, deadline),
                        Choice::Later(at) => {
                            if at >= deadline {
                                return Err(tried.failure(&pool));
                            }
                            sleep_until(at).await;
                            tried.forgive_losses();
                            continue;
                        }
                        Choice::None => match pauses.next().filter(|_| tried.may_come(needs, &pool)) {
                            Some(pause) => {
                                sleep(Duration::from_millis(*pause)).await;
                                tried.forgive_lacks();
                                continue;
                            }
                            None => return tried.outcome(&pool),
                        },
                    },
                };
                match pool.finish(attempt, &request, needs, deadline, &mut tried).await {
                    Ended::Answered(asked) if accept(&asked.answer) => return Ok(asked),
                    Ended::Answered(asked) => tried.not_accepted(asked),
                    Ended::Lacking { endpoint, error } => {
                        let name = pool.endpoints[endpoint].name();
                        tracing::debug!(target: "tensorwire::pool", endpoint = name, %error, "lacking");
                        tried.lacks(endpoint, error);
                    }
                    Ended::Lost { endpoint, error } => {
                        let name = pool.endpoints[endpoint].name();
                        tracing::debug!(target: "tensorwire::pool", endpoint = name, %error, "failover");
                        tried.lost(endpoint, error);
                    }
                    Ended::Final(error) => return Err(error),
                }
            }
        }
    }

    pub(crate) fn status(&self) -> Vec<EndpointStatus> {
        let now = Instant::now();
        (0..self.endpoints.len()).map(|index| self.status_of(index, now)).collect()
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn clients(&self) -> impl Iterator<Item = &tensorwire_rpc::Client> {
        self.endpoints.iter().map(Endpoint::client)
    }

    /// The sum over all endpoints.
    pub(crate) fn stats(&self) -> Stats {
        self.endpoints.iter().map(|endpoint| endpoint.client().stats()).sum()
    }

    /// Closes all websockets.
    pub(crate) async fn close(&self) {
        self.monitors.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
        futures_util::future::join_all(self.endpoints.iter().map(|endpoint| endpoint.client().close())).await;
    }

    /// The genesis hash: one request, if no websocket has proven it yet.
    pub(crate) async fn genesis(self: &Arc<Self>) -> Result<Hash> {
        if let Some(genesis) = self.identity.genesis() {
            return Ok(genesis);
        }
        Identity::read(&self.send(Identity::question(), Needs::Anything).await?.answer)
    }
}
