//! One websocket, many callers: a JSON-RPC 2.0 client that keeps its promises under faults.
//!
//! A [`Client`] is a cheap handle on one websocket. Any number of tasks and threads send through clones of it; every
//! request travels in a frame of its own, frames that wait together share one flush, and each answer goes to its caller.
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
//! Three roles share the work. *Handles* ([`Client`], [`Call`], [`Subscription`]) belong to callers. The *mux* is a state
//! machine without IO and without a clock: it knows which request waits, which is written, which answer is whose. The
//! *driver* is the one task that owns the socket and moves frames between it and the mux.
//!
//! # What is promised
//!
//! - Every call ends within its deadline (60 s unless told otherwise), whatever the node does.
//! - Dropping a [`Call`] cancels it: a request not yet written is never written, a written one frees its slot at once.
//! - An answer nobody asked for is counted and traced; it never ends the connection.
//! - Requests in flight and answers in memory are bounded, and a burst of reads does not hold up a [`Lane::Priority`] request.
//!
//! # What is not promised
//!
//! A lost websocket fails all calls in flight, and every later one, with [`ErrorKind::Disconnected`]: this crate does not
//! reconnect. [`Error::may_have_run`] tells whether the node may have seen the request.
//!
//! # Watching it
//!
//! [`Client::stats`] counts what happened. Traces with target `tensorwire::rpc` (debug) tell when a websocket opens and
//! ends and show messages nobody expected; target `tensorwire::frames` (trace) shows the beginning of every frame.
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
