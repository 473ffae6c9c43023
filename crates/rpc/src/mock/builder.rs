//! The script of a node.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::record::Record;
use super::{Greeting, MockNode, Reply};

type Handler = Box<dyn Fn(&str, &Value) -> Reply + Send + Sync>;

/// The script of a [`MockNode`].
pub struct MockBuilder {
    methods: HashMap<String, Handler>,
    otherwise: Handler,
    round_trip: Duration,
    greetings: VecDeque<Greeting>,
    max_subscriptions: usize,
}

/// What all connections of a node share.
pub(super) struct Script {
    methods: HashMap<String, Handler>,
    otherwise: Handler,
    pub(super) round_trip: Duration,
    greetings: Mutex<VecDeque<Greeting>>,
    pub(super) max_subscriptions: usize,
    /// Whether new connections are taken. Any change ends the ones there are.
    pub(super) up: watch::Sender<bool>,
    record: Mutex<Record>,
}

impl MockBuilder {
    pub(super) fn new() -> Self {
        Self {
            methods: HashMap::new(),
            otherwise: Box::new(|method, _| Reply::error(-32601, format!("Method not found: {method}"))),
            round_trip: Duration::ZERO,
            greetings: VecDeque::new(),
            max_subscriptions: usize::MAX,
        }
    }

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

    /// A feed that can be subscribed to: the method of its notifications, and those that open and close a subscription.
    /// Items come by [`MockNode::push`].
    #[must_use]
    pub fn subscription(self, feed: &str, subscribe: &str, unsubscribe: &str) -> Self {
        let feed = feed.to_owned();
        self.handle(subscribe, move |_| Reply::Subscribe(feed.clone()))
            .handle(unsubscribe, |params| Reply::Unsubscribe(params[0].clone()))
    }

    /// How many subscriptions one connection may have; above it error -32006 is the answer. Default: no bound.
    #[must_use]
    pub fn max_subscriptions(mut self, subscriptions: usize) -> Self {
        self.max_subscriptions = subscriptions;
        self
    }

    /// How long after a wave's first request the wave is answered. Default zero.
    #[must_use]
    pub fn round_trip(mut self, duration: Duration) -> Self {
        self.round_trip = duration;
        self
    }

    /// How every connection is greeted. Default [`Greeting::Upgrade`].
    #[must_use]
    pub fn greeting(self, greeting: Greeting) -> Self {
        self.greetings([greeting])
    }

    /// How connections are greeted, each by the next in turn; all that come after the last one as the last one.
    #[must_use]
    pub fn greetings(mut self, greetings: impl IntoIterator<Item = Greeting>) -> Self {
        self.greetings = greetings.into_iter().collect();
        self
    }

    /// Starts the node on a loopback port of the system's choice.
    ///
    /// # Errors
    /// If no loopback port can be bound.
    pub async fn start(self) -> io::Result<MockNode> {
        let Self { methods, otherwise, round_trip, greetings, max_subscriptions } = self;
        MockNode::run(Script {
            methods,
            otherwise,
            round_trip,
            greetings: Mutex::new(greetings),
            max_subscriptions,
            up: watch::Sender::new(true),
            record: Mutex::default(),
        })
        .await
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
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    pub(super) fn next_greeting(&self) -> Greeting {
        let mut greetings = self.greetings.lock().unwrap_or_else(PoisonError::into_inner);
        if greetings.len() > 1 { greetings.pop_front() } else { greetings.front().cloned() }
            .unwrap_or_default()
    }

    pub(super) fn reply(&self, method: &str, params: &Value) -> Reply {
        self.methods.get(method).unwrap_or(&self.otherwise)(method, params)
    }
}
