use std::{pin::pin, sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use tensorwire_rpc::{self as rpc, Call, Request};
use tokio::time::{Instant, sleep_until};

use super::{Asked, Choice, Needs, Pool, Tried};
use crate::{Error, ErrorKind};

/// How long an endpoint may take to connect, with a question waiting, before another is asked too.
const CONNECTING: Duration = Duration::from_secs(2);

/// A question that one endpoint has been asked.
pub(super) struct Attempt {
    endpoint: usize,
    begun: Instant,
    call: Call,
}

/// How an attempt ended.
pub(super) enum Ended {
    Answered(Asked),
    /// The endpoint does not have the block or its state.
    Lacking {
        endpoint: usize,
        error: Error,
    },
    /// The endpoint has not answered, and another may.
    Lost {
        endpoint: usize,
        error: Error,
    },
    /// No other endpoint will say otherwise, or none may be asked.
    Final(Error),
}

impl Pool {
    /// Asks one endpoint. With others in reserve a lost websocket ends the attempt; alone, the client asks again
    /// by itself.
    pub(super) fn attempt(&self, endpoint: usize, request: &Request, deadline: Instant) -> Attempt {
        let now = Instant::now();
        let request = request.clone().timeout(deadline.saturating_duration_since(now));
        let request = if self.is_alone() { request } else { request.fail_fast() };
        Attempt { endpoint, begun: now, call: self.endpoints[endpoint].client().send(request) }
    }

    /// Waits for an attempt; one that takes too long is given company by another endpoint, and the first answer counts.
    pub(super) async fn finish(
        self: &Arc<Self>,
        attempt: Attempt,
        request: &Request,
        needs: Needs,
        deadline: Instant,
        tried: &mut Tried,
    ) -> Ended {
        let Attempt { endpoint, begun, call } = attempt;
        let mut first = pin!(async { self.judge(endpoint, begun, call.await, needs, deadline) });
        let Some((patience, was_silent)) = self.patience(endpoint, request, begun, deadline) else {
            return first.await;
        };
        if let Either::Left((ended, _)) = select(&mut first, pin!(sleep_until(patience))).await {
            return ended;
        }
        loop {
            let other = match self.choose_besides(needs, tried, Some(endpoint)) {
                Choice::Now(other) => self.attempt(other, request, deadline),
                Choice::Later(at) if at < deadline => {
                    if let Either::Left((ended, _)) = select(&mut first, pin!(sleep_until(at))).await {
                        return ended;
                    }
                    tried.forgive_losses();
                    continue;
                }
                Choice::Later(_) | Choice::None => return first.await,
            };
            let is_the_same = other.endpoint == endpoint;
            let second =
                pin!(async { self.judge(other.endpoint, other.begun, other.call.await, needs, deadline) });
            match select(&mut first, second).await {
                Either::Left((ended @ Ended::Answered(_), _)) => return ended,
                Either::Left((_, second)) => return second.await,
                Either::Right((ended @ Ended::Answered(_), _)) => {
                    if was_silent {
                        self.endpoints[endpoint].health().silent_until =
                            Some(Instant::now() + self.max_lag.1);
                    }
                    return ended;
                }
                Either::Right((Ended::Lacking { endpoint, error }, _)) => tried.lacks(endpoint, error),
                Either::Right((Ended::Lost { endpoint, error }, _)) => tried.lost(endpoint, error),
                // What was lost was this answer.
                Either::Right((Ended::Final(error), _))
                    if is_the_same && error.kind() == ErrorKind::Server =>
                {
                    return Ended::Final(error);
                }
                Either::Right((Ended::Final(_), _)) => return first.await,
            }
        }
    }

    /// Until when an endpoint may be silent before another is asked too (a lone one once more: an answer may be lost), and
    /// whether others are preferred then.
    fn patience(
        &self,
        endpoint: usize,
        request: &Request,
        begun: Instant,
        deadline: Instant,
    ) -> Option<(Instant, bool)> {
        if !request.is_safe_to_replay() {
            return None;
        }
        let half = begun + deadline.saturating_duration_since(begun) / 2;
        let endpoint = &self.endpoints[endpoint];
        if !self.is_alone() && endpoint.client().state() == rpc::State::Connecting {
            return Some((half.min(begun + CONNECTING), true));
        }
        let usual = if self.hedge { endpoint.health().latencies.unusual() } else { None };
        let hedge = usual.map(|usual| begun + usual).filter(|hedge| *hedge < half && !self.is_alone());
        Some(hedge.map_or((half, true), |hedge| (hedge, false)))
    }

    /// What an endpoint's answer means, and what it tells of the endpoint.
    fn judge(
        &self,
        endpoint: usize,
        begun: Instant,
        answer: rpc::Result<rpc::Answer>,
        needs: Needs,
        deadline: Instant,
    ) -> Ended {
        let mut health = self.endpoints[endpoint].health();
        let number = match needs {
            Needs::State { number, .. } => number,
            _ => None,
        };
        let error = match answer {
            Ok(answer) => {
                health.lost = false;
                health.latencies.add(begun.elapsed());
                number.into_iter().for_each(|number| health.has_state(number));
                return Ended::Answered(Asked { answer, endpoint });
            }
            Err(error) => error,
        };
        let may_repeat = error.kind() != rpc::ErrorKind::FateUnknown;
        let over = matches!(error.kind(), rpc::ErrorKind::Closed | rpc::ErrorKind::Forked);
        // Not the call's own deadline: that of connecting.
        let unreachable = error.is_timeout() && Instant::now() < deadline;
        health.lost |= unreachable || error.is_connect() || error.is_disconnected();
        let error = Error::from(error);
        match error.kind() {
            ErrorKind::Pruned => {
                number.into_iter().for_each(|number| health.lacks_state(number));
                Ended::Lacking { endpoint, error }
            }
            ErrorKind::UnknownBlock => Ended::Lacking { endpoint, error },
            _ if over || !may_repeat || self.is_alone() => Ended::Final(error),
            ErrorKind::Connection | ErrorKind::RateLimited | ErrorKind::WrongChain => {
                Ended::Lost { endpoint, error }
            }
            ErrorKind::Timeout if unreachable => Ended::Lost { endpoint, error },
            _ => Ended::Final(error),
        }
    }
}
