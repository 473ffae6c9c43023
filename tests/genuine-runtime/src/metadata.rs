//! Every version of the metadata that a runtime gives.

use std::collections::BTreeMap;

use tensorwire::{Chain, Hash, Result, Runtime, rpc::Request};

/// The versions that are settled. What spec 293 calls 4294967295 is V16 on its way there, in a layout of its own.
const VERSIONS: [u32; 3] = [14, 15, 16];

/// What each version describes, by version. Those that the runtime does not have are left out.
///
/// # Errors
/// Metadata that cannot be read.
pub async fn all(chain: &Chain, block: Hash) -> Result<BTreeMap<String, Vec<String>>> {
    let mut all = BTreeMap::new();
    for version in VERSIONS {
        let request = Request::new("state_call").param("Metadata_metadata_at_version");
        let request = request.hex_param(&version.to_le_bytes()).param(block);
        let bytes = chain.request(request).await?.bytes()?.unwrap_or_default();
        // An `Option` of it.
        if bytes != [0] {
            let runtime = Runtime::from_metadata(&bytes)?;
            all.insert(format!("V{}", runtime.metadata_version()), described(&runtime));
        }
    }
    Ok(all)
}

/// Names, indices and layouts of what a runtime stores, takes and tells; runtime APIs apart, which V14 does not have.
fn described(runtime: &Runtime) -> Vec<String> {
    let plan = runtime.plan();
    let mut lines = vec![runtime.to_string()];
    for pallet in runtime.pallets() {
        lines.push(format!("{} {}", pallet.index(), pallet.name()));
        for item in pallet.storage() {
            let keys: Vec<_> = item.key_types().iter().map(|ty| plan.type_name(*ty)).collect();
            let value = plan.type_name(item.value_type());
            lines.push(format!("{item} {keys:?} {value} {:?}", item.default_bytes()));
        }
        for constant in pallet.constants() {
            lines.push(format!("{constant:?}"));
        }
        for call in pallet.calls() {
            lines.push(format!("call {call:?}"));
        }
        for event in pallet.events() {
            lines.push(format!("event {event:?}"));
        }
        for error in pallet.errors() {
            lines.push(format!("error {error:?}"));
        }
    }
    for extension in runtime.extrinsic().extensions() {
        lines.push(format!("extension {}", extension.identifier()));
    }
    lines
}
