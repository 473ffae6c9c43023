use std::time::Duration;

use tensorwire_rpc::State;
use tokio::time::Instant;

use super::{Asked, Endpoint, Needs, Pool};
use crate::{Error, ErrorKind, Result, Role};

/// Who is asked next.
pub(super) enum Choice {
    Now(usize),
    /// Nobody before then.
    Later(Instant),
    /// Nobody: all who could know have been asked.
    None,
}

/// How good an endpoint is for a question. The least is asked first; among equals, who was named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It has shown the very block.
    Shown,
    Fresh,
    /// Behind the others, or silent of late.
    Second,
    /// An archive, for what others should have too.
    Reserve,
    /// It has dropped states as new as this one, when it was last asked.
    Pruned,
    /// It served another chain when it was last asked.
    Refused,
}

/// The least time before an endpoint that has just failed is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// What came of asking so far.
#[derive(Default)]
pub(super) struct Tried {
    lost: Vec<(usize, Error)>,
    last_loss: Option<Error>,
    lacking: Vec<(usize, Error)>,
    unaccepted: Vec<Asked>,
}

impl Tried {
    /// The endpoint could not be reached, or refuses to answer.
    pub(super) fn lost(&mut self, endpoint: usize, error: Error) {
        self.last_loss = Some(error.clone());
        self.lost.push((endpoint, error));
    }

    /// The endpoint does not have the block, or its state.
    pub(super) fn lacks(&mut self, endpoint: usize, error: Error) {
        self.lacking.push((endpoint, error));
    }

    /// The endpoint has answered, but not with what is looked for.
    pub(super) fn not_accepted(&mut self, asked: Asked) {
        self.unaccepted.push(asked);
    }

    /// Time has passed: who was out of reach may be back. Who is of another chain stays so.
    pub(super) fn forgive_losses(&mut self) {
        self.lost.retain(|(_, error)| error.kind() == ErrorKind::WrongChain);
    }

    /// Time has passed: who did not have the block may have imported it.
    pub(super) fn forgive_lacks(&mut self) {
        self.lacking.clear();
        self.forgive_losses();
    }

    /// Whether an endpoint that lacks the block may have it soon: the client has seen it elsewhere.
    pub(super) fn may_come(&self, needs: Needs, pool: &Pool) -> bool {
        let seen = match needs {
            Needs::State { seen_at, .. } => seen_at.is_some(),
            Needs::Block(number) => number <= pool.highest(),
            Needs::Anything | Needs::Head => false,
        };
        seen && self.lacking.iter().any(|(_, error)| error.kind() == ErrorKind::UnknownBlock)
    }

    pub(super) fn outcome(self, pool: &Pool) -> Result<Asked> {
        let failure = self.failure(pool);
        self.unaccepted.into_iter().next().ok_or(failure)
    }

    /// The error that tells most: what is known to be missing, then what is out of reach.
    pub(super) fn failure(&self, pool: &Pool) -> Error {
        let pruned = self.lacking.iter().find(|(_, error)| error.kind() == ErrorKind::Pruned);
        let lacking = self.lacking.first().map(|(_, error)| error);
        let told = pruned.map(|(_, error)| error).or(self.last_loss.as_ref()).or(lacking);
        match told {
            // The others are of the right chain, and may be back for the next question.
            Some(error) if error.kind() == ErrorKind::WrongChain && !pool.is_refused() => pool.out_of_reach(),
            Some(error) => error.clone(),
            None => pool.out_of_reach(),
        }
    }

    fn was_tried(&self, endpoint: usize) -> bool {
        let is = |(tried, _): &(usize, Error)| *tried == endpoint;
        self.lost.iter().any(is)
            || self.lacking.iter().any(is)
            || self.unaccepted.iter().any(|asked| asked.endpoint == endpoint)
    }

    fn is_lost(&self, endpoint: usize) -> bool {
        self.lost.iter().any(|(lost, _)| *lost == endpoint)
    }

    fn someone_lacks(&self) -> bool {
        !self.lacking.is_empty() || !self.unaccepted.is_empty()
    }
}

impl Pool {
    pub(super) fn choose(&self, needs: Needs, tried: &Tried) -> Choice {
        self.choose_besides(needs, tried, None)
    }

    /// The same, but not the endpoint that is being waited for.
    pub(super) fn choose_besides(&self, needs: Needs, tried: &Tried, waiting: Option<usize>) -> Choice {
        if waiting.is_some() && self.identity.genesis().is_none() {
            // Who is slow still says which chain it is, not who is quick.
            return Choice::None;
        }
        if self.is_alone() {
            // The client itself waits for its endpoint to come back.
            return if tried.was_tried(0) { Choice::None } else { Choice::Now(0) };
        }
        let now = Instant::now();
        let highest = self.highest();
        let mut archive_wanted = tried.someone_lacks();
        let mut best: Option<(Rank, usize)> = None;
        let mut later: Option<Instant> = None;
        let mut wait = |until: Instant| later = Some(later.map_or(until, |earliest| earliest.min(until)));
        let others = self.endpoints.iter().enumerate().filter(|(index, _)| Some(*index) != waiting);
        for (index, endpoint) in others {
            let state = endpoint.client().state();
            if let Some(ban) = self.ban(endpoint) {
                wait(now + ban.max(PAUSE));
                continue;
            }
            match state {
                State::Closed => continue,
                State::Refused if tried.was_tried(index) => continue,
                State::Waiting { retry_in } => {
                    wait(now + retry_in.max(PAUSE));
                    continue;
                }
                _ if tried.is_lost(index) => {
                    wait(now + PAUSE);
                    continue;
                }
                _ if tried.was_tried(index) => continue,
                _ => {}
            }
            let health = endpoint.health();
            let pruned = match needs {
                Needs::State { number: Some(number), .. } => {
                    health.pruned_below.is_some_and(|highest| number <= highest)
                }
                _ => false,
            };
            archive_wanted |= pruned;
            if let Needs::State { number: Some(number), .. } | Needs::Block(number) = needs
                && health.followed
                && health.head.is_some_and(|(head, _)| head < number)
                && number <= highest
            {
                wait(now + PAUSE);
                continue;
            }
            let wanted = match needs {
                Needs::Head if !health.followed => highest,
                Needs::Block(number) => number,
                _ => 0,
            };
            let behind = health.head.is_some_and(|(head, _)| head < wanted);
            let rank = match needs {
                _ if state == State::Refused => Rank::Refused,
                _ if pruned => Rank::Pruned,
                _ if health.lost && state != State::Open => Rank::Second,
                Needs::State { seen_at: Some(shown), .. } if shown == index => Rank::Shown,
                _ if endpoint.role() == Role::Archive && !archive_wanted => Rank::Reserve,
                _ if behind || health.is_second_choice(highest, self.max_lag, now) => Rank::Second,
                _ => Rank::Fresh,
            };
            if best.is_none_or(|(other, _)| rank < other) {
                best = Some((rank, index));
            }
        }
        match (best, later) {
            (Some((_, index)), _) => Choice::Now(index),
            (None, Some(until)) => Choice::Later(until),
            (None, None) => Choice::None,
        }
    }

    /// Whether asking for what needs the freshest head would go to that endpoint, or to one as good.
    pub(super) fn is_best(&self, index: usize) -> bool {
        let now = Instant::now();
        let endpoint = &self.endpoints[index];
        let highest = self.highest();
        let fit = |endpoint: &Endpoint| {
            matches!(endpoint.client().state(), State::Open | State::Idle | State::Connecting)
                && self.ban(endpoint).is_none()
                && !endpoint.health().is_second_choice(highest, self.max_lag, now)
        };
        fit(endpoint) || !self.endpoints.iter().any(fit)
    }

    /// How long an endpoint is left alone: a ban holds for all endpoints of its operator.
    fn ban(&self, endpoint: &Endpoint) -> Option<Duration> {
        let same = self.endpoints.iter().filter(|other| other.operator() == endpoint.operator());
        same.filter_map(|other| match other.client().state() {
            State::Banned { retry_in } => Some(retry_in),
            _ => None,
        })
        .max()
    }

    /// Whether every endpoint is of another chain.
    fn is_refused(&self) -> bool {
        self.endpoints.iter().all(|endpoint| endpoint.client().state() == State::Refused)
    }

    fn out_of_reach(&self) -> Error {
        let told = |endpoint: &Endpoint| match (self.ban(endpoint), endpoint.client().last_error()) {
            (Some(ban), _) => format!("{} bans this client for another {ban:.0?}", endpoint.name()),
            (None, Some(error)) => error.to_string(),
            (None, None) => endpoint.name().to_owned(),
        };
        let banned = self.endpoints.iter().any(|endpoint| self.ban(endpoint).is_some());
        let kind = if banned { ErrorKind::RateLimited } else { ErrorKind::Connection };
        let all: Vec<_> = self.endpoints.iter().map(told).collect();
        Error::new(kind, format!("no endpoint can be asked within the deadline: {}", all.join("; ")))
    }
}
