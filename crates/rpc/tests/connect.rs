//! What connecting to the wrong place says. Each error names the endpoint and what to do.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tensorwire_rpc::mock::{Greeting, MockNode};
use tensorwire_rpc::{Client, Error, ErrorKind};
use tokio::net::TcpListener;

async fn refusal(url: &str) -> Error {
    Client::connect(url).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_port_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = refusal(&url).await;
    assert_eq!((error.kind(), error.endpoint()), (ErrorKind::Connect, Some(url.as_str())));
    assert!(error.to_string().contains("refused the connection: does a node listen on port"), "{error}");
}

#[tokio::test]
async fn an_unknown_host_says_so() {
    let error = refusal("ws://no-such-host.invalid:9944").await;
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("cannot look up no-such-host.invalid"), "{error}");
}

#[tokio::test]
async fn tls_to_a_plain_port_says_so() {
    let node = MockNode::builder().start().await.unwrap();
    let error = refusal(&node.url().replace("ws://", "wss://")).await;
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.to_string().contains("this port does not speak TLS: try ws://"), "{error}");
}

#[tokio::test]
async fn a_plain_websocket_to_a_tls_port_says_so() {
    let node = MockNode::builder().greeting(Greeting::tls_alert()).start().await.unwrap();
    let error = refusal(&node.url()).await;
    assert_eq!(error.kind(), ErrorKind::Handshake);
    assert!(error.to_string().contains("if it speaks TLS, try wss://"), "{error}");
}

#[tokio::test]
async fn a_peer_that_speaks_no_http_says_so() {
    for greeting in ["SSH-2.0-OpenSSH_9.6\r\n", "", "{\"jsonrpc\":\"2.0\"}\n"] {
        let node = MockNode::builder().greeting(Greeting::Bytes(greeting.into())).start().await.unwrap();
        let error = refusal(&node.url()).await;
        assert_eq!(error.kind(), ErrorKind::Handshake, "{greeting}");
        assert!(error.to_string().contains("does not answer as a websocket server"), "{error}");
    }
}

#[tokio::test]
async fn an_http_status_in_place_of_the_upgrade_is_named() {
    let hints = [
        (200, "200"),
        (302, "redirects"),
        (403, "access is denied"),
        (404, "at this path"),
        (429, "too many requests"),
        (502, "down"),
    ];
    for (status, hint) in hints {
        let node = MockNode::builder().greeting(Greeting::Status(status)).start().await.unwrap();
        let error = refusal(&node.url()).await;
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::Handshake, Some(status)));
        assert!(
            error.to_string().contains(&format!("HTTP {status}")) && error.to_string().contains(hint),
            "{error}"
        );
    }
}

#[tokio::test]
async fn g10_a_refused_handshake_says_when_to_come_back() {
    let date = ("date", "Sat, 21 Nov 2026 09:00:00 GMT");
    let later = "Sat, 21 Nov 2026 09:00:30 GMT";
    let answers = [
        (429, vec![("retry-after", "7")], Some(7)),
        (403, vec![("Retry-After", later), date], Some(30)),
        (503, vec![("retry-after", "0")], Some(0)),
        (429, vec![], None),
        (429, vec![("retry-after", "soon")], None),
        (404, vec![("retry-after", "7")], None),
    ];
    for (status, headers, seconds) in answers {
        let node = MockNode::builder().greeting(Greeting::http(status, &headers)).start().await.unwrap();
        let error = refusal(&node.url()).await;
        assert_eq!(error.http_status(), Some(status));
        assert_eq!(error.retry_after(), seconds.map(Duration::from_secs), "{status} {headers:?}");
    }
}

#[tokio::test]
async fn credentials_are_never_printed_whatever_goes_wrong() {
    const SECRET: &str = "SECRETSECRETSECRET";
    let location = format!("wss://user:{SECRET}@elsewhere/{SECRET}?key={SECRET}");
    let echo = format!("HTTP/1.1 400 {SECRET}\r\nx: {SECRET}\r\ncontent-length: 18\r\n\r\n{SECRET}");
    let greetings = [
        Greeting::http(301, &[("location", &location)]),
        Greeting::http(401, &[("www-authenticate", SECRET)]),
        Greeting::http(429, &[("retry-after", SECRET)]),
        Greeting::Bytes(echo.into_bytes()),
        Greeting::Bytes(SECRET.into()),
        Greeting::Bytes(format!("HTTP/1.1 101 {SECRET}\r\nsec-websocket-accept: {SECRET}\r\n\r\n").into()),
        Greeting::tls_alert(),
        Greeting::Drop,
        Greeting::Silence,
    ];
    let secretly = |address: &str| {
        address.replace("://", &format!("://user:{SECRET}@")) + &format!("/{SECRET}?key={SECRET}")
    };
    let mut urls = vec![
        secretly("ws://no-such-host.invalid:9944"),
        secretly("ws://127.0.0.1:1"),
        secretly("ws://127.0.0.1:0"),
        secretly("http://127.0.0.1"),
        secretly("ws://ho st"),
    ];
    let mut nodes = Vec::new();
    for greeting in greetings {
        let node = MockNode::builder().greeting(greeting).start().await.unwrap();
        urls.extend([secretly(&node.url()), secretly(&node.url().replace("ws://", "wss://"))]);
        nodes.push(node);
    }
    for url in urls {
        let error =
            Client::builder(&url).connect_timeout(Duration::from_millis(200)).connect().await.unwrap_err();
        let text = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(!text.contains(SECRET), "{text}");
        assert!(!format!("{:?}", Client::builder(&url)).contains(SECRET), "the builder shows it");
    }
}

#[tokio::test]
async fn a_url_is_checked_before_anything_is_dialled() {
    for url in ["127.0.0.1:9944", "http://127.0.0.1", "ws://", "node"] {
        assert_eq!(refusal(url).await.kind(), ErrorKind::Url, "{url}");
    }
}

#[test]
fn connecting_outside_a_runtime_is_an_error_not_a_panic() {
    let error =
        futures_util::FutureExt::now_or_never(Client::connect("ws://127.0.0.1:1")).unwrap().unwrap_err();
    assert!(error.to_string().contains("no tokio runtime"), "{error}");
}
