//! `tw receipt`, of the chain of [`blocks`](crate::blocks).

use crate::{
    blocks::tw,
    support::{command, finish},
};

#[test]
fn g7_a_receipt_is_an_extrinsic_with_an_exit_code_for_its_outcome() {
    let receipt = tw(&["--json", "receipt", "2-1"]).json();
    assert_eq!(receipt, tw(&["--json", "extrinsic", "2-1"]).json());
    assert_eq!((receipt["ok"].as_bool(), receipt["id"].as_str()), (Some(true), Some("2-1")));
    assert_eq!(tw(&["--json", "receipt", receipt["hash"].as_str().unwrap()]).json(), receipt);

    let failed = tw(&["--json", "receipt", "2-2"]);
    assert_eq!(failed.code, Some(1));
    let receipt: serde_json::Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!(
        (receipt["ok"].as_bool(), receipt["error"]["name"].as_str()),
        (Some(false), Some("Underflow"))
    );
    let error = failed.stderr;
    assert!(error.starts_with("error: extrinsic 2-2 failed: Arithmetic.Underflow"), "{error}");
}

#[test]
fn g7_a_receipt_in_text_has_the_fee_and_the_events() {
    let text = tw(&["receipt", "2-1"]).succeeded();
    for part in
        ["extrinsic  2-1", "call       Balances.transfer_keep_alive", "outcome    ok", "fee        τ0.0"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(text.contains("\n  TransactionPayment.TransactionFeePaid"), "{text}");
}

#[test]
fn a_receipt_that_is_not_there_is_a_clear_error() {
    let error = tw(&["receipt", "2-9"]).failed();
    assert!(error.contains("no extrinsic 2-9") && error.contains("hint: `tw block`"), "{error}");
    assert!(tw(&["receipt", "2"]).misused().contains("1234-5"));
}

#[test]
fn g7_a_reader_that_has_gone_does_not_turn_a_failure_into_a_success() {
    let url = tw(&["--json", "status"]).json()[0]["endpoint"].as_str().unwrap().to_owned();
    let code = |id: &str| {
        let mut child = command(&["--network", &url, "receipt", id]).spawn().unwrap();
        drop(child.stdout.take());
        finish(child).code
    };
    assert_eq!((code("2-1"), code("2-2")), (Some(0), Some(1)));
}
