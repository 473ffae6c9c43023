use super::*;

fn refusal(url: &str) -> String {
    let error = Endpoint::parse(url).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Url, "{url}");
    error.to_string()
}

#[test]
fn a_url_without_a_usable_scheme_is_refused_with_a_hint() {
    assert!(refusal("localhost:9944").contains("try ws://localhost:9944"));
    assert!(refusal("127.0.0.1:9944").contains("try ws://127.0.0.1:9944"));
    assert!(refusal("example.com").contains("has no scheme"));
    assert!(refusal("http://localhost:9944").contains("try ws://"));
    assert!(refusal("https://example.com").contains("try wss://"));
    assert!(refusal("ftp://example.com").contains("unknown scheme ftp"));
    assert!(refusal("ws://").contains("not a URL"));
    assert!(refusal("ws://host:99999").contains("not a URL"));
    assert!(refusal("").contains("empty"));
    assert!(refusal("ws://host:port").contains("not a URL"));
    assert!(refusal("ws://host:-1").contains("not a URL"));
    assert!(refusal("ws://host:0").contains("port 0"));
    assert!(refusal("ws:///path:9944:1").contains("not a URL"));
    assert!(refusal("ws+unix:///run/node.sock").contains("unknown scheme ws+unix"));
    assert!(refusal("unix:///run/node.sock").contains("unknown scheme unix"));
    for spaced in [
        " ws://host",
        "ws://host\n",
        "ws://ho st",
        "ws://ho\tst",
        "ws://host/a b",
        "ws://\u{a0}host",
        "ws://h\0",
    ] {
        assert!(refusal(spaced).contains("space"), "{spaced:?}");
    }
}

#[test]
fn credentials_and_keys_are_never_shown() {
    let shown = |url: &str| Endpoint::parse(url).unwrap().name().to_string();
    assert_eq!(shown("wss://user:secret@example.com/rpc"), "wss://example.com/rpc");
    assert_eq!(shown("wss://example.com/v1/0123456789abcdef01?apikey=secret"), "wss://example.com/v1/…?…");
    assert_eq!(shown("ws://[::1]:9944"), "ws://[::1]:9944");
    for url in [
        "user:secret@host",
        "http://user:secret@host",
        "ws://user:secret@host:99999",
        "x:secret@h/p",
        "ws://user:secret@",
        "ws://user:secret@host:0",
        "ws://user:secret@ho st",
        "ws+unix://user:secret@host",
        "ws://:secret@",
    ] {
        assert!(!format!("{:?}", Endpoint::parse(url).unwrap_err()).contains("secret"), "{url}");
    }
}

#[test]
fn credentials_become_a_header() {
    let endpoint = Endpoint::parse("wss://us%20er:p%40ss@example.com/a?b=c").unwrap();
    let request = endpoint.upgrade_request().unwrap();
    assert_eq!(request.headers()["authorization"], "Basic dXMgZXI6cEBzcw==");
    assert_eq!(request.uri().to_string(), "wss://example.com/a?b=c");
    assert!(!format!("{request:?}").contains("dXMg"));
}
