//! Anything that may happen, in any order.

use proptest::prelude::*;

use super::*;

/// What may happen to a mux.
#[derive(Debug, Clone)]
enum Event {
    Send { priority: bool, never: bool, fail_fast: bool, timeout: u64 },
    Subscribe { never: bool },
    Cancel(usize),
    Write(usize),
    Answer { which: usize, error: bool },
    Notify(u8),
    Invent(u64),
    Hear(String),
    Pass(u64),
    PickUp(usize),
    Unsubscribe(usize),
    Lose,
    Unreachable,
    Open { proof: bool },
    Prove(u8),
    End,
}

fn event() -> impl Strategy<Value = Event> {
    let send = (any::<bool>(), any::<bool>(), any::<bool>(), 0..20u64);
    prop_oneof![
        8 => send.prop_map(|(priority, never, fail_fast, timeout)| {
            Event::Send { priority, never, fail_fast, timeout }
        }),
        3 => any::<bool>().prop_map(|never| Event::Subscribe { never }),
        3 => any::<usize>().prop_map(Event::Cancel),
        8 => (0..10usize).prop_map(Event::Write),
        8 => (any::<usize>(), any::<bool>()).prop_map(|(which, error)| Event::Answer { which, error }),
        2 => any::<u8>().prop_map(Event::Notify),
        1 => any::<u64>().prop_map(Event::Invent),
        1 => ".*".prop_map(Event::Hear),
        2 => (0..8u64).prop_map(Event::Pass),
        4 => any::<usize>().prop_map(Event::PickUp),
        2 => any::<usize>().prop_map(Event::Unsubscribe),
        3 => Just(Event::Lose),
        1 => Just(Event::Unreachable),
        6 => any::<bool>().prop_map(|proof| Event::Open { proof }),
        4 => (0..6u8).prop_map(Event::Prove),
        1 => Just(Event::End),
    ]
}

proptest! {
    /// Whatever happens in whatever order: every call ends exactly once, what must not be sent twice is written once, every
    /// slot comes back, no byte stays counted.
    #[test]
    fn g1_every_call_ends_exactly_once(events in proptest::collection::vec(event(), 0..300)) {
        let mut bench = Bench::new(|limits| limits.max_buffered_bytes = 500);
        let (mut open, mut subscriptions) = (Vec::new(), Vec::new());
        // What was written on this websocket, and what must never be written again.
        let (mut written, mut once) = (Vec::new(), std::collections::HashSet::new());
        for event in events {
            match event {
                Event::Send { priority, never, fail_fast, timeout } => {
                    let lane = if priority { Lane::Priority } else { Lane::Read };
                    let mut request = Request::new(if never { "once" } else { "m" })
                        .lane(lane)
                        .replay(if never { Replay::Never } else { Replay::Safe })
                        .timeout(Duration::from_secs(timeout));
                    if fail_fast {
                        request = request.fail_fast();
                    }
                    open.push(bench.send(request));
                }
                Event::Subscribe { never } => {
                    let request = Request::new(if never { "once" } else { "subscribe" })
                        .lane(Lane::Priority)
                        .replay(if never { Replay::Never } else { Replay::Safe });
                    let purpose = Purpose::Subscribe("unsubscribe");
                    open.push(bench.mux.submit(request.into_parts(), purpose, bench.now));
                }
                Event::Cancel(which) if !open.is_empty() => {
                    let id = open.swap_remove(which % open.len());
                    bench.mux.cancel(id, bench.now);
                }
                Event::Write(count) => for _ in 0..count {
                    let Some(frame) = bench.mux.next_frame(bench.now) else { break };
                    prop_assert!(bench.mux.link.is_up());
                    let frame: serde_json::Value = serde_json::from_str(&frame).unwrap();
                    let id = frame["id"].as_u64().unwrap();
                    if frame["method"] == "once" {
                        prop_assert!(once.insert(id), "written twice");
                        prop_assert!(matches!(bench.mux.link, Link::Open), "written before the proof");
                    }
                    written.push(id);
                },
                Event::Answer { which, error } if !written.is_empty() && bench.mux.link.is_up() => {
                    let id = written[which % written.len()];
                    let received = match error {
                        true => bench.hear(
                            format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":1,"message":"no"}}}}"#)
                        ),
                        false => bench.answer(id, &(id % 5).to_string()),
                    };
                    if received == Received::Proof {
                        bench.prove();
                    }
                }
                Event::Notify(id) if bench.mux.link.is_up() => {
                    bench.notify(&(id % 8).to_string(), "1");
                }
                Event::Invent(id) if bench.mux.link.is_up() => { bench.answer(id, "1"); }
                Event::Hear(frame) if bench.mux.link.is_up() => { bench.hear(frame); }
                Event::Pass(seconds) => {
                    bench.pass(seconds);
                    bench.mux.on_rest(bench.now);
                    if matches!(bench.mux.take_end(), Some(End::Idle)) {
                        bench.mux.on_idle();
                        written.clear();
                    }
                }
                Event::PickUp(which) if !open.is_empty() => {
                    let at = which % open.len();
                    if let Some(outcome) = bench.outcome(open[at]) {
                        let id = open.swap_remove(at);
                        if let Outcome::Subscribed(key) = outcome { subscriptions.push(key); }
                        prop_assert!(!bench.mux.calls.contains_key(&id), "it ends once");
                    }
                }
                Event::Unsubscribe(which) if !subscriptions.is_empty() => {
                    let key = subscriptions.swap_remove(which % subscriptions.len());
                    while let Poll::Ready(Some(_)) = bench.mux.poll_subscription(key, Waker::noop()) {}
                    bench.mux.drop_subscription(key, bench.now);
                }
                Event::Lose if bench.mux.link.is_up() => {
                    bench.mux.on_lost(cut(), bench.now, bench.now);
                    written.clear();
                }
                Event::Unreachable if !bench.mux.link.is_up() && !bench.is_over() => {
                    bench.mux.on_unreachable(cut(), bench.now + Duration::from_secs(2), bench.now);
                }
                Event::Open { proof } if !bench.mux.link.is_up() && !bench.is_over() => {
                    let proof = proof.then(|| Request::new("proof").into_parts());
                    bench.mux.on_open(proof, bench.now);
                }
                Event::Prove(verdict) if matches!(bench.mux.link, Link::Proving(_)) => {
                    match verdict {
                        0 => {
                            bench.mux.on_refused(cut(), bench.now);
                            written.clear();
                        }
                        1 => {
                            bench.mux.on_unproven(cut(), bench.now, bench.now);
                            written.clear();
                        }
                        _ => bench.prove(),
                    }
                }
                Event::End => {
                    bench.mux.on_end(cut());
                    written.clear();
                }
                _ => {}
            }
            prop_assert!(bench.mux.lanes.in_flight() <= 8);
            let pending = bench.mux.calls.values().filter(|entry| entry.frame().is_some()).count();
            prop_assert_eq!(bench.mux.lanes.in_flight() + bench.mux.lanes.queued(), pending);
        }
        bench.pass(100);
        // The requests that unsubscribe what came too late have their own deadlines.
        bench.pass(100);
        for id in open {
            match bench.outcome(id) {
                None => prop_assert!(false, "call {id} outlived its deadline"),
                Some(Outcome::Subscribed(key)) => subscriptions.push(key),
                Some(_) => {}
            }
        }
        for key in subscriptions {
            bench.mux.take_subscription(key, bench.now);
        }
        let stats = bench.mux.stats();
        prop_assert_eq!((stats.in_flight, stats.queued, stats.subscriptions), (0, 0, 0));
        prop_assert_eq!(stats.buffered_bytes - bench.mux.link.held_bytes(), 0);
        prop_assert_eq!((bench.mux.unanswered, bench.mux.subscribing, bench.mux.calls.len()), (0, 0, 0));
        prop_assert!(!bench.mux.is_needed());
    }

    /// No frame, however odd, panics or reaches a call it does not belong to.
    #[test]
    fn g1_no_frame_harms_the_client(
        frames in proptest::collection::vec(prop_oneof![
            ".*",
            r#"\{"jsonrpc":"2.0","(id|result|error|method|params)":[0-9a-z"\[\]{}:,\\]{0,30}\}?"#,
            r#"\{"jsonrpc":"2.0","id":[0-9]{1,25},"result":[ -~]{0,20}"#,
            r#"\{"jsonrpc":"2.0","result":[ -~é]{0,20},"id":[0-9]{1,3}\}"#,
            r#"\{"method":"m","params":\{"subscription":[ -~]{0,9},"result":[ -~]{0,9}\}\}"#,
        ], 1..20),
    ) {
        let mut bench = Bench::new(|_| ());
        let call = bench.read();
        let subscribing = bench.subscribe();
        bench.written();
        for frame in frames {
            let _ = crate::wire::payload(&frame);
            bench.hear(frame);
        }
        bench.pass(10);
        prop_assert!(bench.outcome(call).is_some() && bench.outcome(subscribing).is_some());
    }
}
