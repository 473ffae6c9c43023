//! Which of several endpoints is asked while one of them is lost, silent, behind or without the state.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::time::Duration;

use support::nodes::{SETTLED, connect, head_number, start, tempo};
use tensorwire_chain::{Chain, ErrorKind, HeadEvent};
use tensorwire_rpc::{
    Client,
    mock::{Greeting, MockNode, Reply},
};
use tokio::time::{Instant, sleep, timeout};

#[tokio::test(start_paused = true)]
async fn g1_deadlines_and_lags_beyond_what_the_clock_can_hold_are_none() {
    let (first, second) = (start!("first.example", 10), start!("second.example", 10));
    let chain = connect(&first, |builder| {
        let builder = builder.fallback(second.wire()).idle_timeout(None);
        builder.timeout(Duration::MAX).connect_timeout(Duration::MAX).max_lag(u64::MAX, Duration::MAX)
    })
    .await;
    assert_eq!(head_number(&chain).await, 10);
    sleep(SETTLED).await;
    first.grow(10);
    second.grow(11);
    sleep(SETTLED).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    let mut heads = chain.heads();
    let grow = async {
        sleep(SETTLED).await;
        first.grow(12);
    };
    let (event, ()) = tokio::join!(heads.next(), grow);
    assert!(matches!(event, Some(Ok(_))), "{event:?}");
    first.state().refuses = Some((Reply::Silence, usize::MAX));
    assert!(timeout(SETTLED, tempo(&chain, 9)).await.is_err());
    assert_eq!(chain.status().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn g4_an_endpoint_a_little_behind_does_not_hold_up_the_head() {
    let (behind, live) = (start!("behind.example", 98), start!("live.example", 100));
    let chain = connect(&behind, |builder| builder.fallback(live.wire()).idle_timeout(None)).await;
    assert_eq!(head_number(&chain).await, 98);
    sleep(SETTLED).await;
    behind.grow(98);
    live.grow(100);
    sleep(SETTLED).await;
    let begun = Instant::now();
    assert!([98, 100].contains(&head_number(&chain).await), "nobody was told of a later one");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn g1_an_endpoint_that_cannot_be_reached_delays_one_read_and_not_the_next() {
    let good = start!("good.example", 10);
    let hole = MockNode::builder().greeting(Greeting::Silence).start().await.unwrap();
    let dial = hole.clone();
    let wire = Client::builder("ws://hole.example").dial_with(move || dial.pipe());
    let chain = Chain::builder(wire).fallback(good.wire()).cache(tensorwire_chain::Cache::none());
    let chain = chain.connect().await.unwrap();
    let mut slow = 0;
    for block in (1..=10).cycle().take(30) {
        let begun = Instant::now();
        assert_eq!(tempo(&chain, block).await.unwrap(), block);
        slow += usize::from(begun.elapsed() > Duration::from_secs(2));
        sleep(Duration::from_secs(12)).await;
    }
    assert!(slow <= 1, "{slow} of 30 reads waited for an endpoint that is known to be out of reach");
}

#[tokio::test(start_paused = true)]
async fn g14_what_every_endpoint_has_dropped_is_pruned_however_often_it_is_asked_for() {
    let (first, second) = (start!("first.example", 1000), start!("second.example", 1000));
    first.state().oldest_state = 700;
    second.state().oldest_state = 700;
    let chain = connect(&first, |builder| builder.fallback(second.wire())).await;
    for block in [500, 500, 400, 500] {
        let error = tempo(&chain, block).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Pruned, "{error}");
    }
    first.state().oldest_state = 0;
    assert_eq!(tempo(&chain, 500).await.unwrap(), 500, "what was learned may change");
}

#[tokio::test(start_paused = true)]
async fn g1_a_stream_is_not_kept_from_an_endpoint_that_answers_by_one_that_does_not() {
    let good = start!("good.example", 10);
    // It says which chain it is of, and nothing else.
    let silent = MockNode::start(|method, params| match method {
        "chain_getBlockHash" if params[0] == 0 => serde_json::json!(support::GENESIS).into(),
        _ => Reply::Silence,
    });
    let silent = silent.await.unwrap();
    let wire = Client::builder("ws://silent.example").dial_with(move || silent.pipe());
    let chain = Chain::builder(wire).fallback(good.wire()).cache(tensorwire_chain::Cache::none());
    let chain = chain.connect().await.unwrap();
    let mut heads = chain.heads();
    let grows = async {
        for number in 11.. {
            sleep(Duration::from_secs(12)).await;
            good.grow(number);
        }
    };
    let told = async { timeout(Duration::from_secs(60), heads.next()).await };
    tokio::select! {
        told = told => assert!(matches!(told, Ok(Some(Ok(_)))), "{told:?}"),
        () = grows => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_nobody_uses_idles_however_fast_the_chain() {
    let (first, second) = (start!("first.example", 10), start!("second.example", 10));
    let chain = connect(&first, |builder| builder.fallback(second.wire())).await;
    for _ in 0..4 {
        assert_eq!(head_number(&chain).await, 10);
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(second.mock.subscribers("chain_newHead"), 1, "the heads are followed while it is used");
    for number in 11..200 {
        sleep(Duration::from_millis(250)).await;
        first.grow(number);
        second.grow(number);
    }
    assert_eq!((first.mock.open_connections(), second.mock.open_connections()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn g1_a_probe_has_one_deadline_for_all_that_it_asks() {
    let (slow, good) = (start!("slow.example", 1000), start!("good.example", 1000));
    let timeout = Duration::from_secs(20);
    let chain = connect(&good, |builder| builder.fallback(slow.wire()).timeout(timeout)).await;
    let head = r#"{"jsonrpc":"2.0","id":{id},"result":{"number":"0x3e8"}}"#;
    let late = Reply::Raw(head.into()).after(Duration::from_secs(15));
    slow.state().refuses = Some((late, 1));
    let lagging = slow.state.clone();
    let then = async {
        sleep(Duration::from_secs(10)).await;
        lagging.lock().unwrap().refuses = Some((Reply::Silence, usize::MAX));
    };
    let begun = Instant::now();
    let (status, ()) = tokio::join!(chain.probe(), then);
    assert!(begun.elapsed() <= timeout, "{:?}", begun.elapsed());
    assert!(status[1].detail.is_some(), "{status:?}");
}

#[tokio::test(start_paused = true)]
async fn g11_a_closed_pool_leaves_no_task_behind() {
    let (first, second) = (start!("first.example", 10), start!("second.example", 10));
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let chain = connect(&first, |builder| builder.fallback(second.wire())).await;
    assert_eq!(head_number(&chain).await, 10);
    sleep(SETTLED).await;
    chain.close().await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(tasks(), before);
}

#[tokio::test(start_paused = true)]
async fn g1_a_silent_endpoint_is_given_up_as_soon_as_another_is_free() {
    let (silent, limited) = (start!("silent.example", 10), start!("limited.example", 10));
    let chain = connect(&silent, |builder| builder.fallback(limited.wire())).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    // The other one is banned over the moment at which it would be given company.
    let ban = Reply::error(-32029, "too many requests: try again in 40s");
    limited.state().refuses = Some((ban, 1));
    chain.probe().await;
    silent.state().refuses = Some((Reply::Silence, usize::MAX));
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
}

#[tokio::test(start_paused = true)]
async fn g1_a_third_endpoint_answers_where_one_is_silent_and_the_next_is_lost() {
    let (silent, lost) = (start!("silent.example", 10), start!("lost.example", 10));
    let good = start!("good.example", 10);
    let chain = connect(&silent, |builder| builder.fallback(lost.wire()).fallback(good.wire())).await;
    assert_eq!(tempo(&chain, 10).await.unwrap(), 10);
    silent.state().refuses = Some((Reply::Silence, usize::MAX));
    lost.state().refuses = Some((Reply::Drop, usize::MAX));
    assert_eq!(tempo(&chain, 9).await.unwrap(), 9);
}

#[tokio::test(start_paused = true)]
async fn a_primary_that_is_back_is_asked_again() {
    let (primary, other) = (start!("primary.example", 10), start!("other.example", 10));
    let chain = connect(&primary, |builder| builder.fallback(other.wire())).await;
    let reads = async |times: usize| {
        for block in (1..=10).cycle().take(times) {
            assert_eq!(tempo(&chain, block).await.unwrap(), block);
            for node in [&primary, &other] {
                sleep(Duration::from_secs(6)).await;
                node.grow(10);
            }
        }
    };
    reads(3).await;
    primary.mock.down();
    reads(5).await;
    primary.mock.up();
    reads(5).await;
    primary.mock.reset_counts();
    reads(5).await;
    assert!(primary.state_reads() >= 5, "{:?}", chain.status());
}

#[tokio::test(start_paused = true)]
async fn g4_the_finalized_head_never_goes_backwards() {
    let (first, behind) = (start!("first.example", 100), start!("behind.example", 96));
    let chain = connect(&first, |builder| builder.fallback(behind.wire()).idle_timeout(None)).await;
    let finalized = || async { chain.finalized().await.unwrap().number().await };
    assert_eq!(finalized().await.unwrap(), 98);
    first.mock.down();
    let catching_up = async {
        sleep(Duration::from_secs(5)).await;
        behind.grow(101);
    };
    let (number, ()) = tokio::join!(finalized(), catching_up);
    assert_eq!(number.unwrap(), 99, "not 94");
}

#[tokio::test(start_paused = true)]
async fn g4_what_an_endpoint_says_that_is_gone_does_not_count() {
    let (first, liar) = (start!("first.example", 100), start!("liar.example", 100));
    let chain = connect(&first, |builder| builder.fallback(liar.wire()).idle_timeout(None)).await;
    assert_eq!(head_number(&chain).await, 100);
    sleep(SETTLED).await;
    first.grow(101);
    liar.grow(4_000_000_000);
    sleep(SETTLED).await;
    liar.mock.down();
    sleep(SETTLED).await;
    first.grow(102);
    let begun = Instant::now();
    assert_eq!(head_number(&chain).await, 102);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn g4_no_head_is_older_than_what_a_stream_has_told() {
    let (behind, live) = (start!("behind.example", 100), start!("live.example", 100));
    let chain = connect(&behind, |builder| builder.fallback(live.wire()).idle_timeout(None)).await;
    let mut heads = chain.heads();
    let grow = async {
        sleep(SETTLED).await;
        live.grow(100);
        behind.mock.down();
        sleep(SETTLED).await;
        live.grow(101);
    };
    let told = async {
        while let Some(event) = heads.next().await {
            if let Ok(HeadEvent::Block(header)) = event
                && header.number == 101
            {
                break;
            }
        }
    };
    tokio::join!(told, grow);
    behind.mock.up();
    sleep(SETTLED).await;
    assert_eq!(head_number(&chain).await, 101);
}
