use proptest::prelude::*;

use super::*;

#[test]
fn g18_reads_exactly_or_not_at_all() {
    let rao = |text: &str| text.parse::<Balance>().map(Balance::rao);
    assert_eq!(rao("1.001"), Ok(1_001_000_000));
    assert_eq!(rao("τ0.000000001"), Ok(1));
    assert_eq!(rao(" 1234.5 TAO "), Ok(1_234_500_000_000));
    assert_eq!(rao("17 rao"), Ok(17));
    assert_eq!(rao(".5"), Ok(500_000_000));
    assert_eq!(rao("1.0000000000"), Ok(1_000_000_000));
    assert_eq!(rao("18446744073.709551615"), Ok(u64::MAX));
    assert_eq!(
        rao("18446744073.709551616"),
        Err(ParseBalanceError::TooLarge("18446744073.709551616".into()))
    );
    assert_eq!(rao("0.0000000001"), Err(ParseBalanceError::TooFine("0.0000000001".into())));
    assert_eq!(rao("1.5 rao"), Err(ParseBalanceError::TooFine("1.5 rao".into())));
    for text in
        ["", ".", "τ", "-1", "1e9", "1,5", "1.2.3", "NaN", "0x10", "1 000", "1,000", "1,234.5", "1_000"]
    {
        assert_eq!(rao(text), Err(ParseBalanceError::Malformed(text.into())), "{text}");
    }
}

#[test]
fn g18_large_amounts_are_json_strings() {
    assert_eq!(serde_json::to_string(&Balance(9_007_199_254_740_991)).unwrap(), "9007199254740991");
    assert_eq!(serde_json::to_string(&Balance(9_007_199_254_740_992)).unwrap(), "\"9007199254740992\"");
}

#[test]
fn a_sum_that_does_not_fit_is_none() {
    let sum = |amounts: &[u64]| amounts.iter().copied().map(Balance::from_rao).sum::<Option<Balance>>();
    assert_eq!(sum(&[1, 2]), Some(Balance(3)));
    assert_eq!(sum(&[u64::MAX, 1]), None);
    assert_eq!(Balance(1).checked_sub(Balance(2)), None);
    assert_eq!(Balance::from_tao(u64::MAX), None);
}

proptest! {
    #[test]
    fn g18_what_prints_reads_back(rao: u64) {
        let balance = Balance(rao);
        prop_assert_eq!(balance.to_string().parse(), Ok(balance));
    }

    #[test]
    fn any_text_is_read_or_refused(text: String) {
        let _ = text.parse::<Balance>();
    }
}
