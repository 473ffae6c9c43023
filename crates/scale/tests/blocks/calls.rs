//! Calls are composed by position, by name and from JSON, and what is wrong with them is said.

use crate::support::{ALICE, BOB, runtimes};
use serde_json::json;
use tensorwire_scale::{AccountId, ErrorKind, Runtime, Value};

fn alice() -> AccountId {
    ALICE.parse().unwrap()
}

fn newest() -> Option<&'static Runtime> {
    runtimes().last()
}

#[test]
fn arguments_by_position_by_name_and_from_json_give_the_same_call() {
    for runtime in runtimes() {
        let by_position = runtime.encode_call("SubtensorModule", "add_stake", (alice(), 1u16, 5u64)).unwrap();
        let named = [("amount_staked", 5u64.into()), ("hotkey", ALICE.into()), ("netuid", 1.into())];
        let by_name = runtime.encode_call("SubtensorModule", "add_stake", Value::record(named)).unwrap();
        let object = json!({ "netuid": 1, "hotkey": ALICE, "amount_staked": "5" });
        let array = json!([ALICE, 1, 5]);
        assert_eq!(by_position, by_name);
        assert_eq!(by_position, runtime.encode_call("SubtensorModule", "add_stake", object).unwrap());
        assert_eq!(by_position, runtime.encode_call("SubtensorModule", "add_stake", array).unwrap());
        let pallet = runtime.pallet("SubtensorModule").unwrap().index();
        let index = runtime.call("SubtensorModule", "add_stake").unwrap().index;
        let bytes = [&[pallet, index][..], &alice().0, &1u16.to_le_bytes(), &5u64.to_le_bytes()].concat();
        assert_eq!(by_position, bytes);

        let call = runtime.decode_call(&by_position).unwrap();
        assert!(call.is("SubtensorModule", "add_stake"));
        assert_eq!(call.arguments()["netuid"].as_u64(), Some(1));
        for end in 0..bytes.len() {
            assert_eq!(runtime.decode_call(&bytes[..end]).unwrap_err().kind(), ErrorKind::Decode);
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(runtime.decode_call(&longer).unwrap_err().kind(), ErrorKind::TrailingBytes);
    }
}

#[test]
fn calls_within_calls_are_values() {
    for runtime in runtimes() {
        let transfer = || Value::call("Balances", "transfer_keep_alive", (alice(), 5));
        let none = runtime.encode_call("Utility", "batch", ()).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::Encode, "no argument is not an empty list");
        let empty = runtime.encode_call("Utility", "batch", json!([])).unwrap();
        assert_eq!(empty[2..], [0]);
        for batch in [Value::from(vec![transfer()]), json!([transfer().to_json()]).into()] {
            let bytes = runtime.encode_call("Utility", "batch", &batch).unwrap();
            let inner = || Value::call("Utility", "batch", &batch);
            let nested = Value::call("Proxy", "proxy", (ALICE, Value::None, inner()));
            let proxied = runtime.encode_call("Proxy", "proxy", (ALICE, Value::None, inner())).unwrap();
            assert!(proxied.ends_with(&bytes));
            let whole = runtime.plan().encode(runtime.extrinsic().call().unwrap(), &nested).unwrap();
            assert_eq!(whole, proxied);
            let call = runtime.decode_call(&whole).unwrap();
            assert_eq!(call.arguments()["call"][0]["calls"][0][0]["value"].as_u64(), Some(5));
        }
        // One argument may stand alone, also where it is a call, and none may be nothing.
        let sudo = runtime.encode_call("Sudo", "sudo", transfer()).unwrap();
        assert_eq!(sudo, runtime.encode_call("Sudo", "sudo", (transfer(),)).unwrap());
        assert_eq!(
            sudo,
            runtime.encode_call("Sudo", "sudo", json!({ "call": transfer().to_json() })).unwrap()
        );
        assert_eq!(sudo[2..], runtime.encode_call("Balances", "transfer_keep_alive", (ALICE, 5)).unwrap());
        // A call as it is shown can be given back.
        let shown = serde_json::to_value(runtime.decode_call(&sudo).unwrap()).unwrap();
        assert_eq!(shown["pallet"], "Sudo");
        let again = runtime.encode_call("Utility", "batch", json!([[shown]])).unwrap();
        assert_eq!(again[3..], sudo);
        let bytes = runtime.encode_call("Sudo", "remove_key", ()).unwrap();
        for nothing in [json!({}), json!([]), json!(null)] {
            assert_eq!(bytes, runtime.encode_call("Sudo", "remove_key", nothing).unwrap());
        }
    }
}

#[test]
fn what_is_wrong_with_a_call_is_said_with_what_it_takes() {
    let Some(runtime) = newest() else { return };
    let add_stake = "SubtensorModule.add_stake(hotkey: AccountId32, netuid: u16, amount_staked: u64)";
    let cases = [
        ("SubtensorModul", "add_stake", json!([]), ErrorKind::NotFound, "did you mean SubtensorModule?"),
        ("SubtensorModule", "add_steak", json!([]), ErrorKind::NotFound, "did you mean add_stake"),
        ("Aura", "x", json!([]), ErrorKind::NotFound, "no call of Aura"),
        (
            "SubtensorModule",
            "add_stake",
            json!([ALICE, 1]),
            ErrorKind::Encode,
            "3 arguments are expected, 2 given",
        ),
        ("SubtensorModule", "add_stake", json!([ALICE, 1]), ErrorKind::Encode, add_stake),
        (
            "SubtensorModule",
            "add_stake",
            json!({ "hotkey": ALICE, "netuid": 1 }),
            ErrorKind::Encode,
            "field \"amount_staked\" of Call is missing",
        ),
        (
            "SubtensorModule",
            "add_stake",
            json!({ "hotkey": ALICE, "netuid": 1, "amount": 5 }),
            ErrorKind::Encode,
            "no field \"amount\", did you mean amount_staked?",
        ),
        (
            "SubtensorModule",
            "add_stake",
            json!([ALICE, 70_000, 5]),
            ErrorKind::Encode,
            "70000 is out of range",
        ),
        (
            "SubtensorModule",
            "add_stake",
            json!([ALICE, 1, -5]),
            ErrorKind::Encode,
            "SubtensorModule.add_stake.amount_staked",
        ),
        ("SubtensorModule", "add_stake", json!([ALICE, "one", 5]), ErrorKind::Encode, add_stake),
        ("SubtensorModule", "add_stake", json!([&ALICE[1..], 1, 5]), ErrorKind::Address, add_stake),
        (
            "Balances",
            "transfer_keep_alive",
            json!({ "dest": BOB, "value": "18446744073709551616" }),
            ErrorKind::Encode,
            "out of range",
        ),
    ];
    for (pallet, name, arguments, kind, part) in cases {
        let error = runtime.encode_call(pallet, name, arguments.clone()).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{arguments}: {error}");
        assert!(error.to_string().contains(&runtime.spec_version().to_string()), "{error}");
    }
}

#[test]
fn a_bare_extrinsic_is_the_call_behind_its_version() {
    for runtime in runtimes() {
        let call = runtime.encode_call("System", "remark", Value::from(vec![7u8; 100])).unwrap();
        let extrinsic = runtime.decode_extrinsic(&runtime.bare_extrinsic(&call)).unwrap();
        assert_eq!((extrinsic.version(), extrinsic.signer()), (4, None));
        assert_eq!(*extrinsic.call(), runtime.decode_call(&call).unwrap());
    }
}
