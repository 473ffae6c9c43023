//! What a scripted node has seen, and who is connected to it.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::connection::Step;
use super::reply;

/// How many requests are kept for [`MockNode::requests`](super::MockNode::requests).
const KEPT_REQUESTS: usize = 10_000;

/// How many connections are remembered after their end.
const KEPT_CONNECTIONS: u64 = 256;

/// What a scripted node has seen on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Connection {
    /// Whether it has not ended. A half-open one ends when the client drops its side.
    pub is_open: bool,
    /// Text and binary frames received.
    pub frames_in: u64,
    /// Text frames sent.
    pub frames_out: u64,
    /// Requests received.
    pub requests: u64,
    /// Pings received.
    pub pings: u64,
    /// Close frames received.
    pub close_frames: u64,
    /// The code of the last close frame; `None` also if it had none.
    pub close_code: Option<u16>,
}

#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) connections: u64,
    pub(super) round_trips: u64,
    pub(super) by_method: HashMap<String, u64>,
    requests: Vec<(u64, String, Value)>,
    next_number: u64,
    peers: BTreeMap<u64, Peer>,
    last_subscription: u64,
}

/// One connection.
#[derive(Debug, Default)]
struct Peer {
    seen: Connection,
    /// There once the websocket is open.
    steps: Option<UnboundedSender<Step>>,
    /// Feed and id of every open subscription.
    subscriptions: Vec<(String, String)>,
}

impl Record {
    /// A new connection's number.
    pub(super) fn connected(&mut self) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.connections += 1;
        let seen = Connection { is_open: true, ..Connection::default() };
        self.peers.insert(number, Peer { seen, ..Peer::default() });
        number
    }

    pub(super) fn upgraded(&mut self, number: u64, steps: UnboundedSender<Step>) {
        if let Some(peer) = self.peers.get_mut(&number) {
            peer.steps = Some(steps);
        }
    }

    pub(super) fn ended(&mut self, number: u64) {
        if number >= KEPT_CONNECTIONS {
            self.peers.remove(&number);
        } else if let Some(peer) = self.peers.get_mut(&number) {
            *peer = Peer { seen: Connection { is_open: false, ..peer.seen }, ..Peer::default() };
        }
    }

    /// Counts something on a connection.
    pub(super) fn see(&mut self, number: u64, count: impl FnOnce(&mut Connection)) {
        if let Some(peer) = self.peers.get_mut(&number) {
            count(&mut peer.seen);
        }
    }

    /// Counts a request. Returns how many came on its connection before it.
    pub(super) fn requested(&mut self, number: u64, method: &str, params: &Value) -> u64 {
        *self.by_method.entry(method.to_owned()).or_default() += 1;
        if self.requests.len() < KEPT_REQUESTS {
            self.requests.push((number, method.to_owned(), params.clone()));
        }
        let Some(peer) = self.peers.get_mut(&number) else { return 0 };
        peer.seen.requests += 1;
        peer.seen.requests - 1
    }

    /// Opens a subscription. Returns an id that no other ever had; `None` if the connection has `most` already.
    pub(super) fn subscribe(&mut self, number: u64, feed: String, most: usize) -> Option<String> {
        let peer = self.peers.get_mut(&number).filter(|peer| peer.subscriptions.len() < most)?;
        self.last_subscription += 1;
        let id = format!("sub-{number}-{}", self.last_subscription);
        peer.subscriptions.push((feed, id.clone()));
        Some(id)
    }

    /// Closes a subscription. `false` if there is none of this id on this connection.
    pub(super) fn unsubscribe(&mut self, number: u64, id: &Value) -> bool {
        let Some(peer) = self.peers.get_mut(&number) else { return false };
        let before = peer.subscriptions.len();
        peer.subscriptions.retain(|(_, known)| id != known);
        peer.subscriptions.len() < before
    }

    pub(super) fn push(&self, feed: &str, item: &Value) -> usize {
        let mut reached = 0;
        for peer in self.peers.values() {
            for (_, id) in peer.subscriptions.iter().filter(|(known, _)| known == feed) {
                let frame = reply::notification(feed, &Value::from(id.as_str()), item);
                reached += usize::from(peer.send(Step::Frame(frame)));
            }
        }
        reached
    }

    pub(super) fn subscribers(&self, feed: &str) -> usize {
        self.peers.values().flat_map(|peer| &peer.subscriptions).filter(|(known, _)| known == feed).count()
    }

    pub(super) fn send_all(&self, step: &Step) {
        for peer in self.peers.values() {
            peer.send(step.clone());
        }
    }

    pub(super) fn open_connections(&self) -> usize {
        self.peers.values().filter(|peer| peer.seen.is_open).count()
    }

    pub(super) fn connection(&self, number: u64) -> Option<Connection> {
        self.peers.get(&number).map(|peer| peer.seen)
    }

    pub(super) fn requests(&self, wanted: impl Fn(u64) -> bool) -> Vec<(String, Value)> {
        let wanted = self.requests.iter().filter(|(number, ..)| wanted(*number));
        wanted.map(|(_, method, params)| (method.clone(), params.clone())).collect()
    }

    pub(super) fn reset(&mut self) {
        self.connections = 0;
        self.round_trips = 0;
        self.by_method.clear();
        self.requests.clear();
    }
}

impl Peer {
    /// `false` if the websocket is not open, or has ended.
    fn send(&self, step: Step) -> bool {
        self.steps.as_ref().is_some_and(|steps| steps.send(step).is_ok())
    }
}
