//! Types and runtime APIs in the place of those of newer metadata. Skipped where there is no shared folder.

use crate::{sample, types};
use parity_scale_codec::Encode;
use std::path::PathBuf;
use tensorwire_scale::{ErrorKind, Runtime, Types};

fn metadata(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata")).join(name);
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        eprintln!("skipped: {} is absent", path.display());
    }
    bytes.ok()
}

fn overridden(metadata: &[u8], json: &str) -> Runtime {
    let types = Types::new().overrides_json("o.json", json).unwrap();
    Runtime::from_metadata_with(metadata, &types, None).unwrap()
}

#[test]
fn g15_a_named_type_takes_the_layout_of_its_override() {
    for name in ["subtensor-218-v14.scale", "finney-393-v16.scale"] {
        let Some(metadata) = metadata(name) else { return };
        let decode = |runtime: &Runtime, bytes: &[u8]| {
            let account = runtime.storage("System", "Account").unwrap();
            account.decode(Some(bytes)).map(|value| value.to_string()).map_err(|error| error.kind())
        };
        let json = r#"{"types": {
            "AccountInfo": {"type": "struct", "type_mapping": [["nonce", "Compact<u32>"], ["flags", "Flags"], ["more", "Option<AccountInfo>"]]},
            "Flags": {"type": "enum", "value_list": {"Low": 1, "High": 200}}
        }}"#;
        let runtime = overridden(&metadata, json);
        let bytes = [4, 200, 1, 8, 1, 0];
        let expected = "{nonce: 1, flags: High, more: {nonce: 2, flags: Low, more: None}}";
        assert_eq!(decode(&runtime, &bytes).unwrap(), expected, "{name}");
        let plain = Runtime::from_metadata(&metadata).unwrap();
        assert_eq!(decode(&plain, &bytes), Err(ErrorKind::Decode));
        // By its whole path alike, and by a name for a type of its own that is overridden too.
        let json = r#"{"types": {"frame_system::AccountInfo": "AccountData", "AccountData": "(u8, Balance)", "Balance": "u16"}}"#;
        assert_eq!(decode(&overridden(&metadata, json), &[1, 2, 0]).unwrap(), "(1, 2)", "{name}");
    }
}

#[test]
fn g15_runtime_apis_are_added_and_opaque_answers_opened() {
    let Some(metadata) = metadata("subtensor-218-v14.scale") else { return };
    let json = r#"{"runtime_api": {
        "SubnetInfoRuntimeApi": {"methods": {
            "get_subnet_info": {"params": [{"name": "netuid", "type": "u16"}], "type": "opaque (u8, u8)"},
            "get_new": {"params": [{"name": "who", "type": "AccountId"}], "type": "Option<Balance>"}
        }},
        "NewApi": {"methods": {"get": {"params": [], "type": "Vec<u8>"}}}
    }}"#;
    let runtime = overridden(&metadata, json);
    let decode = |api: &str, method: &str, bytes: &[u8]| {
        runtime.api_method(api, method).unwrap().decode(bytes).unwrap().to_string()
    };
    assert_eq!(decode("SubnetInfoRuntimeApi", "get_subnet_info", &[8, 1, 2]), "(1, 2)");
    assert_eq!(decode("SubnetInfoRuntimeApi", "get_new", &Some(5_u64).encode()), "5");
    assert_eq!(decode("NewApi", "get", &[4, 7]), "0x07");
    // What was known before is known still.
    assert!(runtime.api_method("NeuronInfoRuntimeApi", "get_neurons_lite").is_ok());
    let error = Types::new().overrides_json(
        "o.json",
        "{\"runtime_api\": {\"A\": {\"methods\": {\n\"m\": {\"type\": \"Nowhere\"}}}}}",
    );
    let error = Runtime::from_metadata_with(&metadata, &error.unwrap(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Definitions);
    assert!(error.to_string().starts_with("o.json:2: no type is called Nowhere"), "{error}");
}

#[test]
fn g15_a_method_that_is_described_as_bytes_is_opened_by_its_override() {
    let Some(metadata) = metadata("subtensor-218-v15.scale") else { return };
    let json = r#"{"runtime_api": {"DelegateInfoRuntimeApi": {"methods": {
        "get_delegates": {"params": [], "type": "Vec<u16>"}}}}}"#;
    let runtime = overridden(&metadata, json);
    let method = runtime.api_method("DelegateInfoRuntimeApi", "get_delegates").unwrap();
    let answer = vec![3_u16, 4].encode().encode();
    assert_eq!(method.decode(&answer).unwrap().to_string(), "[3, 4]");
}

#[test]
fn g15_definitions_leave_newer_metadata_as_it_is() {
    let Some(metadata) = metadata("finney-393-v16.scale") else { return };
    let runtime = Runtime::from_metadata_with(&metadata, &types(), None).unwrap();
    let account = runtime.storage("System", "Account").unwrap();
    let own = Runtime::from_metadata(&metadata).unwrap();
    let describe = |runtime: &Runtime| runtime.plan().type_name(account.value_type());
    assert_eq!(describe(&runtime), describe(&own));
    assert!(account.decode(Some(&[0; 36])).is_err());
    assert!(runtime.api_method("RateApi", "rate_of").is_ok());
}

#[test]
fn g15_overrides_count_more_than_definitions_in_old_metadata() {
    let types = types().overrides_json("o.json", r#"{"types": {"Balance": "u16"}}"#).unwrap();
    for (version, metadata) in sample::all() {
        let runtime = Runtime::from_metadata_with(&metadata, &types, Some(1010)).unwrap();
        let account = runtime.storage("System", "Account").unwrap();
        let value = account.decode(Some(&(7_u32, 100_u16, 5_u16).encode())).unwrap();
        assert_eq!(value.to_string(), "{nonce: 7, data: {free: 100, reserved: 5}}", "V{version}");
    }
}
