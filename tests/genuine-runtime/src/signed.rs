//! Extrinsics, signed by hand.

use parity_scale_codec::{Compact, Encode};
use sp_core::{Pair, blake2_256, sr25519};
use tensorwire::{Runtime, Value};

/// The key of `//NAME` of the development phrase.
pub fn dev(name: &str) -> sr25519::Pair {
    const SEED: &str = "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    sr25519::Pair::from_string(&format!("0x{SEED}//{name}"), None).unwrap()
}

/// A call of this runtime, as in `call(&runtime, "System", "remark", [bytes])`.
pub fn call(runtime: &Runtime, pallet: &str, name: &str, arguments: impl Into<Vec<Value>>) -> Vec<u8> {
    let call = Value::variant(pallet, [Value::variant(name, arguments)]);
    runtime.plan().encode(runtime.extrinsic().call().unwrap(), &call).unwrap()
}

/// An immortal extrinsic of the version 4. What the extensions hold is told by the runtime.
pub fn sign(runtime: &Runtime, genesis: [u8; 32], pair: &sr25519::Pair, nonce: u32, call: &[u8]) -> Vec<u8> {
    let (mut extensions, mut implicit) = (Vec::new(), Vec::new());
    for extension in runtime.extrinsic().extensions() {
        let (explicit, signed) = match extension.identifier() {
            "CheckMortality" => (vec![0], genesis.encode()),
            "CheckNonce" => (Compact(nonce).encode(), Vec::new()),
            "ChargeTransactionPayment" => (Compact(0_u64).encode(), Vec::new()),
            "CheckMetadataHash" => (vec![0], vec![0]),
            "CheckSpecVersion" => (Vec::new(), runtime.spec_version().encode()),
            "CheckTxVersion" => (Vec::new(), runtime.transaction_version().encode()),
            "CheckGenesis" => (Vec::new(), genesis.encode()),
            _ => Default::default(),
        };
        // An extension that is not in the list above holds nothing, or this fails.
        let plan = runtime.plan();
        plan.decode(extension.type_id(), &explicit).unwrap();
        plan.decode(extension.implicit(), &signed).unwrap();
        extensions.extend(explicit);
        implicit.extend(signed);
    }
    let payload = [call, &extensions[..], &implicit[..]].concat();
    let signature = if payload.len() > 256 { pair.sign(&blake2_256(&payload)) } else { pair.sign(&payload) };
    let mut extrinsic = vec![0x84, 0];
    extrinsic.extend(pair.public().0);
    extrinsic.push(1);
    extrinsic.extend(signature.0);
    extrinsic.extend(extensions);
    extrinsic.extend(call);
    extrinsic.encode()
}

/// An extrinsic of the version 4 that nobody has signed.
pub fn unsigned(call: &[u8]) -> Vec<u8> {
    [&[4], call].concat().encode()
}
