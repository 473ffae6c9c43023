use super::*;
use proptest::prelude::*;

/// A mux with a clock of its own, and callers without wakers.
struct Bench {
    mux: Mux,
    now: Instant,
}

impl Bench {
    fn new(change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits { timeout: Duration::from_secs(10), in_flight: 4, ..Limits::default() };
        change(&mut limits);
        let mut mux = Mux::new("ws://node".into(), limits);
        let now = Instant::now();
        mux.on_open(None, now);
        Self { mux, now }
    }

    fn send(&mut self, request: Request) -> u64 {
        self.mux.submit(request.into_parts(), Purpose::Call, self.now)
    }

    fn read(&mut self) -> u64 {
        self.send(Request::new("read"))
    }

    fn subscribe(&mut self) -> u64 {
        let request = Request::new("subscribe").lane(Lane::Priority);
        self.mux.submit(request.into_parts(), Purpose::Subscribe("unsubscribe"), self.now)
    }

    /// The method and id of every frame that may be written now.
    fn written(&mut self) -> Vec<(String, u64)> {
        std::iter::from_fn(|| self.mux.next_frame(self.now))
            .map(|frame| {
                let frame: serde_json::Value = serde_json::from_str(&frame).unwrap();
                (frame["method"].as_str().unwrap().to_owned(), frame["id"].as_u64().unwrap())
            })
            .collect()
    }

    fn ids_written(&mut self) -> Vec<u64> {
        self.written().into_iter().map(|(_, id)| id).collect()
    }

    fn hear(&mut self, frame: impl Into<String>) -> Received {
        self.mux.on_frame(frame.into().into(), self.now)
    }

    fn answer(&mut self, id: u64, result: &str) -> Received {
        self.hear(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#))
    }

    fn notify(&mut self, subscription: &str, result: &str) -> Received {
        self.hear(format!(
            r#"{{"jsonrpc":"2.0","method":"m","params":{{"subscription":{subscription},"result":{result}}}}}"#
        ))
    }

    fn pass(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
        self.mux.on_tick(self.now);
    }

    fn outcome(&mut self, id: u64) -> Option<Outcome> {
        match self.mux.poll_call(id, Waker::noop()) {
            Poll::Ready((_, outcome)) => Some(outcome),
            Poll::Pending => None,
        }
    }

    fn failure(&mut self, id: u64) -> Error {
        match self.outcome(id) {
            Some(Outcome::Failed(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    fn item(&mut self, key: u64) -> Option<Result<String, ErrorKind>> {
        match self.mux.poll_subscription(key, Waker::noop()) {
            Poll::Ready(item) => Some(
                item.expect("not ended").map(|answer| answer.raw().to_owned()).map_err(|error| error.kind()),
            ),
            Poll::Pending => None,
        }
    }
}

#[test]
fn answers_reach_their_calls_in_any_order() {
    let mut bench = Bench::new(|_| ());
    let ids = [bench.read(), bench.read(), bench.read()];
    assert_eq!(bench.ids_written(), ids);
    for id in [ids[2], ids[0], ids[1]] {
        assert_eq!(bench.answer(id, &id.to_string()), Received::Answer);
    }
    for id in ids {
        let Some(Outcome::Frame(frame)) = bench.outcome(id) else { panic!() };
        assert!(frame.ends_with(&format!("\"result\":{id}}}")));
    }
    assert_eq!((bench.mux.stats().answers, bench.mux.stats().buffered_bytes), (3, 0));
}

#[test]
fn g1_a_deadline_ends_a_call_whether_written_or_not_and_says_which() {
    let mut bench = Bench::new(|limits| limits.in_flight = 1);
    let (written, waiting) = (bench.read(), bench.read());
    assert_eq!(bench.ids_written(), [written]);
    bench.pass(9);
    assert!(bench.outcome(written).is_none() && bench.outcome(waiting).is_none());
    bench.pass(1);
    let error = bench.failure(written);
    assert_eq!(error.to_string(), "read at ws://node: no answer within 10s (the request was written)");
    assert!(error.is_timeout() && error.may_have_run());
    let error = bench.failure(waiting);
    assert_eq!(error.to_string(), "read at ws://node: no answer within 10s (the request was not written)");
    assert!(error.is_timeout() && !error.may_have_run());
    assert_eq!(bench.ids_written(), [0; 0]);
    assert_eq!((bench.mux.stats().in_flight, bench.mux.stats().queued), (0, 0));
}

#[test]
fn g1_a_shorter_deadline_comes_first_whoever_was_sent_first() {
    let mut bench = Bench::new(|_| ());
    let long = bench.read();
    let short = bench.send(Request::new("read").timeout(Duration::from_secs(1)));
    assert_eq!(bench.mux.next_deadline(), Some(bench.now + Duration::from_secs(1)));
    bench.pass(1);
    assert!(bench.failure(short).is_timeout());
    assert!(bench.outcome(long).is_none());
    let endless = bench.send(Request::new("read").timeout(Duration::MAX));
    bench.pass(9);
    assert!(bench.failure(long).is_timeout());
    assert!(bench.outcome(endless).is_none());
}

#[test]
fn a_cancelled_request_is_not_written() {
    let mut bench = Bench::new(|_| ());
    let (first, second) = (bench.read(), bench.read());
    bench.mux.cancel(first, bench.now);
    assert_eq!(bench.ids_written(), [second]);
    assert_eq!(bench.mux.stats().requests, 1);
}

#[test]
fn g11_a_cancelled_or_timed_out_call_frees_its_slot() {
    let mut bench = Bench::new(|limits| limits.in_flight = 1);
    let (first, second, third) = (bench.read(), bench.read(), bench.read());
    assert_eq!(bench.ids_written(), [first]);
    bench.mux.cancel(first, bench.now);
    assert_eq!(bench.ids_written(), [second]);
    bench.now += Duration::from_secs(5);
    let fourth = bench.read();
    bench.pass(5);
    assert!(bench.failure(second).is_timeout() && bench.failure(third).is_timeout());
    assert_eq!(bench.ids_written(), [fourth]);
}

#[test]
fn g11_nothing_piles_up_behind_a_node_that_never_answers() {
    let mut bench = Bench::new(|limits| limits.in_flight = 1);
    for _ in 0..100_000 {
        let id = bench.read();
        bench.written();
        bench.mux.cancel(id, bench.now);
    }
    let blocked = bench.read();
    bench.written();
    for _ in 0..100_000 {
        let id = bench.read();
        bench.mux.cancel(id, bench.now);
    }
    assert_eq!((bench.mux.calls.len(), bench.mux.stats().queued), (1, 0));
    let (heap, lanes) = (format!("{:?}", bench.mux.deadlines).len(), format!("{:?}", bench.mux.lanes).len());
    assert!(heap < 500_000 && lanes < 10_000, "{heap} {lanes}");
    assert_eq!(bench.answer(blocked, "1"), Received::Answer);
}

#[test]
fn late_duplicate_and_invented_answers_are_counted_and_harmless() {
    let mut bench = Bench::new(|_| ());
    let (timed_out, answered) = (bench.read(), bench.read());
    bench.written();
    let queued = bench.read();
    assert_eq!(bench.answer(answered, "1"), Received::Answer);
    assert_eq!(bench.answer(answered, "2"), Received::LateAnswer, "a second answer");
    assert!(matches!(bench.outcome(answered), Some(Outcome::Frame(frame)) if frame.contains(":1}")));
    assert_eq!(bench.answer(answered, "3"), Received::LateAnswer);
    assert_eq!(bench.answer(queued, "1"), Received::UnknownId);
    assert_eq!(bench.answer(queued + 1, "1"), Received::UnknownId);
    bench.pass(10);
    assert_eq!(bench.answer(timed_out, "1"), Received::LateAnswer);
    assert_eq!(
        bench.hear(r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}"#),
        Received::UnknownId
    );
    assert_eq!(bench.hear("junk"), Received::Malformed);
    let next = bench.read();
    bench.written();
    assert_eq!(bench.answer(next, "1"), Received::Answer);
    let stats = bench.mux.stats();
    assert_eq!((stats.late_answers, stats.unknown_ids, stats.malformed), (3, 3, 1));
}

#[test]
fn lanes_share_the_wire_evenly_and_have_slots_of_their_own() {
    let mut bench = Bench::new(|_| ());
    for _ in 0..100 {
        bench.read();
    }
    for _ in 0..100 {
        bench.send(Request::new("submit").lane(Lane::Priority));
    }
    let methods: Vec<_> = bench.written().into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods, ["submit", "read", "submit", "read", "submit", "read", "submit", "read"]);
    assert_eq!((bench.mux.stats().in_flight, bench.mux.stats().queued), (8, 192));
}

#[test]
fn g11_answers_not_picked_up_hold_back_reads_but_no_submission() {
    let mut bench = Bench::new(|limits| limits.max_buffered_bytes = 100);
    let first = bench.read();
    bench.written();
    bench.answer(first, &format!("\"{}\"", "x".repeat(100)));
    let read = bench.read();
    let submission = bench.send(Request::new("submit").lane(Lane::Priority));
    assert_eq!(bench.ids_written(), [submission]);
    let held_back = bench.send(Request::new("read").timeout(Duration::ZERO));
    bench.pass(0);
    assert!(bench.failure(held_back).to_string().contains("nobody picks up"));
    assert!(bench.outcome(first).is_some());
    assert_eq!(bench.ids_written(), [read]);
}

#[test]
fn a_subscription_keeps_items_that_overtook_its_answer() {
    let mut bench = Bench::new(|_| ());
    let id = bench.subscribe();
    bench.written();
    assert_eq!(bench.notify("\"a\"", "1"), Received::Notification);
    assert_eq!(bench.notify("\"other\"", "9"), Received::Notification);
    assert_eq!(bench.notify("\"a\"", "2"), Received::Notification);
    assert_eq!(bench.answer(id, "\"a\""), Received::Answer);
    assert_eq!(bench.notify("\"a\"", "3"), Received::Notification);
    let Some(Outcome::Subscribed(key)) = bench.outcome(id) else { panic!() };
    for expected in ["1", "2", "3"] {
        assert_eq!(bench.item(key), Some(Ok(expected.to_owned())));
    }
    assert_eq!(bench.item(key), None);
    assert_eq!(bench.notify("\"other\"", "9"), Received::StrayNotification);
    assert_eq!(bench.mux.stats().buffered_bytes, 0);
    assert_eq!(bench.mux.stats().stray_notifications, 2);
}

#[test]
fn a_slow_consumer_is_told_how_much_it_missed() {
    let mut bench = Bench::new(|limits| limits.subscription_items = 3);
    let id = bench.subscribe();
    bench.written();
    bench.answer(id, "7");
    for n in 0..10 {
        bench.notify("7", &n.to_string());
    }
    let items: Vec<_> = std::iter::from_fn(|| bench.item(id)).collect();
    assert_eq!(items, [Err(ErrorKind::Lagged(7)), Ok("7".into()), Ok("8".into()), Ok("9".into())]);
    assert_eq!(bench.mux.stats().lagged, 7);
}

#[test]
fn a_subscription_nobody_waits_for_is_closed_at_the_node() {
    let mut bench = Bench::new(|_| ());
    let (dropped, abandoned, timed_out) = (bench.subscribe(), bench.subscribe(), bench.subscribe());
    bench.written();
    bench.answer(dropped, "\"a\"");
    bench.mux.cancel(dropped, bench.now);
    bench.mux.cancel(abandoned, bench.now);
    assert_eq!(bench.answer(abandoned, "\"b\""), Received::LateAnswer);
    bench.pass(10);
    assert!(bench.failure(timed_out).is_timeout());
    bench.answer(timed_out, "\"c\"");
    let sent: Vec<_> =
        std::iter::from_fn(|| bench.mux.next_frame(bench.now)).map(|frame| frame.to_string()).collect();
    // The first two unsubscribe requests ran into their own deadline: nobody asked for them in ten seconds.
    assert_eq!(sent.len(), 1);
    assert!(sent[0].starts_with(r#"{"jsonrpc":"2.0","method":"unsubscribe","params":["c"]"#));
    assert_eq!(bench.mux.stats().subscriptions, 0);
}

#[test]
fn a_lost_websocket_ends_everything_with_one_cause() {
    let mut bench = Bench::new(|limits| limits.in_flight = 1);
    let subscription = bench.subscribe();
    bench.written();
    bench.answer(subscription, "1");
    bench.notify("1", "10");
    let submission = bench.send(Request::new("submit").replay(Replay::Never));
    let waiting = bench.read();
    bench.written();
    bench.mux.on_end(Error::new(ErrorKind::Disconnected, "the cable was cut"));
    bench.mux.on_end(Error::new(ErrorKind::Closed, "too late to matter"));
    let error = bench.failure(submission);
    assert!(error.is_fate_unknown() && error.may_have_run());
    assert_eq!(error.sent(), Some("[]"));
    let text = "submit at ws://node: the cable was cut (the request was written and may have taken effect)";
    assert_eq!(error.to_string(), text);
    assert!(!bench.failure(waiting).may_have_run());
    let late = bench.read();
    assert_eq!(bench.failure(late).kind(), ErrorKind::Disconnected);
    assert_eq!(bench.item(subscription), Some(Ok("10".into())));
    assert_eq!(bench.item(subscription), Some(Err(ErrorKind::Disconnected)));
    assert!(matches!(bench.mux.poll_subscription(subscription, Waker::noop()), Poll::Ready(None)));
    assert!(!bench.mux.can_write() && bench.mux.next_deadline().is_none());
    assert_eq!(bench.mux.stats().in_flight, 0);
}

/// What may happen to a mux.
#[derive(Debug, Clone)]
enum Event {
    Send { priority: bool, timeout: u64 },
    Subscribe,
    Cancel(usize),
    Write(usize),
    Answer { which: usize, error: bool },
    Notify(u8),
    Invent(u64),
    Hear(String),
    Pass(u64),
    PickUp(usize),
    Disconnect,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (any::<bool>(), 0..20u64).prop_map(|(priority, timeout)| Event::Send { priority, timeout }),
        2 => Just(Event::Subscribe),
        3 => any::<usize>().prop_map(Event::Cancel),
        8 => (0..10usize).prop_map(Event::Write),
        8 => (any::<usize>(), any::<bool>()).prop_map(|(which, error)| Event::Answer { which, error }),
        2 => any::<u8>().prop_map(Event::Notify),
        1 => any::<u64>().prop_map(Event::Invent),
        1 => ".*".prop_map(Event::Hear),
        2 => (0..8u64).prop_map(Event::Pass),
        4 => any::<usize>().prop_map(Event::PickUp),
        1 => Just(Event::Disconnect),
    ]
}

proptest! {
    /// Whatever happens in whatever order, every call ends exactly once, every slot comes back, no byte stays counted.
    #[test]
    fn g1_every_call_ends_exactly_once(events in proptest::collection::vec(event(), 0..200)) {
        let mut bench = Bench::new(|limits| limits.max_buffered_bytes = 500);
        let (mut open, mut written, mut subscriptions) = (Vec::new(), Vec::new(), Vec::new());
        let mut ended = false;
        for event in events {
            match event {
                Event::Send { priority, timeout } => {
                    let lane = if priority { Lane::Priority } else { Lane::Read };
                    open.push(bench.send(Request::new("m").lane(lane).timeout(Duration::from_secs(timeout))));
                }
                Event::Subscribe => open.push(bench.subscribe()),
                Event::Cancel(which) if !open.is_empty() => {
                    let id = open.swap_remove(which % open.len());
                    bench.mux.cancel(id, bench.now);
                }
                Event::Write(count) => for _ in 0..count {
                    let Some(frame) = bench.mux.next_frame(bench.now) else { break };
                    prop_assert!(!ended);
                    let frame: serde_json::Value = serde_json::from_str(&frame).unwrap();
                    written.push(frame["id"].as_u64().unwrap());
                },
                Event::Answer { which, error } if !written.is_empty() => {
                    let id = written[which % written.len()];
                    if error {
                        bench.hear(format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":1,"message":"no"}}}}"#));
                    } else {
                        bench.answer(id, &(id % 5).to_string());
                    }
                }
                Event::Notify(id) => { bench.notify(&(id % 8).to_string(), "1"); }
                Event::Invent(id) => { bench.answer(id, "1"); }
                Event::Hear(frame) => { bench.hear(frame); }
                Event::Pass(seconds) => bench.pass(seconds),
                Event::PickUp(which) if !open.is_empty() => {
                    let at = which % open.len();
                    if let Some(outcome) = bench.outcome(open[at]) {
                        open.swap_remove(at);
                        if let Outcome::Subscribed(key) = outcome { subscriptions.push(key); }
                    }
                }
                Event::Disconnect => {
                    ended = true;
                    bench.mux.on_end(Error::new(ErrorKind::Disconnected, "cut"));
                }
                Event::Cancel(_) | Event::Answer { .. } | Event::PickUp(_) => {}
            }
            prop_assert!(bench.mux.lanes.in_flight() <= 8);
        }
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
        prop_assert_eq!((stats.in_flight, stats.queued), (0, 0));
        prop_assert_eq!((stats.buffered_bytes, bench.mux.subscribing, bench.mux.calls.len()), (0, 0, 0));
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
