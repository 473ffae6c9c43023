use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tensorwire_rpc::{Client, State};
use tokio::time::Instant;

use super::{Pool, latencies::Latencies};
use crate::{EndpointState, EndpointStatus, Role};

/// One endpoint: its client, and what was learned of it.
pub(crate) struct Endpoint {
    client: Client,
    role: Role,
    operator: String,
    health: Mutex<Health>,
}

/// What an endpoint has shown of itself.
#[derive(Debug, Default)]
pub(super) struct Health {
    /// The head it showed last, and when that was another one than before.
    pub(super) head: Option<(u64, Instant)>,
    /// Whether its heads are followed, so that `head` is up to date.
    pub(super) followed: bool,
    pub(super) finalized: Option<u64>,
    pub(super) oldest_state: Option<u64>,
    pub(super) pruned_below: Option<u64>,
    pub(super) latencies: Latencies,
    /// It left a question unanswered that another endpoint answered: others are preferred until then.
    pub(super) silent_until: Option<Instant>,
    /// The last question put to it was lost. While it is not open others are preferred: a host that swallows packets
    /// would take its time of every question.
    pub(super) lost: bool,
}

impl Endpoint {
    pub(crate) fn new(client: Client, role: Role, url: &str) -> Self {
        Self { client, role, operator: operator(url), health: Mutex::default() }
    }

    /// It did not connect just now: others are preferred until it does.
    pub(crate) fn avoided(self) -> Self {
        self.health().lost = true;
        self
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn name(&self) -> &str {
        self.client.endpoint()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.client.state() == State::Open
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    /// Endpoints of one operator count requests together.
    pub(super) fn operator(&self) -> &str {
        &self.operator
    }

    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Health {
    pub(super) fn head_is(&mut self, number: u64, now: Instant) {
        self.lost = false;
        match &mut self.head {
            Some((head, _)) if *head == number => {}
            head => *head = Some((number, now)),
        }
    }

    /// A read of that block's state has been answered.
    pub(super) fn has_state(&mut self, number: u64) {
        self.oldest_state = Some(self.oldest_state.map_or(number, |oldest| oldest.min(number)));
    }

    /// A read of that block's state has been refused.
    pub(super) fn lacks_state(&mut self, number: u64) {
        self.pruned_below = Some(self.pruned_below.map_or(number, |highest| highest.max(number)));
        // States once had go as the chain grows.
        self.oldest_state = self.oldest_state.filter(|oldest| *oldest > number);
    }

    /// Whether others are to be preferred.
    pub(super) fn is_second_choice(&self, highest: u64, max_lag: (u64, Duration), now: Instant) -> bool {
        self.is_stale(highest, max_lag, now) || self.silent_until.is_some_and(|until| now < until)
    }

    /// Whether the head is too far behind: too many blocks, or for too long while another endpoint's moves.
    pub(super) fn is_stale(&self, highest: u64, (blocks, time): (u64, Duration), now: Instant) -> bool {
        let Some((head, since)) = self.head else { return false };
        let stands_still = head < highest && now.saturating_duration_since(since) > time;
        self.followed && (head.saturating_add(blocks) < highest || stands_still)
    }
}

impl Pool {
    pub(super) fn status_of(&self, index: usize, now: Instant) -> EndpointStatus {
        let endpoint = &self.endpoints[index];
        let client = &endpoint.client;
        let stats = client.stats();
        let last_error = client.last_error();
        let (state, retry_in) = state(client.state(), last_error.is_some());
        let highest = self.highest();
        let health = endpoint.health();
        let stale = health.is_stale(highest, self.max_lag, now);
        let useful = matches!(state, EndpointState::Ready | EndpointState::Idle | EndpointState::Connecting);
        EndpointStatus {
            endpoint: endpoint.name().to_owned(),
            role: endpoint.role,
            state: if stale && useful { EndpointState::Stale } else { state },
            detail: last_error.filter(|_| !useful).map(|error| error.to_string()),
            latency: health.latencies.median(),
            head: health.head.map(|(number, _)| number),
            lag: health.head.map(|(number, _)| highest.saturating_sub(number)),
            head_age: health.head.map(|(_, since)| now.saturating_duration_since(since)),
            finalized: health.finalized,
            oldest_state: health.oldest_state,
            pruned_below: health.pruned_below,
            in_flight: stats.in_flight,
            bans: stats.rate_limited,
            retry_in,
        }
    }
}

/// The wire's word for it in the pool's.
fn state(state: State, failed: bool) -> (EndpointState, Option<Duration>) {
    match state {
        // Whoever comes next tries again; until then it is known to have failed.
        State::Idle if failed => (EndpointState::Down, None),
        State::Idle => (EndpointState::Idle, None),
        State::Connecting => (EndpointState::Connecting, None),
        State::Open => (EndpointState::Ready, None),
        State::Waiting { retry_in } => (EndpointState::Down, Some(retry_in)),
        State::Banned { retry_in } => (EndpointState::Banned, Some(retry_in)),
        State::Refused => (EndpointState::WrongChain, None),
        _ => (EndpointState::Closed, None),
    }
}

/// Who runs an endpoint, as far as its URL tells: `opentensor.ai` of `wss://lite.chain.opentensor.ai`. An address or
/// a name without a domain stands for itself, with its port.
fn operator(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let labels: Vec<_> = host.split('.').collect();
    let is_name = labels.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()));
    match labels.as_slice() {
        [.., domain, top] if is_name => format!("{domain}.{top}").to_ascii_lowercase(),
        _ => authority.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::operator;

    #[test]
    fn operators_are_told_by_their_domain() {
        for (url, who) in [
            ("wss://entrypoint-finney.opentensor.ai:443", "opentensor.ai"),
            ("wss://LITE.chain.opentensor.ai", "opentensor.ai"),
            ("wss://key:secret@lite.sub.latent.to/path?x=1", "latent.to"),
            ("ws://127.0.0.1:9944", "127.0.0.1:9944"),
            ("ws://[::1]:9944/", "[::1]:9944"),
            ("ws://localhost:9945", "localhost:9945"),
        ] {
            assert_eq!(operator(url), who);
        }
    }
}
