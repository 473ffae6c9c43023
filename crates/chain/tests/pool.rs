//! Several endpoints of one chain: who is asked, and who is not believed.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::time::Duration;

use support::nodes::{Node, SETTLED, connect, hash, head_number, start, tempo};
use tensorwire_chain::{Cache, Chain, EndpointState, ErrorKind, Hash};
use tensorwire_rpc::{
    Client,
    mock::{Greeting, MockNode, Reply},
};
use tokio::time::{Instant, sleep};

#[tokio::test(start_paused = true)]
async fn g4_an_endpoint_of_another_chain_is_refused_by_name() {
    let (good, bad) = (start!("good.example", 10), start!("bad.example", 10));
    bad.state().genesis = Hash([0x99; 32]);
    let chain = connect(&bad, |builder| builder.fallback(good.wire()).genesis(support::GENESIS)).await;
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9, "the right chain answers");
    assert_eq!(
        bad.state_reads(),
        0,
        "only what was sent along with the question who it is reaches the wrong one"
    );
    let status = chain.status();
    assert_eq!(status[0].state, EndpointState::WrongChain);
    assert!(status[0].detail.as_ref().unwrap().contains("bad.example"), "{status:?}");

    let alone = connect(&bad, |builder| builder.genesis(support::GENESIS)).await;
    let error = tempo(&alone, 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WrongChain);
    assert!(error.to_string().contains("bad.example"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn g4_the_first_endpoint_says_which_chain_a_pool_is_of() {
    let (first, other) = (start!("first.example", 10), start!("other.example", 10));
    other.state().genesis = Hash([0x99; 32]);
    let chain = connect(&first, |builder| builder.fallback(other.wire())).await;
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
    let status = chain.probe().await;
    assert_eq!((status[0].state, status[1].state), (EndpointState::Ready, EndpointState::WrongChain));
    let detail = status[1].detail.as_ref().unwrap();
    assert!(detail.contains("other.example") && detail.contains("first.example"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_down_while_connecting_is_passed_over() {
    let (dead, good) = (start!("dead.example", 10), start!("good.example", 10));
    dead.mock.down();
    let chain = connect(&dead, |builder| builder.fallback(good.wire())).await;
    assert_eq!(head_number(&chain).await, 10);
    good.mock.down();
    let builder = Chain::builder(dead.wire()).fallback(good.wire()).cache(Cache::none());
    let error = builder.connect().await.unwrap_err().to_string();
    assert!(error.contains("dead.example") && error.contains("good.example"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn g1_an_endpoint_that_accepts_and_says_nothing_holds_up_no_connecting() {
    let good = start!("good.example", 10);
    let hole = MockNode::builder().greeting(Greeting::Silence).start().await.unwrap();
    let wire = Client::builder("ws://hole.example").dial_with(move || hole.pipe());
    let begun = Instant::now();
    let builder = Chain::builder(wire).fallback(good.wire()).cache(Cache::none());
    let chain = builder.genesis(support::GENESIS).connect().await.unwrap();
    assert_eq!(head_number(&chain).await, 10);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn g4_an_endpoint_of_another_chain_hides_no_outage() {
    let (good, bad) = (start!("good.example", 10), start!("bad.example", 10));
    bad.state().genesis = Hash([0x99; 32]);
    let chain = connect(&good, |builder| builder.fallback(bad.wire()).timeout(Duration::from_secs(5))).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    good.mock.down();
    let error = tempo(&chain, 9).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout), "{error:?}");
    assert_eq!(bad.state_reads(), 0);
    good.mock.up();
    sleep(Duration::from_secs(30)).await;
    assert_eq!(tempo(&chain, 8).await.unwrap(), 8);
}

#[tokio::test(start_paused = true)]
async fn g10_a_lost_endpoint_is_replaced_inside_the_deadline() {
    let (first, second) = (start!("first.example", 10), start!("second.example", 10));
    let chain = connect(&first, |builder| builder.fallback(second.wire())).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    first.mock.down();
    let before = second.mock.round_trips();
    assert_eq!(tempo(&chain, 8).await.unwrap(), 8);
    assert!(second.state_reads() > 0);
    assert!(second.mock.round_trips() - before <= 4, "no round trip is spent on the dead one");
    first.mock.up();
    second.mock.down();
    assert_eq!(tempo(&chain, 7).await.unwrap(), 7, "and back");
}

#[tokio::test(start_paused = true)]
async fn g4_a_frozen_endpoint_is_demoted() {
    let (frozen, live) = (start!("frozen.example", 100), start!("live.example", 100));
    let chain = connect(&frozen, |builder| {
        builder.fallback(live.wire()).idle_timeout(None).max_lag(5, Duration::from_secs(30))
    })
    .await;
    assert_eq!(head_number(&chain).await, 100);
    sleep(SETTLED).await;
    frozen.grow(100);
    live.grow(101);
    sleep(SETTLED).await;
    assert!(head_number(&chain).await >= 100, "one block behind is not stale");
    // It stands still, while the other moves on by less than the blocks allowed.
    for number in 102..=104 {
        live.grow(number);
        sleep(Duration::from_secs(12)).await;
    }
    assert_eq!(chain.status()[0].state, EndpointState::Stale, "{:?}", chain.status());
    frozen.mock.reset_counts();
    assert_eq!(head_number(&chain).await, 104);
    assert_eq!(frozen.state_reads(), 0, "it is not asked for the head any more");
    frozen.grow(105);
    live.grow(105);
    sleep(SETTLED).await;
    assert_eq!(chain.status()[0].state, EndpointState::Ready, "until it moves");
}

#[tokio::test(start_paused = true)]
async fn g4_a_lagging_endpoint_is_demoted_by_blocks() {
    let (behind, live) = (start!("behind.example", 100), start!("live.example", 106));
    let chain = connect(&behind, |builder| builder.fallback(live.wire()).idle_timeout(None)).await;
    assert_eq!(head_number(&chain).await, 100);
    sleep(SETTLED).await;
    behind.grow(100);
    live.grow(106);
    sleep(SETTLED).await;
    let status = chain.status();
    assert_eq!((status[0].state, status[0].lag), (EndpointState::Stale, Some(6)));
    assert_eq!(head_number(&chain).await, 106);
}

#[tokio::test(start_paused = true)]
async fn g4_the_head_never_goes_backwards() {
    let node = start!("balanced.example", 50);
    let chain = connect(&node, |builder| builder).await;
    assert_eq!(head_number(&chain).await, 50);
    // Another machine behind the same name, which catches up after a while.
    node.state().head = 48;
    let catching_up = async {
        sleep(Duration::from_secs(5)).await;
        node.state().head = 51;
    };
    let (number, ()) = tokio::join!(head_number(&chain), catching_up);
    assert_eq!(number, 51);

    node.state().head = 40;
    let begun = Instant::now();
    let error = chain.head().await.unwrap().number().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Stale | ErrorKind::Timeout), "{error}");
    assert!(begun.elapsed() <= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn g4_a_read_waits_for_a_block_that_is_on_its_way() {
    let node = start!("balanced.example", 50);
    let chain = connect(&node, |builder| builder).await;
    let at = chain.head().await.unwrap();
    assert_eq!(at.number().await.unwrap(), 50);
    at.runtime().await.unwrap();
    // The next machine behind the same name has not imported the block yet.
    node.state().head = 49;
    let importing = async {
        sleep(Duration::from_secs(1)).await;
        node.state().head = 50;
    };
    let (value, ()) = tokio::join!(at.query("SubtensorModule", "Tempo", [1u16]), importing);
    assert_eq!(value.unwrap().as_u64(), Some(50));
    // One that never comes was reorganised away.
    node.state().head = 49;
    let error = at.query("SubtensorModule", "Tempo", [2u16]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownBlock, "{error}");
}

#[tokio::test(start_paused = true)]
async fn g14_old_blocks_go_to_the_archive_and_depth_is_learned() {
    let (pruned, archive) = (start!("node.example", 1000), start!("archive.example", 1000));
    pruned.state().oldest_state = 700;
    let chain = connect(&pruned, |builder| builder.archive(archive.wire())).await;
    assert_eq!(tempo(&chain, 1000).await.unwrap(), 1000);
    assert_eq!(archive.mock.connections(), 0, "no connection before it is needed");
    assert_eq!(tempo(&chain, 500).await.unwrap(), 500);
    let (failed, served) = (pruned.state_reads(), archive.state_reads());
    assert!(served > 0);
    assert_eq!(tempo(&chain, 400).await.unwrap(), 400);
    assert_eq!(pruned.state_reads(), failed, "the second old read costs no failed request");
    assert!(archive.state_reads() > served);
    assert_eq!(tempo(&chain, 900).await.unwrap(), 900);
    assert!(pruned.state_reads() > failed, "what it has it is asked for");
    assert_eq!(chain.status()[0].pruned_below, Some(500));
}

#[tokio::test(start_paused = true)]
async fn g14_pruned_not_yet_and_never_are_three_errors() {
    let node = start!("node.example", 1000);
    node.state().oldest_state = 700;
    let chain = connect(&node, |builder| builder).await;
    assert_eq!(tempo(&chain, 500).await.unwrap_err().kind(), ErrorKind::Pruned);
    assert_eq!(tempo(&chain, 1001).await.unwrap_err().kind(), ErrorKind::NotYetImported);
    let never = chain.at(Hash([0xcd; 32])).await.unwrap();
    assert_eq!(never.runtime().await.unwrap_err().kind(), ErrorKind::UnknownBlock);
}

#[tokio::test(start_paused = true)]
async fn g14_a_block_by_hash_finds_the_endpoint_that_has_it() {
    let (young, archive) = (start!("young.example", 1000), start!("archive.example", 1000));
    young.state().first_block = 900;
    let chain = connect(&young, |builder| builder.archive(archive.wire())).await;
    assert_eq!(tempo(&chain, 12).await.unwrap(), 12, "by number");
    let at = chain.at(hash(13)).await.unwrap();
    assert_eq!(at.query("SubtensorModule", "Tempo", [1u16]).await.unwrap().as_u64(), Some(13), "by hash");
    assert_eq!(at.number().await.unwrap(), 13);
}

#[tokio::test(start_paused = true)]
async fn a_silent_endpoint_does_not_take_the_whole_deadline() {
    let (silent, good) = (start!("silent.example", 10), start!("good.example", 10));
    let chain = connect(&silent, |builder| builder.fallback(good.wire())).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    silent.state().refuses = Some((Reply::Silence, usize::MAX));
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
}

#[tokio::test(start_paused = true)]
async fn hedged_reads_ask_a_second_endpoint_after_what_is_usual() {
    let (slow, quick) = (start!("slow.example", 100), start!("quick.example", 100));
    let chain = connect(&slow, |builder| builder.fallback(quick.wire()).hedge(true)).await;
    for block in 60..100 {
        assert_eq!(tempo(&chain, block).await.unwrap(), block);
    }
    assert_eq!(quick.state_reads(), 0, "no request twice while answers take as long as usual");
    slow.state().refuses = Some((Reply::Silence, usize::MAX));
    let begun = Instant::now();
    assert_eq!(tempo(&chain, 50).await.unwrap(), 50);
    assert!(begun.elapsed() < Duration::from_secs(2), "not half of the deadline: {:?}", begun.elapsed());
}

/// The four shapes in which a node says that there are too many requests, and how long to wait.
fn refusals() -> Vec<(&'static str, Reply)> {
    let policy = |code: i64| Reply::Error {
        code,
        message: "rate limit exceeded".into(),
        data: Some(serde_json::json!({"policy": "1 request per second", "retry_after": 5})),
    };
    vec![
        ("-32005", policy(-32005)),
        ("-32004", policy(-32004)),
        ("-32029", policy(-32029)),
        ("1008", Reply::Close(1008, "too many requests".into())),
    ]
}

#[tokio::test(start_paused = true)]
async fn g10_a_ban_is_waited_out_inside_the_deadline() {
    for (shape, refusal) in refusals() {
        let node = start!("limited.example", 100);
        let chain = connect(&node, |builder| builder).await;
        assert_eq!(tempo(&chain, 99).await.unwrap(), 99);
        node.state().refuses = Some((refusal, 1));
        node.mock.reset_counts();
        let answers = (90..95).map(|block| tempo(&chain, block));
        let answers: Result<Vec<_>, _> = futures_util::future::join_all(answers).await.into_iter().collect();
        assert_eq!(answers.unwrap(), [90, 91, 92, 93, 94], "{shape}: all are answered, later");
        assert!(node.mock.request_count() <= 40, "{shape}: no storm: {}", node.mock.request_count());
    }
}

#[tokio::test(start_paused = true)]
async fn g10_a_ban_is_not_pushed_on_to_the_next_endpoint_of_the_same_operator() {
    let first = start!("one.operator.example", 100);
    let sibling = start!("two.operator.example", 100);
    let other = start!("lite.another.test", 100);
    let pool = |builder: tensorwire_chain::Builder| builder.fallback(sibling.wire()).fallback(other.wire());
    let chain = connect(&first, pool).await;
    assert_eq!(tempo(&chain, 99).await.unwrap(), 99);
    let (_, refusal) = refusals().swap_remove(0);
    first.state().refuses = Some((refusal, usize::MAX));
    assert_eq!(tempo(&chain, 98).await.unwrap(), 98);
    assert_eq!(sibling.state_reads(), 0, "the same operator counts both");
    assert!(other.state_reads() > 0);
    assert_eq!(chain.status()[0].state, EndpointState::Banned);
    first.mock.reset_counts();
    assert_eq!(tempo(&chain, 97).await.unwrap(), 97);
    assert_eq!(first.mock.request_count(), 0, "nothing is written during the ban");
}

#[tokio::test(start_paused = true)]
async fn g10_a_ban_that_outlasts_the_deadline_is_told_at_once() {
    let node = start!("limited.example", 100);
    let chain = connect(&node, |builder| builder.timeout(Duration::from_secs(3))).await;
    assert_eq!(tempo(&chain, 99).await.unwrap(), 99);
    let (_, refusal) = refusals().swap_remove(0);
    node.state().refuses = Some((refusal, usize::MAX));
    let error = tempo(&chain, 98).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited, "{error}");
    assert!(error.to_string().contains("limited.example"), "{error}");
    let begun = Instant::now();
    assert_eq!(tempo(&chain, 98).await.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn g4_a_flapping_endpoint_costs_no_answer() {
    let (flapping, steady) = (start!("flapping.example", 100), start!("steady.example", 100));
    let chain = connect(&flapping, |builder| builder.fallback(steady.wire())).await;
    let flaps = async {
        for _ in 0..20 {
            sleep(Duration::from_millis(730)).await;
            flapping.mock.down();
            sleep(Duration::from_millis(410)).await;
            flapping.mock.up();
        }
    };
    let reads = async {
        for block in 1..100 {
            assert_eq!(tempo(&chain, block).await.unwrap(), block);
        }
    };
    tokio::join!(flaps, reads);
    assert!(chain.stats().websockets_opened < 60, "{:?}", chain.stats());
}

#[tokio::test(start_paused = true)]
async fn g4_a_slow_first_endpoint_still_says_which_chain_it_is() {
    let (slow, quick) = (start!("slow.example", 10), start!("quick.example", 10));
    quick.state().genesis = Hash([0x99; 32]);
    slow.state().delay = Duration::from_secs(4);
    let chain = connect(&slow, |builder| builder.fallback(quick.wire())).await;
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
    assert_eq!((quick.state_reads(), chain.genesis().await.unwrap()), (0, support::GENESIS));

    let builder = Chain::builder(slow.wire()).fallback(quick.wire()).cache(Cache::none());
    let status = builder.connect_lazily().await.unwrap().probe().await;
    assert_eq!((status[0].state, status[1].state), (EndpointState::Ready, EndpointState::WrongChain));
}

#[tokio::test(start_paused = true)]
async fn g10_a_ban_of_the_first_websocket_is_waited_out() {
    let node = start!("limited.example", 10);
    for (headers, least) in [(vec![("retry-after", "5")], 5), (vec![], 1)] {
        let greetings = [Greeting::http(429, &headers), Greeting::Upgrade];
        let shared = node.state.clone();
        let limited = Node::script(shared).greetings(greetings).start().await.unwrap();
        let wire = Client::builder("ws://limited.example").dial_with(move || limited.pipe());
        let begun = Instant::now();
        let chain = Chain::builder(wire).cache(Cache::none()).connect().await.unwrap();
        assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
        assert!(begun.elapsed() >= Duration::from_secs(least));
    }
    let greetings = [Greeting::http(429, &[("retry-after", "600")]), Greeting::Upgrade];
    let limited = Node::script(node.state.clone()).greetings(greetings).start().await.unwrap();
    let wire = Client::builder("ws://limited.example").dial_with(move || limited.pipe());
    let begun = Instant::now();
    let error = Chain::builder(wire).connect().await.unwrap_err();
    assert_eq!((begun.elapsed(), error.retry_after()), (Duration::ZERO, Some(Duration::from_secs(600))));
}

#[tokio::test(start_paused = true)]
async fn g1_a_lost_answer_of_a_lone_endpoint_is_asked_for_again() {
    let node = start!("lossy.example", 10);
    let chain = connect(&node, |builder| builder).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    node.state().refuses = Some((Reply::Silence, 1));
    let begun = Instant::now();
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn g1_an_endpoint_that_never_proves_itself_holds_up_no_read() {
    let good = start!("good.example", 10);
    let mute = MockNode::builder().otherwise(|_, _| Reply::Silence).start().await.unwrap();
    let wire = Client::builder("ws://mute.example").dial_with(move || mute.pipe());
    let builder = Chain::builder(wire).fallback(good.wire()).cache(Cache::none());
    let chain = builder.genesis(support::GENESIS).connect().await.unwrap();
    let begun = Instant::now();
    assert_eq!(head_number(&chain).await, 10);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}
