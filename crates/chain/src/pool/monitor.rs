//! Following the heads of all endpoints that may serve a head, while the chain is in use.

use std::{
    sync::{
        Mutex, PoisonError, Weak,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tensorwire_rpc::Request;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{Endpoint, Pool};
use crate::{Role, header::Height};

/// Whether the chain is in use.
#[derive(Debug, Default)]
pub(super) struct Activity {
    last: Mutex<Option<Instant>>,
    feeds: AtomicUsize,
}

impl Activity {
    /// A question is asked.
    pub(super) fn note(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// A subscription begins.
    pub(super) fn enter(&self) {
        self.feeds.fetch_add(1, Ordering::Relaxed);
    }

    /// A subscription is over.
    pub(super) fn leave(&self) {
        self.feeds.fetch_sub(1, Ordering::Relaxed);
    }

    fn lasts(&self, idle: Duration) -> bool {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        self.feeds.load(Ordering::Relaxed) > 0 || last.is_some_and(|last| last.elapsed() < idle)
    }
}

/// Whoever asks one question and goes needs no second opinion: following begins when the chain stays in use.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest pause before an endpoint that cannot be followed is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What follows the endpoints' heads, if there is a choice between endpoints. Dropping it ends that.
pub(super) fn start(pool: &Weak<Pool>, endpoints: &[Endpoint], idle: Option<Duration>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let heads = endpoints.iter().enumerate().filter(|(_, endpoint)| endpoint.role() != Role::Archive);
    let heads: Vec<_> = heads.map(|(index, _)| index).collect();
    if heads.len() > 1 {
        for index in heads {
            tasks.spawn(follow(pool.clone(), index, idle.unwrap_or(Duration::MAX)));
        }
    }
    tasks
}

async fn follow(pool: Weak<Pool>, index: usize, idle: Duration) {
    let mut pause = PATIENCE;
    loop {
        sleep(pause).await;
        let Some(strong) = pool.upgrade() else { return };
        let client = strong.endpoints[index].client().clone();
        if client.state() == tensorwire_rpc::State::Closed {
            return;
        }
        let in_use = strong.activity.lasts(idle) && strong.identity.genesis().is_some();
        drop(strong);
        if !in_use {
            pause = PATIENCE;
            continue;
        }
        let request = Request::new("chain_subscribeNewHeads").fail_fast();
        let Ok(mut heads) = client.subscribe(request, "chain_unsubscribeNewHeads").await else {
            pause = (pause * 2).min(LONGEST_PAUSE);
            continue;
        };
        pause = PATIENCE;
        if let Some(pool) = pool.upgrade() {
            // It can be reached, whatever became of the last question.
            pool.endpoints[index].health().lost = false;
        }
        loop {
            // Looks up now and then: whether the chain is still in use, and whether there still is a pool.
            let item = timeout(PATIENCE, heads.next()).await;
            let Some(pool) = pool.upgrade() else { return };
            if !pool.activity.lasts(idle) {
                break;
            }
            match item {
                Ok(Some(Ok(answer))) => {
                    let Some(number) = answer.json().ok().and_then(|head: Height| head.number()) else {
                        break;
                    };
                    pool.endpoints[index].health().followed = true;
                    pool.saw_head(index, number);
                }
                Ok(Some(Err(error))) if error.is_gap() || error.is_lagged() => {}
                Ok(Some(Err(_)) | None) => break,
                // Time alone makes an endpoint stale.
                Err(_) => pool.changed.send_replace(()),
            }
        }
        if let Some(pool) = pool.upgrade() {
            pool.endpoints[index].health().followed = false;
            pool.changed.send_replace(());
        }
    }
}
