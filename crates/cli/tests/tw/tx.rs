//! `tw tx`: from the call to its receipt, against a chain that checks all of it.

use std::{
    fs,
    panic::{self, AssertUnwindSafe},
    process::Stdio,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tensorwire_devnet::{Blocks, Devnet, Ending};

use crate::{
    running::Running,
    support::{ALICE, BOB, Ended, FOLDER, SERVERS, at, command, eventually, finish, tw},
    watch::{chain, produce},
};

/// A chain that makes a final block of each transaction.
static INSTANT: LazyLock<Devnet> = LazyLock::new(|| {
    let builder = Devnet::builder().subnets(1).neurons(1).finality_lag(0).blocks(Blocks::PerExtrinsic);
    SERVERS.block_on(builder.start()).unwrap()
});

fn transfer_args(rao: &str) -> String {
    format!(r#"{{"dest": "{BOB}", "value": {rao}}}"#)
}

fn transfer<'a>(args: &'a str, from: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["tx", "Balances", "transfer_keep_alive", "--args", args, "--from", from], more].concat()
}

fn remark<'a>(from: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["tx", "System", "remark", "--args", "[\"0x00\"]", "--from", from], more].concat()
}

/// How it ended, and the JSON that it printed.
#[track_caller]
fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{} {}", ended.stdout, ended.stderr))
}

/// The error of a run that sent nothing, whatever it showed before.
#[track_caller]
fn refused(devnet: &Devnet, args: &[&str]) -> String {
    let before = devnet.best();
    let Ended { code, stdout, stderr } = at(devnet.url(), args);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert_eq!(devnet.best(), before, "it was sent");
    assert_eq!(pool(devnet), 0, "it was sent");
    let (_, error) = stderr.rsplit_once("error: ").unwrap_or_else(|| panic!("{stderr}"));
    assert!(!stderr.contains("panicked"), "{stderr}");
    error.to_owned()
}

/// Does it while blocks come by themselves.
fn while_blocks_come<T>(devnet: &Devnet, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                produce(devnet, 1);
                thread::sleep(Duration::from_millis(200));
            }
        });
        let worked = panic::catch_unwind(AssertUnwindSafe(work));
        done.store(true, Ordering::Relaxed);
        worked.unwrap_or_else(|panic| panic::resume_unwind(panic))
    })
}

/// How many transactions wait in the node's pool.
fn pool(devnet: &Devnet) -> usize {
    at(devnet.url(), &["--json", "rpc", "author_pendingExtrinsics"]).json().as_array().unwrap().len()
}

#[test]
fn a_transfer_is_shown_and_ends_with_its_receipt() {
    let args = transfer_args("1500000000");
    let sent = at(INSTANT.url(), &transfer(&args, "//Alice//tx", &["--yes"]));
    // Of that key nothing is on the chain.
    assert_eq!(sent.code, Some(1), "{}", sent.stderr);

    let ended = at(INSTANT.url(), &[&["--json"][..], &transfer(&args, "//Alice", &["--yes"])].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let receipt = json_of(&ended);
    assert_eq!((receipt["ok"].as_bool(), receipt["extrinsic"]["signer"].as_str()), (Some(true), Some(ALICE)));
    assert_eq!(receipt["extrinsic"]["call"]["arguments"]["value"], 1_500_000_000);
    assert_eq!(receipt["extrinsic"]["era"]["mortal"]["period"], 128);
    for part in ["call       Balances.transfer_keep_alive", "signer", ALICE, "fee        τ0.", "nonce", "era"]
    {
        assert!(ended.stderr.contains(part), "{part} is not in {}", ended.stderr);
    }
    let id = receipt["id"].as_str().unwrap();
    assert_eq!(at(INSTANT.url(), &["--json", "receipt", id]).json(), receipt);
    let hash = receipt["hash"].as_str().unwrap();
    assert_eq!(at(INSTANT.url(), &["--json", "tx", "status", hash]).json(), receipt);
}

#[test]
fn g7_a_call_that_fails_on_the_chain_has_a_receipt_and_exit_code_1() {
    let force = json!([ALICE, BOB, 1]).to_string();
    let args = ["--json", "tx", "Balances", "force_transfer", "--args", &force, "--from", "//Bob", "--yes"];
    let ended = at(INSTANT.url(), &args);
    assert_eq!(ended.code, Some(1));
    let receipt = json_of(&ended);
    assert_eq!(
        (receipt["ok"].as_bool(), receipt["error"]["name"].as_str()),
        (Some(false), Some("BadOrigin"))
    );
    let id = receipt["id"].as_str().unwrap();
    assert!(ended.stderr.contains(&format!("error: extrinsic {id} failed: BadOrigin")), "{}", ended.stderr);
}

#[test]
fn g7_a_batch_with_a_failure_inside_says_which_item_it_was() {
    let calls = json!({"calls": [
        {"System": {"remark": ["0x00"]}},
        {"Balances": {"force_transfer": [ALICE, BOB, 1]}},
        {"System": {"remark": ["0x01"]}},
    ]})
    .to_string();
    let args = ["tx", "Utility", "batch", "--args", &calls, "--from", "//Bob", "--yes"];
    let ended = at(INSTANT.url(), &args);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for part in [
        "\n  [0]  System.remark  ok\n",
        "\n  [1]  Balances.force_transfer  failed: BadOrigin",
        "\n  [2]  System.remark  not reached\n",
    ] {
        assert!(ended.stdout.contains(part), "{part} is not in {}", ended.stdout);
    }
}

#[test]
fn a_dry_run_shows_all_and_sends_nothing() {
    let devnet = chain();
    let args = transfer_args("1");
    let shown =
        at(devnet.url(), &[&["--json"][..], &transfer(&args, "//Alice", &["--dry-run"])].concat()).json();
    assert_eq!((shown["signer"].as_str(), shown["nonce"].as_u64()), (Some(ALICE), Some(0)));
    assert!(shown["fee"].as_u64().unwrap() > 0);
    assert_eq!(shown["call"]["call"], "transfer_keep_alive");
    // Whose key it is need not be at hand to know what it would cost.
    let text = at(devnet.url(), &transfer(&args, ALICE, &["--dry-run"])).succeeded();
    assert!(text.contains("fee        τ0.") && text.contains("nonce      0"), "{text}");
    assert_eq!((pool(&devnet), devnet.best().0), (0, 0));
}

#[test]
fn nothing_is_sent_unasked() {
    let devnet = chain();
    let error = refused(&devnet, &remark("//Alice", &[]));
    assert!(error.starts_with("nothing is signed") && error.contains("--yes"), "{error}");
}

#[test]
fn an_account_without_funds_is_told_before_sending() {
    let devnet = chain();
    let error = refused(&devnet, &remark("//Nobody", &["--yes"]));
    assert!(error.contains("has τ0.000000000") && error.contains("a fee of τ0."), "{error}");
    let args = transfer_args("18446744073709551615");
    let error = refused(&devnet, &transfer(&args, "//Alice", &["--yes"]));
    assert!(error.contains("an amount of τ18446744073.709551615"), "{error}");
    let error = refused(&devnet, &remark("//Alice", &["--yes", "--tip", "18446744073"]));
    assert!(error.contains("a tip of τ18446744073"), "{error}");
}

#[test]
fn wrong_words_are_told_before_anything_is_signed() {
    let devnet = chain();
    let shape = "Balances.transfer_keep_alive(dest: MultiAddress";
    for (args, part) in [
        (r#"{"dest": "5Grw", "value": 1}"#, "5Grw"),
        (r#"{"to": "5Grw", "value": 1}"#, "to"),
        (r#"["5Grw"]"#, "2 arguments are expected"),
        (&transfer_args("18446744073709551616"), "18446744073709551616"),
    ] {
        let error = refused(&devnet, &transfer(args, "//Alice", &["--yes"]));
        assert!(error.contains(part) && error.contains(shape), "{args}: {error}");
    }
    let error = refused(&devnet, &["tx", "Balances", "transfer", "--from", "//Alice", "--yes"]);
    assert!(error.contains("transfer_all") || error.contains("transfer_keep_alive"), "{error}");
}

#[test]
fn g5_a_nonce_in_the_past_or_far_ahead_is_told() {
    let devnet = chain();
    let first = at(devnet.url(), &remark("//Alice", &["--yes", "--wait", "submitted", "--nonce", "0"]));
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    produce(&devnet, 1);
    let error = refused(&devnet, &remark("//Alice", &["--yes", "--nonce", "0"]));
    assert!(error.contains("nonce 0") && error.contains("1"), "{error}");
    let error = refused(&devnet, &remark("//Alice", &["--yes", "--nonce", "1000"]));
    assert!(error.contains("nonce 1000") && error.contains("--wait submitted"), "{error}");
}

#[test]
fn g6_an_era_shorter_than_the_finality_lag_is_told_with_the_shortest() {
    let builder = Devnet::builder().subnets(1).neurons(1).finality_lag(40);
    let devnet = SERVERS.block_on(builder.start()).unwrap();
    produce(&devnet, 60);
    let error = refused(&devnet, &remark("//Alice", &["--yes", "--era", "8"]));
    assert!(error.contains("40") && error.contains("64"), "{error}");
}

#[test]
fn g20_what_was_submitted_and_not_awaited_is_found_later() {
    let devnet = chain();
    let tw = |args: &[&str]| at(devnet.url(), args);
    let ended = tw(&[&["--json"][..], &remark("//Alice", &["--yes", "--wait", "submitted"])].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let sent = json_of(&ended);
    assert_eq!((sent["nonce"].as_u64(), sent["last_block"].as_u64()), (Some(0), Some(127)));
    let hash = sent["hash"].as_str().unwrap();

    let waiting = tw(&["tx", "status", hash]);
    assert_eq!((waiting.code, waiting.stdout.as_str()), (Some(3), ""), "{}", waiting.stderr);
    assert!(waiting.stderr.contains("waits in the pool"), "{}", waiting.stderr);

    produce(&devnet, 1);
    let receipt = tw(&["--json", "tx", "status", hash]).json();
    assert_eq!((receipt["hash"].as_str(), receipt["ok"].as_bool()), (Some(hash), Some(true)));

    let nobodys = format!("0x{}", "00".repeat(32));
    let unknown = tw(&["tx", "status", &nobodys]);
    assert_eq!(unknown.code, Some(3), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("is not in the pool") && unknown.stderr.contains("none of the last 200"));
    // The nonce is used by another one, in a final block: it never will be included.
    let never = tw(&["tx", "status", &nobodys, "--account", ALICE, "--nonce", "0", "--last-block", "127"]);
    assert_eq!(never.code, Some(1), "{}", never.stderr);
    assert!(never.stderr.contains(hash), "{}", never.stderr);

    // Older than what is searched: it is itself that has used its nonce.
    produce(&devnet, 12);
    let known = ["--account", ALICE, "--nonce", "0", "--last-block", "127", "--last", "2"];
    let long_ago = tw(&[&["--json", "tx", "status", hash][..], &known].concat());
    assert_eq!((long_ago.code, json_of(&long_ago)), (Some(0), receipt), "{}", long_ago.stderr);
}

#[test]
fn g20_ctrl_c_says_what_was_sent_and_how_to_ask_for_it() {
    let devnet = chain();
    let running =
        Running::start(&[&["--network", devnet.url()][..], &remark("//Alice", &["--yes"])].concat());
    eventually(|| pool(&devnet) == 1);
    let (code, stdout, stderr) = running.interrupt();
    assert_eq!((code, stdout.len()), (Some(130), 0));
    produce(&devnet, 1);
    let told = stderr.join("\n");
    let (_, status) = told.rsplit_once("tw tx status ").unwrap_or_else(|| panic!("{told}"));
    let status: Vec<_> = status.split_whitespace().collect();
    assert_eq!(status[1..], ["--account", ALICE, "--nonce", "0", "--last-block", "127"], "{told}");
    assert_eq!(at(devnet.url(), &[&["--json", "tx", "status"], &status[..]].concat()).json()["ok"], true);
}

#[test]
fn g20_patience_ends_with_3_and_how_to_ask_for_what_was_sent() {
    let devnet = chain();
    let ended = at(devnet.url(), &remark("//Alice", &["--yes", "--patience", "1"]));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(3), ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("after 1 seconds: unknown"), "{}", ended.stderr);
    assert!(ended.stderr.contains(&format!("--account {ALICE} --nonce 0")), "{}", ended.stderr);
    assert_eq!(pool(&devnet), 1);
}

#[test]
fn a_tip_is_told_as_a_part_of_the_fee() {
    let ended = at(INSTANT.url(), &remark("//Dave", &["--yes", "--tip", "0.001"]));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("fee        τ0.0010"), "{}", ended.stdout);
    assert!(ended.stdout.contains("τ0.001000000 are a tip"), "{}", ended.stdout);
}

#[test]
fn g20_a_node_that_dies_half_way_is_waited_for() {
    let devnet = chain();
    let running = Running::start(
        &[&["--network", devnet.url(), "--json"][..], &remark("//Alice", &["--yes"])].concat(),
    );
    eventually(|| pool(&devnet) == 1);
    SERVERS.block_on(devnet.stop_serving(Ending::Cut));
    produce(&devnet, 2);
    SERVERS.block_on(devnet.serve_again()).unwrap();
    let receipt = while_blocks_come(&devnet, || running.json());
    assert_eq!((receipt["ok"].as_bool(), receipt["id"].as_str()), (Some(true), Some("1-1")));
    assert_eq!(running.end().0, Some(0));
}

#[test]
fn an_air_gap_is_crossed_by_two_files() {
    let devnet = chain();
    let tw = |args: &[&str]| at(devnet.url(), args);
    let write = |name: &str, content: &str| {
        let path = FOLDER.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    produce(&devnet, 5);
    let metadata = write("gap-metadata.hex", &tw(&["rpc", "state_getMetadata"]).succeeded());
    let args = transfer_args("7");
    let words = ["tx", "compose", "Balances", "transfer_keep_alive", "--args", &args, "--from", ALICE];
    let payload = write("gap-payload.json", &tw(&words).succeeded());
    let signed = at(
        "ws://127.0.0.1:1",
        &["tx", "sign", &payload, "--from", "//Alice", "--metadata", &metadata, "--yes"],
    );
    let file = write("gap-signed.hex", &signed.stdout);

    let sent = tw(&["--json", "tx", "submit", &file, "--wait", "submitted"]).json();
    assert_eq!(sent["nonce"], 0);
    produce(&devnet, 1);
    // Once more, it is not sent again: it ends with what became of it.
    let again = while_blocks_come(&devnet, || tw(&["--json", "tx", "submit", &file])).json();
    assert_eq!((again["ok"].as_bool(), again["hash"].as_str()), (Some(true), sent["hash"].as_str()));

    // Past its era it is refused before it is sent.
    let late = write("gap-late.json", &tw(&[&words[..], &["--era", "8"]].concat()).succeeded());
    let signed = tw(&["tx", "sign", &late, "--from", "//Alice", "--blind", "--yes"]).stdout;
    produce(&devnet, 20);
    let error = refused(&devnet, &["tx", "submit", signed.trim()]);
    assert!(error.contains("era") || error.contains("signature"), "{error}");
}

#[test]
fn what_is_no_transaction_is_not_submitted() {
    let devnet = chain();
    let good =
        at(devnet.url(), &["tx", "compose", "System", "remark", "--args", "[\"0x00\"]", "--from", ALICE]);
    let payload: Value = serde_json::from_str(&good.succeeded()).unwrap();
    let file = FOLDER.path().join("bad-payload.json");
    fs::write(&file, payload.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let signed = at(devnet.url(), &["tx", "sign", file, "--from", "//Alice", "--blind", "--yes"]).stdout;

    for bytes in
        ["0x", "0x00", "0x0102030405", signed.trim().get(..80).unwrap(), &format!("{}00", signed.trim())]
    {
        let error = refused(&devnet, &["tx", "submit", bytes]);
        assert!(error.contains("extrinsic"), "{bytes}: {error}");
    }
    assert!(refused(&devnet, &["tx", "submit", "0x0g"]).contains("hex"));
    assert!(refused(&devnet, &["tx", "submit", file]).contains("holds no extrinsic"));
    assert!(refused(&devnet, &["tx", "submit", "/nonexistent"]).contains("cannot read /nonexistent"));

    // Bob's name over Alice's signature.
    let forged = signed.trim().replace(crate::support::ALICE_HEX, BOB_HEX);
    assert_ne!(forged, signed.trim());
    let error = refused(&devnet, &["tx", "submit", &forged]);
    assert!(error.contains("BadProof") && error.contains("by another key"), "{error}");
}

const BOB_HEX: &str = "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48";

#[test]
fn the_steps_of_a_pipe_fit_together() {
    let devnet = INSTANT.url();
    let tw = env!("CARGO_BIN_EXE_tw");
    let script = format!(
        "set -e; {tw} --network {devnet} tx compose System remark --args '[\"0x02\"]' --from //Charlie |
        {tw} tx sign - --from //Charlie --blind --yes 2> /dev/null |
        {tw} --network {devnet} --json tx submit - --wait inblock"
    );
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).env("XDG_CACHE_HOME", FOLDER.path());
    let ended =
        finish(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(ended.json()["ok"], true);
}

#[test]
fn g22_a_wallet_signs_with_its_password_and_with_nothing_else() {
    let devnet = SERVERS
        .block_on(
            Devnet::builder().subnets(1).neurons(1).finality_lag(0).blocks(Blocks::PerExtrinsic).start(),
        )
        .unwrap();
    let folder = FOLDER.path().join("tx-wallets");
    let folder = folder.to_str().unwrap();
    let file = |name: &str, content: &str| {
        let path = FOLDER.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (right, wrong) = (file("tx-right", "correct horse"), file("tx-wrong", "battery staple"));
    let new = tw(&["wallet", "new", "cold", "--wallet-path", folder, "--password-file", &right]);
    assert_eq!(new.code, Some(0), "{}", new.stderr);
    let public = fs::read_to_string(format!("{folder}/cold/coldkeypub.txt")).unwrap();
    let public: Value = serde_json::from_str(&public).unwrap();
    let account = public["ss58Address"].as_str().unwrap();
    let args = json!([account, 1_000_000_000]).to_string();
    assert_eq!(at(devnet.url(), &transfer(&args, "//Alice", &["--yes"])).code, Some(0));

    let wallet = ["--yes", "--wallet-path", folder];
    let with =
        |file: &str| at(devnet.url(), &remark("cold", &[&wallet[..], &["--password-file", file]].concat()));
    assert_eq!(with(&right).code, Some(0));
    let refused = |more: &[&str], part: &str| {
        let error = refused(&devnet, &remark("cold", &[&wallet[..], more].concat()));
        assert!(error.contains("coldkey") && error.contains(part), "{error}");
    };
    refused(&["--password-file", &wrong], "password");
    refused(&[], "password");
    fs::write(format!("{folder}/cold/coldkey"), "$NACL broken").unwrap();
    refused(&["--password-file", &right], "");
    fs::remove_file(format!("{folder}/cold/coldkey")).unwrap();
    refused(&["--password-file", &right], "");
}

#[test]
fn options_that_contradict_each_other_are_misuse() {
    for args in [
        &["tx", "System", "remark"][..],
        &["tx", "System"],
        &["tx", "System", "remark", "--from", "//Alice", "--dry-run", "--yes"],
        &["tx", "System", "remark", "--from", "//Alice", "--dry-run", "--wait", "inblock"],
        &["tx", "System", "remark", "--from", "//Alice", "--dry-run", "--patience", "1"],
        &["tx", "System", "remark", "--from", "//Alice", "--patience", "0"],
        &["tx", "System", "remark", "--from", "//Alice", "--extension", "Nonsense"],
        &["tx", "System", "remark", "--from", "//Alice", "--era", "1"],
        &["tx", "System", "remark", "--from", "//Alice", "--nonce", "-1"],
        &["tx", "System", "remark", "--from", "//Alice", "--tip", "much"],
        &["tx", "System", "remark", "--from", "//Alice", "--wait", "long"],
        &["tx", "status", "0x00"],
        &["tx", "status", BOB_HEX, "--nonce", "1"],
    ] {
        finish(command(args).spawn().unwrap()).misused();
    }
}
