use super::*;

#[test]
fn every_form_of_text_gives_the_bytes() {
    for text in
        ["0x6d657461", "6d657461\n", "\"0x6d657461\"", r#"{"jsonrpc":"2.0","id":1,"result":"0x6d657461"}"#]
    {
        assert_eq!(from_text(text.as_bytes()).as_deref(), Some(b"meta".as_slice()), "{text}");
    }
}

#[test]
fn raw_bytes_are_left_alone() {
    assert_eq!(from_text(b"meta\x0e\xff"), None);
    assert_eq!(from_text(b"meta"), None);
}
