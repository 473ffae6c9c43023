//! Receipts of events that no chain at hand tells, made of genuine metadata.

use tensorwire_scale::{Runtime, Value};

use super::{ItemResult, Receipt, join};
use crate::{BlockExtrinsic, BlockRef, Hash};

/// The runtime of that metadata, or `None` with a message where it is not at hand. What is to be renamed in it is
/// something that a runtime before it did not have yet: both names are of one length.
fn runtime(file: &str, rename: Option<(&str, &str)>) -> Option<Runtime> {
    let path = format!("{}/../../../shared/metadata/{file}", env!("CARGO_MANIFEST_DIR"));
    let Ok(mut bytes) = std::fs::read(&path) else {
        eprintln!("skipped: {path} is not here");
        return None;
    };
    if let Some((name, other)) = rename {
        assert_eq!(name.len(), other.len());
        let found: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(name.as_bytes())).collect();
        assert!(!found.is_empty());
        for at in found {
            bytes[at..at + name.len()].copy_from_slice(other.as_bytes());
        }
    }
    Some(Runtime::from_metadata(&bytes).unwrap())
}

fn receipt(runtime: &Runtime, call: &Value, events: Vec<Value>) -> Receipt {
    let (plan, format) = (runtime.plan(), runtime.extrinsic());
    let call = plan.encode(format.call().unwrap(), call).unwrap();
    let block = BlockRef { number: 7, hash: Hash([7; 32]) };
    let extrinsic = BlockExtrinsic::new(block, 0, runtime.bare_extrinsic(&call), runtime);
    let record = |event| {
        let phase = Value::variant("ApplyExtrinsic", [0_u32.into()]);
        Value::record([("phase", phase), ("event", event), ("topics", Value::Sequence(Box::default()))])
    };
    let records = Value::Sequence(events.into_iter().map(record).collect());
    let ty = runtime.storage("System", "Events").unwrap().value_type();
    let events = runtime.decode_events(&plan.encode(ty, &records).unwrap()).unwrap();
    let (mut receipts, others) = join(runtime, vec![extrinsic], events);
    assert!(others.is_empty());
    receipts.pop().unwrap()
}

fn event(pallet: &str, name: &str, fields: impl Into<Vec<Value>>) -> Value {
    Value::variant(pallet, [Value::variant(name, fields)])
}

fn success() -> Value {
    let weight = Value::record([("ref_time", 5_u8.into()), ("proof_size", 6_u8.into())]);
    let (class, pays) = (Value::variant("Normal", []), Value::variant("Yes", []));
    let info = Value::record([("weight", weight), ("class", class), ("pays_fee", pays)]);
    event("System", "ExtrinsicSuccess", [info])
}

fn remark() -> Value {
    event("System", "remark", [Value::Bytes([1].into())])
}

fn batch(calls: impl Into<Box<[Value]>>) -> Value {
    event("Utility", "batch", [Value::Sequence(calls.into())])
}

fn bad_origin() -> Value {
    Value::variant("BadOrigin", [])
}

#[test]
fn g7_failures_that_other_events_tell_are_failures() {
    let address = || Value::Bytes([1; 20].into());
    let revert = Value::variant("Revert", [Value::variant("Reverted", [])]);
    let done = Value::variant("Succeed", [Value::variant("Returned", [])]);
    let executed = |reason| {
        let fields = [address(), address(), Value::Bytes32([2; 32]), reason, Value::Bytes([].into())];
        event("Ethereum", "Executed", fields)
    };
    let post = Value::record([("actual_weight", Value::None), ("pays_fee", Value::variant("Yes", []))]);
    let reason = Value::record([("post_info", post), ("error", bad_origin())]);
    let code = Value::Bytes32([3; 32]);
    let cases = [
        ("finney-393-v16.scale", executed(done), None),
        ("finney-393-v16.scale", executed(revert), Some("Revert.Reverted")),
        ("finney-393-v16.scale", event("EVM", "ExecutedFailed", [address()]), Some("EVM.ExecutedFailed")),
        ("finney-393-v16.scale", event("EVM", "Executed", [address()]), None),
        (
            "finney-393-v16.scale",
            event("SubtensorModule", "BatchWeightItemFailed", [bad_origin()]),
            Some("BadOrigin"),
        ),
        (
            "finney-393-v16.scale",
            event("SubtensorModule", "BatchCompletedWithErrors", []),
            Some("SubtensorModule.BatchCompletedWithErrors"),
        ),
        (
            "finney-393-v16.scale",
            event("System", "RejectedInvalidAuthorizedUpgrade", [code.clone(), bad_origin()]),
            Some("BadOrigin"),
        ),
        ("finney-365-v16.scale", event("MevShield", "DecryptedRejected", [code, reason]), Some("BadOrigin")),
        (
            "subtensor-218-v15.scale",
            event(
                "Triumvirate",
                "Executed",
                [Value::Bytes32([1; 32]), Value::variant("Err", [bad_origin()])],
            ),
            Some("BadOrigin"),
        ),
    ];
    for (file, told, error) in cases {
        let Some(runtime) = runtime(file, None) else { return };
        let receipt = receipt(&runtime, &remark(), vec![told.clone(), success()]);
        let found = receipt.error().map(ToString::to_string);
        assert!(
            found.as_deref().unwrap_or_default().starts_with(error.unwrap_or_default()),
            "{told}: {found:?}"
        );
        assert_eq!((receipt.ok(), found.is_some()), (error.is_none(), error.is_some()), "{told}");
    }
}

#[test]
fn g7_events_that_do_not_fit_the_call_are_no_success() {
    let Some(runtime) = runtime("finney-393-v16.scale", None) else { return };
    let done = || event("Utility", "ItemCompleted", []);
    let all = || event("Utility", "BatchCompleted", []);
    let two = batch([remark(), remark()]);
    let fitting = receipt(&runtime, &two, vec![done(), done(), all(), success()]);
    assert!(fitting.ok() && fitting.doubt().is_none());
    let strange: [Vec<Value>; 5] = [
        vec![success()],
        vec![done(), all(), success()],
        vec![done(), done(), done(), all(), success()],
        vec![done(), done(), success()],
        vec![all(), done(), done(), all(), success()],
    ];
    for events in strange {
        let receipt = receipt(&runtime, &two, events.clone());
        assert!(!receipt.ok() && receipt.error().is_none(), "{events:?}");
        assert!(receipt.doubt().unwrap().contains("do not fit"), "{:?}", receipt.doubt());
        assert!(receipt.items().iter().all(|item| *item.result() == ItemResult::Unknown && !item.ok()));
        assert_eq!(receipt.items().len(), 2);
    }
    let silent = receipt(&runtime, &remark(), Vec::new());
    assert!(!silent.ok() && silent.doubt().is_some() && silent.weight().is_none());
}

#[test]
fn g15_a_batch_of_a_runtime_that_tells_of_no_items_is_read_as_far_as_it_tells() {
    let Some(runtime) = runtime("finney-393-v16.scale", Some(("ItemCompleted", "ItemCompletex"))) else {
        return;
    };
    let calls = batch([batch([remark()]), remark(), remark()]);
    let all = || event("Utility", "BatchCompleted", []);
    let whole = receipt(&runtime, &calls, vec![all(), all(), success()]);
    assert!(whole.ok(), "{:?}", whole.doubt());
    assert!(whole.items().iter().all(|item| item.ok() && item.events().is_empty()));
    assert_eq!(*whole.items()[0].items()[0].result(), ItemResult::Unknown);
    let interrupted = event("Utility", "BatchInterrupted", [1_u32.into(), bad_origin()]);
    let part = receipt(&runtime, &calls, vec![all(), interrupted, success()]);
    assert!(!part.ok() && part.doubt().is_none());
    let results: Vec<_> = part.items().iter().map(|item| item.result().clone()).collect();
    assert!(
        matches!(&results[..], [ItemResult::Ok, ItemResult::Failed(_), ItemResult::NotReached]),
        "{results:?}"
    );
}

#[test]
fn g15_a_fee_that_no_event_names_is_what_went_to_others_at_the_end() {
    use super::fee::Fee;

    let rename = Some(("TransactionPayment", "TransactionPaymenx"));
    let (Some(old), Some(new)) =
        (runtime("subtensor-218-v15.scale", rename), runtime("subtensor-218-v15.scale", None))
    else {
        return;
    };
    let (signer, author) = ([1; 32], [2; 32]);
    let account = |id: [u8; 32]| Value::Bytes32(id);
    let deposit = |who, amount: u64| event("Balances", "Deposit", [account(who), amount.into()]);
    let events = vec![
        event("Balances", "Withdraw", [account(signer), 100_u64.into()]),
        deposit(author, 1_000),
        event("System", "Remarked", [account(signer), Value::Bytes32([0; 32])]),
        deposit(signer, 30),
        deposit(author, 70),
        success(),
    ];
    let events = receipt(&new, &remark(), events).events().to_vec();
    let fee = |runtime, signed: Option<[u8; 32]>| {
        Fee::of(&events, signed.map(tensorwire_scale::AccountId), runtime)
    };
    assert_eq!(fee(&old, Some(signer)).paid, Some(70));
    assert_eq!(fee(&old, None).paid, None, "nobody paid");
    assert_eq!(fee(&new, Some(signer)).paid, None, "a runtime with the event would have told");
}

#[test]
fn calls_too_deep_to_be_looked_for_make_no_success() {
    let Some(runtime) = runtime("finney-393-v16.scale", None) else { return };
    let done = || [event("Utility", "ItemCompleted", []), event("Utility", "BatchCompleted", [])];
    let nested = |depth: usize| {
        let call = (0..depth).fold(remark(), |call, _| batch([call]));
        let events = (0..depth).flat_map(|_| done()).chain([success()]).collect();
        receipt(&runtime, &call, events)
    };
    assert!(nested(16).ok(), "{:?}", nested(16).doubt());
    assert!(!nested(17).ok() && nested(17).doubt().is_some());
}
