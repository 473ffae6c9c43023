use super::*;

#[test]
fn integers_keep_all_digits() {
    let widest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    assert_eq!(parse(widest).unwrap(), Value::from(widest));
    assert_eq!(parse("18446744073709551616").unwrap(), Value::from(1_u128 << 64));
    assert_eq!(parse("-9223372036854775809").unwrap(), Value::from(i128::from(i64::MIN) - 1));
    assert_eq!(parse(r#"[{"a":18446744073709551615}]"#).unwrap()[0]["a"], Value::from(u64::MAX));
}

#[test]
fn all_of_json_is_read() {
    let value = parse(r#"{"b":[true,null,"\u00e9"],"a":{},"c":1.5}"#).unwrap();
    assert_eq!(value["b"][0], Value::Bool(true));
    assert!(value["b"][1].is_none());
    assert_eq!(value["b"][2].as_str(), Some("é"));
    assert!(value["a"].is_empty());
    assert_eq!(value["c"], Value::Float(1.5));
}

#[test]
fn what_is_no_json_fails() {
    for text in ["", "[1", "{\"a\"}", "5Grw", "01", "1 2", "nul"] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_repeated_key_is_an_error_that_names_it() {
    for text in [r#"{"a":1,"b":2,"a":1}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(r#"the key "a" occurs twice"#), "{error}");
    }
    assert!(parse(r#"[{"a":1},{"a":1,"b":{"a":1}}]"#).is_ok());
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(MAX_JSON_DEPTH)).is_ok());
    assert!(parse(&nested(MAX_JSON_DEPTH + 1)).is_err());
    assert!(parse(&nested(100_000)).is_err());
    let brackets = format!(r#"["{}\\", "\"{}"]"#, "[".repeat(600), "{".repeat(600));
    assert!(parse(&brackets).is_ok());
}
