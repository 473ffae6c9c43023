use super::*;

#[test]
fn short_values_stand_on_one_line() {
    let value = Value::record([("nonce", Value::from(3)), ("free", Value::from(7))]);
    assert_eq!(pretty(&value), "{nonce: 3, free: 7}");
    assert_eq!(pretty(&Value::from("plain text")), "plain text");
}

#[test]
fn long_values_are_indented() {
    let long = || Value::from("x".repeat(60));
    let value = Value::record([
        ("first", Value::from(1)),
        ("second", Value::record([("a", long()), ("b", long())])),
        ("third", Value::from(vec![long(), Value::record([("c", long()), ("d", long())])])),
    ]);
    let x = "x".repeat(60);
    let expected = format!(
        "first: 1\nsecond:\n  a: \"{x}\"\n  b: \"{x}\"\nthird:\n  - \"{x}\"\n  - c: \"{x}\"\n    d: \"{x}\""
    );
    assert_eq!(pretty(&value), expected);
}
