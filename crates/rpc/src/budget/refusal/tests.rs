use serde_json::json;

use super::*;
use crate::ErrorKind;

fn server(code: i64, message: &str, data: Value) -> Option<Refusal> {
    let data = (!data.is_null()).then_some(data);
    Refusal::of_server(&ServerError { code, message: message.to_owned(), data })
}

fn seconds(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

fn closed(code: u16, reason: &'static str) -> Option<(Refused, Refusal)> {
    Refusal::of_error(&Error::new(ErrorKind::Disconnected, reason).closed_with(code))
}

#[test]
fn g10_errors_that_are_refusals_are_told_from_those_that_are_not() {
    let refusals = [
        (-32029, "Too many requests"),
        (-32029, ""),
        (-32999, "RPC rate limit exceeded"),
        (-32009, "Server is busy, try again later"),
        (429, "Too Many Requests"),
        (-32004, "Rate limit reached for this key"),
        (-32005, "daily request count exceeded, request rate limited"),
        (-32005, "Limit exceeded"),
    ];
    for (code, message) in refusals {
        let refusal = Refusal { is_busy: code == -32009, ..Refusal::default() };
        assert_eq!(server(code, message, json!(null)), Some(refusal), "{code} {message}");
    }
    let others = [
        (-32005, "Batched requests are not supported by this server"),
        (-32004, "Method not supported"),
        (-32006, "Too many subscriptions on the connection"),
        (-32601, "Method not found"),
        // A dispatch error of Subtensor's that speaks of its own limits.
        (1010, "Invalid Transaction: rate limit exceeded, try again in 10s"),
        (-32000, "Client error: Execution failed: TxRateLimitExceeded"),
        (0, "rate limit exceeded"),
    ];
    for (code, message) in others {
        assert_eq!(server(code, message, json!(null)), None, "{code} {message}");
    }
}

#[test]
fn g10_waits_are_read_from_data_and_text() {
    let data = [
        (json!({ "retry_after": 7 }), 7),
        (json!({ "retryAfter": "7" }), 7),
        (json!({ "retryAfter": "7s" }), 7),
        (json!({ "retry_after_ms": 7000 }), 7),
        (json!({ "rate": { "backoff_seconds": 7.0 } }), 7),
        (json!({ "policy": [{ "Retry-After": 7 }] }), 7),
        (json!("try again in 7s"), 7),
        (json!({ "reason": "retry after 7 seconds" }), 7),
        (json!({ "retry_after": 1e300 }), 86_400),
    ];
    for (data, wait) in data {
        assert_eq!(server(-32005, "", data.clone()).unwrap().wait, seconds(wait), "{data}");
    }
    let texts = [
        ("Rate limit exceeded: try again in 10s", seconds(10)),
        ("too many requests, retry after 2 minutes.", seconds(120)),
        ("throttled; wait 1500ms", Some(Duration::from_millis(1500))),
        ("rate limited, please retry in 10", seconds(10)),
        ("try again in 10. Thank you", seconds(10)),
        ("try again in a minute", None),
        ("try again in minute", seconds(60)),
        ("try again in 1.2.3s", None),
        ("try again in 99999999999999999999999999999h", seconds(86_400)),
        ("try again in", None),
    ];
    for (text, wait) in texts {
        assert_eq!(server(-32029, text, json!(null)).unwrap().wait, wait, "{text}");
        let (what, refusal) = closed(1008, text).unwrap();
        assert_eq!((what, refusal.wait), (Refused::Request, wait), "{text}");
    }
}

#[test]
fn g10_rates_are_read_from_data() {
    let rates = [
        (json!({ "rate": { "allowed_rps": 5, "current_rps": 80.5 } }), Some(5.0)),
        (json!({ "limit": 60, "period": 30 }), Some(2.0)),
        (json!({ "limit": 60, "period": "minute" }), Some(1.0)),
        (json!({ "limit": "60", "window_ms": 1000 }), Some(60.0)),
        (json!({ "limit": 60 }), None),
        (json!({ "limit": 60, "period": 0 }), None),
        (json!({ "limit": -1, "period": 1 }), None),
        (json!({ "allowed_rps": "many" }), None),
    ];
    for (data, rate) in rates {
        assert_eq!(server(-32029, "", data.clone()).unwrap().rate, rate, "{data}");
    }
}

#[test]
fn g10_a_failed_handshake_is_a_refusal_if_it_says_so() {
    let status = |status, wait: Option<u64>| {
        let error = Error::new(ErrorKind::Handshake, "").http(status);
        let error = match wait {
            Some(wait) => error.retry_in(Duration::from_secs(wait)),
            None => error,
        };
        let (what, refusal) = Refusal::of_error(&error)?;
        assert_eq!(what, Refused::Connection);
        Some(refusal)
    };
    assert_eq!(status(429, None), Some(Refusal::default()));
    for code in [403, 429, 503] {
        assert_eq!(status(code, Some(5)).unwrap().wait, seconds(5));
    }
    assert!(status(403, None).is_none() && status(503, None).is_none() && status(404, Some(5)).is_none());
    assert_eq!(Refusal::of_error(&Error::new(ErrorKind::Connect, "refused")), None);
    assert!(closed(1000, "rate limit exceeded").is_none() && closed(1013, "").is_some());
}

#[test]
fn g10_retry_after_is_seconds_or_a_date() {
    let date = "Sat, 21 Nov 2026 09:00:00 GMT";
    assert_eq!(retry_after(" 120 ", None), seconds(120));
    assert_eq!(retry_after("Sat, 21 Nov 2026 09:00:30 GMT", Some(date)), seconds(30));
    assert_eq!(retry_after("Sat, 21 Nov 2026 08:00:00 GMT", Some(date)), seconds(0));
    assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", None), seconds(0));
    assert_eq!(retry_after("Sat, 21 Nov 2099 08:00:00 GMT", None), seconds(86_400));
    for odd in ["", "soon", "-1", "NaN"] {
        assert_eq!(retry_after(odd, None), None, "{odd}");
    }
}
