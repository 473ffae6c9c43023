use crate::{
    sample::{self, Event as SampleEvent, OldPhase, OldRecord, StrangePhase, StrangeRecord, SystemEvent},
    support::{ALICE, BOB, encode, event, events_type, runtime, runtimes},
};
use parity_scale_codec::{Compact, Encode};
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;
use tensorwire_scale::{ErrorKind, Phase, Runtime, Value};

fn transfer(amount: u64) -> serde_json::Value {
    json!({ "Balances": { "Transfer": { "from": ALICE, "to": BOB, "amount": amount } } })
}

#[test]
fn g15_events_of_every_runtime_decode_with_phase_topics_and_names() {
    for runtime in runtimes() {
        let topic = format!("0x{}", "07".repeat(32));
        let events = json!([
            event(json!("Initialization"), transfer(1), json!([])),
            event(json!({ "ApplyExtrinsic": 3 }), transfer(2), json!([topic])),
            event(json!("Finalization"), json!({ "System": "CodeUpdated" }), json!([])),
        ]);
        let bytes = encode(runtime, events_type(runtime), events);
        let events = runtime.decode_events(&bytes).unwrap();
        assert_eq!(events.len(), 3);

        let second = &events[1];
        assert_eq!((second.position(), second.phase()), (1, Phase::ApplyExtrinsic(3)));
        assert!(second.is("Balances", "Transfer"));
        assert_eq!(second.index(), (runtime.pallet("Balances").unwrap().index(), 2));
        assert_eq!(second.topics(), [[7; 32]]);
        assert_eq!(second.fields()["amount"].as_u64(), Some(2));
        assert_eq!(second.to_string(), format!("Balances.Transfer {{from: {ALICE}, to: {BOB}, amount: 2}}"));
        assert_eq!(second.docs(), runtime.event("Balances", "Transfer").unwrap().docs);
        assert_eq!(second.docs(), "Transfer succeeded.");
        assert_eq!(
            json!(second),
            json!({
                "position": 1,
                "phase": { "apply_extrinsic": 3 },
                "extrinsic": 3,
                "pallet": "Balances",
                "event": "Transfer",
                "fields": { "from": ALICE, "to": BOB, "amount": 2 },
                "topics": [topic],
            })
        );

        let last = json!(events[2]);
        assert_eq!((&last["phase"], &last["extrinsic"]), (&json!("finalization"), &json!(null)));
        assert_eq!((&last["fields"], &last["topics"]), (&json!({}), &json!([])));
        assert_eq!(json!(events[0])["phase"], "initialization");
        assert_eq!(runtime.decode_events(&[0]).unwrap(), []);
    }
}

#[test]
fn g15_the_layout_of_a_record_comes_from_the_metadata() {
    let old = sample::runtime::<Vec<OldRecord>>();
    let records = vec![
        OldRecord {
            phase: OldPhase::ApplyExtrinsic(9),
            event: SampleEvent::System(SystemEvent::Moved(5, true)),
        },
        OldRecord {
            phase: OldPhase::Finalization,
            event: SampleEvent::System(SystemEvent::ExtrinsicSuccess),
        },
    ];
    let events = old.decode_events(&records.encode()).unwrap();
    assert_eq!((events[0].phase(), events[0].topics()), (Phase::ApplyExtrinsic(9), &[][..]));
    assert_eq!(events[0].to_string(), "System.Moved(5, true)");
    assert_eq!(events[0].index(), (3, 1));
    assert_eq!(json!(events[0])["fields"], json!([5, true]));
    assert_eq!(
        (events[1].phase(), events[1].to_string().as_str()),
        (Phase::Finalization, "System.ExtrinsicSuccess")
    );

    let strange = sample::runtime::<Vec<StrangeRecord>>();
    let record = |phase| StrangeRecord {
        topics: vec![[1; 32], [2; 32]],
        weight: 8,
        event: SampleEvent::System(SystemEvent::Moved(1, false)),
        phase,
    };
    let events = strange.decode_events(&vec![record(StrangePhase::Initialization)].encode()).unwrap();
    assert_eq!((events[0].phase(), events[0].topics()), (Phase::Initialization, &[[1; 32], [2; 32]][..]));
    let error = strange.decode_events(&vec![record(StrangePhase::Later(1))].encode()).unwrap_err();
    assert!(error.to_string().contains("Later is no known phase"), "{error}");

    for runtime in [sample::runtime::<u32>(), sample::runtime::<Vec<(OldPhase, SampleEvent)>>()] {
        let error = runtime.decode_events(&[0]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Metadata);
        assert!(error.to_string().contains("System.Events of sample 7 is of type"), "{error}");
    }
}

#[test]
fn events_that_take_no_bytes_are_refused_however_many_are_announced() {
    let runtime = sample::runtime::<Vec<sample::EmptyRecord>>();
    let error = runtime.decode_events(&Compact(u32::MAX).encode()).unwrap_err();
    assert!(error.to_string().contains("the phase is no enum"), "{error}");
}

#[test]
fn g19_an_undecodable_event_is_named_by_position_pallet_and_byte() {
    let Some(runtime) = runtime("finney-393-v16") else { return };
    let one = |amount| event(json!({ "ApplyExtrinsic": 1 }), transfer(amount), json!([]));
    let bytes = encode(&runtime, events_type(&runtime), json!([one(1), one(2)]));
    let length = (bytes.len() - 1) / 2;

    let mut unknown = bytes.clone();
    unknown[1 + length + 6] = 200;
    let events: Vec<_> = runtime.events(&unknown).unwrap().collect();
    assert!(events[0].is_ok());
    let error = events[1].as_ref().unwrap_err();
    assert_eq!((events.len(), error.kind(), error.offset()), (2, ErrorKind::Decode, Some(length + 7)));
    assert!(error.to_string().contains("no variant of index 200"), "{error}");
    assert_eq!(error.path(), "event 1.Balances");

    let mut pallet = bytes.clone();
    pallet[1 + 5] = 250;
    let error = runtime.decode_events(&pallet).unwrap_err();
    assert_eq!((error.offset(), error.path().as_str()), (Some(6), "event 0"));

    let error = runtime.decode_events(&bytes[..bytes.len() - 4]).unwrap_err();
    assert_eq!(error.path(), "event 1.Balances.Transfer.amount");
    let error = runtime.decode_events(&[&bytes[..], &[0]].concat()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::TrailingBytes, Some(bytes.len())));
    assert_eq!(runtime.decode_events(&[0xfe, 0xff, 0xff, 0xff]).unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(runtime.decode_events(&[]).unwrap_err().kind(), ErrorKind::Decode);
}

static NEWEST: LazyLock<Option<Runtime>> = LazyLock::new(|| runtime("finney-393-v16"));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_give_events_or_an_error_and_agree_with_the_plan(
        count in 0u8..8,
        bytes in prop::collection::vec(prop_oneof![0u8..8, any::<u8>()], 0..200),
    ) {
        let Some(runtime) = &*NEWEST else { return Ok(()) };
        let bytes = [&[count << 2][..], &bytes].concat();
        let whole = runtime.plan().decode(events_type(runtime), &bytes);
        let events = runtime.decode_events(&bytes);
        prop_assert_eq!(whole.is_ok(), events.is_ok());
        if let (Ok(whole), Ok(events)) = (whole, events) {
            same(&whole, &events)?;
        }
    }

    #[test]
    fn events_of_any_pallet_are_those_of_the_plan(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<[u8; 64]>()), 0..40),
    ) {
        let Some(runtime) = &*NEWEST else { return Ok(()) };
        let mut count = 0u8;
        let mut bytes = Vec::new();
        let pallets: Vec<_> = runtime.pallets().iter().filter(|pallet| !pallet.events().is_empty()).collect();
        for (pallet, variant, content) in picks {
            let pallet = pallets[pallet.index(pallets.len())];
            let variants = pallet.events();
            let variant = &variants[variant.index(variants.len())];
            let mut record = vec![1, pallet.index(), variant.index];
            // Zeros decode as a value of almost any type.
            let mut fields = vec![0; 2_000];
            fields[..64].copy_from_slice(&content);
            for fields in [fields, vec![0; 2_000]] {
                let mut rest = fields.as_slice();
                let types = variant.fields.iter().map(|field| field.type_id);
                if { types }.try_for_each(|ty| runtime.plan().skip(ty, &mut rest)).is_ok() {
                    record.extend_from_slice(&fields[..fields.len() - rest.len()]);
                    record.push(0);
                    bytes.append(&mut record);
                    count += 1;
                    break;
                }
            }
        }
        let bytes = [&[count << 2][..], &bytes].concat();
        let whole = runtime.plan().decode(events_type(runtime), &bytes);
        match (whole, runtime.decode_events(&bytes)) {
            (Ok(whole), Ok(events)) => same(&whole, &events)?,
            // What is skipped unseen may not decode.
            (Err(_), Err(_)) => {}
            (whole, events) => prop_assert!(false, "{:?} {:?}", whole, events),
        }
    }
}

fn same(whole: &Value, events: &[tensorwire_scale::Event]) -> Result<(), TestCaseError> {
    prop_assert_eq!(whole.len(), events.len());
    for (record, event) in whole.iter().zip(events) {
        let (pallet, inner) = record["event"].as_variant().unwrap();
        let (name, fields) = inner[0].as_variant().unwrap();
        prop_assert_eq!((pallet, name), (event.pallet(), event.name()));
        prop_assert!(fields.iter().eq(event.fields().iter()));
    }
    Ok(())
}
