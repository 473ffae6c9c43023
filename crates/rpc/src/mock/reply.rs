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
    /// Opens a subscription of a feed and answers with its id: what [`MockBuilder::subscription`] does.
    ///
    /// [`MockBuilder::subscription`]: super::MockBuilder::subscription
    Subscribe(String),
    /// Closes the subscription of this id and answers whether there was one.
    Unsubscribe(Value),
    /// Several replies, one after the other.
    Many(Vec<Self>),
    /// Replies again and again for as long as the connection lives, with this pause after each, a millisecond at least.
    Endless(Duration, Box<Self>),
    /// Sends a frame (`{id}` as in `Raw`) in pieces of this many bytes, with a pause before each.
    Drip(String, usize, Duration),
    /// Sends the beginning of a frame (`{id}` as in `Raw`), about this many bytes of its text, and drops the connection.
    Cut(String, usize),
    /// Closes the websocket with a code and a reason.
    Close(u16, String),
    /// From now on the connection is half-open: the node hears everything, pings included, and nothing it says arrives.
    /// It is never closed from its side.
    Freeze,
    /// Drops the connection without a closing handshake.
    Drop,
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

    /// An answer under an id that no request had, or under none: `"null"`.
    pub fn under_id(id: &str, result: impl Into<Value>) -> Self {
        Self::Raw(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{}}}"#, result.into()))
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
