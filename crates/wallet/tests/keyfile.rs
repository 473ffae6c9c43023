//! Keyfiles of every format, good and bad, and what is left on the disk.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use tempfile::TempDir;
use tensorwire_wallet::{
    CryptoType, Encryption, ErrorKind, IfExists, Keyfile, Keypair, Mnemonic, PublicKey, Wallet,
};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const SEED: &str = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
const OF_PHRASE: &str = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV";
const OF_PHRASE_ED25519: &str = "5DFJF7tY4bpbpcKPJcBTQaKuCDEPCpiz8TRjpmLeTtweqmXL";

/// Made by Ansible, by Python's `cryptography` and by bittensor-wallet, with the password `testpassword`.
fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keyfiles").join(name)
}

fn written(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> Keyfile {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    Keyfile::read(path).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn g22_every_encryption_opens_with_its_password_and_no_other() {
    for (name, encryption) in [
        ("alice.nacl", Encryption::Nacl),
        ("alice.ansible", Encryption::AnsibleVault),
        ("alice.ansible-1.2", Encryption::AnsibleVault),
        ("alice.fernet", Encryption::Fernet),
    ] {
        let file = Keyfile::read(made(name)).unwrap();
        assert_eq!(file.encryption(), Some(encryption));
        assert_eq!(file.keypair(Some("testpassword")).unwrap().account().to_string(), ALICE, "{name}");
        assert_eq!(file.keypair(None).unwrap_err().kind(), ErrorKind::PasswordNeeded);
        let error = file.keypair(Some("Testpassword")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongPassword);
        assert!(error.to_string().contains(name) && !error.to_string().contains("Testpassword"), "{error}");
    }
}

/// A cut anywhere, and a flipped bit where it counts: an error, and never a key.
#[test]
fn g22_damaged_files_are_told_and_give_no_key() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read(made("alice.ansible")).unwrap();
    for end in (0..whole.len()).step_by(97) {
        let error = written(&folder, "cut", &whole[..end]).keypair(Some("testpassword")).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Keyfile | ErrorKind::WrongPassword), "{error}");
    }
    let nacl = fs::read(made("alice.nacl")).unwrap();
    let error = written(&folder, "cut", &nacl[..20]).keypair(Some("testpassword")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Keyfile);
    let fernet = fs::read(made("alice.fernet")).unwrap();
    let error = written(&folder, "cut", &fernet[..61]).keypair(Some("testpassword")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Keyfile);
    for content in
        [&b""[..], b"\xff\xfe", b"{", b"{}", b"null", b"some words that are none", b"0x12", b"$NACL"]
    {
        let file = written(&folder, "bad", content);
        let error = file.keypair(Some("testpassword")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Keyfile, "{error}");
        assert!(error.to_string().contains("bad gives no key"), "{error}");
        assert_eq!(file.public_key(Some("testpassword")).unwrap_err().kind(), ErrorKind::Keyfile);
    }
    let error = Keyfile::read(written(&folder, "long", "long").path().with_file_name("none")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    fs::write(folder.path().join("long"), vec![b' '; 100_000]).unwrap();
    assert_eq!(Keyfile::read(folder.path().join("long")).unwrap_err().kind(), ErrorKind::Keyfile);
    assert_eq!(Keyfile::read(folder.path()).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn g22_plain_files_of_every_time_are_read() {
    let folder = TempDir::new().unwrap();
    let address = |content: &str| {
        let file = written(&folder, "coldkey", content);
        let pair = file.keypair(None).unwrap();
        assert_eq!(file.public_key(None).unwrap().account, pair.account());
        pair.account().to_string()
    };
    assert_eq!(address(PHRASE), OF_PHRASE);
    assert_eq!(address(SEED), OF_PHRASE);
    assert_eq!(address(&SEED[2..]), OF_PHRASE);
    assert_eq!(address(&format!(r#"{{"secretSeed":"{SEED}"}}"#)), OF_PHRASE);
    assert_eq!(address(&format!(r#"{{"secretPhrase":"{PHRASE}","accountId":null}}"#)), OF_PHRASE);
    assert_eq!(address(&format!(r#"{{"secretSeed":"{SEED}","cryptoType":0}}"#)), OF_PHRASE_ED25519);
    assert_eq!(address(&format!(r#"{{"secretSeed":"{SEED}","cryptoType":"1"}}"#)), OF_PHRASE);
    // The address says which key it is, whatever the kind says, or the name of the field.
    let mislabelled =
        format!(r#"{{"secretSeed":"{SEED}"," ss58Address":"{OF_PHRASE_ED25519}","cryptoType":1}}"#);
    assert_eq!(address(&mislabelled), OF_PHRASE_ED25519);
    // Words beside a key that was derived from them.
    let alice = Keypair::from_uri("//Alice").unwrap();
    let path = folder.path().join("alice");
    Keyfile::write(&path, &alice, None, IfExists::Refuse).unwrap();
    let json = fs::read_to_string(path).unwrap();
    let json = json.replacen('{', &format!(r#"{{"secretPhrase":"{PHRASE}","#), 1);
    assert_eq!(address(&json), ALICE);
}

#[test]
fn g22_files_of_public_halves_are_read_and_have_no_secret() {
    let folder = TempDir::new().unwrap();
    let hex = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    for content in [
        ALICE.to_owned(),
        hex.to_owned(),
        format!(r#"{{"ss58Address":"{ALICE}"}}"#),
        format!(r#"{{"publicKey":"{hex}","cryptoType":1}}"#),
        format!(r#"{{"accountId":"{hex}","secretPhrase":null}}"#),
    ] {
        let file = written(&folder, "coldkeypub.txt", &content);
        assert_eq!(file.public_key(None).unwrap().account.to_string(), ALICE);
        let error = file.keypair(None).unwrap_err();
        assert!(error.to_string().contains("public half"), "{error}");
    }
}

#[test]
fn g22_a_file_that_contradicts_itself_gives_no_key() {
    let folder = TempDir::new().unwrap();
    let cases = [
        (format!(r#"{{"secretSeed":"{SEED}","ss58Address":"{ALICE}"}}"#), "another key"),
        (format!(r#"{{"ss58Address":"{ALICE}","publicKey":"0x{}"}}"#, "11".repeat(32)), "different keys"),
        (format!(r#"{{"secretSeed":"{SEED}","cryptoType":7}}"#), "cryptoType"),
        (r#"{"encoded":"abc","encoding":{},"address":"x"}"#.to_owned(), "polkadot-js"),
        (r#"{"ss58Address":"5Grw"}"#.to_owned(), "none"),
    ];
    for (content, reason) in cases {
        let error = written(&folder, "coldkey", &content).keypair(None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Keyfile);
        assert!(error.to_string().contains(reason) && !error.to_string().contains(SEED), "{error}");
    }
}

#[test]
fn g22_new_files_are_private_whole_and_replace_nothing() {
    let folder = TempDir::new().unwrap();
    let wallet = Wallet::new(Some(&folder.path().join("wallets")), "cold").unwrap();
    let pair = Mnemonic::generate(12).unwrap().keypair(CryptoType::Ed25519, "").unwrap();
    Wallet::write(&wallet.coldkey(), &pair, None, IfExists::Refuse).unwrap();
    Wallet::write(&wallet.hotkey("hot").unwrap(), &pair, None, IfExists::Refuse).unwrap();
    for path in [wallet.coldkey(), Wallet::public(&wallet.coldkey()), wallet.hotkey("hot").unwrap()] {
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
    assert_eq!(mode(&folder.path().join("wallets")), 0o700);
    let read = Keyfile::read(wallet.coldkey()).unwrap().keypair(None).unwrap();
    assert_eq!(read.public_key(), pair.public_key());
    assert_eq!(read.mnemonic().unwrap().phrase(), pair.mnemonic().unwrap().phrase());

    let before = fs::read(wallet.coldkey()).unwrap();
    let other = Keypair::from_uri("//Bob").unwrap();
    let error = Wallet::write(&wallet.coldkey(), &other, Some("password"), IfExists::Refuse).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    // A public half alone, of another key: what is written beside it would not fit.
    fs::remove_file(wallet.coldkey()).unwrap();
    let error = Wallet::write(&wallet.coldkey(), &other, None, IfExists::Refuse).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    assert!(!wallet.coldkey().exists());
    Wallet::write(&wallet.coldkey(), &pair, None, IfExists::Refuse).unwrap();
    assert_eq!(fs::read(wallet.coldkey()).unwrap(), before);
    Wallet::write(&wallet.coldkey(), &other, None, IfExists::Replace).unwrap();
    assert_eq!(Wallet::read_public(&wallet.coldkey()).unwrap(), other.public_key());
    // Nothing temporary is left.
    let mut names: Vec<_> =
        fs::read_dir(wallet.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["coldkey", "coldkeypub.txt", "hotkeys"]);
}

#[test]
fn g22_a_key_behind_a_link_is_encrypted_where_it_is() {
    let folder = TempDir::new().unwrap();
    let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
    let alice = Keypair::from_uri("//Alice").unwrap();
    Keyfile::write(&file, &alice, None, IfExists::Refuse).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    Keyfile::read(&link).unwrap().change_password(None, Some("password")).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let encrypted = Keyfile::read(&file).unwrap();
    assert_eq!(encrypted.encryption(), Some(Encryption::Nacl));
    assert_eq!(encrypted.keypair(Some("password")).unwrap().public_key(), alice.public_key());
    assert_eq!(mode(&file), 0o600);
    encrypted.change_password(Some("password"), None).unwrap();
    assert_eq!(Keyfile::read(&link).unwrap().keypair(None).unwrap().public_key(), alice.public_key());
    // What does not open is not written over.
    let damaged = written(&folder, "damaged", "{}");
    assert_eq!(damaged.change_password(None, Some("password")).unwrap_err().kind(), ErrorKind::Keyfile);
    assert_eq!(fs::read(damaged.path()).unwrap(), b"{}");
}

#[test]
fn g22_a_disk_that_is_full_or_read_only_is_told_and_nothing_is_left() {
    let alice = Keypair::from_uri("//Alice").unwrap();
    // No folder can be made, no file written there, by whatever user.
    for path in ["/proc/tensorwire/coldkey", "/dev/null/coldkey"] {
        let error = Keyfile::write(path, &alice, None, IfExists::Refuse).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(!Path::new(path).exists());
    }
}

#[test]
fn wallets_are_listed_with_their_hotkeys() {
    let folder = TempDir::new().unwrap();
    assert_eq!(Wallet::list(Some(&folder.path().join("none"))).unwrap(), []);
    let alice = Keypair::from_uri("//Alice").unwrap();
    for (name, hotkeys) in [("b", &["2", "1", "10"][..]), ("a", &[])] {
        let wallet = Wallet::new(Some(folder.path()), name).unwrap();
        Keyfile::write_public(Wallet::public(&wallet.coldkey()), alice.public_key(), IfExists::Refuse)
            .unwrap();
        for hotkey in hotkeys {
            Wallet::write(&wallet.hotkey(hotkey).unwrap(), &alice, None, IfExists::Refuse).unwrap();
        }
    }
    fs::write(folder.path().join("no wallet"), "").unwrap();
    let wallets = Wallet::list(Some(folder.path())).unwrap();
    assert_eq!(wallets.iter().map(Wallet::name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(wallets[1].hotkeys().unwrap(), ["1", "10", "2"]);
    assert_eq!(wallets[0].hotkeys().unwrap(), [""; 0]);
    let PublicKey { account, .. } = Wallet::read_public(&wallets[0].coldkey()).unwrap();
    assert_eq!(account.to_string(), ALICE);
    for name in ["", ".", "..", "a/b", "../a", "a\0"] {
        assert_eq!(Wallet::new(Some(folder.path()), name).unwrap_err().kind(), ErrorKind::Key);
        assert_eq!(wallets[0].hotkey(name).unwrap_err().kind(), ErrorKind::Key);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn g22_a_key_that_is_written_is_the_one_that_is_read(seed: [u8; 32], is_ed25519: bool, path in "(//[a-z]{1,9}){0,2}") {
        let folder = TempDir::new().unwrap();
        let crypto_type = if is_ed25519 { CryptoType::Ed25519 } else { CryptoType::Sr25519 };
        let pair = Keypair::from_secret_uri(&format!("0x{}{path}", const_hex::encode(seed)), crypto_type).unwrap();
        let file = folder.path().join("coldkey");
        Wallet::write(&file, &pair, None, IfExists::Refuse).unwrap();
        let read = Keyfile::read(&file).unwrap().keypair(None).unwrap();
        prop_assert_eq!(read.public_key(), pair.public_key());
        prop_assert!(pair.public_key().verify(b"bytes", &read.sign_bytes(b"bytes")));
        prop_assert_eq!(Wallet::read_public(&file).unwrap(), pair.public_key());
    }

    #[test]
    fn g22_no_content_makes_it_panic(
        beginning in prop_oneof![Just(""), Just("{"), Just("0x"), Just("$ANSIBLE_VAULT;1.1;AES256\n")],
        middle in "[0-9a-f]{0,200}",
        end: Vec<u8>,
    ) {
        let folder = TempDir::new().unwrap();
        let file = written(&folder, "coldkey", [beginning.as_bytes(), middle.as_bytes(), &end].concat());
        if let Ok(pair) = file.keypair(Some("password")) {
            prop_assert!(matches!(middle.len(), 64 | 128), "{} bytes gave {:?}", middle.len(), pair);
        }
    }
}
