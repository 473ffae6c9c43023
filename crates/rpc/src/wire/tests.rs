use super::*;

fn result_of(frame: &str) -> &str {
    match payload(frame) {
        Some(Payload::Result(range)) => &frame[range],
        other => panic!("{frame}: {other:?}"),
    }
}

#[test]
fn answers_are_found_wherever_the_id_stands() {
    for frame in [
        r#"{"jsonrpc":"2.0","id":7,"result":"0x00"}"#,
        r#"{"jsonrpc":"2.0","result":"0x00","id":7}"#,
        r#"{"id":7,"jsonrpc":"2.0","result":"0x00"}"#,
        r#"{ "jsonrpc": "2.0", "result": "0x00", "id": 7 }"#,
        r#"{"jsonrpc":"2.0","id":7,"result":"0x00","error":null}"#,
    ] {
        assert_eq!(classify(frame), Incoming::Answer(7), "{frame}");
        assert_eq!(result_of(frame), r#""0x00""#, "{frame}");
    }
}

#[test]
fn every_kind_of_result_keeps_its_text() {
    for result in
        [r#""""#, "null", "true", "[1,2]", r#"{"id":9,"result":1}"#, r#""a\"b""#, r#""é","x":"""#, "1.0"]
    {
        let frame = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
        let expected = if result.contains("x\"") { r#""é""# } else { result };
        assert_eq!(result_of(&frame), expected);
    }
}

#[test]
fn an_id_inside_the_result_is_not_the_answers_id() {
    assert_eq!(classify(r#"{"jsonrpc":"2.0","result":{"a":1,"id":5}}"#), Incoming::Stray);
    let frame = r#"{"jsonrpc":"2.0","method":"m","params":{"subscription":"a","result":{"a":1,"id":5}}}"#;
    assert!(matches!(classify(frame), Incoming::Notification { subscription: "\"a\"", .. }));
}

#[test]
fn notifications_name_their_subscription_as_text_or_number() {
    for id in ["\"EMoZ3\"", "17"] {
        let frame = format!(
            r#"{{"jsonrpc":"2.0","method":"m","params":{{"subscription":{id},"result":{{"n":1}}}}}}"#
        );
        match classify(&frame) {
            Incoming::Notification { subscription, payload: Payload::Result(range) } => {
                assert_eq!((subscription, &frame[range]), (id, r#"{"n":1}"#));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn server_errors_are_read_leniently() {
    let error = |text: &str| match payload(&format!(r#"{{"jsonrpc":"2.0","id":1,"error":{text}}}"#)) {
        Some(Payload::Error(error)) => *error,
        other => panic!("{other:?}"),
    };
    let full = error(r#"{"code":1010,"message":"Invalid Transaction","data":"Custom error: 5"}"#);
    assert_eq!((full.code, full.message.as_str()), (1010, "Invalid Transaction"));
    assert_eq!(full.data, Some("Custom error: 5".into()));
    assert_eq!(error(r#"{"code":-32000}"#).code, -32000);
    assert_eq!(error(r#""busy""#).message, "\"busy\"");
}

#[test]
fn what_names_no_request_is_a_stray() {
    for frame in [
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}"#,
        r#"{"jsonrpc":"2.0","id":"7","result":1}"#,
        r#"{"jsonrpc":"2.0","id":-7,"result":1}"#,
        r#"{"jsonrpc":"2.0","id":18446744073709551616,"result":1}"#,
        r#"{"jsonrpc":"2.0","result":1}"#,
    ] {
        assert_eq!(classify(frame), Incoming::Stray, "{frame}");
    }
}

#[test]
fn what_is_not_json_rpc_is_malformed() {
    for frame in
        ["", "hello", "{", "[]", "1", "null", "{}", r#"{"method":"m"}"#, r#"{"method":"m","params":[1]}"#]
    {
        assert_eq!(classify(frame), Incoming::Malformed, "{frame}");
        assert_eq!(payload(frame), None);
    }
}

#[test]
fn the_error_of_an_answer_is_found_and_a_result_is_none() {
    let errors = [
        r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32029,"message":"m"}}"#,
        r#"{"jsonrpc":"2.0","error":{"code":-32029,"message":"m"},"id":7}"#,
        r#"{"id":7,"jsonrpc":"2.0","error":{"code":-32029,"message":"m"}}"#,
        r#"{ "id": 7, "error": {"message":"m","code":-32029}, "jsonrpc": "2.0" }"#,
    ];
    for frame in errors {
        assert_eq!(error(frame).map(|error| error.code), Some(-32029), "{frame}");
    }
    let others = [
        r#"{"jsonrpc":"2.0","id":7,"result":{"error":{"code":-32029}}}"#,
        r#"{"jsonrpc":"2.0","result":{"error":{"code":-32029}},"id":7}"#,
        r#"{"id":7,"result":{"error":{"code":-32029}}}"#,
        r#"{"jsonrpc":"2.0","id":7,"error":null}"#,
        "junk",
        "",
    ];
    for frame in others {
        assert_eq!(error(frame), None, "{frame}");
    }
}
