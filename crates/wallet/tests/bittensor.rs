//! G22: what bittensor-wallet writes opens here, and what is written here opens there.
//!
//! The package is installed from PyPI into a folder of the test. Where there is no Python, or no PyPI, the test says so
//! and is skipped.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tensorwire_wallet::{
    CryptoType, Encryption, ErrorKind, IfExists, Keyfile, Keypair, Mnemonic, Signature, Wallet,
};

const PASSWORD: &str = "a pässword";
const MESSAGE: &[u8] = b"a message";

/// Reads one JSON request, and answers with one.
const PROGRAM: &str = r#"
import contextlib, io, json, sys
from bittensor_wallet import Keyfile, Keypair, Wallet

def described(pair):
    return {"address": pair.ss58_address, "type": pair.crypto_type, "signature": pair.sign(MESSAGE).hex()}

request = json.load(sys.stdin)
MESSAGE = bytes.fromhex(request["message"])
answer = {}
with contextlib.redirect_stdout(io.StringIO()):
    if "make" in request:
        path, password = request["make"], request["password"]
        wallet = Wallet(name="made", hotkey="plain", path=path)
        wallet.create_new_coldkey(n_words=24, use_password=True, suppress=True, coldkey_password=password)
        wallet.create_new_hotkey(n_words=12, use_password=False, suppress=True)
        answer["plain"] = described(wallet.get_hotkey())
        answer["coldkey"] = described(wallet.get_coldkey(password))
        for name, uri, kind in [("alice", "//Alice", 1), ("alice-ed25519", "//Alice", 0)]:
            wallet = Wallet(name="made", hotkey=name, path=path)
            wallet.set_hotkey(Keypair.create_from_uri(uri, kind), encrypt=False)
            answer[name] = described(wallet.get_hotkey())
        wallet = Wallet(name="made", hotkey="words-ed25519", path=path)
        wallet.set_hotkey(Keypair.create_from_mnemonic(Keypair.generate_mnemonic(18), 0), encrypt=False)
        answer["words-ed25519"] = described(wallet.get_hotkey())
    for name, file in request.get("open", {}).items():
        try:
            pair = Keyfile(file["path"], name, False).get_keypair(file["password"])
            answer[name] = described(pair)
            answer[name]["verified"] = pair.verify(MESSAGE, bytes.fromhex(file["signature"]))
        except Exception as error:
            answer[name] = {"error": str(error)}
json.dump(answer, sys.stdout)
"#;

/// Python with the package; `None` if that cannot be had here.
fn python(folder: &Path) -> Option<PathBuf> {
    let venv = folder.join("venv");
    let ran = |program: &Path, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(folder).output();
        output.is_ok_and(|output| output.status.success())
    };
    let python = venv.join("bin/python");
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "bittensor-wallet>=4,<5"];
    let is_ready = ran(Path::new("python3"), &["-m", "venv", "venv"]) && ran(&python, &install);
    is_ready.then_some(python)
}

fn ask(python: &Path, request: &Value) -> Value {
    let mut child = Command::new(python)
        .args(["-c", PROGRAM])
        // Its configuration and its wallets are looked for there.
        .env("HOME", python.parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(request.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn signature(pair: &Keypair, bytes: &[u8]) -> Signature {
    match pair.public_key().crypto_type {
        CryptoType::Sr25519 => Signature::Sr25519(bytes.try_into().unwrap()),
        _ => Signature::Ed25519(bytes.try_into().unwrap()),
    }
}

fn raw(signature: Signature) -> String {
    const_hex::encode(&signature.encode()[1..])
}

/// The key is the one that Python describes, and it verifies what Python has signed.
#[track_caller]
fn assert_is_described(pair: &Keypair, described: &Value) {
    assert_eq!(described["error"], Value::Null);
    assert_eq!(described["address"], pair.account().to_string());
    assert_eq!(described["type"], pair.public_key().crypto_type.code());
    let bytes = const_hex::decode(described["signature"].as_str().unwrap()).unwrap();
    assert!(pair.public_key().verify(MESSAGE, &signature(pair, &bytes)));
}

#[test]
fn g22_keyfiles_go_between_bittensor_wallet_and_here() {
    let folder = TempDir::new().unwrap();
    let Some(python) = python(folder.path()) else {
        eprintln!("skipped: there is no Python here, or no bittensor-wallet to install");
        return;
    };
    let message = const_hex::encode(MESSAGE);

    let theirs = folder.path().join("theirs");
    let made = ask(&python, &json!({ "make": theirs, "password": PASSWORD, "message": message }));
    let wallet = &Wallet::list(Some(&theirs)).unwrap()[0];
    let hotkeys = ["alice", "alice-ed25519", "plain", "words-ed25519"];
    assert_eq!((wallet.name(), wallet.hotkeys().unwrap()), ("made", hotkeys.map(str::to_owned).to_vec()));
    for hotkey in hotkeys {
        let pair = Keyfile::read(wallet.hotkey(hotkey).unwrap()).unwrap().keypair(None).unwrap();
        assert_is_described(&pair, &made[hotkey]);
        assert_eq!(Wallet::read_public(&wallet.hotkey(hotkey).unwrap()).unwrap(), pair.public_key());
        assert_eq!(pair.mnemonic().is_some(), !hotkey.starts_with("alice"), "{hotkey}");
    }
    let coldkey = Keyfile::read(wallet.coldkey()).unwrap();
    assert_eq!(coldkey.encryption(), Some(Encryption::Nacl));
    let pair = coldkey.keypair(Some(PASSWORD)).unwrap();
    assert_is_described(&pair, &made["coldkey"]);
    assert_eq!(pair.mnemonic().unwrap().word_count(), 24);
    assert_eq!(Wallet::read_public(&wallet.coldkey()).unwrap(), pair.public_key());
    assert_eq!(coldkey.keypair(Some("another")).unwrap_err().kind(), ErrorKind::WrongPassword);

    let words = Mnemonic::generate(15).unwrap();
    let pairs = [
        ("words", words.keypair(CryptoType::Sr25519, "").unwrap(), None),
        ("encrypted", words.keypair(CryptoType::Ed25519, "").unwrap(), Some(PASSWORD)),
        ("words with a password", words.keypair(CryptoType::Sr25519, "word").unwrap(), None),
        ("hard", Keypair::from_uri("//Alice//stash").unwrap(), None),
        ("soft", Keypair::from_uri("//Alice/soft").unwrap(), None),
        ("ed25519", Keypair::from_secret_uri("//Alice", CryptoType::Ed25519).unwrap(), None),
    ];
    let ours = |name: &str| folder.path().join("ours").join(name);
    let mut open = json!({});
    for (name, pair, password) in &pairs {
        Wallet::write(&ours(name), pair, *password, IfExists::Refuse).unwrap();
        let signature = raw(pair.sign_bytes(MESSAGE));
        open[name] = json!({ "path": ours(name), "password": password, "signature": signature });
    }
    let wrong = json!({ "path": ours("encrypted"), "password": "another", "signature": "" });
    open["wrong"] = wrong;
    let opened = ask(&python, &json!({ "open": open, "message": message }));
    for (name, pair, _) in &pairs {
        assert_is_described(pair, &opened[name]);
        assert_eq!(opened[name]["verified"], true, "{name}");
    }
    assert!(opened["wrong"]["error"].as_str().unwrap().contains("password"), "{}", opened["wrong"]);
}
