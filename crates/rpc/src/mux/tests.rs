use super::*;

mod interleavings;

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

    /// The websocket is lost, and another one open at once.
    fn lose(&mut self) {
        self.mux.on_lost(cut(), self.now, self.now);
        self.mux.on_open(None, self.now);
    }

    fn prove(&mut self) {
        for frame in self.mux.on_proof(Verdict::Accepted, self.now) {
            self.mux.on_frame(frame, self.now);
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.mux.link, Link::Ended(_))
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

fn cut() -> Error {
    Error::new(ErrorKind::Disconnected, "cut")
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

#[test]
fn g1_a_websocket_lost_again_and_again_is_no_reason_to_ask_for_ever() {
    let mut bench = Bench::new(|_| ());
    let (read, queued) = (bench.read(), bench.send(Request::new("read").lane(Lane::Priority)));
    for _ in 0..=MAX_RESENDS {
        assert!(bench.outcome(read).is_none());
        assert_eq!(bench.ids_written(), [queued, read]);
        bench.lose();
    }
    let error = bench.failure(read);
    assert_eq!(error.to_string(), "read at ws://node: cut (the request was written 4 times)");
    assert!(error.is_disconnected() && bench.failure(queued).may_have_run());
    assert_eq!((bench.mux.stats().replayed, bench.mux.unanswered), (6, 0));
}

#[test]
fn what_was_lost_goes_before_what_waited_in_the_old_order() {
    let mut bench = Bench::new(|limits| limits.in_flight = 3);
    let ids: Vec<_> = (0..6).map(|_| bench.read()).collect();
    assert_eq!(bench.ids_written(), ids[..3]);
    bench.answer(ids[1], "1");
    assert_eq!(bench.ids_written(), ids[3..4]);
    bench.mux.cancel(ids[2], bench.now);
    bench.lose();
    assert_eq!(bench.ids_written(), [ids[0], ids[3], ids[4]]);
}

#[test]
fn a_node_that_gives_an_id_twice_ends_the_older_subscription_with_a_word() {
    let mut bench = Bench::new(|_| ());
    let (older, newer) = (bench.subscribe(), bench.subscribe());
    bench.written();
    bench.answer(older, "7");
    bench.notify("7", "1");
    bench.answer(newer, "7");
    bench.notify("7", "2");
    assert_eq!(bench.item(older), Some(Ok("1".into())));
    assert_eq!(bench.item(older), Some(Err(ErrorKind::Protocol)));
    assert!(matches!(bench.mux.poll_subscription(older, Waker::noop()), Poll::Ready(None)));
    assert_eq!(bench.item(newer), Some(Ok("2".into())));
    // The older one must not take the id along.
    bench.mux.drop_subscription(older, bench.now);
    assert!(bench.ids_written().is_empty());
    bench.notify("7", "3");
    assert_eq!(bench.item(newer), Some(Ok("3".into())));
    assert_eq!(bench.mux.stats().subscriptions, 1);
}

#[test]
fn a_subscription_lost_while_it_is_opened_again_is_opened_by_the_same_call() {
    let mut bench = Bench::new(|_| ());
    let key = bench.subscribe();
    bench.written();
    bench.answer(key, "\"a\"");
    bench.lose();
    let first = bench.ids_written();
    bench.lose();
    assert_eq!(bench.ids_written(), first);
    assert_eq!(bench.answer(first[0], "\"b\""), Received::Resumed);
    bench.notify("\"a\"", "1");
    bench.notify("\"b\"", "2");
    assert_eq!(bench.item(key), Some(Err(ErrorKind::Gap)));
    assert_eq!(bench.item(key), Some(Ok("2".into())));
    assert_eq!((bench.mux.stats().gaps, bench.mux.stats().stray_notifications), (1, 1));
}

#[test]
fn nobody_closes_a_websocket_that_was_just_asked_for() {
    let mut bench = Bench::new(|_| ());
    bench.mux.on_rest(bench.now);
    bench.pass(5);
    assert!(bench.mux.is_ending());
    bench.read();
    assert!(bench.mux.take_end().is_none() && !bench.mux.is_ending());
    assert_eq!(bench.ids_written().len(), 1);
}
