use super::*;

#[test]
fn compact_integers_of_every_width() {
    let encoded = |value| {
        let mut bytes = Vec::new();
        append(value, &mut bytes);
        const_hex::encode(bytes)
    };
    let cases = [
        (0, "00"),
        (63, "fc"),
        (64, "0101"),
        (16_383, "fdff"),
        (16_384, "02000100"),
        ((1 << 30) - 1, "feffffff"),
        (1 << 30, "0300000040"),
        (u64::from(u32::MAX) + 1, "070000000001"),
        (u64::MAX, "13ffffffffffffffff"),
    ];
    for (value, expected) in cases {
        assert_eq!(encoded(value), expected, "{value}");
    }
}

#[test]
fn what_follows_a_byte_string_is_left_over_and_what_is_cut_short_is_none() {
    assert_eq!(split_bytes(&[8, 1, 2, 3]), Some(([1, 2].as_slice(), [3].as_slice())));
    assert_eq!(split_bytes(&[0]), Some(([].as_slice(), [].as_slice())));
    for cut in [[].as_slice(), &[8, 1], &[1], &[2, 0, 1], &[3, 255, 255, 255, 255]] {
        assert_eq!(split_bytes(cut), None, "{cut:?}");
    }
}
