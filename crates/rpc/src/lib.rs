//! One endpoint, many callers: a JSON-RPC 2.0 client that keeps its promises under faults.
//!
//! A [`Client`] is a cheap handle on one endpoint, and outlives its websockets: one is opened when a call needs it, again
//! when it was lost, and closed when nobody needs it any more. Any number of tasks and threads send through clones of it;
//! every request travels in a frame of its own, frames that wait together share one flush, and each answer goes to its
//! caller.
//!
//! ```no_run
//! # async fn run() -> tensorwire_rpc::Result<()> {
//! use tensorwire_rpc::{Client, Request};
//!
//! let client = Client::connect("ws://127.0.0.1:9944").await?;
//! let hash: String = client.request(Request::new("chain_getBlockHash").param(1)).await?.json()?;
//! # Ok(()) }
//! ```
//!
//! Four roles share the work. *Handles* ([`Client`], [`Call`], [`Subscription`]) belong to callers. The *mux* is a state
//! machine without IO and without a clock: it knows which request waits, which is written, which answer is whose, and what
//! the loss of a websocket means for each. The *supervisor* is the one task of a client: it waits for demand, opens a
//! websocket, and sees it end. The *driver* moves frames between an open websocket and the mux.
//!
//! # What is promised
//!
//! - Every call ends within its deadline (60 s unless told otherwise), whatever the node does and however many websockets
//!   it takes: one deadline for all of them.
//! - A request that may be sent twice ([`Replay::Safe`]) is written again if its websocket is lost, three times at most. One
//!   that may not ([`Replay::Never`]) ends with [`ErrorKind::FateUnknown`], and says what was sent.
//! - A subscription goes on over the next websocket, after an item that says there was a gap.
//! - An endpoint that limits the rate of requests is heeded. A request it refuses, whichever way, waits its turn within its
//!   deadline and is asked again; one that cannot be in time ends at once with [`ErrorKind::RateLimited`]. While the
//!   endpoint wants to be left alone nothing is written, and then one request at first.
//! - Subscriptions that one websocket does not carry go over another ([`Builder::max_connections`]).
//! - A websocket that must prove itself ([`Builder::proof`]) is not believed before it has.
//! - A peer that is silent while somebody waits is found out by a ping.
//! - Dropping a [`Call`] cancels it: a request not yet written is never written, a written one frees its slot at once.
//! - An answer nobody asked for is counted and traced; it never ends the connection.
//! - Requests, answers and items in memory are bounded, and a burst of reads does not hold up a [`Lane::Priority`] request.
//! - A process forked off never touches its parent's websocket: its calls end with [`ErrorKind::Forked`].
//!
//! # What is not promised
//!
//! A client has one endpoint and asks no other: [`Request::fail_fast`] is for callers who have one. A read sent twice may be
//! run twice. Whether a request whose fate is unknown has run, only its caller can find out: [`Error::may_have_run`] and
//! [`Error::sent`] tell where to begin.
//!
//! # Watching it
//!
//! [`Client::stats`] counts what happened, [`Client::state`] and [`Client::last_error`] say how things stand. Traces with
//! target `tensorwire::rpc` (debug) tell of each websocket (`connecting`, `connected`, `lost`, `retry`, `idle`, `refused`,
//! `resumed`, `rate limited`, `closed`) and show messages nobody expected; target `tensorwire::frames` (trace) shows the
//! beginning of every frame, secrets hidden.
//!
//! # Features
//!
//! `mock` adds the scripted node of the `mock` module, for tests. `metrics` adds `Client::record`, which hands the counters
//! to the recorder of the `metrics` crate.
#![forbid(unsafe_code)]

mod answer;
mod backoff;
mod branches;
mod budget;
mod builder;
mod call;
mod client;
mod dialer;
mod driver;
mod endpoint;
mod error;
mod limits;
mod liveness;
mod metered;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "mock")]
pub mod mock;
mod mux;
mod proof;
mod request;
mod shared;
mod state;
mod stats;
mod subscription;
mod supervisor;
mod timer;
mod trace;
mod wire;

pub use answer::Answer;
pub use builder::Builder;
pub use call::Call;
pub use client::Client;
pub use error::{Error, ErrorKind, Result, ServerError};
pub use request::{Lane, Replay, Request};
pub use state::State;
pub use stats::Stats;
pub use subscription::Subscription;
