//! Programs that sign: good ones, and each way of being none.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::time::Duration;

use serde_json::json;
use tensorwire_scale::hash::blake2_256;
use tensorwire_wallet::{AccountId, CommandSigner, ErrorKind, Keypair, Signer, SigningPayload};

/// Of no chain, but of one piece.
fn payload() -> SigningPayload {
    serde_json::from_value(json()).unwrap()
}

fn json() -> serde_json::Value {
    let alice = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    let genesis = format!("0x{}", "11".repeat(32));
    json!({
        "account": format!("0x{alice}"), "address": format!("0x00{alice}"), "call": "0x0000",
        "genesis": genesis, "birth": genesis, "era": "immortal", "spec_version": 1, "transaction_version": 1,
        "nonce": 3, "tip": 0, "extensions": [{ "name": "CheckNonce", "explicit": "0x0c", "implicit": "0x" }],
        "payload": "0x00000c",
    })
}

fn shell(account: AccountId, script: &str) -> CommandSigner {
    CommandSigner::new(account, "sh").argument("-c").argument(script)
}

#[tokio::test]
async fn a_program_signs_what_it_reads() {
    let alice = Keypair::from_uri("//Alice").unwrap();
    let payload = payload();
    assert_eq!(payload.account(), alice.account());
    let right = alice.sign_bytes(&payload.bytes());
    for hex in [right.to_string(), const_hex::encode(&right.encode()[1..])] {
        // It answers only if it has read the payload, all of it.
        let script =
            format!(r#"grep -q '"payload":"0x{}"' && echo {hex}"#, const_hex::encode(payload.bytes()));
        let signed = shell(alice.account(), &script).sign(&payload).await.unwrap();
        assert_eq!(signed, right);
    }
    assert!(!shell(alice.account(), "").is_local());
}

#[tokio::test]
async fn what_is_no_signature_of_this_payload_by_this_account_is_refused() {
    let alice = Keypair::from_uri("//Alice").unwrap();
    let bob = Keypair::from_uri("//Bob").unwrap();
    let payload = payload();
    let of_another = bob.sign_bytes(&payload.bytes());
    let of_something_else = alice.sign_bytes(b"something else");
    for (script, reason) in [
        (format!("echo {of_another}"), "no signature of this payload by this account"),
        (format!("echo {of_something_else}"), "no signature of this payload by this account"),
        ("echo 0x12".to_owned(), "no signature"),
        ("true".to_owned(), "no signature"),
        ("head -c 3000000 /dev/zero".to_owned(), "no signature"),
        ("echo the device is locked >&2; exit 3".to_owned(), "(exit status: 3): the device is locked"),
    ] {
        let error = shell(alice.account(), &script).sign(&payload).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Signer);
        let message = error.to_string();
        assert!(message.contains(reason) && message.contains(&alice.account().to_string()), "{message}");
        assert!(message.len() < 1000);
    }
    let missing = CommandSigner::new(alice.account(), "/no/such/program").sign(&payload).await.unwrap_err();
    assert!(missing.to_string().contains("cannot be run"), "{missing}");
}

#[tokio::test]
async fn a_program_that_does_not_end_is_killed() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("pid");
    let script = format!("echo $$ > {}; exec sleep 1000", file.display());
    let signer = shell(AccountId([1; 32]), &script).timeout(Duration::from_secs(3));
    let error = signer.sign(&payload()).await.unwrap_err();
    assert!(error.to_string().contains("within 3s"), "{error}");
    let pid = std::fs::read_to_string(file).unwrap();
    let is_running = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        stat.contains("sleep") && !stat.contains(") Z ")
    };
    for _ in 0..1000 {
        if !is_running() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it runs on");
}

#[tokio::test]
async fn a_program_that_says_much_before_it_reads_is_heard_and_read_to() {
    let alice = Keypair::from_uri("//Alice").unwrap();
    let mut large = json();
    // More than a pipe holds.
    let call = vec![0; 1_000_000];
    large["payload"] = const_hex::encode_prefixed(blake2_256(&[&call[..], &[12]].concat())).into();
    large["call"] = const_hex::encode_prefixed(&call).into();
    let large: SigningPayload = serde_json::from_value(large).unwrap();
    let script = "head -c 1000000 /dev/zero >&2; cat > /dev/null; echo done >&2; exit 4";
    let signer = shell(alice.account(), script).timeout(Duration::from_secs(20));
    let message = signer.sign(&large).await.unwrap_err().to_string();
    assert!(message.contains("exit status: 4") && message.len() < 2_000, "{message}");
}
