//! What a scripted node says.

use std::time::Duration;

use serde_json::{Value, json};

/// How a scripted node reacts to one request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Reply {
    /// Answers with a result.
    Result(Value),
    /// Answers with an error.
    Error {
        /// The JSON-RPC error code.
        code: i64,
        /// The message.
        message: String,
        /// What the error carries besides.
        data: Option<Value>,
    },
    /// Never answers.
    Silence,
    /// Replies this much later than the rest of its wave.
    Delay(Duration, Box<Self>),
    /// Sends a frame as it stands; `{id}` in it becomes the request's id.
    Raw(String),
    /// Sends a subscription's item.
    Notify {
        /// The notification's method.
        method: String,
        /// The subscription's id, a string or a number.
        subscription: Value,
        /// The item.
        result: Value,
    },
    /// Several replies, one after the other.
    Many(Vec<Self>),
    /// Sends a frame (`{id}` as in `Raw`) in pieces of this many bytes, with a pause before each.
    Drip(String, usize, Duration),
    /// Closes the websocket with a code and a reason.
    Close(u16, String),
    /// Drops the connection without a closing handshake.
    Drop,
}

/// How a scripted node meets a new connection.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Greeting {
    /// Accepts the websocket.
    #[default]
    Upgrade,
    /// Accepts the connection and says nothing, ever.
    Silence,
    /// Refuses the upgrade with an HTTP status.
    Status(u16),
    /// Reads something, sends these bytes, and closes the connection.
    Bytes(Vec<u8>),
}

impl Reply {
    /// An answer with an error of this code and message.
    pub fn error(code: i64, message: impl Into<String>) -> Self {
        Self::Error { code, message: message.into(), data: None }
    }

    /// A subscription's item.
    pub fn notify(method: &str, subscription: impl Into<Value>, result: impl Into<Value>) -> Self {
        Self::Notify { method: method.to_owned(), subscription: subscription.into(), result: result.into() }
    }

    /// This reply, later.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self::Delay(delay, Box::new(self))
    }
}

impl From<Value> for Reply {
    fn from(result: Value) -> Self {
        Self::Result(result)
    }
}

pub(super) fn result(id: &Value, result: &Value) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)
}

pub(super) fn error(id: &Value, code: i64, message: &str, data: Option<&Value>) -> String {
    let mut error = json!({ "code": code, "message": message });
    if let Some(data) = data {
        error["data"] = data.clone();
    }
    format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{error}}}"#)
}

pub(super) fn notification(method: &str, subscription: &Value, result: &Value) -> String {
    let method = Value::from(method);
    format!(
        r#"{{"jsonrpc":"2.0","method":{method},"params":{{"subscription":{subscription},"result":{result}}}}}"#
    )
}
