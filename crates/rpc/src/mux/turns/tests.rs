//! The mux at an endpoint that refuses: any interleaving leaves nothing behind.

use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{Mux, Purpose};
use crate::limits::Limits;
use crate::mux::Outcome;
use crate::{Error, ErrorKind, Lane, Replay, Request};

/// What can happen to a mux, with numbers that pick a call.
#[derive(Debug, Clone)]
enum Event {
    Send {
        priority: bool,
        never: bool,
        fail_fast: bool,
        seconds: u64,
    },
    Write(usize),
    Answer(usize),
    Refuse {
        which: usize,
        wait: Option<u64>,
        rate: Option<u32>,
    },
    Cancel(usize),
    Pass(u64),
    /// The websocket is lost, refused or not, and the next one opened once that is allowed.
    Lose {
        refused: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (any::<bool>(), any::<bool>(), any::<bool>(), 1u64..60)
            .prop_map(|(priority, never, fail_fast, seconds)| Event::Send { priority, never, fail_fast, seconds }),
        4 => (1usize..10).prop_map(Event::Write),
        4 => any::<usize>().prop_map(Event::Answer),
        3 => (any::<usize>(), prop::option::of(0u64..20), prop::option::of(1u32..20))
            .prop_map(|(which, wait, rate)| Event::Refuse { which, wait, rate }),
        1 => any::<usize>().prop_map(Event::Cancel),
        2 => (1u64..5000).prop_map(Event::Pass),
        1 => any::<bool>().prop_map(|refused| Event::Lose { refused }),
    ]
}

fn lost(refused: bool) -> Error {
    let error = Error::new(ErrorKind::Disconnected, "lost");
    if refused { error.closed_with(1008) } else { error }
}

proptest! {
    #[test]
    fn g10_any_interleaving_with_refusals_ends_every_call_once_and_leaves_nothing(
        events in prop::collection::vec(event(), 1..200),
    ) {
        let limits = Limits { in_flight: 8, ..Limits::default() };
        let mut mux = Mux::new(Arc::from("ws://mock"), limits);
        let mut now = Instant::now();
        mux.on_open(None, now);
        let (mut pending, mut written) = (Vec::<(u64, Instant)>::new(), Vec::<u64>::new());
        let write = |mux: &mut Mux, written: &mut Vec<u64>, now| {
            let Some(frame) = mux.next_frame(now) else { return false };
            let frame: serde_json::Value = serde_json::from_str(&frame).unwrap();
            written.push(frame["id"].as_u64().unwrap());
            true
        };
        let settle = |mux: &mut Mux, pending: &mut Vec<(u64, Instant)>, now: Instant| {
            pending.retain(|&(id, deadline)| match mux.poll_call(id, Waker::noop()) {
                Poll::Pending => {
                    assert!(now < deadline, "call {id} outlived its deadline");
                    true
                }
                Poll::Ready((_, Outcome::Failed(error))) => {
                    let known = [ErrorKind::RateLimited, ErrorKind::Timeout, ErrorKind::Disconnected, ErrorKind::FateUnknown];
                    assert!(known.contains(&error.kind()), "{error}");
                    false
                }
                Poll::Ready(_) => false,
            });
        };
        for event in events {
            match event {
                Event::Send { priority, never, fail_fast, seconds } => {
                    let timeout = Duration::from_secs(seconds);
                    let mut request = Request::new("m").timeout(timeout);
                    if priority { request = request.lane(Lane::Priority); }
                    if never { request = request.replay(Replay::Never); }
                    if fail_fast { request = request.fail_fast(); }
                    pending.push((mux.submit(request.into_parts(), Purpose::Call, now), now + timeout));
                }
                Event::Write(count) => {
                    for _ in 0..count {
                        let banned = mux.budget.banned_until(now).is_some();
                        let wrote = write(&mut mux, &mut written, now);
                        prop_assert!(!(wrote && banned), "written during a ban");
                    }
                }
                Event::Answer(which) if !written.is_empty() => {
                    let id = written.swap_remove(which % written.len());
                    mux.on_frame(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":1}}"#).into(), now);
                }
                Event::Refuse { which, wait, rate } if !written.is_empty() => {
                    let id = written.swap_remove(which % written.len());
                    let data = serde_json::json!({ "retry_after": wait, "allowed_rps": rate });
                    let error = serde_json::json!({ "code": -32029, "message": "", "data": data });
                    mux.on_frame(format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#).into(), now);
                }
                Event::Cancel(which) if !pending.is_empty() => {
                    let (id, _) = pending.swap_remove(which % pending.len());
                    mux.cancel(id, now);
                }
                Event::Pass(milliseconds) => {
                    now += Duration::from_millis(milliseconds);
                    mux.on_tick(now);
                }
                Event::Lose { refused } => {
                    written.clear();
                    mux.on_lost(lost(refused), now, now);
                    now = now.max(mux.connect_at(now).unwrap_or(now));
                    mux.on_tick(now);
                    mux.on_connecting(now);
                    mux.on_open(None, now);
                }
                Event::Answer(_) | Event::Refuse { .. } | Event::Cancel(_) => {}
            }
            settle(&mut mux, &mut pending, now);
        }
        // Whatever was learned: all that is still waiting ends, answered or at its deadline.
        for _ in 0..100_000 {
            if pending.is_empty() {
                break;
            }
            while write(&mut mux, &mut written, now) {}
            for id in written.drain(..) {
                mux.on_frame(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":1}}"#).into(), now);
            }
            settle(&mut mux, &mut pending, now);
            if let Some(next) = mux.next_deadline() {
                now = now.max(next);
            }
            mux.on_tick(now);
            settle(&mut mux, &mut pending, now);
        }
        prop_assert!(pending.is_empty());
        let stats = mux.stats();
        prop_assert_eq!((stats.in_flight, stats.queued, stats.buffered_bytes, mux.unanswered), (0, 0, 0, 0));
    }
}
