//! The events of a block: 1,000 of them, as a busy block of stake operations has them, with all their fields.

use tensorwire_oracle::{Chain, chains, compete, ratio, subxt_offline, timed};
use tensorwire_scale::Value;

const ROUNDS: usize = 200;
const EVENTS: usize = 1_000;

fn main() {
    let Some(chain) = chains().into_iter().find(|chain| chain.runtime.spec_version() == 393) else { return };
    let list = chain.runtime.storage("System", "Events").expect("it keeps events").value_type();
    let bytes = block(&chain);
    let subxt = subxt_offline(&chain);
    let at = subxt.at_block(0u32).expect("its runtime is known");

    // Both see the same: 1,000 events.
    assert_eq!(chain.runtime.decode_events(&bytes).expect("they decode").len(), EVENTS);
    assert_eq!(at.events().from_bytes(bytes.clone()).iter().count(), EVENTS);

    let medians = compete(
        &format!("{EVENTS} events, {} bytes", bytes.len()),
        ROUNDS,
        vec![
            ("tensorwire, events", timed(|| chain.runtime.decode_events(&bytes).expect("they decode"))),
            ("subxt, events with fields as values", {
                timed(|| {
                    let events = at.events().from_bytes(bytes.clone());
                    let fields = events.iter().map(|event| {
                        let event = event.expect("it decodes");
                        let fields = event.decode_fields_unchecked_as::<scale_value::Composite<()>>();
                        (event.phase(), event.pallet_index(), fields.expect("they decode"))
                    });
                    fields.collect::<Vec<_>>()
                })
            }),
            ("scale_value, the list as one value", {
                timed(|| {
                    scale_value::scale::decode_as_type(&mut &*bytes, list.0, chain.registry())
                        .expect("it decodes")
                })
            }),
        ],
    );
    let [ours, subxt, value] = medians[..] else { return };
    println!("subxt / tensorwire: {:.1}", ratio(subxt, ours));
    println!("scale_value / tensorwire: {:.1}", ratio(value, ours));
}

/// Four events for each extrinsic: the fee is taken, stake is added, the fee is told, all went well.
fn block(chain: &Chain) -> Vec<u8> {
    let account = |of: usize| const_hex::encode_prefixed([of as u8; 32]);
    let events = (0..EVENTS / 4).flat_map(|extrinsic| {
        let (coldkey, hotkey) = (account(extrinsic), account(extrinsic + 7));
        let amount = 1_000_000_007 * (extrinsic + 1);
        [
            serde_json::json!({ "Balances": { "Withdraw": { "who": coldkey, "amount": amount } } }),
            serde_json::json!({ "SubtensorModule": { "StakeAdded": [coldkey, hotkey, amount, 7 * amount, 1, 50] } }),
            serde_json::json!({ "TransactionPayment": { "TransactionFeePaid": {
                "who": coldkey, "actual_fee": 136_413, "tip": 0
            } } }),
            serde_json::json!({ "System": { "ExtrinsicSuccess": { "dispatch_info": {
                "weight": { "ref_time": 340_000_000, "proof_size": 1_000 }, "class": "Normal", "pays_fee": "Yes"
            } } } }),
        ]
        .map(|event| serde_json::json!({ "phase": { "ApplyExtrinsic": extrinsic }, "event": event, "topics": [] }))
    });
    let list = chain.runtime.storage("System", "Events").expect("it keeps events").value_type();
    let events = events.collect::<serde_json::Value>();
    chain.runtime.plan().encode(list, &Value::from(events)).expect("they are of the chain's types")
}
