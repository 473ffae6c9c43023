use super::*;

#[test]
fn numbers_are_grouped_by_thousands() {
    let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (8_192, "8,192"), (123_456_789, "123,456,789")];
    for (number, text) in cases {
        assert_eq!(grouped(number), text);
    }
}

#[test]
fn units_are_never_rounded_up() {
    assert_eq!(units(1_999_999_999), "1.9999");
    assert_eq!(units(1_234_000_050_000_000), "1,234,000.0500");
}
