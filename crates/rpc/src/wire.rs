//! The JSON-RPC 2.0 envelope: what a frame is, and where its payload lies. Nothing is copied.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::ServerError;

#[cfg(test)]
mod tests;

/// What a received frame turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming<'a> {
    /// An answer to the request of this id. Its payload is still unread: see [`payload`].
    Answer(u64),
    /// An item of the subscription whose id stands so in the frame, quotes included.
    Notification { subscription: &'a str, payload: Payload },
    /// An answer without an id that could be one of ours: absent, `null`, or not an unsigned integer.
    Stray,
    /// Not JSON-RPC, or nothing a server may send.
    Malformed,
}

/// Where a frame's payload lies, or the error it carries in its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    Result(Range<usize>),
    Error(Box<ServerError>),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<Params<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    subscription: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// Tells `"result":null` from no result.
fn present<'de: 'a, 'a, D: Deserializer<'de>>(input: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(input).map(Some)
}

/// Says what `frame` is. An answer costs a look at its first or last bytes, whatever its size.
pub(crate) fn classify(frame: &str) -> Incoming<'_> {
    if let Some(id) = leading_id(frame).or_else(|| trailing_id(frame)) {
        return Incoming::Answer(id);
    }
    let Ok(envelope) = serde_json::from_str::<Envelope<'_>>(frame) else { return Incoming::Malformed };
    if envelope.method.is_some() {
        let Some(params) = envelope.params else { return Incoming::Malformed };
        let Some(payload) = locate(frame, params.result, params.error) else { return Incoming::Malformed };
        return Incoming::Notification { subscription: params.subscription.get(), payload };
    }
    if envelope.result.is_none() && envelope.error.is_none() {
        return Incoming::Malformed;
    }
    match envelope.id.and_then(|id| id.get().parse().ok()) {
        Some(id) => Incoming::Answer(id),
        None => Incoming::Stray,
    }
}

/// Finds the payload of an answer. `None` if the frame is no whole answer.
pub(crate) fn payload(frame: &str) -> Option<Payload> {
    if let Some(range) = plain_string_result(frame) {
        return Some(Payload::Result(range));
    }
    let envelope = serde_json::from_str::<Envelope<'_>>(frame).ok()?;
    locate(frame, envelope.result, envelope.error)
}

/// The error of an answer that is one. An answer that shows its result early costs a look at its first bytes.
pub(crate) fn error(frame: &str) -> Option<ServerError> {
    let after_id = frame.strip_prefix(HEAD).map(|rest| &rest[digits(rest.bytes())..]);
    if after_id.is_some_and(|rest| rest.starts_with(RESULT)) || frame.starts_with(VERSION) {
        return None;
    }
    match payload(frame)? {
        Payload::Error(error) => Some(*error),
        Payload::Result(_) => None,
    }
}

fn locate(frame: &str, result: Option<&RawValue>, error: Option<&RawValue>) -> Option<Payload> {
    if let Some(error) = error {
        return Some(Payload::Error(Box::new(ServerError::parse(error.get()))));
    }
    let result = result?.get();
    let start = (result.as_ptr() as usize).checked_sub(frame.as_ptr() as usize)?;
    Some(Payload::Result(start..start + result.len()))
}

const HEAD: &str = r#"{"jsonrpc":"2.0","id":"#;
const RESULT: &str = r#","result":"#;
const TAIL: &str = r#","id":"#;
const VERSION: &str = r#"{"jsonrpc":"2.0","result":"#;

/// The id of `{"jsonrpc":"2.0","id":7,"result":..` and of the same with an error.
fn leading_id(frame: &str) -> Option<u64> {
    let rest = frame.strip_prefix(HEAD)?;
    let (id, rest) = rest.split_at(digits(rest.bytes()));
    (rest.starts_with(RESULT) || rest.starts_with(r#","error":"#)).then(|| id.parse().ok())?
}

/// The id of `..,"id":7}`. In a valid object the last brace is the outermost, so this id is the envelope's own.
fn trailing_id(frame: &str) -> Option<u64> {
    if !frame.starts_with(VERSION) && !frame.starts_with(r#"{"jsonrpc":"2.0","error":"#) {
        return None;
    }
    let rest = frame.strip_suffix('}')?;
    let (rest, id) = rest.split_at(rest.len() - digits(rest.bytes().rev()));
    rest.ends_with(TAIL).then(|| id.parse().ok())?
}

/// Where the result lies if it is a string without escapes, as nearly all answers of a node are: no parser needed.
fn plain_string_result(frame: &str) -> Option<Range<usize>> {
    let rest = frame.strip_prefix(HEAD)?;
    let rest = rest[digits(rest.bytes())..].strip_prefix(RESULT)?;
    let inner = rest.strip_prefix('"')?.strip_suffix("\"}")?;
    // No early exit inside a chunk, so that the compiler can look at many bytes at once.
    let ends = |found: bool, &byte: &u8| found | (byte == b'"') | (byte == b'\\') | (byte < b' ');
    let plain = !inner.as_bytes().chunks(256).any(|chunk| chunk.iter().fold(false, ends));
    let start = frame.len() - rest.len();
    plain.then(|| start..frame.len() - 1)
}

/// How many digits `bytes` begins with.
fn digits(bytes: impl Iterator<Item = u8>) -> usize {
    bytes.take_while(u8::is_ascii_digit).count()
}
