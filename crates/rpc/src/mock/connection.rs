//! One connection of a scripted node.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{SplitSink, StreamExt};
use futures_util::{FutureExt, SinkExt};
use serde::Deserialize;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::Script;
use super::reply::{self, Greeting, Reply};
use crate::endpoint::Io;

/// One thing to be done on the socket.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Frame(String),
    Drip(String, usize, Duration),
    Close(u16, String),
    Drop,
}

#[derive(Deserialize)]
struct Request {
    id: Value,
    method: String,
    #[serde(default)]
    params: Value,
}

pub(super) async fn serve(mut io: Io, script: Arc<Script>) {
    match &script.greeting {
        Greeting::Upgrade => {}
        Greeting::Silence => return std::future::pending().await,
        Greeting::Status(status) => {
            let answer =
                format!("HTTP/1.1 {status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            return greet_and_close(&mut io, answer.as_bytes()).await;
        }
        Greeting::Bytes(bytes) => return greet_and_close(&mut io, bytes).await,
    }
    let Ok(socket) = accept_async(io).await else { return };
    let (sink, mut stream) = socket.split();
    let (steps, queue) = unbounded_channel();
    script.counts().open.push(steps.clone());
    tokio::select! {
        () = write(sink, queue) => {}
        () = read(&mut stream, &steps, &script) => {}
    }
}

async fn greet_and_close(io: &mut Io, answer: &[u8]) {
    let mut heard = [0; 1024];
    let _ = io.read(&mut heard).await;
    let _ = io.write_all(answer).await;
    let _ = io.shutdown().await;
}

/// Collects requests into waves and answers each wave when its time has come.
async fn read(
    stream: &mut (impl StreamExt<Item = Result<Message, Error>> + Unpin),
    steps: &UnboundedSender<Step>,
    script: &Script,
) {
    let mut wave: Vec<(Value, Reply)> = Vec::new();
    let mut closes = Instant::now();
    loop {
        tokio::select! {
            biased;
            message = stream.next() => {
                let text = match message {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                };
                let Ok(request) = serde_json::from_str::<Request>(&text) else {
                    let _ = steps.send(Step::Frame(reply::error(&Value::Null, -32700, "Parse error", None)));
                    continue;
                };
                if wave.is_empty() {
                    closes = Instant::now() + script.round_trip;
                }
                wave.push((request.id, script.reply(&request.method, &request.params)));
            }
            () = sleep_until(closes), if !wave.is_empty() => {
                script.counts().round_trips += 1;
                for (id, reply) in wave.drain(..) {
                    play(&id, reply, steps);
                }
            }
        }
    }
}

fn play(id: &Value, reply: Reply, steps: &UnboundedSender<Step>) {
    let step = match reply {
        Reply::Result(result) => Step::Frame(reply::result(id, &result)),
        Reply::Error { code, message, data } => Step::Frame(reply::error(id, code, &message, data.as_ref())),
        Reply::Raw(frame) => Step::Frame(frame.replace("{id}", &id.to_string())),
        Reply::Notify { method, subscription, result } => {
            Step::Frame(reply::notification(&method, &subscription, &result))
        }
        Reply::Drip(frame, size, pause) => Step::Drip(frame.replace("{id}", &id.to_string()), size, pause),
        Reply::Close(code, reason) => Step::Close(code, reason),
        Reply::Drop => Step::Drop,
        Reply::Silence => return,
        Reply::Many(replies) => return replies.into_iter().for_each(|reply| play(id, reply, steps)),
        Reply::Delay(delay, reply) => {
            let (id, steps) = (id.clone(), steps.clone());
            tokio::spawn(async move {
                sleep(delay).await;
                play(&id, *reply, &steps);
            });
            return;
        }
    };
    // A connection that has ended needs no answers.
    let _ = steps.send(step);
}

async fn write(mut sink: SplitSink<WebSocketStream<Io>, Message>, mut queue: UnboundedReceiver<Step>) {
    while let Some(step) = queue.recv().await {
        let mut next = Some(step);
        while let Some(step) = next {
            let done = match step {
                Step::Frame(frame) => sink.feed(Message::Text(frame.into())).await,
                Step::Drip(frame, size, pause) => drip(&mut sink, frame.as_bytes(), size.max(1), pause).await,
                Step::Close(code, reason) => {
                    let frame = CloseFrame { code: code.into(), reason: reason.into() };
                    let _ = sink.send(Message::Close(Some(frame))).await;
                    // The client closes its side; until then there is nothing to say.
                    return std::future::pending().await;
                }
                Step::Drop => {
                    // What was said before still arrives.
                    let _ = sink.flush().await;
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

async fn drip(
    sink: &mut SplitSink<WebSocketStream<Io>, Message>,
    frame: &[u8],
    size: usize,
    pause: Duration,
) -> Result<(), Error> {
    let pieces = frame.chunks(size).count();
    for (index, piece) in frame.chunks(size).enumerate() {
        sleep(pause).await;
        let data = if index == 0 { Data::Text } else { Data::Continue };
        let piece = Frame::message(piece.to_vec(), OpCode::Data(data), index + 1 == pieces);
        sink.send(Message::Frame(piece)).await?;
    }
    Ok(())
}
