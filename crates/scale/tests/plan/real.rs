//! Real answers and real metadata.

use crate::support::shared;
use parity_scale_codec::Decode;
use proptest::{collection, prelude::*, test_runner::TestRunner};
use tensorwire_scale::{AccountId, Compact, FromScale, Runtime, TypeId, Value};

#[derive(Decode, FromScale)]
#[allow(dead_code)]
struct Axon {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
    placeholder1: u8,
    placeholder2: u8,
}

#[derive(Decode, FromScale)]
#[allow(dead_code)]
struct Prometheus {
    block: u64,
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
}

macro_rules! neuron {
    ($name:ident, $derive:ident, $attribute:ident, $account:ty) => {
        #[derive($derive)]
        #[allow(dead_code)]
        struct $name {
            hotkey: $account,
            coldkey: $account,
            #[$attribute(compact)]
            uid: u16,
            #[$attribute(compact)]
            netuid: u16,
            active: bool,
            axon_info: Axon,
            prometheus_info: Prometheus,
            stake: Vec<($account, Compact<u64>)>,
            #[$attribute(compact)]
            rank: u16,
            #[$attribute(compact)]
            emission: u64,
            #[$attribute(compact)]
            incentive: u16,
            #[$attribute(compact)]
            consensus: u16,
            #[$attribute(compact)]
            trust: u16,
            #[$attribute(compact)]
            validator_trust: u16,
            #[$attribute(compact)]
            dividends: u16,
            #[$attribute(compact)]
            last_update: u64,
            validator_permit: bool,
            #[$attribute(compact)]
            pruning_score: u16,
        }
    };
}

neuron!(StaticNeuron, Decode, codec, [u8; 32]);
neuron!(NeuronInfoLite, FromScale, scale, AccountId);

fn finney() -> Option<Runtime> {
    Some(Runtime::from_metadata(&shared("metadata/finney-343-v15.scale")?).unwrap())
}

fn payload(name: &str) -> Option<Vec<u8>> {
    let text = String::from_utf8(shared(&format!("payloads/{name}.hex"))?).unwrap();
    Some(const_hex::decode(text.trim()).unwrap())
}

#[test]
fn real_neurons_equal_the_static_codec() {
    let (Some(runtime), Some(bytes)) = (finney(), payload("finney-343-neurons-lite-netuid1")) else { return };
    let plan = runtime.plan();
    let ty = plan.find_type("Vec<NeuronInfoLite>").unwrap();
    let expected = Vec::<StaticNeuron>::decode(&mut bytes.as_slice()).unwrap();
    let values = plan.decode(ty, &bytes).unwrap();
    let typed: Vec<NeuronInfoLite> = plan.decode_as(ty, &bytes).unwrap();
    assert_eq!((values.len(), typed.len(), expected.len()), (1024, 1024, 1024));
    for ((expected, value), typed) in expected.iter().zip(&values).zip(&typed) {
        assert_eq!(value["hotkey"].as_account(), Some(AccountId(expected.hotkey)));
        assert_eq!(value["uid"].as_u64(), Some(expected.uid.into()));
        assert_eq!(value["axon_info"]["ip"].as_u128(), Some(expected.axon_info.ip));
        assert_eq!(value["stake"][0][1].as_u64(), expected.stake.first().map(|(_, stake)| stake.0));
        assert_eq!(value["last_update"].as_u64(), Some(expected.last_update));
        assert_eq!(
            (typed.hotkey.0, typed.uid, typed.netuid),
            (expected.hotkey, expected.uid, expected.netuid)
        );
        assert_eq!((typed.emission, typed.pruning_score), (expected.emission, expected.pruning_score));
        assert_eq!(typed.axon_info.port, expected.axon_info.port);
    }
    assert_eq!(plan.encode(ty, &values).unwrap(), bytes);
    assert_eq!(plan.encode(ty, &Value::from(values.to_json())).unwrap(), bytes);
}

#[test]
fn the_real_subnet_state_round_trips() {
    let (Some(runtime), Some(bytes)) = (finney(), payload("finney-343-subnet-state")) else { return };
    let plan = runtime.plan();
    let ty = plan.find_type("Option<SubnetState>").unwrap();
    let value = plan.decode(ty, &bytes).unwrap();
    assert_eq!(plan.encode(ty, &value).unwrap(), bytes);
    assert_eq!(plan.encode(ty, &Value::from(value.to_json())).unwrap(), bytes);
}

/// Bytes that often make sense: most lengths, tags and indices are small.
fn plausible_bytes() -> impl Strategy<Value = Vec<u8>> {
    collection::vec(prop_oneof![4 => 0u8..12, 1 => any::<u8>()], 0..400)
}

#[test]
fn arbitrary_bytes_never_panic_and_what_decodes_round_trips_for_every_real_type() {
    for file in ["finney-343-v15", "finney-393-v16", "subtensor-218-v14"] {
        let Some(metadata) = shared(&format!("metadata/{file}.scale")) else { return };
        let runtime = Runtime::from_metadata(&metadata).unwrap();
        let plan = runtime.plan();
        let mut decoded = vec![false; plan.len()];
        let mut runner = TestRunner::new(ProptestConfig::with_cases(8));
        let outcome = runner.run(&plausible_bytes(), |bytes| {
            for ty in (0..plan.len() as u32).map(TypeId) {
                let mut rest = bytes.as_slice();
                let Ok(value) = plan.decode_prefix(ty, &mut rest) else { continue };
                let again = plan.encode(ty, &value).unwrap();
                prop_assert_eq!(plan.decode(ty, &again).unwrap(), value.clone());
                let from_json = plan.encode(ty, &Value::from(value.to_json()));
                prop_assert!(from_json.is_ok(), "{} {}: {:?}", ty, value.to_json(), from_json);
                prop_assert_eq!(from_json.unwrap(), again, "{} {}", ty, value.to_json());
            }
            Ok(())
        });
        outcome.unwrap();
        let zeros = vec![0; 1 << 16];
        for ty in (0..plan.len() as u32).map(TypeId) {
            decoded[ty.0 as usize] = plan.decode_prefix(ty, &mut zeros.as_slice()).is_ok();
        }
        let share = decoded.iter().filter(|decoded| **decoded).count() * 100 / plan.len();
        assert!(share > 80, "only {share} % of the types of {file} decode from zeros");
    }
}
