use super::{Given, Header};

/// Polkadot's block 0: a header whose hash everyone knows.
const GENESIS: &str = r#"{
    "parentHash": "0x0000000000000000000000000000000000000000000000000000000000000000",
    "number": "0x0",
    "stateRoot": "0x29d0d972cd27cbc511e9589fcb7a4506d5eb6a9e8df205f00472e5ab354a4e17",
    "extrinsicsRoot": "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314",
    "digest": { "logs": [] }
}"#;

fn parse(json: &str) -> serde_json::Result<Header> {
    serde_json::from_str(json).map(|Given(header)| header)
}

#[test]
fn the_hash_is_computed_from_the_header() {
    let header = parse(GENESIS).unwrap();
    let known = "0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3";
    assert_eq!(header.hash.to_string(), known);
    assert_eq!(header.block().to_string(), format!("0 ({known})"));
}

#[test]
fn digest_items_are_part_of_the_hash() {
    let with = GENESIS.replace("[]", r#"["0x064241424500", "0x08"]"#);
    let header = parse(&with).unwrap();
    assert_eq!(header.digest, [vec![6, b'B', b'A', b'B', b'E', 0], vec![8]]);
    assert_ne!(header.hash, parse(GENESIS).unwrap().hash);
    let json = serde_json::to_value(&header).unwrap();
    assert_eq!((&json["number"], &json["digest"][1]), (&0.into(), &"0x08".into()));
}

#[test]
fn what_is_no_header_is_an_error() {
    for bad in [
        "null".to_owned(),
        "{}".to_owned(),
        GENESIS.replace("\"0x0\"", "\"0x1ffffffffffffffff\""),
        GENESIS.replace("\"0x0\"", "\"12\""),
        GENESIS.replace("[]", "[\"0x5\"]"),
        GENESIS.replace("[]", "[\"0x\"]"),
        GENESIS.replace("[]", "[\"0x0801\"]"),
        GENESIS.replace("0x29d0", "0x29"),
    ] {
        assert!(parse(&bad).is_err(), "{bad}");
    }
}
