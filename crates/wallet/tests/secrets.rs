//! G22: no secret is shown by anything but what is asked for it by name.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{fs, path::Path};

use tempfile::TempDir;
use tensorwire_wallet::{CommandSigner, CryptoType, Error, IfExists, Keyfile, Keypair, Mnemonic, Wallet};

const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const PASSWORD: &str = "correct horse battery staple";

/// What must be nowhere: words, seed, private key, password, in the forms that a careless format gives.
fn secrets() -> Vec<String> {
    let seed = "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    let key = "05d65584630d16cd4af6d0bec10f34bb504a5dcb62dba2122d49f5a663763d0a";
    let bytes = format!("{:?}", &const_hex::decode(seed).unwrap()[..8]);
    let mut secrets = vec![seed.to_owned(), key.to_owned(), bytes.trim_matches(['[', ']']).to_owned()];
    secrets.extend(PHRASE.split(' ').chain([PASSWORD]).map(str::to_owned));
    secrets
}

#[track_caller]
fn assert_hides(shown: &str) {
    for secret in secrets() {
        // A short word may be part of another one.
        let is_shown = if secret.len() > 8 {
            shown.contains(&secret)
        } else {
            shown.split(|c: char| !c.is_alphanumeric()).any(|word| word == secret)
        };
        assert!(!is_shown, "{secret:?} is in {shown}");
    }
}

fn assert_error_hides(error: &Error) {
    assert_hides(&format!("{error} {error:?} {error:#?}"));
}

#[test]
fn g22_no_type_shows_a_secret() {
    let folder = TempDir::new().unwrap();
    let mnemonic = Mnemonic::parse(PHRASE).unwrap();
    assert_hides(&format!("{mnemonic:?} {mnemonic:#?}"));
    for crypto_type in [CryptoType::Sr25519, CryptoType::Ed25519] {
        let pair = mnemonic.keypair(crypto_type, "").unwrap();
        assert_hides(&format!("{pair:?} {pair:#?} {:?} {:?}", pair.public_key(), pair.mnemonic()));
        assert_hides(&format!("{:?}", CommandSigner::new(pair.account(), "program")));
        let path = folder.path().join(crypto_type.to_string());
        Keyfile::write(&path, &pair, None, IfExists::Refuse).unwrap();
        let file = Keyfile::read(&path).unwrap();
        assert_hides(&format!("{file:?} {file:#?}"));
        let wallet = Wallet::new(Some(folder.path()), "cold").unwrap();
        Wallet::write(&wallet.coldkey(), &pair, None, IfExists::Replace).unwrap();
        assert_hides(&format!("{wallet:?} {:?}", Wallet::read_public(&wallet.coldkey())));
        assert_hides(&fs::read_to_string(Wallet::public(&wallet.coldkey())).unwrap());
    }
}

#[test]
fn g22_no_error_shows_a_secret() {
    let seed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    for uri in [
        &format!("{PHRASE} walk"),
        &format!("{PHRASE}//"),
        &format!("{PHRASE}x"),
        &format!("{seed}00"),
        &format!("{seed}///{PASSWORD}"),
        &format!("x{PHRASE}///{PASSWORD}"),
    ] {
        assert_error_hides(&Keypair::from_uri(uri).unwrap_err());
    }
    assert_error_hides(
        &Keypair::from_secret_uri(&format!("{PHRASE}/soft"), CryptoType::Ed25519).unwrap_err(),
    );

    let folder = TempDir::new().unwrap();
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    for content in [
        format!(r#"{{"secretPhrase":"{PHRASE}","ss58Address":"{alice}"}}"#),
        format!(r#"{{"secretPhrase":["{PHRASE}"]}}"#),
        format!(r#"{{"secretSeed":"{seed}","cryptoType":{{"{PHRASE}":1}}}}"#),
        format!(r#"{{"secretSeed":"{seed}","cryptoType":"{PHRASE}"}}"#),
        format!(r#"{{"secretSeed":"{seed}x"}}"#),
        format!(r#"{{"privateKey":"{seed}{seed}"#),
        format!(r#"{{"ss58Address":"{PHRASE}"}}"#),
        format!("{PHRASE} {PHRASE}"),
    ] {
        let path = folder.path().join("coldkey");
        fs::write(&path, content).unwrap();
        let file = Keyfile::read(&path).unwrap();
        assert_error_hides(&file.keypair(Some(PASSWORD)).unwrap_err());
        assert_error_hides(&file.change_password(None, Some(PASSWORD)).unwrap_err());
    }
    fs::write(folder.path().join("sealed"), format!("$ANSIBLE_VAULT;1.1;AES256\n{PASSWORD}")).unwrap();
    let sealed = Keyfile::read(folder.path().join("sealed")).unwrap();
    assert_error_hides(&sealed.keypair(Some(PASSWORD)).unwrap_err());
}

/// What holds a secret has a `Debug` written for it by hand, or none.
#[test]
fn g22_no_type_that_holds_a_secret_derives_debug() {
    let mut sources = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    let mut derives = 0;
    for (path, source) in &sources {
        let lines: Vec<_> = source.lines().collect();
        for (number, _) in
            lines.iter().enumerate().filter(|(_, line)| line.contains("derive(") && line.contains("Debug"))
        {
            derives += 1;
            let item: Vec<_> = lines[number..].iter().take_while(|line| !line.starts_with('}')).collect();
            for secret in ["Zeroizing", "Secret", "Mnemonic", "Keypair", "SigningKey", "MiniSecretKey"] {
                assert!(!item.iter().any(|line| line.contains(secret)), "{path}: {item:?}");
            }
        }
        for print in ["println!", "print!(", "dbg!", "tracing::", "log::"] {
            assert!(!source.contains(print), "{path} has {print}");
        }
    }
    assert!(derives > 3, "the source is not read");
}

fn collect(folder: &Path, sources: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else {
            sources.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}
