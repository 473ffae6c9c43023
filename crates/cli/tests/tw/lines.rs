//! `tw scale --lines`: a line for a line.

use std::{
    io::{BufRead, BufReader, Write},
    process::Stdio,
};

use serde_json::json;

use crate::support::{ALICE, ALICE_HEX, METADATA, command, finish, json_lines, scale_lines};

#[test]
fn lines_decode_each_for_itself() {
    let input = [
        r#"{"type":"u16","hex":"0x0100","id":7}"#,
        r#"{"hex":"0x2a000000"}"#,
        "",
        r#"{"type":"u16","hex":"0x01"}"#,
        r#"{"type" "u16"}"#,
        r#"{"type":"nope","hex":"0x01","id":"x"}"#,
        r#"{"type":"u16"}"#,
        r#"{"type":"Option<Timepoint>","hex":"00"}"#,
    ];
    let ended = scale_lines("decode", &["--type", "u32"], &input.join("\n"));
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.stderr, "error: 5 of 8 lines failed\n");
    let output = json_lines(&ended.stdout);
    assert_eq!(output.len(), 8);
    assert_eq!(output[0], json!({"id": 7, "value": 1}));
    assert_eq!(output[1], json!({"value": 42}));
    for (place, expected) in [(3, "u16"), (4, "column 9"), (5, "nope"), (6, "\"hex\"")] {
        let expected = if place == 3 { "1 are left" } else { expected };
        assert!(output[place]["error"].as_str().unwrap().contains(expected), "{}", output[place]);
    }
    assert_eq!(output[5]["id"], "x");
    assert_eq!(output[7], json!({"value": null}));
    assert_eq!(output[2], json!({"error": "empty line"}));
}

#[test]
fn line_n_answers_line_n() {
    let ended = scale_lines("decode", &["--type", "u8"], "\n{\"hex\":\"07\"}\r\n  \r\n{\"hex\":\"08\"}\n");
    assert_eq!(ended.stderr, "error: 2 of 4 lines failed\n");
    let empty = json!({"error": "empty line"});
    assert_eq!(json_lines(&ended.stdout), [empty.clone(), json!({"value": 7}), empty, json!({"value": 8})]);
    assert_eq!(scale_lines("decode", &[], "").succeeded(), "");
}

#[test]
fn lines_that_are_no_objects_are_told_what_is_expected() {
    for (command, what) in [("decode", "hex"), ("encode", "value")] {
        let output = scale_lines(command, &[], "[]\n7\nnull\n[null,\"u8\",\"07\",7]\n").stdout;
        let expected = format!("expected an object like {{\"type\": .., \"{what}\": ..}}");
        assert_eq!(json_lines(&output), vec![json!({"error": expected}); 4]);
    }
}

#[test]
fn lines_take_registry_ids_as_numbers_and_text() {
    let input = "{\"type\":0,\"hex\":\"0x\"}\n{\"type\":\"0\",\"hex\":\"0x\"}\n";
    let output = json_lines(&scale_lines("decode", &[], input).stdout);
    assert_eq!(output[0], output[1]);
    let output = json_lines(&scale_lines("decode", &[], r#"{"hex":"0x"}"#).stdout);
    assert!(output[0]["error"].as_str().unwrap().contains("--type"));
}

#[test]
fn lines_encode_each_for_itself() {
    let input = [
        r#"{"type":"u16","value":1,"id":"a"}"#.to_owned(),
        r#"{"type":"Option<Timepoint>","value":null}"#.to_owned(),
        r#"{"type":"u16"}"#.to_owned(),
        r#"{"type":"u128","value":340282366920938463463374607431768211455}"#.to_owned(),
        format!(r#"{{"type":"AccountId32","value":"{ALICE}"}}"#),
    ];
    let ended = scale_lines("encode", &[], &input.join("\n"));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), "error: 1 of 5 lines failed\n"));
    let output = json_lines(&ended.stdout);
    assert_eq!(output[0], json!({"id": "a", "hex": "0x0100"}));
    assert_eq!(output[1], json!({"hex": "0x00"}));
    assert!(output[2]["error"].as_str().unwrap().contains("\"value\""));
    assert_eq!(output[3], json!({"hex": format!("0x{}", "ff".repeat(16))}));
    assert_eq!(output[4], json!({"hex": format!("0x{ALICE_HEX}")}));
}

#[test]
fn a_line_is_answered_before_the_next_is_sent() {
    let args = ["scale", "decode", "--metadata", METADATA.to_str().unwrap(), "--lines", "--type", "u8"];
    let mut child = command(&args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for number in 0..3 {
        writeln!(stdin, r#"{{"hex":"0{number}"}}"#).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{{\"value\":{number}}}\n"));
    }
    drop(stdin);
    assert_eq!(finish(child).code, Some(0));
}
