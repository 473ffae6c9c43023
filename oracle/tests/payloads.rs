//! Answers of a real node.

use parity_scale_codec::{Decode, DecodeAll, Encode};
use serde_json::json;
use tensorwire_oracle::{Chain, Generator, NeuronInfoLite, Reference, agree, chains, check, payload};
use tensorwire_scale::{AccountId, TypeId};

const DAMAGED: usize = 2_000;

#[test]
fn neurons_equal_those_of_scale_value_and_of_the_static_codec() {
    let Some((chain, bytes)) = answer("finney-343-neurons-lite-netuid1") else { return };
    let method = method(&chain, "NeuronInfoRuntimeApi", "get_neurons_lite");
    check(chain.runtime.plan(), chain.registry(), method.0, &bytes).expect("all promises are kept");

    let neurons = Vec::<NeuronInfoLite>::decode(&mut &*bytes).expect("the static codec decodes it");
    assert_eq!(neurons.encode(), bytes);
    assert_eq!(neurons.len(), 1_024);

    let value = chain.runtime.plan().decode(method, &bytes).expect("it decodes");
    let expected: Vec<_> = neurons.iter().map(as_json).collect();
    assert_eq!(value.to_json(), json!(expected));

    let typed: Vec<tensorwire::NeuronInfoLite> =
        chain.runtime.plan().decode_as(method, &bytes).expect("it decodes as a Rust type");
    assert_eq!(typed.len(), neurons.len());
    for (typed, neuron) in typed.iter().zip(&neurons) {
        same_neuron(typed, neuron);
    }
}

#[test]
fn damaged_neurons_are_taken_or_refused_as_by_the_static_codec() {
    let Some((chain, _)) = answer("finney-343-neurons-lite-netuid1") else { return };
    let method = method(&chain, "NeuronInfoRuntimeApi", "get_neurons_lite");
    let mut generator = Generator::new(chain.registry());
    let mut taken = 0;
    for case in 0..DAMAGED {
        let bytes = generator.damaged(method.0, case);
        let neurons = Vec::<NeuronInfoLite>::decode_all(&mut &*bytes);
        let typed = chain.runtime.plan().decode_as::<Vec<tensorwire::NeuronInfoLite>>(method, &bytes);
        match (neurons, typed) {
            (Ok(neurons), Ok(typed)) => {
                assert_eq!(typed.len(), neurons.len());
                typed.iter().zip(&neurons).for_each(|(typed, neuron)| same_neuron(typed, neuron));
                taken += 1;
            }
            (Err(_), Err(_)) => {}
            (neurons, typed) => panic!("case {case}: {typed:?}, the static codec: {neurons:?}"),
        }
    }
    assert!((100..DAMAGED - 100).contains(&taken), "{taken} of {DAMAGED}");
}

fn same_neuron(typed: &tensorwire::NeuronInfoLite, neuron: &NeuronInfoLite) {
    assert_eq!((typed.hotkey.0, typed.coldkey.0), (neuron.hotkey, neuron.coldkey));
    assert_eq!((typed.uid, typed.netuid, typed.active), (neuron.uid, neuron.netuid, neuron.active));

    let (axon, expected) = (&typed.axon_info, &neuron.axon_info);
    assert_eq!((axon.block, axon.version, axon.ip), (expected.block, expected.version, expected.ip));
    assert_eq!((axon.port, axon.ip_type), (expected.port, expected.ip_type));
    assert_eq!((axon.protocol, axon.placeholder1), (expected.protocol, expected.placeholder1));
    assert_eq!(axon.placeholder2, expected.placeholder2);

    let (prometheus, expected) = (&typed.prometheus_info, &neuron.prometheus_info);
    assert_eq!((prometheus.block, prometheus.version), (expected.block, expected.version));
    assert_eq!((prometheus.ip, prometheus.port), (expected.ip, expected.port));
    assert_eq!(prometheus.ip_type, expected.ip_type);

    let stake: Vec<_> = typed.stake.iter().map(|stake| (stake.0.0, stake.1)).collect();
    assert_eq!(stake, neuron.stake.iter().map(|(coldkey, stake)| (*coldkey, stake.0)).collect::<Vec<_>>());
    assert_eq!((typed.rank, typed.emission), (neuron.rank, neuron.emission));
    assert_eq!((typed.incentive, typed.consensus), (neuron.incentive, neuron.consensus));
    assert_eq!((typed.trust, typed.validator_trust), (neuron.trust, neuron.validator_trust));
    assert_eq!((typed.dividends, typed.last_update), (neuron.dividends, neuron.last_update));
    assert_eq!(
        (typed.validator_permit, typed.pruning_score),
        (neuron.validator_permit, neuron.pruning_score)
    );
}

#[test]
fn the_state_of_a_subnet_equals_that_of_scale_value() {
    let Some((chain, bytes)) = answer("finney-343-subnet-state") else { return };
    let method = method(&chain, "SubnetInfoRuntimeApi", "get_subnet_state");
    check(chain.runtime.plan(), chain.registry(), method.0, &bytes).expect("all promises are kept");
}

#[test]
fn the_comparison_notices_one_changed_neuron() {
    let Some((chain, bytes)) = answer("finney-343-neurons-lite-netuid1") else { return };
    let method = method(&chain, "NeuronInfoRuntimeApi", "get_neurons_lite");
    let mut changed = Vec::<NeuronInfoLite>::decode(&mut &*bytes).expect("the static codec decodes it");
    changed[512].axon_info.port ^= 1;
    let ours = chain.runtime.plan().decode(method, &bytes).expect("it decodes");
    let theirs = Reference(chain.registry()).decode(method.0, &mut &*changed.encode());
    let error = agree(chain.registry(), method.0, &ours, &theirs.expect("it decodes")).unwrap_err();
    assert!(error.starts_with("512: 5: 3: "), "{error}");
}

fn answer(name: &str) -> Option<(Chain, Vec<u8>)> {
    let bytes = payload(name)?;
    let chain = chains().into_iter().find(|chain| chain.runtime.spec_version() == 343)?;
    Some((chain, bytes))
}

fn method(chain: &Chain, api: &str, method: &str) -> TypeId {
    chain.runtime.api_method(api, method).expect("the runtime has it").output()
}

/// What tensorwire's JSON of a neuron has to be.
fn as_json(neuron: &NeuronInfoLite) -> serde_json::Value {
    let account = |id: [u8; 32]| AccountId(id).to_ss58(42);
    let (axon, prometheus) = (&neuron.axon_info, &neuron.prometheus_info);
    json!({
        "hotkey": account(neuron.hotkey),
        "coldkey": account(neuron.coldkey),
        "uid": neuron.uid,
        "netuid": neuron.netuid,
        "active": neuron.active,
        "axon_info": {
            "block": integer(axon.block),
            "version": axon.version,
            "ip": integer(axon.ip),
            "port": axon.port,
            "ip_type": axon.ip_type,
            "protocol": axon.protocol,
            "placeholder1": axon.placeholder1,
            "placeholder2": axon.placeholder2,
        },
        "prometheus_info": {
            "block": integer(prometheus.block),
            "version": prometheus.version,
            "ip": integer(prometheus.ip),
            "port": prometheus.port,
            "ip_type": prometheus.ip_type,
        },
        "stake": neuron.stake.iter().map(|(id, stake)| json!([account(*id), integer(stake.0)])).collect::<Vec<_>>(),
        "rank": neuron.rank,
        "emission": integer(neuron.emission),
        "incentive": neuron.incentive,
        "consensus": neuron.consensus,
        "trust": neuron.trust,
        "validator_trust": neuron.validator_trust,
        "dividends": neuron.dividends,
        "last_update": integer(neuron.last_update),
        "validator_permit": neuron.validator_permit,
        "pruning_score": neuron.pruning_score,
    })
}

/// A number as long as JSON readers hold it exactly, text beyond.
fn integer(number: impl Into<u128>) -> serde_json::Value {
    match number.into() {
        number if number < 1 << 53 => json!(number as u64),
        number => json!(number.to_string()),
    }
}
