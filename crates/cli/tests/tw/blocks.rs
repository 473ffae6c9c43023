//! `tw block`, `events`, `extrinsic`, `wait` and `watch storage`, of a chain with a transfer, a failed one and a batch.

use std::sync::LazyLock;

use serde_json::{Value, json};
use sp_core::{Pair, sr25519};
use tensorwire_devnet::Devnet;

use crate::{
    running::Running,
    support::{ALICE, BOB, at, command, finish},
    watch::{block, chain, hex, produce},
};

/// Blocks 1 to 3, of which 2 has the extrinsics.
static CHAIN: LazyLock<Sent> = LazyLock::new(|| {
    let devnet = chain();
    produce(&devnet, 1);
    let transfer = |rao: u64| json!({"Balances": {"transfer_keep_alive": {"dest": {"Id": BOB}, "value": rao.to_string()}}});
    let calls =
        [transfer(7), transfer(u64::MAX / 2), json!({"Utility": {"batch": {"calls": [transfer(8)]}}})];
    let hashes = (0..).zip(&calls).map(|(nonce, call)| submit(&devnet, nonce, call)).collect();
    let block = produce(&devnet, 1);
    produce(&devnet, 1);
    Sent { devnet, block, hashes }
});

struct Sent {
    devnet: Devnet,
    block: String,
    hashes: Vec<String>,
}

pub(crate) fn tw(args: &[&str]) -> crate::support::Ended {
    at(CHAIN.devnet.url(), args)
}

/// Signs a call as Alice, and submits it: all by what `tw` itself offers, but the signature.
fn submit(devnet: &Devnet, nonce: u8, call: &Value) -> String {
    const KEY: &str = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
    let tw = |args: &[&str]| at(devnet.url(), args).succeeded().trim().to_owned();
    let folder = crate::support::FOLDER.path().join("blocks-metadata.hex");
    if !folder.exists() {
        std::fs::write(&folder, tw(&["rpc", "state_getMetadata"])).unwrap();
    }
    let call = tw(&[
        "scale",
        "encode",
        "--metadata",
        folder.to_str().unwrap(),
        "--type",
        "RuntimeCall",
        &call.to_string(),
    ]);
    let call = const_hex::decode(call).unwrap();
    let version = at(devnet.url(), &["--json", "rpc", "state_getRuntimeVersion"]).json();
    let number = |name: &str| u32::try_from(version[name].as_u64().unwrap()).unwrap().to_le_bytes();
    // The era is immortal; the nonce and the tip are compact; no metadata hash is checked.
    let extensions = [0, nonce << 2, 0, 0];
    let genesis = devnet.genesis_hash();
    let implicit =
        [&number("specVersion")[..], &number("transactionVersion"), &genesis, &genesis, &[0]].concat();
    let pair = sr25519::Pair::from_string(KEY, None).unwrap();
    let signature = pair.sign(&[&call[..], &extensions, &implicit].concat());
    let body = [&[0x84, 0][..], &pair.public().0, &[1], &signature.0, &extensions, &call].concat();
    let length = u16::try_from(body.len() << 2 | 1).unwrap().to_le_bytes();
    let extrinsic = const_hex::encode_prefixed([&length[..], &body].concat());
    let hash = at(devnet.url(), &["--json", "rpc", "author_submitExtrinsic", &extrinsic]).json();
    hash.as_str().unwrap().to_owned()
}

#[test]
fn a_block_is_its_header_and_a_line_for_each_extrinsic() {
    let text = tw(&["block", "2", "--author"]).succeeded();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "block            2");
    assert!(lines.contains(&&*format!("hash             {}", CHAIN.block)), "{text}");
    assert!(lines.contains(&"author           -"), "{text}");
    let extrinsics = &lines[lines.len() - 4..];
    assert!(extrinsics[0].starts_with("2-0  -  Timestamp.set") && extrinsics[0].ends_with("  ok"), "{text}");
    let start = format!("2-1  {ALICE}  Balances.transfer_keep_alive");
    assert!(extrinsics[1].starts_with(&start) && extrinsics[1].ends_with("  ok"), "{text}");
    assert!(extrinsics[2].ends_with("failed: Arithmetic.Underflow"), "{text}");
    assert!(extrinsics[3].contains("Utility.batch"), "{text}");
    let events = tw(&["block", "2", "--events"]).succeeded();
    assert!(events.lines().count() > lines.len() && events.contains("    Balances.Transfer"), "{events}");
}

#[test]
fn every_way_to_name_the_block() {
    let number = |args: &[&str]| tw(&[&["--json"], args].concat()).json()["number"].clone();
    assert_eq!(number(&["block"]), 3);
    assert_eq!(number(&["block", "finalized"]), 3);
    assert_eq!(number(&["--at", "1", "block"]), 1);
    assert_eq!(number(&["--at", "1", "block", "2"]), 2);
    assert_eq!(number(&["block", &CHAIN.block]), 2);
    assert_eq!(number(&["block", "0"]), 0);
    let nowhere = format!("0x{}", "0".repeat(64));
    let error = tw(&["block", &nowhere]).failed();
    assert_eq!(error, format!("error: {} has no block {nowhere}\n", CHAIN.devnet.url()));
    let error = tw(&["block", "99"]).failed();
    assert!(error.contains("99 is not there yet: the head is block 3"), "{error}");
    assert!(tw(&["block", "yesterday"]).misused().contains("yesterday"));
}

#[test]
fn a_block_as_json_has_everything() {
    let block = tw(&["--json", "block", "2"]).json();
    assert_eq!((&block["hash"], block.get("author")), (&json!(CHAIN.block), None));
    assert!(block["timestamp"].as_u64().is_some() && block["digest"].is_array());
    let extrinsics = block["extrinsics"].as_array().unwrap();
    let outcomes: Vec<_> = extrinsics.iter().map(|extrinsic| extrinsic["ok"].as_bool().unwrap()).collect();
    assert_eq!(outcomes, [true, true, false, true]);
    let hashes: Vec<_> =
        extrinsics[1..].iter().map(|extrinsic| extrinsic["hash"].as_str().unwrap()).collect();
    assert_eq!(hashes, CHAIN.hashes);
    assert!(extrinsics[1]["events"].as_array().unwrap().len() > 2);
    assert_eq!(tw(&["--json", "block", "2", "--author"]).json()["author"], Value::Null);
}

#[test]
fn events_are_listed_and_chosen() {
    let all = tw(&["--json", "events", "2"]).json();
    let chosen = tw(&["--json", "events", "2", "--pallet", "Balances", "--extrinsic", "1"]).json();
    let chosen = chosen.as_array().unwrap();
    let wanted = |event: &&Value| event["pallet"] == "Balances" && event["extrinsic"] == 1;
    assert_eq!(
        chosen.iter().collect::<Vec<_>>(),
        all.as_array().unwrap().iter().filter(wanted).collect::<Vec<_>>()
    );
    assert!(chosen.iter().any(|event| event["event"] == "Transfer"), "{chosen:?}");
    let text = tw(&["--at", "2", "events", "--extrinsic", "2"]).succeeded();
    assert!(
        text.lines().all(|line| line.starts_with("2 ")) && text.contains("System.ExtrinsicFailed"),
        "{text}"
    );
    assert_eq!(tw(&["events", "2", "--pallet", "Sudo"]).succeeded(), "no events\n");
    let error = tw(&["events", "2", "--pallet", "Balance"]).failed();
    assert!(error.contains("Balances") && error.contains("hint: "), "{error}");
}

#[test]
fn an_extrinsic_is_found_by_id_and_by_hash() {
    let hash = CHAIN.hashes[1].as_str();
    let by_id = tw(&["--json", "extrinsic", "2-2"]).json();
    assert_eq!(
        (&by_id["hash"], &by_id["ok"], &by_id["block"]),
        (&json!(hash), &json!(false), &json!(CHAIN.block))
    );
    assert_eq!(tw(&["--json", "extrinsic", hash]).json(), by_id);
    assert_eq!(tw(&["--json", "--at", "2", "extrinsic", hash]).json(), by_id);
    let text = tw(&["extrinsic", "2-2"]).succeeded();
    for part in
        [ALICE, "Balances.transfer_keep_alive", "failed: Arithmetic.Underflow", "System.ExtrinsicFailed"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let error = tw(&["extrinsic", hash, "--last", "1"]).failed();
    assert!(
        error.contains("none of the 1 blocks up to block 3") && error.contains("hint: --last"),
        "{error}"
    );
    let error = tw(&["--at", "1", "extrinsic", hash]).failed();
    assert!(error.contains("none of the 1 extrinsics") && error.contains("hint: `tw block`"), "{error}");
    let error = tw(&["extrinsic", "2-9"]).failed();
    assert!(error.contains("no extrinsic 2-9"), "{error}");
    for bad in ["2", "0x12", "two-2"] {
        assert!(tw(&["extrinsic", bad]).misused().contains(bad));
    }
}

#[test]
fn a_wait_ends_with_the_block() {
    let line = tw(&["wait", "2"]).succeeded();
    assert_eq!(block(line.trim()), (2, CHAIN.block.as_str()));
    let devnet = chain();
    let waits = [
        Running::start(&["--network", devnet.url(), "wait", "+2"]),
        Running::start(&["--network", devnet.url(), "--json", "wait", "2"]),
    ];
    crate::support::eventually(|| devnet.stats().connections_open == 2 && devnet.stats().requests >= 8);
    produce(&devnet, 1);
    let last = produce(&devnet, 1);
    assert_eq!(waits[1].json()["hash"], last);
    assert_eq!(block(&waits[0].line()), (2, last.as_str()));
    for wait in waits {
        assert_eq!(wait.end(), (Some(0), vec![], vec![]));
    }
    assert!(tw(&["wait", "soon"]).misused().contains("a block's number"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_wait() {
    let devnet = chain();
    let wait = Running::start(&["--network", devnet.url(), "wait", "1"]);
    crate::support::eventually(|| devnet.stats().connections_open == 1);
    assert_eq!(wait.interrupt(), (Some(130), vec![], vec![]));
    crate::support::eventually(|| devnet.stats().connections_open == 0);
}

#[test]
fn a_watched_value_is_a_line_for_each_change() {
    let devnet = chain();
    let watch =
        Running::start(&["--network", devnet.url(), "watch", "storage", "System", "Number", "--limit", "3"]);
    let json = Running::start(&["--network", devnet.url(), "--json", "watch", "storage", "System", "Number"]);
    let genesis = hex(devnet.genesis_hash());
    assert_eq!(watch.line(), format!("{genesis}  0"));
    assert_eq!(json.json(), json!({"event": "change", "block": genesis, "value": 0, "gap": false}));
    for number in 1..=2 {
        let hash = produce(&devnet, 1);
        assert_eq!(watch.line(), format!("{hash}  {number}"));
        assert_eq!(json.json(), json!({"event": "change", "block": hash, "value": number, "gap": false}));
    }
    assert_eq!(watch.end(), (Some(0), vec![], vec![]));
    let error = at(devnet.url(), &["watch", "storage", "System", "Numbre"]).failed();
    assert!(error.contains("Number"), "{error}");
    let mut quiet =
        command(&["--network", devnet.url(), "watch", "storage", "System", "Number"]).spawn().unwrap();
    drop(quiet.stdout.take());
    assert_eq!(finish(quiet).code, Some(0), "a reader who has enough ends it");
}
