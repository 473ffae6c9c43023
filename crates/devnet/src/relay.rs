//! What passes between a client and the server, message by message.

mod countdown;
mod frames;
#[cfg(test)]
mod tests;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    sync::{Notify, watch},
};

use crate::{
    faults::{Faults, Passed},
    link::{Lane, PIECE},
};
pub(crate) use countdown::Countdowns;
use frames::{Frame, Frames};

/// How a node ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Without a word, as when its process is killed. What is under way is lost.
    Cut,
    /// With a close frame of this code, such as 1001 (going away). What is under way arrives before it.
    Close(u16),
}

/// Ends one connection; clones end the same.
pub(crate) type Switch = watch::Sender<Option<Ending>>;

/// The relay of one connection.
pub(crate) struct Relay {
    ending: Switch,
    faults: Arc<Faults>,
    countdowns: Arc<Countdowns>,
    /// Answers the handshake in the server's place.
    refusal: Option<Vec<u8>>,
    /// Whether everything is swallowed.
    silent: AtomicBool,
    /// Told when the client has closed.
    left: Notify,
}

impl Relay {
    pub(crate) fn new(ending: Switch, faults: Arc<Faults>, countdowns: Arc<Countdowns>) -> Self {
        let refusal = faults.handshake();
        Self { ending, faults, countdowns, refusal, silent: AtomicBool::new(false), left: Notify::new() }
    }

    /// Returns when the connection is to be cut.
    pub(crate) async fn cut(&self) {
        self.ended(|ending| ending == Ending::Cut).await;
    }

    /// Carries what the client sends, until it closes. When nobody takes it any more, it is read all the same: a
    /// client that is not read is not told of the end.
    pub(crate) async fn requests(&self, mut from: impl AsyncRead + Unpin, to: Lane<'_>) {
        let mut buffer = vec![0; PIECE];
        while let Some(bytes) = read(&mut from, &mut buffer).await {
            if self.refusal.is_none() && !self.is_silent() {
                to.send(bytes).await;
            }
        }
        self.left.notify_one();
    }

    /// Carries what the server sends, until it closes or the connection is ended.
    pub(crate) async fn answers(&self, mut from: impl AsyncRead + Unpin, to: Lane<'_>) {
        if let Some(refusal) = &self.refusal {
            to.send(refusal).await;
            return;
        }
        let mut frames = Frames::default();
        let mut buffer = vec![0; PIECE];
        loop {
            let bytes = tokio::select! {
                biased;
                ending = self.ended(|ending| ending != Ending::Cut) => {
                    if let Some(Ending::Close(code)) = ending && frames.are_websocket() {
                        to.send(&frames::close(code)).await;
                    }
                    return;
                }
                bytes = read(&mut from, &mut buffer) => bytes,
            };
            let silent = self.is_silent();
            let Some(bytes) = bytes else {
                if silent {
                    // Nor is the client told that the server has lost patience.
                    self.left.notified().await;
                }
                return;
            };
            if silent {
                continue;
            }
            frames.push(bytes);
            while let Some(frame) = frames.next() {
                if !self.pass(frame, &to).await {
                    return;
                }
            }
        }
    }

    /// Sends what the faults leave of a frame; false when the connection ends with it.
    async fn pass(&self, frame: Frame, to: &Lane<'_>) -> bool {
        let Some(text) = frame.message() else { return to.send(&frame.bytes).await };
        let (passed, end) = self.faults.message(text);
        let sent = match passed {
            Passed::Whole => to.send(&frame.bytes).await,
            Passed::Changed(text) => to.send(&Frame::text(&text).bytes).await,
            Passed::Lost => true,
        };
        if let Some(Ending::Close(code)) = end {
            to.send(&frames::close(code)).await;
        }
        sent && end.is_none() && !self.countdowns.end_with(text)
    }

    /// Whatever is swallowed once leaves a hole in the stream: nothing can follow.
    fn is_silent(&self) -> bool {
        if self.faults.half_open() {
            self.silent.store(true, Ordering::Relaxed);
        }
        self.silent.load(Ordering::Relaxed)
    }

    async fn ended(&self, how: impl Fn(Ending) -> bool) -> Option<Ending> {
        let mut ending = self.ending.subscribe();
        let ending = ending.wait_for(|ending| ending.is_some_and(&how)).await;
        ending.ok().and_then(|ending| *ending)
    }
}

/// What comes next; none at the end, whatever ended it.
async fn read<'a>(from: &mut (impl AsyncRead + Unpin), buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let length = from.read(buffer).await.unwrap_or(0);
    buffer.get(..length).filter(|bytes| !bytes.is_empty())
}
