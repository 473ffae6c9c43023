//! `tw wallet`, in folders of its own.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    support::{ALICE, ALICE_HEX, BOB, Ended, FOLDER, command, finish},
    watch::chain,
};

const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const OF_PHRASE: &str = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV";

/// A folder of wallets, and `tw wallet` in it.
struct Wallets(TempDir);

impl Wallets {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, args: &[&str]) -> Command {
        // In a session of its own no terminal is found to ask at, even where the tests have one.
        let tw = command(&[&["wallet"], args].concat());
        let mut command = Command::new("setsid");
        command.arg("--wait").arg(tw.get_program()).args(tw.get_args());
        command.env("XDG_CACHE_HOME", FOLDER.path()).env("BT_WALLET_PATH", self.0.path());
        command.env_remove("TW_PASSWORD").env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Ended {
        finish(self.command(args).spawn().unwrap())
    }

    fn with_password(&self, password: &str, args: &[&str]) -> Ended {
        finish(self.command(args).env("TW_PASSWORD", password).spawn().unwrap())
    }

    fn json(&self, args: &[&str]) -> Value {
        self.run(&[&["--json"], args].concat()).json()
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn g22_a_wallet_is_made_listed_and_signs() {
    let wallets = Wallets::new();
    assert_eq!(
        wallets.run(&["list"]).succeeded(),
        "there are no wallets here: `tw wallet new NAME` makes one\n"
    );
    let made = wallets.with_password("pässword", &["--json", "new", "cold", "--words", "24"]).json();
    let (address, path) = (made["address"].as_str().unwrap(), wallets.path("cold/coldkey"));
    let expected =
        json!({ "address": address, "crypto_type": "sr25519", "path": path, "encryption": "NaCl" });
    assert_eq!(made, expected);
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    let hot = wallets.json(&["new", "cold/hot", "--crypto-type", "ed25519", "--print-mnemonic"]);
    assert_eq!(hot["mnemonic"].as_str().unwrap().split(' ').count(), 12);

    // Its address is known without the password.
    let shown = wallets.json(&["show", "cold"]);
    assert_eq!((&shown["address"], &shown["encryption"]), (&made["address"], &json!("NaCl")));
    assert_eq!(shown.get("mnemonic"), None);
    let listed = wallets.json(&["list"]);
    assert_eq!(listed[0]["coldkey"]["address"], made["address"]);
    let key = json!({ "name": "hot", "address": hot["address"], "crypto_type": "ed25519", "encryption": null,
        "has_secret": true, "error": null });
    assert_eq!(listed[0]["hotkeys"], json!([key]));
    let text = wallets.run(&["list"]).succeeded();
    assert!(text.starts_with("cold\n  coldkey") && text.contains(address), "{text}");

    for (name, password) in [("cold", "pässword"), ("cold/hot", "not looked at")] {
        let signed = wallets.with_password(password, &["sign", name, "a message"]).succeeded();
        let signature = signed.trim();
        assert_eq!(signature.len(), 130);
        let verified = wallets.run(&["verify", name, "a message", signature]).succeeded();
        assert!(verified.starts_with("signed by 5"), "{verified}");
        let error = wallets.run(&["verify", name, "another message", signature]).failed();
        assert!(error.contains("no signature of that message by 5"), "{error}");
        assert!(wallets.run(&["verify", BOB, "a message", signature]).failed().contains(BOB));
    }
}

#[test]
fn g22_a_message_in_hex_is_its_bytes_and_a_browser_s_frame_is_seen() {
    let wallets = Wallets::new();
    let signature =
        |message| wallets.json(&["sign", "//Alice", message])["signature"].as_str().unwrap().to_owned();
    let verified = |message, signature: &str| wallets.json(&["verify", "//Alice", message, signature]);
    let expected = json!({ "address": ALICE, "crypto_type": "sr25519" });
    assert_eq!(verified("hi", &signature("0x6869")), expected);
    assert_eq!(verified("hi", &signature("<Bytes>hi</Bytes>")), expected);
    let with_kind = signature("hi").replacen("0x", "0x01", 1);
    assert_eq!(verified("hi", &with_kind), expected);
    assert!(wallets.run(&["verify", ALICE, "hi", "0x1234"]).misused().contains("64 bytes"));
}

#[test]
fn g22_secrets_come_from_files_and_are_no_arguments() {
    let wallets = Wallets::new();
    let words = wallets.file("words", &format!("{PHRASE}\n"));
    let restored = wallets.json(&["restore", "r", "--plain", "--secret-file", &words]);
    assert_eq!(restored["address"], OF_PHRASE);
    let shown = wallets.json(&["show", "r", "--mnemonic"]);
    assert_eq!((&shown["mnemonic"], &shown["encryption"]), (&json!(PHRASE), &Value::Null));
    let derived = wallets.file("derived", &format!("{PHRASE}//Alice"));
    let restored = wallets.json(&["restore", "r/alice", "--secret-file", &derived]);
    assert_eq!(restored["address"], ALICE);
    assert!(wallets.run(&["show", "r/alice", "--mnemonic"]).failed().contains("holds no mnemonic"));

    for (secret, reason) in [
        ("bottom drive", "not 2"),
        ("", "is expected"),
        ("0x1234", "no sr25519 private key"),
        ("//Alice", "is expected before the path"),
    ] {
        let file = wallets.file("secret", secret);
        let error = wallets.run(&["restore", "bad", "--plain", "--secret-file", &file]).failed();
        assert!(error.contains(reason), "{error}");
        assert!(!wallets.path("bad/coldkey").exists() && !wallets.path("bad/coldkeypub.txt").exists());
    }
    let error = wallets.run(&["sign", PHRASE, "message"]).failed();
    assert!(error.contains("tw wallet restore") && !error.contains("bottom"), "{error}");
    let error = wallets.run(&["restore", "r", PHRASE]).misused();
    assert!(error.contains("unexpected argument") && !error.contains("bottom"), "{error}");
    assert!(wallets.run(&["list", "--nonsense"]).misused().contains("--nonsense"));
}

#[test]
fn g22_a_keyfile_is_encrypted_and_decrypted_in_place() {
    let wallets = Wallets::new();
    let imported = wallets.json(&["import", "//Alice", "a/hot"]);
    assert_eq!((&imported["address"], &imported["encryption"]), (&json!(ALICE), &Value::Null));
    let path = wallets.path("a/hotkeys/hot");
    let plain = fs::read(&path).unwrap();
    assert!(wallets.with_password("", &["encrypt", "a/hot"]).failed().contains("empty password"));
    assert!(wallets.run(&["decrypt", "a/hot"]).failed().contains("is not encrypted"));
    assert_eq!(fs::read(&path).unwrap(), plain);

    let password = wallets.file("password", "secret words\r\n");
    let encrypted = wallets.json(&["encrypt", "a/hot", "--password-file", &password]);
    assert_eq!(encrypted["encryption"], "NaCl");
    assert!(fs::read(&path).unwrap().starts_with(b"$NACL"));
    assert_eq!(mode(&path), 0o600);
    assert!(wallets.run(&["encrypt", "a/hot"]).failed().contains("decrypt it first"));
    // Nobody to ask: it says what else there is. Nothing hangs.
    let error = wallets.run(&["sign", "a/hot", "x"]).failed();
    assert!(error.contains("no terminal") && error.contains("--password-file"), "{error}");
    let error = wallets.with_password("Secret words", &["sign", "a/hot", "x"]).failed();
    assert!(error.contains("wrong password") && !error.contains("Secret"), "{error}");
    assert!(wallets.with_password("wrong", &["decrypt", "a/hot"]).failed().contains("wrong password"));

    // As bittensor hides it in the environment.
    let name = format!("BT_PW_{}", path.to_str().unwrap().replace(['/', '.'], "_").to_uppercase());
    let hidden: Vec<_> = "secret words".bytes().zip(name.bytes().cycle()).map(|(a, b)| a ^ b).collect();
    let mut command = wallets.command(&["decrypt", "a/hot"]);
    finish(command.env(name, base64(&hidden)).spawn().unwrap()).succeeded();
    assert_eq!(fs::read(&path).unwrap(), plain);
}

/// Without padding to spare: 12 bytes are 16 characters.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_eq!(bytes.len() % 3, 0);
    let number = |chunk: &[u8]| chunk.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    let characters = bytes.chunks(3).map(number).flat_map(|n| [18, 12, 6, 0].map(|shift| n >> shift & 63));
    characters.map(|index| char::from(ALPHABET[index as usize])).collect()
}

#[test]
fn g22_no_log_shows_a_secret() {
    const PASSWORD: &str = "never logged";
    let wallets = Wallets::new();
    let words = wallets.file("words", &format!("{PHRASE}//Alice"));
    wallets.json(&["restore", "plain", "--plain", "--secret-file", &words]);
    let keyfile: Value = serde_json::from_slice(&fs::read(wallets.path("plain/coldkey")).unwrap()).unwrap();
    let private = keyfile["privateKey"].as_str().unwrap().trim_start_matches("0x").to_owned();
    let devnet = chain();
    let logged = |mut command: Command| {
        let ended = finish(command.env("RUST_LOG", "trace").env("TW_PASSWORD", PASSWORD).spawn().unwrap());
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        for secret in ["bottom", &private, &private[..64], PASSWORD] {
            assert!(!ended.stdout.contains(secret) && !ended.stderr.contains(secret), "{secret} is shown");
        }
        ended.stderr
    };
    logged(wallets.command(&["restore", "sealed", "--secret-file", &words]));
    logged(wallets.command(&["sign", "sealed", "message"]));
    let remark = ["tx", "System", "remark", "--args", "[\"0x00\"]", "--from", "sealed", "--yes"];
    let submitted = ["--wait", "submitted", "--network", devnet.url()];
    let mut send = command(&[&remark[..], &submitted].concat());
    send.env("BT_WALLET_PATH", wallets.0.path());
    let log = logged(send);
    assert!(log.contains("TRACE") && log.contains("author_submitAndWatchExtrinsic"), "there is a log: {log}");
}

#[test]
fn g22_nothing_is_written_over_unless_asked_for() {
    let wallets = Wallets::new();
    wallets.run(&["import", "//Alice", "a", "--plain"]).succeeded();
    let before = fs::read(wallets.path("a/coldkey")).unwrap();
    // It is said before anybody is asked for a password.
    for args in [&["new", "a"][..], &["import", "//Bob", "a"], &["restore", "a"], &["import", BOB, "a"]] {
        let error = wallets.run(args).failed();
        assert!(error.contains("left as it is"), "{error}");
        assert_eq!(error.contains("--overwrite"), args[0] != "import" || args[1] != BOB, "{error}");
        assert_eq!(fs::read(wallets.path("a/coldkey")).unwrap(), before);
    }
    let replaced = wallets.json(&["import", "//Bob", "a", "--plain", "--overwrite"]);
    assert_eq!(replaced["address"], BOB);
    assert_eq!(wallets.json(&["show", "a"])["address"], BOB);
}

#[test]
fn an_address_is_watched_and_cannot_sign() {
    let wallets = Wallets::new();
    wallets.run(&["import", ALICE, "watched"]).succeeded();
    let shown = wallets.json(&["show", "watched"]);
    assert_eq!(shown["public_key"], format!("0x{ALICE_HEX}"));
    assert_eq!(shown["path"], Value::Null);
    assert!(wallets.run(&["list"]).succeeded().contains("address alone"));
    let error = wallets.run(&["sign", "watched", "x"]).failed();
    assert!(error.contains("the address alone"), "{error}");
    // Hexadecimal digits may be a secret: they are not shown as an address.
    let error = wallets.run(&["import", &format!("0x{ALICE_HEX}"), "hex"]).failed();
    assert!(error.contains("tw wallet restore") && !error.contains(ALICE_HEX), "{error}");
    let error = wallets.run(&["sign", "nobody", "x"]).failed();
    assert!(error.contains("there is no file") && error.contains("tw wallet list"), "{error}");
    let error = wallets.run(&["verify", &ALICE.replace('Y', "Z"), "x", &"00".repeat(64)]).failed();
    assert!(error.contains("checksum"), "{error}");
    assert!(wallets.run(&["sign", ALICE, "x"]).failed().contains("is an address"));
    assert!(wallets.run(&["encrypt", "//Alice"]).failed().contains("is in no keyfile"));
}

#[test]
fn g22_keyfiles_that_are_none_are_told_and_hide_no_other() {
    let wallets = Wallets::new();
    wallets.run(&["import", "//Alice", "good", "--plain"]).succeeded();
    wallets.run(&["import", "//Bob", "bad", "--plain"]).succeeded();
    fs::write(wallets.path("bad/coldkey"), "{\"secretSeed\": 12").unwrap();
    let error = wallets.run(&["sign", "bad", "x"]).failed();
    assert!(error.contains("gives no key: its JSON is damaged at line 1, column 17"), "{error}");
    fs::write(wallets.path("bad/coldkeypub.txt"), "").unwrap();
    let listed = wallets.json(&["list"]);
    assert!(listed[0]["coldkey"]["error"].as_str().unwrap().contains("gives no key"), "{listed}");
    assert_eq!(listed[1]["coldkey"]["address"], ALICE);
    assert!(wallets.run(&["show", "none"]).failed().contains("there is no file"));
    assert!(wallets.run(&["show", "a/../../b"]).failed().contains("is no name of a wallet"));

    // A path in place of a name.
    let path = wallets.path("good/coldkey");
    assert_eq!(wallets.json(&["show", path.to_str().unwrap()])["address"], ALICE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        eprintln!("skipped in part: this user reads files that are closed to all");
        return;
    }
    let error = wallets.run(&["sign", "good", "x"]).failed();
    assert!(error.contains("cannot read") && error.contains("denied"), "{error}");
}

/// What is shown at a terminal by a run whose questions are answered; `None` where no terminal can be made.
fn at_terminal(wallets: &Wallets, args: &str, answers: &[(&str, &str)]) -> Option<(Option<i32>, String)> {
    let tw = command(&[]).get_program().to_str().unwrap().to_owned();
    let mut script = Command::new("script");
    script.args(["-qec", &format!("{tw} wallet {args}"), "/dev/null"]);
    script.env("BT_WALLET_PATH", wallets.0.path()).env_remove("TW_PASSWORD");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut seen) = (Vec::new(), 0);
    for (question, answer) in answers {
        while !String::from_utf8_lossy(&shown[seen..]).contains(question) {
            let mut byte = [0];
            stdout.read_exact(&mut byte).unwrap();
            shown.push(byte[0]);
        }
        seen = shown.len();
        // The echo ends right after the question is there.
        std::thread::sleep(Duration::from_secs(1));
        stdin.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    stdout.read_to_end(&mut shown).unwrap();
    Some((child.wait().unwrap().code(), String::from_utf8(shown).unwrap()))
}

/// What is typed is not shown, and the mnemonic is, once.
#[test]
fn g22_a_terminal_is_asked_and_shows_no_password() {
    let wallets = Wallets::new();
    let answers = [("new password", "hush one"), ("same password", "hush two")];
    let Some((code, differ)) = at_terminal(&wallets, "new cold", &answers) else {
        eprintln!("skipped: there is no `script` here to make a terminal");
        return;
    };
    assert_eq!(code, Some(1));
    assert!(differ.contains("the two passwords differ") && !differ.contains("hush"), "{differ}");
    assert!(!wallets.path("cold/coldkey").exists());

    let answers = [("new password", "hush hush"), ("same password", "hush hush")];
    let (code, made) = at_terminal(&wallets, "new cold", &answers).unwrap();
    assert_eq!(code, Some(0), "{made}");
    assert!(made.contains("show them to nobody") && !made.contains("hush"), "{made}");
    assert!(wallets.with_password("hush hush", &["sign", "cold", "x"]).succeeded().starts_with("0x"));

    let (_, restored) = at_terminal(&wallets, "restore r --plain", &[("mnemonic", PHRASE)]).unwrap();
    assert!(restored.contains(OF_PHRASE) && !restored.contains("curtain"), "{restored}");
}

#[test]
fn g22_ctrl_c_at_a_question_leaves_the_terminal_as_it_was() {
    let wallets = Wallets::new();
    let interrupted =
        at_terminal(&wallets, "new cold; echo ended with $?; stty -a", &[("new password", "\u{3}")]);
    let Some((_, shown)) = interrupted else {
        eprintln!("skipped: there is no `script` here to make a terminal");
        return;
    };
    assert!(shown.contains("ended with 130"), "{shown}");
    assert!(!shown.contains("-echo ") && !shown.contains("-isig"), "{shown}");
    assert!(!wallets.path("cold").exists());
}
