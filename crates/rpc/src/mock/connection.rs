//! One connection of a scripted node.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, StreamExt};
use futures_util::{FutureExt, SinkExt};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::builder::Script;
use super::greeting::{meet, swallow};
use super::reply::{self, Reply};
use super::valve::{Control, Valve};
use crate::endpoint::Io;

/// A frame's header where nothing masks it: two bytes, and the length of what does not fit them.
const HEADER_BYTES: usize = 4;

/// One thing to be done on the socket.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Frame(String),
    Drip(String, usize, Duration),
    Cut(String, usize),
    Close(u16, String),
    Freeze,
    Drop,
}

#[derive(Deserialize)]
struct Request {
    id: Value,
    method: String,
    #[serde(default)]
    params: Value,
}

/// What reading and answering a connection takes.
#[derive(Clone)]
struct Peer {
    number: u64,
    script: Arc<Script>,
    steps: UnboundedSender<Step>,
}

/// Tells the record of a connection's end, however it comes.
struct Ended(u64, Arc<Script>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.1.record().ended(self.0);
    }
}

pub(super) async fn serve(io: Io, script: Arc<Script>) {
    let number = script.record().connected();
    let _ended = Ended(number, Arc::clone(&script));
    let Some((io, until)) = meet(io, script.next_greeting()).await else { return };
    let (valve, control) = Valve::open(io);
    let Ok(socket) = accept_async(valve).await else { return };
    let (mut sink, mut stream) = socket.split();
    let (steps, queue) = unbounded_channel();
    script.record().upgraded(number, steps.clone());
    let peer = Peer { number, script, steps };
    tokio::select! {
        () = write(&mut sink, queue, &peer, &control) => {}
        () = peer.read(&mut stream, until) => {}
    }
    // One that is half-open does not answer a close frame either.
    if control.is_shut()
        && let Ok(socket) = sink.reunite(stream)
    {
        swallow(socket.into_inner()).await;
    }
}

impl Peer {
    /// Collects requests into waves and answers each wave when its time has come.
    async fn read(
        &self,
        stream: &mut (impl StreamExt<Item = Result<Message, Error>> + Unpin),
        until: Option<(u64, Reply)>,
    ) {
        let mut wave: Vec<(Value, Reply)> = Vec::new();
        let mut closes = Instant::now();
        loop {
            tokio::select! {
                biased;
                message = stream.next() => {
                    let Some(Ok(message)) = message else { return };
                    self.script.record().see(self.number, |seen| match &message {
                        Message::Text(_) | Message::Binary(_) => seen.frames_in += 1,
                        Message::Ping(_) => seen.pings += 1,
                        Message::Close(frame) => {
                            seen.close_frames += 1;
                            seen.close_code = frame.as_ref().map(|frame| frame.code.into());
                        }
                        Message::Pong(_) | Message::Frame(_) => {}
                    });
                    let text = match message {
                        Message::Text(text) => text,
                        Message::Close(_) => return,
                        _ => continue,
                    };
                    let Ok(Request { id, method, params }) = serde_json::from_str(&text) else {
                        let _ = self.steps.send(Step::Frame(reply::error(&Value::Null, -32700, "Parse error", None)));
                        continue;
                    };
                    if wave.is_empty() {
                        closes = Instant::now() + self.script.round_trip;
                    }
                    let before = self.script.record().requested(self.number, &method, &params);
                    let reply = match &until {
                        Some((requests, reply)) if before >= *requests => reply.clone(),
                        _ => self.script.reply(&method, &params),
                    };
                    wave.push((id, reply));
                }
                () = sleep_until(closes), if !wave.is_empty() => {
                    self.script.record().round_trips += 1;
                    for (id, reply) in wave.drain(..) {
                        self.play(&id, reply);
                    }
                }
            }
        }
    }

    /// Does what a reply says. `false` if the connection has ended.
    fn play(&self, id: &Value, reply: Reply) -> bool {
        let filled = |frame: String| frame.replace("{id}", &id.to_string());
        let step = match reply {
            Reply::Result(result) => Step::Frame(reply::result(id, &result)),
            Reply::Error { code, message, data } => {
                Step::Frame(reply::error(id, code, &message, data.as_ref()))
            }
            Reply::Raw(frame) => Step::Frame(filled(frame)),
            Reply::Notify { method, subscription, result } => {
                Step::Frame(reply::notification(&method, &subscription, &result))
            }
            Reply::Subscribe(feed) => {
                let most = self.script.max_subscriptions;
                Step::Frame(match self.script.record().subscribe(self.number, feed, most) {
                    Some(subscription) => reply::result(id, &subscription.into()),
                    None => reply::error(id, -32006, "Too many subscriptions on the connection", None),
                })
            }
            Reply::Unsubscribe(subscription) => {
                let was_open = self.script.record().unsubscribe(self.number, &subscription);
                Step::Frame(reply::result(id, &was_open.into()))
            }
            Reply::Drip(frame, size, pause) => Step::Drip(filled(frame), size, pause),
            Reply::Cut(frame, bytes) => Step::Cut(filled(frame), bytes),
            Reply::Close(code, reason) => Step::Close(code, reason),
            Reply::Freeze => Step::Freeze,
            Reply::Drop => Step::Drop,
            Reply::Silence => return true,
            Reply::Many(replies) => return replies.into_iter().all(|reply| self.play(id, reply)),
            Reply::Delay(delay, reply) => {
                let (id, peer) = (id.clone(), self.clone());
                tokio::spawn(async move {
                    sleep(delay).await;
                    peer.play(&id, *reply);
                });
                return true;
            }
            Reply::Endless(pause, reply) => {
                let (id, peer) = (id.clone(), self.clone());
                tokio::spawn(async move {
                    while peer.play(&id, (*reply).clone()) {
                        sleep(pause.max(Duration::from_millis(1))).await;
                    }
                });
                return true;
            }
        };
        self.steps.send(step).is_ok()
    }
}

type Sink = SplitSink<WebSocketStream<Valve>, Message>;

async fn write(sink: &mut Sink, mut queue: UnboundedReceiver<Step>, peer: &Peer, control: &Control) {
    while let Some(step) = queue.recv().await {
        let mut next = Some(step);
        while let Some(step) = next {
            if matches!(step, Step::Frame(_) | Step::Drip(..)) && !control.is_shut() {
                peer.script.record().see(peer.number, |seen| seen.frames_out += 1);
            }
            let done = match step {
                Step::Frame(frame) => sink.feed(Message::Text(frame.into())).await,
                Step::Drip(frame, size, pause) => drip(sink, frame.as_bytes(), size.max(1), pause).await,
                Step::Cut(frame, bytes) => {
                    let _ = sink.flush().await;
                    control.allow(HEADER_BYTES + bytes);
                    let _ = sink.send(Message::Text(frame.into())).await;
                    // The connection is to end, not to be half-open.
                    control.allow(usize::MAX);
                    return;
                }
                Step::Close(code, reason) => {
                    let frame = CloseFrame { code: code.into(), reason: reason.into() };
                    let _ = sink.send(Message::Close(Some(frame))).await;
                    // The client closes its side; until then there is nothing to say.
                    return std::future::pending().await;
                }
                Step::Freeze => {
                    let flushed = sink.flush().await;
                    control.allow(0);
                    flushed
                }
                Step::Drop => {
                    // What was said before still arrives.
                    let _ = sink.flush().await;
                    control.allow(usize::MAX);
                    return;
                }
            };
            if done.is_err() {
                return;
            }
            next = queue.recv().now_or_never().flatten();
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
}

async fn drip(sink: &mut Sink, frame: &[u8], size: usize, pause: Duration) -> Result<(), Error> {
    let pieces = frame.chunks(size).count();
    for (index, piece) in frame.chunks(size).enumerate() {
        sleep(pause).await;
        let data = if index == 0 { Data::Text } else { Data::Continue };
        let piece = Frame::message(piece.to_vec(), OpCode::Data(data), index + 1 == pieces);
        sink.send(Message::Frame(piece)).await?;
    }
    Ok(())
}
