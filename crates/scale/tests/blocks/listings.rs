use crate::support::{runtime, runtimes};
use tensorwire_scale::ErrorKind;

#[test]
fn pallets_list_calls_events_and_errors_with_docs_and_fields() {
    for runtime in runtimes() {
        let pallet = runtime.pallet("Balances").unwrap();
        let transfer = pallet.calls().into_iter().find(|call| call.name == "transfer_keep_alive").unwrap();
        assert_eq!(transfer.index, 3);
        let fields: Vec<_> = transfer.fields.iter().map(|field| field.name.as_deref()).collect();
        assert_eq!(fields, [Some("dest"), Some("value")]);
        assert_eq!(transfer.fields[0].type_name, "MultiAddress");
        assert!(transfer.docs.starts_with("Same as the [`transfer_allow_death`] call"), "{}", transfer.docs);
        assert_eq!(runtime.call("Balances", "transfer_keep_alive").unwrap().docs, transfer.docs);

        let documented = |list: Vec<tensorwire_scale::VariantDescription>| {
            list.iter().filter(|variant| !variant.docs.is_empty()).count()
        };
        assert!(documented(pallet.events()) > 10 && documented(pallet.errors()) > 5);
        assert_eq!(runtime.event("Balances", "Deposit").unwrap().fields.len(), 2);
        assert!(runtime.pallet("Aura").unwrap().events().is_empty());
    }
}

#[test]
fn g19_a_mistyped_call_event_or_error_is_answered_with_the_nearest_and_the_runtime() {
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let errors = [
        (
            runtime.call("Balances", "transfer_keepalive"),
            "no call of Balances",
            "did you mean transfer_keep_alive",
        ),
        (runtime.event("Balances", "Transfr"), "no event of Balances", "did you mean Transfer"),
        (runtime.error("SubtensorModule", "NotEnoughStak"), "no error of", "did you mean NotEnoughStake"),
        (
            runtime.event("Aura", "Transfer"),
            "no event of Aura is named \"Transfer\"",
            "in node-subtensor 393",
        ),
        (runtime.call("Balnces", "transfer"), "no pallet", "did you mean Balances"),
    ];
    for (result, what, hint) in errors {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let message = error.to_string();
        assert!(message.contains(what) && message.contains(hint), "{message}");
        assert!(message.contains("node-subtensor 393"), "{message}");
    }
}

#[test]
fn all_types_are_listed_by_id() {
    for runtime in runtimes() {
        let types: Vec<_> = runtime.types().collect();
        assert_eq!(types.len(), runtime.plan().len());
        assert!(types.iter().enumerate().all(|(place, ty)| ty.id.0 as usize == place));
        let account = types.iter().find(|ty| ty.path == "sp_core::crypto::AccountId32").unwrap();
        assert_eq!(account.name, "AccountId32");
        assert_eq!(runtime.plan().find_type("AccountId32").unwrap(), account.id);
    }
}
