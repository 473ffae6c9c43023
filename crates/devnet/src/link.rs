//! The wire between the clients and the server: counted, and as slow as wanted.

#[cfg(test)]
mod tests;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt, DuplexStream},
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::{Instant, sleep, sleep_until},
};

use crate::relay::Relay;

/// Bytes that travel as one.
pub(crate) const PIECE: usize = 16 * 1024;
/// Pieces under way in one direction of one connection, before the sender has to wait.
const PIECES: usize = 4_096;
/// How long a client may take to close its end after the server has closed the other.
const LINGER: Duration = Duration::from_secs(1);
/// Room between the link and the server.
const BUFFER: usize = 64 * 1024;

/// A link with a round trip and a bandwidth, shared by all connections.
pub(crate) struct Link {
    one_way: Duration,
    up: Direction,
    down: Direction,
    opened: AtomicU64,
    open: AtomicU64,
}

/// One direction: bytes leave it one after another, and arrive some time after that.
#[derive(Default)]
struct Direction {
    bytes_per_second: Option<u64>,
    /// When the last byte sent so far has left.
    busy_until: Mutex<Option<Instant>>,
    bytes: AtomicU64,
}

/// What has crossed the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) connections_opened: u64,
    pub(crate) connections_open: u64,
    pub(crate) bytes_in: u64,
    pub(crate) bytes_out: u64,
}

impl Link {
    pub(crate) fn new(round_trip: Duration, bytes_per_second: Option<u64>) -> Arc<Self> {
        let direction = || Direction { bytes_per_second, ..Direction::default() };
        Arc::new(Self {
            one_way: round_trip / 2,
            up: direction(),
            down: direction(),
            opened: AtomicU64::new(0),
            open: AtomicU64::new(0),
        })
    }

    /// Carries one connection between its socket and the end given to the server, until the server has closed it and
    /// the client has learned of that, or until it is cut.
    pub(crate) async fn carry(self: Arc<Self>, socket: TcpStream, server: DuplexStream, relay: Relay) {
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.open.fetch_add(1, Ordering::Relaxed);
        let _closing = Closing(&self.open);
        let (from_client, to_client) = socket.into_split();
        let (from_server, to_server) = tokio::io::split(server);
        let (up, arriving_up) = self.up.lane(to_server, self.one_way);
        let (down, arriving_down) = self.down.lane(to_client, self.one_way);
        let (closed, learned) = oneshot::channel();
        // A closed connection is no error here: both ends learn of it.
        let upward = async { tokio::join!(relay.requests(from_client, up), arriving_up) };
        let downward = async {
            let _ = tokio::join!(relay.answers(from_server, down), arriving_down);
            let _ = closed.send(());
        };
        let lingering = async {
            let _ = learned.await;
            sleep(LINGER).await;
        };
        tokio::select! {
            _ = async { tokio::join!(upward, downward) } => {}
            () = lingering => {}
            () = relay.cut() => {}
        }
    }

    /// A pipe: its first end is for `carry`, its second for the server.
    pub(crate) fn pipe() -> (DuplexStream, DuplexStream) {
        tokio::io::duplex(BUFFER)
    }

    pub(crate) fn traffic(&self) -> Traffic {
        Traffic {
            connections_opened: self.opened.load(Ordering::Relaxed),
            connections_open: self.open.load(Ordering::Relaxed),
            bytes_in: self.up.bytes.load(Ordering::Relaxed),
            bytes_out: self.down.bytes.load(Ordering::Relaxed),
        }
    }
}

impl Direction {
    /// A way in, and what has to be polled for the bytes to come out. It ends when all have, after the way in was
    /// dropped. Bytes arrive `delay` after they have left, and many are under way at once.
    fn lane(
        &self,
        mut to: impl AsyncWrite + Unpin,
        delay: Duration,
    ) -> (Lane<'_>, impl Future<Output = io::Result<()>>) {
        let (leave, mut arrive) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES);
        let arriving = async move {
            while let Some((arrival, piece)) = arrive.recv().await {
                if arrival > Instant::now() {
                    sleep_until(arrival).await;
                }
                to.write_all(&piece).await?;
            }
            to.shutdown().await
        };
        (Lane { direction: self, delay, leave }, arriving)
    }

    /// When the last of these bytes leaves, behind all that leave before.
    fn departure(&self, bytes: u64) -> Instant {
        let now = Instant::now();
        let Some(rate) = self.bytes_per_second else { return now };
        let mut busy_until = self.busy_until.lock();
        let start = busy_until.unwrap_or(now).max(now);
        let departure = start + Duration::from_secs_f64(bytes as f64 / rate.max(1) as f64);
        *busy_until = Some(departure);
        departure
    }
}

/// The way into one direction, of one connection.
pub(crate) struct Lane<'a> {
    direction: &'a Direction,
    delay: Duration,
    leave: mpsc::Sender<(Instant, Vec<u8>)>,
}

impl Lane<'_> {
    /// Sends bytes off; false when nobody is there any more to receive them.
    pub(crate) async fn send(&self, bytes: &[u8]) -> bool {
        for piece in bytes.chunks(PIECE) {
            let length = piece.len() as u64;
            self.direction.bytes.fetch_add(length, Ordering::Relaxed);
            let arrival = self.direction.departure(length) + self.delay;
            if self.leave.send((arrival, piece.to_vec())).await.is_err() {
                return false;
            }
        }
        true
    }
}

/// Counts a connection down, however it ends.
struct Closing<'a>(&'a AtomicU64);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
