use serde_json::{Value as Json, json};
use std::{path::PathBuf, sync::LazyLock};
use tensorwire_scale::{Runtime, TypeId, Value};

const FILES: [&str; 6] = [
    "subtensor-218-v14",
    "subtensor-218-v15",
    "subtensor-293-v15",
    "finney-343-v15",
    "finney-365-v16",
    "finney-393-v16",
];

pub(crate) const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
pub(crate) const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

pub(crate) fn metadata(name: &str) -> Option<Vec<u8>> {
    let shared = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata"));
    let path = shared.join(name).with_extension("scale");
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        eprintln!("skipped: {} is absent", path.display());
    }
    bytes.ok()
}

pub(crate) fn runtime(name: &str) -> Option<Runtime> {
    Some(Runtime::from_metadata(&metadata(name)?).unwrap())
}

/// Loaded once.
pub(crate) fn runtimes() -> &'static [Runtime] {
    static RUNTIMES: LazyLock<Vec<Runtime>> =
        LazyLock::new(|| FILES.iter().filter_map(|name| runtime(name)).collect());
    &RUNTIMES
}

/// Encodes JSON by the plan.
pub(crate) fn encode(runtime: &Runtime, ty: TypeId, json: Json) -> Vec<u8> {
    runtime.plan().encode(ty, &Value::from(json)).unwrap()
}

pub(crate) fn events_type(runtime: &Runtime) -> TypeId {
    runtime.storage("System", "Events").unwrap().value_type()
}

pub(crate) fn event(phase: Json, event: Json, topics: Json) -> Json {
    json!({ "phase": phase, "event": event, "topics": topics })
}
