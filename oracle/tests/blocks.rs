//! Extrinsics, against `frame_decode`, and events, against `scale_value`: random ones of every pallet of real runtimes.

use frame_decode::extrinsics::{ExtrinsicTypeInfo, decode_extrinsic};
use frame_metadata::RuntimeMetadata;
use parity_scale_codec::Encode;
use scale_value::{At, Composite, ValueDef};
use tensorwire_oracle::{Chain, Generator, Reference, Refusal, agree, chains};
use tensorwire_scale::{ExtrinsicKind, Phase, TypeId, Value};

/// Lists of events for each chain.
const LISTS: usize = 400;
/// Extrinsics of each kind for each pallet.
const CASES: usize = 24;

type Theirs = scale_value::Value<u32>;

#[test]
fn g15_events_equal_those_of_scale_value() {
    for chain in chains() {
        let list = chain.runtime.storage("System", "Events").expect("it keeps events").value_type();
        let mut generator = Generator::new(chain.registry());
        let mut seen = 0;
        for case in 0..LISTS {
            let bytes = generator.value(list.0, case);
            let theirs = match Reference(chain.registry()).decode(list.0, &mut &*bytes) {
                Err(Refusal::Unsupported) => continue,
                theirs => theirs.expect("generated events decode"),
            };
            let events = chain.runtime.decode_events(&bytes).expect("generated events decode");
            for (place, event) in events.iter().enumerate() {
                let record = theirs.at(place).expect("there are as many");
                same_event(&chain, event, record);
                seen += 1;
            }
            assert!(theirs.at(events.len()).is_none());
        }
        eprintln!("{}: {seen} events", chain.name);
        assert!(seen > LISTS);
    }
}

fn same_event(chain: &Chain, event: &tensorwire_scale::Event, theirs: &Theirs) {
    let (phase, content) = variant(theirs.at("phase").expect("it has a phase"));
    let expected = match phase {
        "ApplyExtrinsic" => {
            let index = content.values().next().and_then(Theirs::as_u128).expect("an index");
            Phase::ApplyExtrinsic(u32::try_from(index).expect("an index is a u32"))
        }
        "Finalization" => Phase::Finalization,
        other => {
            assert_eq!(other, "Initialization");
            Phase::Initialization
        }
    };
    assert_eq!(event.phase(), expected);

    let (pallet, inner) = variant(theirs.at("event").expect("it has an event"));
    let (name, fields) = variant(inner.values().next().expect("the pallet's event"));
    assert!(event.is(pallet, name), "{event}");
    let described = chain.runtime.event(pallet, name).expect("its event is known");
    let ids = described.fields.iter().map(|field| field.type_id);
    same_fields(chain, ids, event.fields(), fields.values());

    let topics = theirs.at("topics").expect("it has topics");
    for (place, topic) in event.topics().iter().enumerate() {
        let bytes = topics.at(place).and_then(|topic| topic.at(0)).expect("there are as many");
        assert!((0..32).all(|byte| bytes.at(byte).and_then(Theirs::as_u128) == Some(topic[byte].into())));
    }
    assert!(topics.at(event.topics().len()).is_none());
}

fn same_fields<'v>(
    chain: &Chain,
    ids: impl Iterator<Item = TypeId>,
    ours: &Value,
    mut theirs: impl Iterator<Item = &'v Theirs>,
) {
    let mut ours = ours.iter();
    for id in ids {
        let (ours, theirs) = (ours.next().expect("a field"), theirs.next().expect("a field"));
        agree(chain.registry(), id.0, ours, theirs).unwrap_or_else(|error| panic!("{ours}: {error}"));
    }
    assert!(ours.next().is_none() && theirs.next().is_none());
}

fn variant(value: &Theirs) -> (&str, &Composite<u32>) {
    match &value.value {
        ValueDef::Variant(variant) => (&variant.name, &variant.values),
        other => panic!("{other:?} is no variant"),
    }
}

#[test]
fn g15_extrinsics_equal_those_of_frame_decode() {
    for chain in chains() {
        match &chain.metadata {
            RuntimeMetadata::V14(metadata) => extrinsics(&chain, metadata),
            RuntimeMetadata::V15(metadata) => extrinsics(&chain, metadata),
            RuntimeMetadata::V16(metadata) => extrinsics(&chain, metadata),
            other => panic!("metadata V{}", other.version()),
        }
    }
}

fn extrinsics<M: ExtrinsicTypeInfo<TypeId = u32>>(chain: &Chain, metadata: &M) {
    let format = chain.runtime.extrinsic();
    let id = |part: Option<TypeId>| part.expect("the metadata says it").0;
    let (call, address, signature) = (id(format.call()), id(format.address()), id(format.signature()));
    let mut generator = Generator::new(chain.registry());
    let mut seen = 0;
    for case in 0..CASES * generator.variants(call) {
        let carried: Vec<u8> =
            format.extensions().iter().flat_map(|part| generator.value(part.type_id().0, case)).collect();
        let signer = [generator.value(address, case), generator.value(signature, case)].concat();
        let content = generator.value(call, case);
        let forms = [
            [&[4][..], &content].concat(),
            [&[5][..], &content].concat(),
            [&[0x84], &signer[..], &carried, &content].concat(),
            [&[0x45, 0], &carried[..], &content].concat(),
        ];
        for form in forms {
            seen += usize::from(same_extrinsic(chain, metadata, &form.encode()));
        }
    }
    eprintln!("{}: {seen} extrinsics", chain.name);
    assert!(seen > CASES * generator.variants(call));
}

/// Whether the reference reads it at all.
fn same_extrinsic<M: ExtrinsicTypeInfo<TypeId = u32>>(chain: &Chain, metadata: &M, bytes: &[u8]) -> bool {
    let ours = chain.runtime.decode_extrinsic(bytes).expect("a generated extrinsic decodes");
    let Ok(theirs) = decode_extrinsic(&mut { bytes }, metadata, chain.registry()) else { return false };
    let mut unsupported = false;
    let mut same = |ty: u32, ours: &Value, range: std::ops::Range<usize>| match Reference(chain.registry())
        .decode(ty, &mut &bytes[range])
    {
        Err(Refusal::Unsupported) => unsupported = true,
        theirs => agree(chain.registry(), ty, ours, &theirs.expect("it decodes")).expect("they agree"),
    };
    assert_eq!((ours.version(), ours.length()), (theirs.version(), bytes.len()));
    assert!(ours.call().is(theirs.pallet_name(), theirs.call_name()));
    assert_eq!(ours.call().index(), (theirs.pallet_index(), theirs.call_index()));
    assert_eq!(ours.call().arguments().len(), theirs.call_data().len());
    for (ours, theirs) in ours.call().arguments().iter().zip(theirs.call_data()) {
        same(*theirs.ty(), ours, theirs.range());
    }
    match (ours.kind(), theirs.signature_payload()) {
        (ExtrinsicKind::Signed(ours), Some(theirs)) => {
            same(*theirs.address_type(), &ours.address, theirs.address_range());
            same(*theirs.signature_type(), &ours.signature, theirs.signature_range());
        }
        (kind, theirs) => assert!(!matches!(kind, ExtrinsicKind::Signed(_)) && theirs.is_none()),
    }
    let extensions = theirs.transaction_extension_payload();
    assert_eq!(extensions.map_or(0, |extensions| extensions.iter().len()), ours.extensions().len());
    for ((name, ours), theirs) in ours.extensions().zip(extensions.iter().flat_map(|theirs| theirs.iter())) {
        assert_eq!(name, theirs.name());
        same(*theirs.ty(), ours, theirs.range());
    }
    if let ExtrinsicKind::General { extension_version } = ours.kind() {
        assert_eq!(Some(*extension_version), extensions.map(|extensions| extensions.version()));
    }
    !unsupported
}
