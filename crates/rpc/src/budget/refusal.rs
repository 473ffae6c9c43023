//! What a refusal looks like, and what it says.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Refused;
use crate::{Error, ServerError};

#[cfg(test)]
mod tests;

/// That an endpoint allows no more for now, and what it says about it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Refusal {
    /// How long to leave it alone.
    pub(crate) wait: Option<Duration>,
    /// Requests it allows a second.
    pub(crate) rate: Option<f64>,
    /// It says that it is busy, not that this client asks too much.
    pub(crate) is_busy: bool,
}

/// The longest wait that is believed.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// How deep a policy may lie in an error's data.
const MAX_DEPTH: usize = 3;

/// Codes that mean a rate limit and nothing else: a gateway's, polkadot-sdk's own, jsonrpsee's "server is busy", HTTP's.
const ALWAYS: [i64; 4] = [-32029, -32999, SERVER_IS_BUSY, 429];

/// Codes that may mean one: -32004 is "method not supported" elsewhere, -32005 jsonrpsee's "batches not supported".
const SOMETIMES: [i64; 2] = [-32004, -32005];

/// What a rate limit says of itself, in lower case.
const WORDS: [&str; 9] = [
    "rate limit",
    "ratelimit",
    "rate-limit",
    "too many requests",
    "limit exceeded",
    "requests per",
    "request count",
    "throttl",
    "try again",
];

/// Keys of a wait, in lower case and without separators, and its unit.
const WAITS: [(&str, Duration); 7] = [
    ("retryafter", SECOND),
    ("retryafterseconds", SECOND),
    ("retryaftersecs", SECOND),
    ("retryin", SECOND),
    ("backoffseconds", SECOND),
    ("retryafterms", MILLISECOND),
    ("backoffms", MILLISECOND),
];

/// Keys of a rate in requests a second.
const RATES: [&str; 3] = ["allowedrps", "maxrps", "requestspersecond"];

/// Keys of a number of requests, and of the time they are allowed in.
const LIMITS: [&str; 3] = ["limit", "maxrequests", "allowedrequests"];
const PERIODS: [(&str, Duration); 6] = [
    ("period", SECOND),
    ("window", SECOND),
    ("interval", SECOND),
    ("periodseconds", SECOND),
    ("windowseconds", SECOND),
    ("windowms", MILLISECOND),
];

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

/// jsonrpsee's: the node has more to do than it can, whoever asked for it.
const SERVER_IS_BUSY: i64 = -32009;

impl Refusal {
    /// What a node's error says, if it is a refusal.
    pub(crate) fn of_server(error: &ServerError) -> Option<Self> {
        let mut policy = Self::default();
        if let Some(data) = &error.data {
            policy.read(data, MAX_DEPTH);
        }
        let text = error.message.to_lowercase();
        let is_policy = policy != Self::default() || WORDS.iter().any(|word| text.contains(word));
        if !(ALWAYS.contains(&error.code) || SOMETIMES.contains(&error.code) && is_policy) {
            return None;
        }
        policy.wait = policy.wait.or_else(|| wait_in(&text));
        policy.is_busy = error.code == SERVER_IS_BUSY;
        Some(policy)
    }

    /// What the end of a websocket says, or the failure to open one, if the endpoint refused it for now.
    pub(crate) fn of_error(error: &Error) -> Option<(Refused, Self)> {
        if let Some(server) = error.server_error() {
            return Some((Refused::Request, Self::of_server(server)?));
        }
        let (what, wait) = match (error.http_status(), error.close_code(), error.retry_after()) {
            (Some(429), _, wait) => (Refused::Connection, wait),
            (Some(403 | 503), _, Some(wait)) => (Refused::Connection, Some(wait)),
            // A policy is violated, or it is to be tried again later: what that means stands in the reason, if anywhere.
            (_, Some(1008 | 1013), _) => (Refused::Request, wait_in(&error.message().to_lowercase())),
            _ => return None,
        };
        Some((what, Self { wait, rate: None, is_busy: error.close_code() == Some(1013) }))
    }

    /// Takes in whatever policy lies in an error's data.
    fn read(&mut self, data: &Value, depth: usize) {
        match data {
            Value::Object(fields) => {
                let mut limit = None;
                let mut period = None;
                for (key, value) in fields {
                    let key: String =
                        key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
                    if let Some((_, unit)) = WAITS.iter().find(|(name, _)| *name == key) {
                        self.wait = self.wait.or(time(value, *unit));
                    } else if RATES.contains(&key.as_str()) {
                        self.rate = self.rate.or(number(value));
                    } else if LIMITS.contains(&key.as_str()) {
                        limit = number(value);
                    } else if let Some((_, unit)) = PERIODS.iter().find(|(name, _)| *name == key) {
                        period = time(value, *unit).filter(|period| !period.is_zero());
                    }
                    if depth > 0 {
                        self.read(value, depth - 1);
                    }
                }
                if let (Some(limit), Some(period)) = (limit, period) {
                    self.rate = self.rate.or(Some(limit / period.as_secs_f64()));
                }
            }
            Value::Array(items) if depth > 0 => {
                items.iter().for_each(|item| self.read(item, depth - 1));
            }
            Value::String(text) => self.wait = self.wait.or_else(|| wait_in(&text.to_lowercase())),
            _ => {}
        }
    }
}

/// The wait of a `Retry-After` header: seconds, or a date, which is read by the clock of the peer where it shows it.
pub(crate) fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return bounded(seconds);
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default().min(LONGEST_WAIT))
}

/// The wait a text in lower case asks for: "try again in 10s", "retry after 2 minutes".
fn wait_in(text: &str) -> Option<Duration> {
    let waits = ["again in ", "retry in ", "retry after ", "again after ", "retry-after: ", "wait "];
    waits.iter().filter_map(|start| text.split_once(start)).find_map(|(_, rest)| time_in(rest, SECOND))
}

/// A time as a number of `unit`, or as a text with a unit of its own.
fn time(value: &Value, unit: Duration) -> Option<Duration> {
    match value {
        Value::String(text) => time_in(&text.to_lowercase(), unit),
        value => bounded(value.as_f64()? * unit.as_secs_f64()),
    }
}

/// The time a text begins with, such as `10s`, `1.5 seconds`, `500ms`, or a bare unit: `minute`.
fn time_in(text: &str, unit: Duration) -> Option<Duration> {
    let text = text.trim_start();
    let (digits, rest) =
        text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()));
    // A full stop may end the sentence.
    let amount: f64 = if digits.is_empty() { 1.0 } else { digits.trim_end_matches('.').parse().ok()? };
    let word = rest.trim_start();
    let word = &word[..word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len())];
    let unit = match word {
        "ms" | "millis" | "millisecond" | "milliseconds" => MILLISECOND,
        "s" | "sec" | "secs" | "second" | "seconds" => SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => 60 * SECOND,
        "h" | "hour" | "hours" => 3600 * SECOND,
        "d" | "day" | "days" => 86_400 * SECOND,
        _ if digits.is_empty() => return None,
        _ => unit,
    };
    bounded(amount * unit.as_secs_f64())
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (number.is_finite() && number > 0.0).then_some(number)
}

/// `None` of what is no time at all.
fn bounded(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
}
