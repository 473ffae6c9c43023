//! Each fault does what it says, seen over a plain websocket.

use std::time::Duration;

use serde_json::{Value, json};
use tensorwire_devnet::{Devnet, ErrorKind, Fault, Refusal, Step};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::{Client, dev, hex, small, transfer},
    plain::{Plain, Seen, bounded},
};

async fn with(fault: &str) -> Devnet {
    small().faults([fault.parse().unwrap()]).start().await.unwrap()
}

/// The ids of so many answers.
async fn ids(client: &mut Plain, count: usize) -> Vec<Value> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(client.message().await["id"].clone());
    }
    ids
}

#[tokio::test]
async fn drop_every_ends_without_a_word_after_the_nth_message() {
    let devnet = with("drop-every=3").await;
    for _ in 0..2 {
        let mut client = Plain::connect(&devnet).await;
        for id in 1..=3 {
            client.ask(id).await;
            assert_eq!(client.message().await["id"], id);
        }
        assert_eq!(client.next().await, Seen::End);
    }
    // What a subscription tells counts as well.
    let mut client = Plain::connect(&devnet).await;
    client.send(1, "chain_subscribeNewHeads", json!([])).await;
    client.message().await;
    assert_eq!(client.message().await["params"]["result"]["number"], "0x0");
    devnet.produce_block().await.unwrap();
    assert_eq!(client.message().await["params"]["result"]["number"], "0x1");
    assert_eq!(client.next().await, Seen::End);
}

#[tokio::test]
async fn close_says_its_code() {
    let devnet = with("close=1013:2").await;
    let mut client = Plain::connect(&devnet).await;
    for id in 1..=2 {
        client.ask(id).await;
        assert_eq!(client.message().await["id"], id);
    }
    assert_eq!(client.next().await, Seen::Close(Some(1013)));
}

#[tokio::test]
async fn lose_reply_loses_every_nth_answer_and_nothing_else() {
    let devnet = with("lose-reply=3").await;
    let mut client = Plain::connect(&devnet).await;
    let mut answered = Vec::new();
    for id in 1..=9 {
        client.ask(id).await;
        if id % 3 != 0 {
            answered.extend(ids(&mut client, 1).await);
        }
    }
    assert_eq!(answered, [1, 2, 4, 5, 7, 8]);
    client.ask(10).await;
    assert_eq!(client.message().await["id"], 10);
    assert_eq!(devnet.stats().requests, 10, "the node has served them all");

    // The answer to a subscription is lost, and it tells all the same.
    devnet.set_faults([Fault::LoseReply(1)]);
    client.send(11, "chain_subscribeNewHeads", json!([])).await;
    assert_eq!(client.message().await["method"], "chain_newHead");
}

#[tokio::test]
async fn the_answers_to_a_batch_are_one() {
    let devnet = with("lose-reply=2").await;
    let mut client = Plain::connect(&devnet).await;
    let request = |id| json!({ "jsonrpc": "2.0", "id": id, "method": "system_chain", "params": [] });
    for id in [1, 3, 5] {
        client.raw(json!([request(id), request(id + 1)])).await;
    }
    for id in [1, 5] {
        let answers = client.message().await;
        assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&json!(id), &json!(id + 1)));
    }
    devnet.set_faults(["limit=1:-32029".parse().unwrap()]);
    client.raw(json!([request(7), request(8)])).await;
    assert_eq!(client.message().await["error"]["code"], -32_029, "refused as a whole");
}

#[tokio::test]
async fn null_id_takes_the_id_out_of_every_nth_answer() {
    let devnet = with("null-id=2").await;
    let mut client = Plain::connect(&devnet).await;
    for id in [1, 2, 3, 4] {
        client.ask(id).await;
        let answer = client.message().await;
        assert_eq!(answer["id"], if id % 2 == 0 { Value::Null } else { json!(id) });
        assert_eq!(answer["result"], "Devnet");
    }
}

#[tokio::test]
async fn delayed_answers_all_come() {
    let devnet = with("delay=1..30").await;
    let mut client = Plain::connect(&devnet).await;
    for id in 0..50 {
        client.ask(id).await;
    }
    let mut seen: Vec<_> = ids(&mut client, 50).await.iter().map(|id| id.as_u64().unwrap()).collect();
    assert!(!seen.is_sorted(), "with random delays some overtake others");
    seen.sort_unstable();
    assert_eq!(seen, (0..50).collect::<Vec<_>>());
}

#[tokio::test]
async fn g10_handshakes_are_refused_with_429() {
    let devnet = with("429=7").await;
    for _ in 0..2 {
        let refused = Plain::try_connect(&devnet).await.err();
        assert_eq!(refused, Some((429, Some("7".to_owned()))));
    }
    devnet.set_faults(["429".parse().unwrap()]);
    assert_eq!(Plain::try_connect(&devnet).await.err(), Some((429, None)));
    devnet.set_faults([]);
    let mut client = Plain::connect(&devnet).await;
    client.ask(1).await;
    assert_eq!(client.message().await["id"], 1);
}

#[tokio::test]
async fn g10_requests_beyond_a_limit_are_refused_in_each_shape() {
    for code in [-32_005, -32_029, -32_004] {
        let devnet = with(&format!("limit=0:{code}")).await;
        let mut client = Plain::connect(&devnet).await;
        client.ask(1).await;
        let refused = client.message().await;
        assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(1), &json!(code)));
    }
    let devnet = with("limit=0:close-1008").await;
    let mut client = Plain::connect(&devnet).await;
    client.ask(1).await;
    assert_eq!(client.next().await, Seen::Close(Some(1008)));

    // Far more at once than a second's share: the share is answered, the rest refused.
    let devnet = with("limit=5").await;
    let mut client = Plain::connect(&devnet).await;
    for id in 0..100 {
        client.ask(id).await;
    }
    let mut answered = 0;
    for _ in 0..100 {
        answered += u32::from(client.message().await.get("result").is_some());
    }
    assert!((5..100).contains(&answered), "{answered}");
}

#[tokio::test]
async fn frozen_heads_move_again_without_a_gap() {
    let devnet = small().start().await.unwrap();
    let healthy = devnet.another().start().await.unwrap();
    devnet.produce_blocks(2).await.unwrap();
    let mut client = Plain::connect(&devnet).await;
    client.send(1, "chain_subscribeNewHeads", json!([])).await;
    let number = |message: &Value| message["params"]["result"]["number"].clone();
    client.message().await;
    assert_eq!(number(&client.message().await), "0x2");

    devnet.set_faults([Fault::FreezeHead]);
    let frozen = devnet.block_hash(2).unwrap();
    let hidden = devnet.produce_blocks(3).await.unwrap();
    let ask = async |client: &mut Plain, method: &str, params| {
        client.send(2, method, params).await;
        client.message().await["result"].clone()
    };
    // Were a head told, it would come before these answers, or instead of them.
    assert_eq!(ask(&mut client, "chain_getBlockHash", json!([])).await, hex(frozen));
    assert_eq!(ask(&mut client, "chain_getFinalizedHead", json!([])).await, hex(devnet.genesis_hash()));
    assert_eq!(ask(&mut client, "chain_getBlockHash", json!([5])).await, Value::Null);
    assert_eq!(ask(&mut client, "chain_getHeader", json!([hex(hidden)])).await, Value::Null);
    let mut elsewhere = Plain::connect(&healthy).await;
    assert_eq!(ask(&mut elsewhere, "chain_getBlockHash", json!([])).await, hex(hidden));

    devnet.set_faults([]);
    for expected in ["0x3", "0x4", "0x5"] {
        assert_eq!(number(&client.message().await), expected);
    }
    assert_eq!(ask(&mut client, "chain_getBlockHash", json!([])).await, hex(hidden));
}

#[tokio::test]
async fn a_lagging_node_is_behind_in_everything() {
    let devnet = small().finality_lag(1).start().await.unwrap();
    let lagging = devnet.another().faults([Fault::Lag(3)]).start().await.unwrap();
    let mut client = Plain::connect(&lagging).await;
    client.send(1, "chain_subscribeNewHeads", json!([])).await;
    client.message().await;
    assert_eq!(client.message().await["params"]["result"]["number"], "0x0");
    devnet.produce_blocks(5).await.unwrap();
    for expected in ["0x1", "0x2"] {
        assert_eq!(client.message().await["params"]["result"]["number"], expected);
    }
    for (method, params, expected) in [
        ("chain_getBlockHash", json!([]), json!(devnet.block_hash(2).map(hex))),
        ("chain_getFinalizedHead", json!([]), json!(devnet.block_hash(1).map(hex))),
        ("chain_getBlockHash", json!([3]), Value::Null),
    ] {
        client.send(2, method, params).await;
        assert_eq!(client.message().await["result"], expected, "{method}");
    }
    let above = hex(devnet.block_hash(3).unwrap());
    client.send(3, "state_getStorage", json!(["0x00", above])).await;
    let error = client.message().await["error"].clone();
    assert_eq!(error["code"], 4_003);
    assert!(error["message"].as_str().unwrap().contains("Header was not found"), "{error}");
}

#[tokio::test]
async fn half_open_takes_everything_and_answers_nothing() {
    let devnet = small().start().await.unwrap();
    let mut client = Plain::connect(&devnet).await;
    client.ask(1).await;
    client.message().await;
    devnet.set_faults([Fault::HalfOpen]);
    client.ask(2).await;
    let address = devnet.url().strip_prefix("ws://").unwrap().to_owned();
    let mut socket = bounded(TcpStream::connect(address)).await.unwrap();
    socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    // The bytes have arrived, and nothing has been made of them.
    bounded(async {
        while devnet.stats().connections_opened < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let nothing = timeout(Duration::from_millis(50), socket.read(&mut [0])).await;
    assert!(nothing.is_err(), "{nothing:?}");
    assert_eq!(devnet.stats().requests, 1);

    // All is well again, but not for a connection in whose stream there is a hole.
    devnet.set_faults([]);
    client.ask(3).await;
    let mut fresh = Plain::connect(&devnet).await;
    fresh.ask(1).await;
    assert_eq!(fresh.message().await["id"], 1);
    assert_eq!(devnet.stats().requests, 2);
    assert_eq!(devnet.stats().connections_open, 3);
}

#[tokio::test]
async fn faults_are_combined_and_replaced() {
    let devnet = small().start().await.unwrap();
    devnet.set_faults([Fault::LoseReply(2), Fault::NullId(3), Fault::Close { code: 1011, every: 4 }]);
    let mut client = Plain::connect(&devnet).await;
    for id in 1..=4 {
        client.ask(id).await;
        match id {
            1 => assert_eq!(client.message().await["id"], 1),
            3 => assert_eq!(client.message().await["id"], Value::Null),
            _ => {}
        }
    }
    assert_eq!(client.next().await, Seen::Close(Some(1011)));
    devnet.set_faults([Fault::LoseReply(2)]);
    let mut client = Plain::connect(&devnet).await;
    client.ask(1).await;
    assert_eq!(client.message().await["id"], 1, "counting begins anew");
}

fn cut(method: &str, nth: u32, step: Step) -> Fault {
    Fault::Cut { method: method.to_owned(), nth, step }
}

const WATCH: &str = "author_submitAndWatchExtrinsic";

/// Submits with three nonces on three connections, the second of which is cut. What comes on it before that, and
/// whether its extrinsic is in the pool.
async fn at_the_second(step: Step) -> (Vec<Value>, bool) {
    let devnet = small().faults([cut(WATCH, 2, step)]).start().await.unwrap();
    let signer = Client::connect(&devnet).await;
    let mut told = Vec::new();
    let mut pooled = false;
    for nonce in 0..3 {
        let extrinsic = signer.sign(&dev("Alice"), nonce, &transfer(&[3; 32], 1_000));
        let mut client = Plain::connect(&devnet).await;
        client.send(1, WATCH, json!([extrinsic])).await;
        if nonce == 1 {
            while let Seen::Message(message) = client.next().await {
                told.push(message);
            }
            let hash = sp_core::blake2_256(&const_hex::decode(&extrinsic).unwrap());
            pooled = devnet.in_pool(hash);
        } else {
            assert_eq!(client.message().await["id"], 1);
        }
    }
    (told, pooled)
}

#[tokio::test]
async fn g2_a_cut_strikes_once_at_its_step() {
    assert_eq!(at_the_second(Step::Asked).await, (Vec::new(), false));
    assert_eq!(at_the_second(Step::Done).await, (Vec::new(), true));
    for updates in 0..3 {
        let (told, pooled) = at_the_second(Step::Told(updates)).await;
        assert_eq!((told.len() as u32, pooled), (1 + updates, true));
        assert_eq!(told[0]["id"], 1);
        let statuses: Vec<_> = told.iter().skip(1).map(|update| update["params"]["result"].clone()).collect();
        assert_eq!(statuses, [json!("ready"), json!({ "broadcast": [] })][..updates as usize]);
    }
}

#[tokio::test]
async fn g5_a_share_of_submissions_is_refused_unseen() {
    let devnet = with("reject=20").await;
    let signer = Client::connect(&devnet).await;
    let mut client = Plain::connect(&devnet).await;
    let mut refused = 0;
    for nonce in 0..200 {
        let extrinsic = signer.sign(&dev("Alice"), nonce, &transfer(&[3; 32], 1_000));
        client.send(1, "author_submitExtrinsic", json!([extrinsic])).await;
        let answer = client.message().await;
        let error = answer.get("error").cloned();
        let hash = sp_core::blake2_256(&const_hex::decode(&extrinsic).unwrap());
        assert_eq!(devnet.in_pool(hash), error.is_none());
        if let Some(error) = error {
            let expected =
                json!({ "code": 1010, "message": "Invalid Transaction", "data": "Custom error: 1" });
            assert_eq!(error, expected);
            refused += 1;
        }
    }
    assert!((20..60).contains(&refused), "{refused} of 200");
    client.ask(2).await;
    assert_eq!(client.message().await["id"], 2, "other requests are answered");
}

#[test]
fn faults_are_read_as_they_are_written() {
    let milliseconds = Duration::from_millis;
    let cases = [
        ("drop-every=50", Fault::DropEvery(50)),
        ("delay=20", Fault::Delay { least: milliseconds(20), most: milliseconds(20) }),
        ("delay=5..20", Fault::Delay { least: milliseconds(5), most: milliseconds(20) }),
        ("lose-reply=10", Fault::LoseReply(10)),
        ("null-id", Fault::NullId(10)),
        ("null-id=1", Fault::NullId(1)),
        ("429", Fault::TooManyRequests(None)),
        ("429=30", Fault::TooManyRequests(Some(30))),
        ("limit=1", Fault::Limit { per_second: 1, refusal: Refusal::Error(-32_005) }),
        ("limit=1:-32029", Fault::Limit { per_second: 1, refusal: Refusal::Error(-32_029) }),
        ("limit=1:close-1008", Fault::Limit { per_second: 1, refusal: Refusal::Close }),
        ("close=1008", Fault::Close { code: 1008, every: 50 }),
        ("close=1001:3", Fault::Close { code: 1001, every: 3 }),
        ("freeze-head", Fault::FreezeHead),
        ("lag=5", Fault::Lag(5)),
        ("half-open", Fault::HalfOpen),
        ("reject=20", Fault::Reject(20)),
        ("cut=a_b", cut("a_b", 1, Step::Asked)),
        ("cut=a_b:2", cut("a_b", 2, Step::Asked)),
        ("cut=a_b:3:asked", cut("a_b", 3, Step::Asked)),
        ("cut=a_b:3:done", cut("a_b", 3, Step::Done)),
        ("cut=a_b:1:told-0", cut("a_b", 1, Step::Told(0))),
    ];
    for (text, fault) in cases {
        assert_eq!(text.parse(), Ok(fault), "{text}");
    }
    for (kind, name) in Fault::KINDS.iter().zip(["drop-every", "delay", "lose-reply"]) {
        assert!(kind.syntax().starts_with(name) && !kind.effect().is_empty());
    }
    let wrong = [
        "",
        "drop",
        "drop-every",
        "drop-every=0",
        "drop-every=-1",
        "delay=20..5",
        "delay=x",
        "close=1006",
        "close=99999",
        "limit=1:-1",
        "half-open=1",
        "429=soon",
        "lag=",
        "freeze-head=no",
        "lose-reply=99999999999",
        "reject=101",
        "reject",
        "cut",
        "cut=a_b:0",
        "cut=a_b:1:never",
        "cut=a_b:1:told-",
    ];
    for text in wrong {
        let error = text.parse::<Fault>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Fault, "{text}");
        let known = text.split('=').next().unwrap();
        let named = Fault::KINDS.iter().any(|kind| error.to_string().contains(&kind.syntax()));
        assert!(named && error.to_string().contains(known), "{error}");
    }
}
