use crate::support::{encode, runtime, runtimes};
use serde_json::json;
use tensorwire_scale::{ErrorKind, Runtime, TypeId, Value};

fn dispatch_error(runtime: &Runtime) -> TypeId {
    runtime.plan().find_type("sp_runtime::DispatchError").unwrap()
}

#[test]
fn g19_every_error_of_every_pallet_decodes_to_its_name_and_docs() {
    for runtime in runtimes() {
        let ty = dispatch_error(runtime);
        let mut seen = 0;
        for pallet in runtime.pallets() {
            for error in pallet.errors() {
                let raw = format!("0x{:02x}000000", error.index);
                let module = json!({ "Module": { "index": pallet.index(), "error": raw } });
                let bytes = encode(runtime, ty, module.clone());
                let found = runtime.dispatch_error(&runtime.plan().decode(ty, &bytes).unwrap());
                assert!(found.is(pallet.name(), &error.name), "{found}");
                assert_eq!((found.kind(), found.docs()), ("Module", error.docs.as_str()));
                assert_eq!(json!(found)["raw"], module);
                seen += 1;
            }
        }
        assert!(seen > 100, "{runtime}: {seen}");
    }
}

#[test]
fn g19_a_module_error_is_read_in_all_forms_it_ever_had() {
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let docs = runtime.error("SubtensorModule", "NotEnoughStake").unwrap();
    let index = docs.index;
    let bytes = Value::from([index, 0, 0, 0]);
    let fields = |error: Value| Value::record([("index", Value::from(7)), ("error", error)]);
    let forms = [
        Value::variant("Module", [fields(bytes.clone())]),
        Value::variant("Module", [fields(index.into())]),
        Value::variant("Module", [(7, bytes.clone()).into()]),
        Value::variant("Module", [7.into(), index.into()]),
        Value::variant("Module", [7.into(), bytes]),
    ];
    for form in forms {
        let error = runtime.dispatch_error(&form);
        assert!(error.is("SubtensorModule", "NotEnoughStake"), "{form}: {error}");
        assert!(error.to_string().starts_with("SubtensorModule.NotEnoughStake: "), "{error}");
        assert!(!error.to_string().contains('\n'));
    }
}

#[test]
fn g19_an_unknown_error_keeps_its_numbers() {
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let module = |index: u8, error: [u8; 4]| {
        let content = Value::record([("index", index.into()), ("error", Value::from(error))]);
        runtime.dispatch_error(&Value::variant("Module", [content]))
    };
    let error = module(7, [255, 1, 2, 3]);
    assert_eq!(error.to_string(), "SubtensorModule.0xff010203");
    let error = module(250, [1, 0, 0, 0]);
    assert_eq!((error.pallet(), error.name(), error.docs()), (Some("250"), "0x01000000", ""));
    assert_eq!(json!(error)["raw"], json!({ "Module": { "index": 250, "error": "0x01000000" } }));
    for value in
        [Value::None, 7.into(), Value::variant("Module", []), Value::variant("Module", [Value::None])]
    {
        let error = runtime.dispatch_error(&value);
        assert_eq!((error.raw(), error.docs()), (&value, ""));
    }
    assert_eq!(runtime.dispatch_error(&Value::variant("Later", [])).to_string(), "Later");
}

#[test]
fn g19_other_dispatch_errors_have_their_names() {
    for runtime in runtimes() {
        let ty = dispatch_error(runtime);
        let show = |json| {
            let bytes = encode(runtime, ty, json);
            runtime.dispatch_error(&runtime.plan().decode(ty, &bytes).unwrap()).to_string()
        };
        let token = show(json!({ "Token": "FundsUnavailable" }));
        assert!(token.starts_with("Token.FundsUnavailable"), "{token}");
        for (json, name) in [
            (json!("BadOrigin"), "BadOrigin"),
            (json!("CannotLookup"), "CannotLookup"),
            (json!("Other"), "Other"),
            (json!("Exhausted"), "Exhausted"),
            (json!({ "Arithmetic": "Overflow" }), "Arithmetic.Overflow"),
            (json!({ "Transactional": "LimitReached" }), "Transactional.LimitReached"),
            (json!("RootNotAllowed"), "RootNotAllowed"),
        ] {
            let shown = show(json);
            assert!(shown == name || shown.starts_with(&format!("{name}: ")), "{shown}");
        }
    }
}

#[test]
fn g19_a_transaction_error_is_named_from_bytes_and_values() {
    for runtime in runtimes() {
        let show = |bytes: &[u8]| runtime.decode_transaction_error(bytes).unwrap().to_string();
        assert!(show(&[0, 1]).starts_with("InvalidTransaction.Payment"), "{}", show(&[0, 1]));
        assert!(show(&[0, 4]).starts_with("InvalidTransaction.BadProof"));
        assert!(show(&[1, 0]).starts_with("UnknownTransaction.CannotLookup"));
        assert_eq!(show(&[1, 2, 5]), "UnknownTransaction.Custom (custom code 5)");
        assert!(show(&[0, 7, 6]).starts_with("InvalidTransaction.RateLimitExceeded (custom code 6)"));
        assert_eq!(show(&[0, 7, 200]), "InvalidTransaction.Custom (custom code 200)");

        for bytes in [&[][..], &[2, 0], &[0], &[0, 99], &[0, 7], &[0, 4, 0], &[1, 0, 0]] {
            let error = runtime.decode_transaction_error(bytes).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Decode | ErrorKind::TrailingBytes), "{error}");
        }
    }
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let value = Value::variant("Invalid", [Value::variant("Custom", [5.into()])]);
    let error = runtime.transaction_error(&value);
    assert_eq!((error.name(), error.code()), ("NotEnoughStakeToWithdraw", Some(5)));
    assert_eq!(error, runtime.custom_transaction_error(5));
    assert_eq!(error.docs(), runtime.error("SubtensorModule", "NotEnoughStakeToWithdraw").unwrap().docs);
    assert_eq!(json!(error)["code"], 5);
    assert_eq!(runtime.custom_transaction_error(255).name(), "BadRequest");
    assert_eq!(runtime.transaction_error(&7.into()).to_string(), "Unknown.7");
}
