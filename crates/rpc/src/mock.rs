//! A scripted node for tests: a JSON-RPC websocket server that answers, counts, and misbehaves as told.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use tensorwire_rpc::{Request, mock::{MockNode, Reply}};
//! use serde_json::json;
//!
//! let node = MockNode::builder()
//!     .result("chain_getBlockHash", json!("0x01"))
//!     .handle("state_getStorage", |params| if params[0] == "0x00" { json!(null).into() } else { Reply::Silence })
//!     .start()
//!     .await?;
//! let client = node.client().await?;
//! client.request(Request::new("chain_getBlockHash")).await?;
//! assert_eq!((node.requests_of("chain_getBlockHash"), node.round_trips()), (1, 1));
//! # Ok(()) }
//! ```
//!
//! # Round trips
//!
//! Requests are answered in waves. A wave opens with the first unanswered request and closes
//! [`round_trip`](MockBuilder::round_trip) later; every request that arrives meanwhile belongs to it, and all are answered
//! together when it closes. Each wave counts as one round trip. With [`MockNode::client`] (a pipe in memory) and a paused
//! tokio clock this is exact: time passes only once the client has nothing more to send. Without a `round_trip` a wave is
//! whatever can be read at once.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::endpoint::Io;
use crate::{Client, Result};

mod connection;
mod reply;

pub use reply::{Greeting, Reply};

use connection::Step;

type Handler = Box<dyn Fn(&str, &Value) -> Reply + Send + Sync>;

/// How many requests are kept for [`MockNode::requests`].
const KEPT_REQUESTS: usize = 10_000;

/// The capacity of a pipe in memory, per direction.
const PIPE_BYTES: usize = 1 << 20;

/// A running scripted node. Clones share it; it stops when the last one is dropped.
#[derive(Debug, Clone)]
pub struct MockNode {
    script: Arc<Script>,
    address: SocketAddr,
    pipes: mpsc::UnboundedSender<Io>,
    _running: Arc<Running>,
}

/// The script of a [`MockNode`].
pub struct MockBuilder {
    methods: HashMap<String, Handler>,
    otherwise: Handler,
    round_trip: Duration,
    greeting: Greeting,
}

/// What all connections of a node share.
struct Script {
    methods: HashMap<String, Handler>,
    otherwise: Handler,
    round_trip: Duration,
    greeting: Greeting,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    connections: u64,
    round_trips: u64,
    by_method: HashMap<String, u64>,
    requests: Vec<(String, Value)>,
    open: Vec<mpsc::UnboundedSender<Step>>,
}

#[derive(Debug)]
struct Running(AbortHandle);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl MockNode {
    /// A node without a script: every method is unknown to it.
    pub fn builder() -> MockBuilder {
        MockBuilder {
            methods: HashMap::new(),
            otherwise: Box::new(|method, _| Reply::error(-32601, format!("Method not found: {method}"))),
            round_trip: Duration::ZERO,
            greeting: Greeting::Upgrade,
        }
    }

    /// A node that answers every request by `handler(method, params)`.
    ///
    /// # Errors
    /// If no loopback port can be bound.
    pub async fn start(handler: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        Self::builder().otherwise(handler).start().await
    }

    /// The node's URL on a loopback port.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// A client connected by a pipe in memory, with all defaults.
    ///
    /// # Errors
    /// Those of [`Builder::connect`](crate::Builder::connect).
    pub async fn client(&self) -> Result<Client> {
        Client::builder("ws://mock").over(self.pipe()).await
    }

    /// A new connection to the node, in memory: for [`Builder::over`](crate::Builder::over).
    pub fn pipe(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        // The receiver lives as long as this node does.
        let _ = self.pipes.send(Box::new(theirs));
        ours
    }

    /// Sends a subscription's item on every open connection.
    pub fn notify(&self, method: &str, subscription: impl Into<Value>, result: impl Into<Value>) {
        let frame = reply::notification(method, &subscription.into(), &result.into());
        self.send_all(&Step::Frame(frame));
    }

    /// Sends a frame as it is on every open connection.
    pub fn send_raw(&self, frame: impl Into<String>) {
        self.send_all(&Step::Frame(frame.into()));
    }

    /// Drops every open connection without a closing handshake.
    pub fn disconnect(&self) {
        self.send_all(&Step::Drop);
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.script.counts().connections
    }

    /// Requests received so far; each came in a frame of its own.
    pub fn request_count(&self) -> u64 {
        self.script.counts().by_method.values().sum()
    }

    /// Requests of one method received so far.
    pub fn requests_of(&self, method: &str) -> u64 {
        self.script.counts().by_method.get(method).copied().unwrap_or_default()
    }

    /// Method and parameters of the first 10,000 requests, in the order they came.
    pub fn requests(&self) -> Vec<(String, Value)> {
        self.script.counts().requests.clone()
    }

    /// Waves of requests answered so far: see the [module](self).
    pub fn round_trips(&self) -> u64 {
        self.script.counts().round_trips
    }

    /// Sets all counts to zero and forgets the requests.
    pub fn reset_counts(&self) {
        let mut counts = self.script.counts();
        let open = std::mem::take(&mut counts.open);
        *counts = Counts { open, ..Counts::default() };
    }

    fn send_all(&self, step: &Step) {
        self.script.counts().open.retain(|connection| connection.send(step.clone()).is_ok());
    }
}

impl MockBuilder {
    /// Answers a method with this result, always.
    #[must_use]
    pub fn result(self, method: &str, result: Value) -> Self {
        self.handle(method, move |_| Reply::Result(result.clone()))
    }

    /// Answers a method by a function of its parameters.
    #[must_use]
    pub fn handle(mut self, method: &str, handler: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        self.methods.insert(method.to_owned(), Box::new(move |_, params| handler(params)));
        self
    }

    /// Answers every other method. Default: error -32601.
    #[must_use]
    pub fn otherwise(mut self, handler: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> Self {
        self.otherwise = Box::new(handler);
        self
    }

    /// How long after a wave's first request the wave is answered. Default zero.
    #[must_use]
    pub fn round_trip(mut self, duration: Duration) -> Self {
        self.round_trip = duration;
        self
    }

    /// How connections are greeted. Default [`Greeting::Upgrade`].
    #[must_use]
    pub fn greeting(mut self, greeting: Greeting) -> Self {
        self.greeting = greeting;
        self
    }

    /// Starts the node on a loopback port of the system's choice.
    ///
    /// # Errors
    /// If no loopback port can be bound.
    pub async fn start(self) -> io::Result<MockNode> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let Self { methods, otherwise, round_trip, greeting } = self;
        let script = Arc::new(Script { methods, otherwise, round_trip, greeting, counts: Mutex::default() });
        let (pipes, new_pipes) = mpsc::unbounded_channel();
        let task = tokio::spawn(accept(listener, new_pipes, Arc::clone(&script)));
        Ok(MockNode { script, address, pipes, _running: Arc::new(Running(task.abort_handle())) })
    }
}

impl std::fmt::Debug for MockBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MockBuilder").field("methods", &self.methods.keys()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("methods", &self.methods.keys()).finish_non_exhaustive()
    }
}

impl Script {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request and looks up its reply.
    fn reply(&self, method: &str, params: &Value) -> Reply {
        {
            let mut counts = self.counts();
            *counts.by_method.entry(method.to_owned()).or_default() += 1;
            if counts.requests.len() < KEPT_REQUESTS {
                counts.requests.push((method.to_owned(), params.clone()));
            }
        }
        self.methods.get(method).unwrap_or(&self.otherwise)(method, params)
    }
}

/// Accepts connections of both sorts. Dropping this task drops them all.
async fn accept(listener: TcpListener, mut pipes: mpsc::UnboundedReceiver<Io>, script: Arc<Script>) {
    let mut connections = JoinSet::new();
    loop {
        let io: Io = tokio::select! {
            Ok((tcp, _)) = listener.accept() => {
                let _ = tcp.set_nodelay(true);
                Box::new(tcp)
            }
            Some(pipe) = pipes.recv() => pipe,
            else => return,
        };
        script.counts().connections += 1;
        connections.spawn(connection::serve(io, Arc::clone(&script)));
        while connections.try_join_next().is_some() {}
    }
}
