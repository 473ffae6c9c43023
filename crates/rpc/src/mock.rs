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
//!     .subscription("chain_newHead", "chain_subscribeNewHeads", "chain_unsubscribeNewHeads")
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
//!
//! # Connections
//!
//! Every TCP connection to [`url`](MockNode::url) and every [`pipe`](MockNode::pipe) is one connection, numbered from 0 in
//! the order they came, and met by its own [`Greeting`]. [`MockNode::connection`] tells what was seen on it, also after its
//! end. [`MockNode::down`] and [`MockNode::up`] stop and start the node without moving its address.
//!
//! # Subscriptions
//!
//! [`MockBuilder::subscription`] gives the node a feed: it hands out ids that are never the same twice, honours
//! unsubscribing, and [`MockNode::push`] sends an item to whoever is subscribed just then.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

use crate::endpoint::Io;
use crate::{Client, Result};

mod builder;
mod connection;
mod greeting;
mod record;
mod reply;
#[cfg(test)]
mod tests;
mod valve;

pub use builder::MockBuilder;
pub use greeting::Greeting;
pub use record::Connection;
pub use reply::Reply;

use builder::Script;
use connection::Step;

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
        MockBuilder::new()
    }

    /// A node that answers every request by `handler(method, params)`.
    ///
    /// # Errors
    /// If no loopback port can be bound.
    pub async fn start(handler: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        Self::builder().otherwise(handler).start().await
    }

    async fn run(script: Script) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let script = Arc::new(script);
        let (pipes, new_pipes) = mpsc::unbounded_channel();
        let task = tokio::spawn(accept(listener, new_pipes, Arc::clone(&script)));
        Ok(Self { script, address, pipes, _running: Arc::new(Running(task.abort_handle())) })
    }

    /// The node's URL on a loopback port.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// A client connected by a pipe in memory, with all defaults. It cannot reconnect.
    ///
    /// # Errors
    /// Those of [`Builder::connect`](crate::Builder::connect).
    pub async fn client(&self) -> Result<Client> {
        Client::builder("ws://mock").over(self.pipe()).await
    }

    /// A new connection to the node, in memory: for [`Builder::over`](crate::Builder::over). While the node is down it is
    /// one that has ended already.
    pub fn pipe(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
        if self.script.is_up() {
            // The receiver lives as long as this node does.
            let _ = self.pipes.send(Box::new(theirs));
        }
        ours
    }

    /// Stops the node: every connection is dropped at once, and new ones end as soon as they are made.
    pub fn down(&self) {
        self.script.up.send_replace(false);
    }

    /// Starts the node again, at the same address.
    pub fn up(&self) {
        self.script.up.send_if_modified(|up| !std::mem::replace(up, true));
    }

    /// Sends an item to all open subscriptions of a feed. Returns how many there are.
    pub fn push(&self, feed: &str, item: impl Into<Value>) -> usize {
        self.script.record().push(feed, &item.into())
    }

    /// Open subscriptions of a feed, on all connections.
    pub fn subscribers(&self, feed: &str) -> usize {
        self.script.record().subscribers(feed)
    }

    /// Sends a subscription's item on every open connection.
    pub fn notify(&self, method: &str, subscription: impl Into<Value>, result: impl Into<Value>) {
        let frame = reply::notification(method, &subscription.into(), &result.into());
        self.script.record().send_all(&Step::Frame(frame));
    }

    /// Sends a frame as it is on every open connection.
    pub fn send_raw(&self, frame: impl Into<String>) {
        self.script.record().send_all(&Step::Frame(frame.into()));
    }

    /// Drops every open connection without a closing handshake, once what was said before is written.
    pub fn disconnect(&self) {
        self.script.record().send_all(&Step::Drop);
    }

    /// Makes every open connection half-open: see [`Reply::Freeze`].
    pub fn freeze(&self) {
        self.script.record().send_all(&Step::Freeze);
    }

    /// Closes every open websocket with a code and a reason.
    pub fn close(&self, code: u16, reason: &str) {
        self.script.record().send_all(&Step::Close(code, reason.to_owned()));
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u64 {
        self.script.record().connections
    }

    /// Connections that have not ended, those not upgraded to a websocket included.
    pub fn open_connections(&self) -> usize {
        self.script.record().open_connections()
    }

    /// What was seen on a connection, counted from 0. `None` if there was none, or if it has ended and was not one of the
    /// first 256.
    pub fn connection(&self, number: u64) -> Option<Connection> {
        self.script.record().connection(number)
    }

    /// Requests received so far; each came in a frame of its own.
    pub fn request_count(&self) -> u64 {
        self.script.record().by_method.values().sum()
    }

    /// Requests of one method received so far.
    pub fn requests_of(&self, method: &str) -> u64 {
        self.script.record().by_method.get(method).copied().unwrap_or_default()
    }

    /// Method and parameters of the first 10,000 requests, in the order they came.
    pub fn requests(&self) -> Vec<(String, Value)> {
        self.script.record().requests(|_| true)
    }

    /// Those of [`MockNode::requests`] that came on one connection.
    pub fn requests_on(&self, connection: u64) -> Vec<(String, Value)> {
        self.script.record().requests(|number| number == connection)
    }

    /// Waves of requests answered so far: see the [module](self).
    pub fn round_trips(&self) -> u64 {
        self.script.record().round_trips
    }

    /// Sets the counts of connections, requests and round trips to zero and forgets the requests. Connections keep their
    /// numbers.
    pub fn reset_counts(&self) {
        self.script.record().reset();
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
        let mut up = script.up.subscribe();
        if *up.borrow_and_update() {
            let served = connection::serve(io, Arc::clone(&script));
            connections.spawn(async move {
                tokio::select! {
                    () = served => {}
                    // A restart missed while this task had no turn counts as well.
                    _ = up.changed() => {}
                }
            });
        }
        while connections.try_join_next().is_some() {}
    }
}
