//! The other side: scripted nodes in a process of their own, so that nothing of theirs is counted.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use tensorwire_devnet::{Blocks, Devnet, Fault};
use tensorwire_rpc::mock::{Greeting, MockBuilder, MockNode, Reply};

use super::scripted::ScriptedChain;

/// Tells the process that it is the nodes'. Its value is the path of the metadata to speak with.
const ROLE: &str = "TENSORWIRE_SOAK_NODES";

/// Late enough to be answered after `soon` has timed out.
const LATE: Duration = Duration::from_millis(20);

/// The nodes' process; it ends with this.
pub struct Nodes {
    process: Child,
    _stdin: Option<ChildStdin>,
    /// Answers by its methods' names: see `script`.
    pub node: String,
    /// Refuses the websocket by an HTTP status.
    pub refusing: String,
    /// Accepts the connection and says nothing.
    pub silent: String,
    /// Nobody listens there.
    pub nobody: String,
    /// The local chain: a block every 20 ms, a fork now and then, and every connection lost after 500 answers.
    pub devnet: String,
}

impl Nodes {
    pub fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .env(ROLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut urls = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut urls).unwrap();
        let urls: Vec<_> = urls.split_whitespace().collect();
        let [node, refusing, silent, nobody, devnet] = urls[..] else { panic!("no nodes: {urls:?}") };
        Self {
            node: node.to_owned(),
            refusing: refusing.to_owned(),
            silent: silent.to_owned(),
            nobody: nobody.to_owned(),
            devnet: devnet.to_owned(),
            _stdin: process.stdin.take(),
            process,
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether this process is the nodes'; if so it has served until its parent went.
pub fn served() -> bool {
    if std::env::var_os(ROLE).is_none() {
        return false;
    }
    std::thread::spawn(|| {
        // Nothing is ever written: this ends when the parent does.
        let _ = io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serve());
    true
}

async fn serve() {
    let node = script().start().await.unwrap();
    let greeted = |greeting| MockNode::builder().greeting(greeting).start();
    let refusing = greeted(Greeting::http(503, &[])).await.unwrap();
    let silent = greeted(Greeting::Silence).await.unwrap();
    // A port that was free a moment ago, and that the system does not give away soon.
    let nobody = greeted(Greeting::Drop).await.unwrap().url();
    let devnet = Devnet::builder()
        .subnets(1)
        .neurons(2)
        .blocks(Blocks::Every(Duration::from_millis(20)))
        .finality_lag(2)
        .fork_every(10)
        .faults([Fault::DropEvery(500)])
        .start()
        .await
        .unwrap();
    println!("{} {} {} {nobody} {}", node.url(), refusing.url(), silent.url(), devnet.url());
    io::stdout().flush().unwrap();
    // Ticks for whoever has subscribed.
    for tick in 0u64.. {
        tokio::time::sleep(Duration::from_millis(1)).await;
        node.push("tick", tick);
        if tick % 1_000 == 0 {
            // A node keeps what it was asked.
            for node in [&node, &refusing, &silent] {
                node.reset_counts();
            }
        }
    }
}

fn script() -> MockBuilder {
    let chain = metadata().map(ScriptedChain::new);
    MockNode::builder()
        .handle("echo", |params| params.clone().into())
        .handle("fail", |_| Reply::error(-32000, "no"))
        .handle("silence", |_| Reply::Silence)
        .handle("late", |params| Reply::from(params.clone()).after(LATE))
        .handle("drop", |_| Reply::Drop)
        .handle("close", |_| Reply::Close(1001, "going away".to_owned()))
        .subscription("tick", "subscribe_tick", "unsubscribe_tick")
        .subscription("chain_newHead", "chain_subscribeNewHeads", "chain_unsubscribeNewHeads")
        .otherwise(move |method, params| match &chain {
            Some(chain) => chain.answer(method, params),
            None => Reply::error(-32601, "the scripted chain has no metadata"),
        })
}

/// The real chain's metadata, where it is at hand.
pub fn metadata() -> Option<Vec<u8>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata/finney-393-v16.scale");
    std::fs::read(file).ok()
}
