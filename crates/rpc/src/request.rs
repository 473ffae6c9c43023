//! A request, written as its frame from the start.

use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{Error, ErrorKind, Result};

/// A method and its parameters. Parameters are written straight into the frame that goes out.
#[derive(Debug, Clone)]
pub struct Request {
    method: Cow<'static, str>,
    /// The frame up to its parameters: `{"jsonrpc":"2.0","method":"..","params":[..`. The id comes last.
    frame: Vec<u8>,
    params_start: usize,
    params: usize,
    invalid: Option<Error>,
    timeout: Option<Duration>,
    replay: Replay,
    lane: Lane,
    fail_fast: bool,
}

/// Whether a request may be sent a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Replay {
    /// Sending it twice does no harm: a read. If its websocket is lost it is written again on the next one.
    #[default]
    Safe,
    /// It must reach the node once at most: a submission. If its websocket is lost nobody knows whether it has.
    Never,
}

/// The queue a request waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lane {
    /// For reads: as many in flight as the builder's `in_flight` says.
    #[default]
    Read,
    /// For submissions and subscriptions: slots of its own, and every other frame while both lanes wait.
    Priority,
}

impl Request {
    /// A request without parameters, safe to replay, in the read lane, with the client's timeout.
    pub fn new(method: impl Into<Cow<'static, str>>) -> Self {
        let method = method.into();
        let mut frame = Vec::with_capacity(96 + method.len());
        frame.extend_from_slice(br#"{"jsonrpc":"2.0","method":"#);
        // Writing a string to memory cannot fail.
        let _ = serde_json::to_writer(&mut frame, &*method);
        frame.extend_from_slice(PARAMS.as_bytes());
        let params_start = frame.len();
        Self {
            method,
            frame,
            params_start,
            params: 0,
            invalid: None,
            timeout: None,
            replay: Replay::default(),
            lane: Lane::default(),
            fail_fast: false,
        }
    }

    /// Appends a parameter. If it cannot be written as JSON the request fails when sent, and nothing is written.
    #[must_use]
    pub fn param(mut self, value: impl Serialize) -> Self {
        self.comma();
        let start = self.frame.len();
        if let Err(error) = serde_json::to_writer(&mut self.frame, &value) {
            self.frame.truncate(start);
            let message = format!("parameter {} cannot be written as JSON: {error}", self.params);
            self.invalid.get_or_insert(Error::new(ErrorKind::Request, message).about(self.method.clone()));
        }
        self
    }

    /// Appends bytes as a `0x` hex string.
    #[must_use]
    pub fn hex_param(mut self, bytes: &[u8]) -> Self {
        self.comma();
        self.frame.reserve(2 * bytes.len() + 32);
        self.frame.extend_from_slice(b"\"0x");
        let start = self.frame.len();
        self.frame.resize(start + 2 * bytes.len(), b'0');
        // The space is exactly what the bytes need, the one thing that could go wrong.
        let _ = const_hex::encode_to_slice(bytes, &mut self.frame[start..]);
        self.frame.push(b'"');
        self
    }

    /// Replaces all parameters by a JSON array.
    ///
    /// # Errors
    /// [`ErrorKind::Request`] if the text is not a JSON array.
    pub fn raw_params(mut self, json_array: String) -> Result<Self> {
        let params: Vec<&RawValue> = serde_json::from_str(&json_array).map_err(|error| {
            let message = format!("the parameters are not a JSON array: {error}");
            Error::new(ErrorKind::Request, message).about(self.method.clone())
        })?;
        self.frame.truncate(self.params_start);
        self.params = 0;
        self.invalid = None;
        for param in params {
            self.comma();
            self.frame.extend_from_slice(param.get().as_bytes());
        }
        Ok(self)
    }

    /// How long the call may take, waiting for its turn included. Default: the client's timeout.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether the request may be sent twice. Default [`Replay::Safe`].
    #[must_use]
    pub fn replay(mut self, replay: Replay) -> Self {
        self.replay = replay;
        self
    }

    /// The queue the request waits in. Default [`Lane::Read`].
    #[must_use]
    pub fn lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// Ends the call as soon as the websocket is lost, cannot be opened, or waits to be opened again, with the error that
    /// is the cause: for callers who have another endpoint to ask. Without it a call waits for the websocket's return.
    /// A subscription asked for so ends with its websocket.
    #[must_use]
    pub fn fail_fast(mut self) -> Self {
        self.fail_fast = true;
        self
    }

    /// Whether the request may be sent twice.
    pub fn is_safe_to_replay(&self) -> bool {
        self.replay == Replay::Safe
    }

    /// The method's name.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The timeout, unless it is the client's.
    pub(crate) fn own_timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Whether it can be sent at all.
    pub(crate) fn check(&self) -> Result<()> {
        self.invalid.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn into_parts(self) -> Parts {
        let Self { method, frame, invalid, timeout, replay, lane, fail_fast, .. } = self;
        Parts { method, frame, invalid, timeout, replay, lane, fail_fast }
    }

    fn comma(&mut self) {
        if self.params > 0 {
            self.frame.push(b',');
        }
        self.params += 1;
    }
}

/// What the mux takes of a request.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) method: Cow<'static, str>,
    pub(crate) frame: Vec<u8>,
    pub(crate) invalid: Option<Error>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) replay: Replay,
    pub(crate) lane: Lane,
    pub(crate) fail_fast: bool,
}

/// Completes a frame with its id.
pub(crate) fn finish(mut frame: Vec<u8>, id: u64) -> Utf8Bytes {
    // Writing to memory cannot fail.
    let _ = write!(frame, "{ID}{id}}}");
    // The frame was written by a JSON serializer: it is UTF-8.
    String::from_utf8(frame).unwrap_or_default().into()
}

/// A finished frame without its id again.
pub(crate) fn unfinished(frame: &str) -> Vec<u8> {
    frame.rfind(ID).map_or(frame, |end| &frame[..end]).into()
}

/// The parameters of a finished frame, a JSON array.
pub(crate) fn params(frame: &str) -> Option<&str> {
    // Neither text can stand earlier or later: in the method's name quotes are escaped, and behind the id is but a brace.
    frame.get(frame.find(PARAMS)? + PARAMS.len() - 1..frame.rfind(ID)? + 1)
}

const PARAMS: &str = r#","params":["#;
const ID: &str = r#"],"id":"#;
