//! A plain websocket, to see frames and ends as they come.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tensorwire_devnet::Devnet;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// Far above what anything here takes: what never comes fails its test instead of stopping the run.
const BOUND: Duration = Duration::from_secs(30);

pub(crate) struct Plain(WebSocketStream<TcpStream>);

/// What comes over a websocket.
#[derive(Debug, PartialEq)]
pub(crate) enum Seen {
    Message(Value),
    /// A close frame with this code.
    Close(Option<u16>),
    /// The end, without a word.
    End,
}

impl Plain {
    pub(crate) async fn connect(devnet: &Devnet) -> Self {
        Self::try_connect(devnet).await.unwrap()
    }

    /// The websocket, or the status of the HTTP answer and its `Retry-After`.
    pub(crate) async fn try_connect(devnet: &Devnet) -> Result<Self, (u16, Option<String>)> {
        let address = devnet.url().strip_prefix("ws://").unwrap();
        let socket = bounded(TcpStream::connect(address)).await.unwrap();
        match bounded(tokio_tungstenite::client_async(devnet.url(), socket)).await {
            Ok((websocket, _)) => Ok(Self(websocket)),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                let retry =
                    answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
                Err((answer.status().as_u16(), retry))
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Sends a request with this id, to which the answer is the chain's name.
    pub(crate) async fn ask(&mut self, id: u64) {
        self.send(id, "system_chain", json!([])).await;
    }

    pub(crate) async fn send(&mut self, id: u64, method: &str, params: Value) {
        self.raw(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
    }

    pub(crate) async fn raw(&mut self, request: Value) {
        bounded(self.0.send(Message::text(request.to_string()))).await.unwrap();
    }

    pub(crate) async fn next(&mut self) -> Seen {
        match bounded(self.0.next()).await {
            Some(Ok(Message::Text(text))) => Seen::Message(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(frame))) => Seen::Close(frame.map(|frame| frame.code.into())),
            Some(Ok(other)) => panic!("{other:?}"),
            Some(Err(_)) | None => Seen::End,
        }
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Value {
        match self.next().await {
            Seen::Message(message) => message,
            other => panic!("{other:?} instead of a message"),
        }
    }
}

pub(crate) async fn bounded<T>(work: impl Future<Output = T>) -> T {
    timeout(BOUND, work).await.expect("it never came")
}
