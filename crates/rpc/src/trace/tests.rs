use proptest::prelude::*;

use super::*;

fn check(frame: &str, expected: &str) {
    assert_eq!(shown(frame).to_string(), expected, "{frame}");
}

#[test]
fn g23_what_is_not_secret_is_shown_as_it_is() {
    for frame in [
        "",
        r#"{"jsonrpc":"2.0","method":"chain_getBlockHash","params":[1],"id":7}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"ss58Format":42,"tokenDecimals":9,"tokenSymbol":"TAO"}}"#,
        r#"{ "a" : "b\"c" , "d" : [ "é" ] }"#,
        "junk \" and more \\\" junk",
    ] {
        check(frame, frame);
    }
}

#[test]
fn g23_secrets_are_hidden() {
    check(
        r#"{"jsonrpc":"2.0","method":"author_insertKey","params":["aura","bottom drive",["0x01"]],"id":7}"#,
        r#"{"jsonrpc":"2.0","method":"author_insertKey","params":"…","id":7}"#,
    );
    for key in [
        "seed",
        "Mnemonic",
        "wallet_password",
        "suri",
        "privateKey",
        "access_token",
        "token",
        "Authorization",
        "api-key",
    ] {
        for value in
            [r#""hidden""#, r#""hid\"den""#, "42", r#"{"a":"]","b":[1,{}]}"#, "[\"hidden\", 1]", "null"]
        {
            check(
                &format!(r#"{{"a":1,"{key}": {value},"z":2}}"#),
                &format!(r#"{{"a":1,"{key}":"…","z":2}}"#),
            );
            check(&format!(r#"[{{"{key}":{value}}}]"#), &format!(r#"[{{"{key}":"…"}}]"#));
        }
    }
    check(
        r#"{"error":"cannot reach wss://user:hidden@example.com/key?a=b now","url":"ws://hidden"}"#,
        r#"{"error":"cannot reach wss://… now","url":"ws://…"}"#,
    );
    check("refused by http://user:hidden@host today", "refused by http://… today");
}

#[test]
fn g23_long_frames_are_cut_and_nothing_hidden_shows_at_the_edge() {
    let frame = format!(r#"{{"result":"{}"}}"#, "x".repeat(1000));
    let text = shown(&frame).to_string();
    assert_eq!(text, format!(r#"{{"result":"{}… (1013 bytes)"#, "x".repeat(501)));
    for before in 400..SHOWN_BYTES {
        let frame = format!(r#"{}{{"seed":"hidden","next":"ws://hidden"}}"#, " ".repeat(before));
        let text = shown(&frame).to_string();
        assert!(!text.contains("hid") && !text.contains(":\"h"), "{text}");
    }
    // Characters are never cut in two.
    for before in 0..4 {
        assert!(
            shown(&format!("{}{}", " ".repeat(before), "é😀".repeat(200))).to_string().ends_with("bytes)")
        );
    }
}

proptest! {
    #[test]
    fn any_text_can_be_shown(text in r#"[{}\[\]",:\\a-z/é ]{0,600}"#) {
        let _ = shown(&text).to_string();
    }

    #[test]
    fn g23_a_secret_never_shows_wherever_it_stands(
        before in r#"[a-z]{0,20}"#,
        depth in 0usize..5,
        secret in r#"\PC{1,40}"#,
    ) {
        let mut value = serde_json::json!({ "id": 1, "seed": format!("HIDDEN{secret}"), "z": before });
        for _ in 0..depth {
            value = serde_json::json!({ "a": [value, 1], "b": "c" });
        }
        prop_assert!(!shown(&value.to_string()).to_string().contains("HIDDEN"));
    }
}
