//! What it costs to get an answer, counted at scripted nodes: websockets opened, round trips, and errors the caller has
//! to deal with. Nothing here is a time.

#[path = "../../crates/tensorwire/tests/soak/scripted.rs"]
#[allow(dead_code, missing_docs, missing_debug_implementations, unreachable_pub, clippy::unwrap_used)]
mod scripted;

use jsonrpsee_core::client::{Client as WsClient, ClientT, SubscriptionClientT};
use jsonrpsee_core::rpc_params;
use jsonrpsee_ws_client::WsClientBuilder;
use scripted::ScriptedChain;
use serde_json::{Value, json};
use std::{fs, time::Duration};
use subxt_rpcs::client::reconnecting_rpc_client as subxt;
use tensorwire::{Cache, Chain};
use tensorwire_rpc::{
    Client, Request,
    mock::{Greeting, MockBuilder, MockNode, Reply},
};

/// Long enough for all that belongs to one trip to be written in, on a busy machine too.
const ROUND_TRIP: Duration = Duration::from_millis(50);

const METHOD: &str = "system_name";

/// What one way to an answer has cost.
struct Cost {
    websockets: u64,
    round_trips: u64,
    errors: usize,
}

type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        head();
        connect().await?;
        lost_with_a_read().await?;
        lost_with_a_subscription().await?;
        println!("\nA dash: the client does not reconnect. The error beside an open subscription is, of tensorwire, an item");
        println!("that says others may be missing; of subxt-rpcs the end of the subscription, to be opened again.");
        chain().await
    })
}

fn head() {
    println!("\n| | client | websockets | round trips | errors to deal with |\n|---|---|---:|---:|---:|");
}

fn row(what: &str, client: &str, cost: Option<Cost>) {
    match cost {
        Some(Cost { websockets, round_trips, errors }) => {
            println!("| {what} | {client} | {websockets} | {round_trips} | {errors} |");
        }
        None => println!("| {what} | {client} | - | - | - |"),
    }
}

/// What the nodes have seen since their counts were reset.
fn cost(nodes: &[&MockNode], errors: usize) -> Option<Cost> {
    let sum = |count: fn(&MockNode) -> u64| nodes.iter().map(|node| count(node)).sum();
    Some(Cost { websockets: sum(MockNode::connections), round_trips: sum(MockNode::round_trips), errors })
}

fn node() -> MockBuilder {
    MockNode::builder().round_trip(ROUND_TRIP).result(METHOD, json!("0x01")).subscription(
        "chain_newHead",
        "chain_subscribeNewHeads",
        "chain_unsubscribeNewHeads",
    )
}

async fn jsonrpsee(node: &MockNode) -> Result<WsClient> {
    Ok(WsClientBuilder::default().build(node.url()).await?)
}

async fn subxt(node: &MockNode) -> Result<subxt::RpcClient> {
    Ok(subxt::RpcClient::builder().build(node.url()).await?)
}

async fn tensorwire(node: &MockNode) -> Result<Client> {
    Ok(Client::builder(&node.url()).idle_timeout(None).connect().await?)
}

/// From nothing to the first answer.
async fn connect() -> Result<()> {
    let what = "connect and read";
    let node = node().start().await?;
    tensorwire(&node).await?.request(Request::new(METHOD)).await?;
    row(what, "tensorwire-rpc", cost(&[&node], 0));

    node.reset_counts();
    jsonrpsee(&node).await?.request::<Value, _>(METHOD, rpc_params![]).await?;
    row(what, "jsonrpsee", cost(&[&node], 0));

    node.reset_counts();
    subxt(&node).await?.request(METHOD.to_owned(), None).await?;
    row(what, "subxt-rpcs", cost(&[&node], 0));
    Ok(())
}

/// The websocket is lost when the read has reached the node: what comes after that.
async fn lost_with_a_read() -> Result<()> {
    let what = "websocket lost, a read pending";
    let lossy = || node().greetings([Greeting::Until(0, Reply::Drop), Greeting::Upgrade]).start();

    let node = lossy().await?;
    let client = tensorwire(&node).await?;
    node.reset_counts();
    client.request(Request::new(METHOD)).await?;
    row(what, "tensorwire-rpc", after_loss(&node, 0));

    let node = lossy().await?;
    let client = jsonrpsee(&node).await?;
    node.reset_counts();
    let errors = [
        client.request::<Value, _>(METHOD, rpc_params![]).await.is_err(),
        client.request::<Value, _>(METHOD, rpc_params![]).await.is_err(),
    ];
    assert_eq!(errors, [true; 2], "it does not reconnect");
    row(what, "jsonrpsee", None);

    let node = lossy().await?;
    let client = subxt(&node).await?;
    node.reset_counts();
    let mut errors = 0;
    while client.request(METHOD.to_owned(), None).await.is_err() {
        errors += 1;
        assert!(errors < 1_000, "it does not reconnect");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    row(what, "subxt-rpcs", after_loss(&node, errors));
    Ok(())
}

/// The trip on which the websocket was lost is none of those after it.
fn after_loss(node: &MockNode, errors: usize) -> Option<Cost> {
    cost(&[node], errors).map(|cost| Cost { round_trips: cost.round_trips - 1, ..cost })
}

/// The websocket is lost while a subscription is open: until the next item.
async fn lost_with_a_subscription() -> Result<()> {
    let what = "websocket lost, a subscription open";
    let (subscribe, unsubscribe) = ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads");

    let node = node().start().await?;
    let client = tensorwire(&node).await?;
    let mut heads = client.subscribe(Request::new(subscribe), unsubscribe).await?;
    lose(&node);
    push_when_subscribed(&node).await?;
    let mut errors = 0;
    // One item says that others may be missing.
    while heads.next().await.ok_or("it has ended")?.is_err() {
        errors += 1;
    }
    row(what, "tensorwire-rpc", cost(&[&node], errors));

    let node = self::node().start().await?;
    let client = jsonrpsee(&node).await?;
    let mut heads = client.subscribe::<Value, _>(subscribe, rpc_params![], unsubscribe).await?;
    lose(&node);
    assert!(heads.next().await.is_none(), "it does not resume");
    row(what, "jsonrpsee", None);

    let node = self::node().start().await?;
    let client = subxt(&node).await?;
    let heads = || client.subscribe(subscribe.to_owned(), None, unsubscribe.to_owned());
    let mut open = heads().await?;
    lose(&node);
    let mut errors = 0;
    loop {
        match open.next().await {
            Some(Ok(_)) => break,
            Some(Err(_)) => errors += 1,
            None => {
                open = loop {
                    match heads().await {
                        Ok(open) => break open,
                        Err(_) => errors += 1,
                    }
                    assert!(errors < 1_000, "it does not reconnect");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                };
                push_when_subscribed(&node).await?;
            }
        }
    }
    row(what, "subxt-rpcs", cost(&[&node], errors));
    Ok(())
}

fn lose(node: &MockNode) {
    node.reset_counts();
    node.disconnect();
}

/// An item, once the subscription is there again.
async fn push_when_subscribed(node: &MockNode) -> Result<()> {
    for _ in 0..1_000 {
        // A connection that has ended takes its subscriptions with it.
        if node.connections() > 0 && node.push("chain_newHead", json!({"number": "0x7"})) > 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("nobody has subscribed".into())
}

/// A first value of the chain's state, decoded; the metadata and the proof of the genesis hash included.
async fn chain() -> Result<()> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/metadata/finney-393-v16.scale");
    let Ok(metadata) = fs::read(file) else {
        eprintln!("skipped: {file} is not there");
        return Ok(());
    };
    let serve = || {
        let chain = ScriptedChain::new(metadata.clone());
        node_of_a_chain(chain).start()
    };
    let (first, second) = (serve().await?, serve().await?);
    head();
    let folder = tempfile::tempdir()?;
    let cache = Cache::folder(folder.path());
    let builder = || Chain::builder(first.url().as_str()).cache(cache.clone()).idle_timeout(None);

    for what in ["first decoded value, cold", "first decoded value, runtime cached"] {
        first.reset_counts();
        read(&builder().connect().await?).await?;
        row(what, "tensorwire", cost(&[&first], 0));
        cached(folder.path()).await?;
    }

    let chain = builder().fallback(second.url().as_str()).connect().await?;
    read(&chain).await?;
    first.reset_counts();
    first.disconnect();
    read(&chain).await?;
    row("websocket lost, then a decoded value", "tensorwire", cost(&[&first, &second], 0));

    let chain = builder().fallback(second.url().as_str()).connect().await?;
    read(&chain).await?;
    first.reset_counts();
    second.reset_counts();
    first.down();
    read(&chain).await?;
    row("endpoint gone, a decoded value from the second", "tensorwire", cost(&[&first, &second], 0));
    Ok(())
}

fn node_of_a_chain(chain: ScriptedChain) -> MockBuilder {
    node().otherwise(move |method, params| chain.answer(method, params))
}

async fn read(chain: &Chain) -> Result<()> {
    let at = chain.head().await?;
    at.query("System", "Number", ()).await?;
    Ok(())
}

/// The metadata is written in the background.
async fn cached(folder: &std::path::Path) -> Result<()> {
    for _ in 0..1_000 {
        if folder.join("endpoints").exists() && fs::read_dir(folder)?.count() > 1 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("the metadata was not cached".into())
}
