//! What decodes at all can be encoded again, however deep it nests.

use crate::support::{plan_of, shared};
use parity_scale_codec::Encode;
use scale_info::TypeInfo;
use tensorwire_scale::{MAX_JSON_DEPTH, Plan, Runtime, TypeId, Value};

#[derive(Encode, TypeInfo)]
#[allow(dead_code)]
enum Deep {
    End { numbers: Vec<u16> },
    In { content: Box<Self> },
}

fn json_depth(json: &serde_json::Value) -> usize {
    let inside = |depth: Option<usize>| depth.unwrap_or(0) + 1;
    match json {
        serde_json::Value::Array(elements) => inside(elements.iter().map(json_depth).max()),
        serde_json::Value::Object(fields) => inside(fields.values().map(json_depth).max()),
        _ => 0,
    }
}

/// Decodes, and encodes again as a value and as JSON, which is as deep as returned.
fn json_depth_of(plan: &Plan, ty: TypeId, bytes: &[u8]) -> usize {
    let value = plan.decode(ty, bytes).unwrap();
    assert_eq!(plan.encode(ty, &value).unwrap(), bytes);
    let json = value.to_json();
    assert_eq!(plan.encode(ty, &Value::from(&json)).unwrap(), bytes);
    json_depth(&json)
}

#[test]
fn the_deepest_value_that_decodes_encodes_again_from_its_json() {
    let (plan, ty) = plan_of::<Deep>();
    let bytes = |levels| [vec![1; levels], vec![0, 4, 7, 0]].concat();
    assert_eq!(json_depth_of(&plan, ty, &bytes(127)), MAX_JSON_DEPTH);
    plan.decode(ty, &bytes(128)).unwrap_err();
    let deeper = (0..129).fold(Value::from("End"), |content, _| Value::record([("In", content)]));
    assert!(plan.encode(ty, &deeper).unwrap_err().to_string().contains("nested"));
}

#[test]
fn the_deepest_call_of_a_real_chain_encodes_again_from_its_json() {
    let Some(metadata) = shared("metadata/finney-393-v16.scale") else { return };
    let runtime = Runtime::from_metadata(&metadata).unwrap();
    let ty = runtime.plan().find_type("RuntimeCall").unwrap();
    let batches = |count| [[0x0b, 0, 4].repeat(count), vec![0, 0, 0]].concat();
    for count in 0..=42 {
        assert!(json_depth_of(runtime.plan(), ty, &batches(count)) <= MAX_JSON_DEPTH);
    }
    runtime.plan().decode(ty, &batches(43)).unwrap_err();
}
