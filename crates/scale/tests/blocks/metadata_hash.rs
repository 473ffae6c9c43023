//! The metadata's hash, against values that another implementation gave: `oracle/tests/metadata_hash.rs` asks it.

use crate::support::{metadata, runtime};
use tensorwire_scale::ErrorKind;

#[test]
fn the_metadata_hash_of_a_runtime_is_that_of_its_version_15() {
    for (name, expected) in [
        ("subtensor-218-v15", "595757b6d42c057442818e394b2340bb3334bde29f1811009b495c3d95f39601"),
        ("subtensor-293-v15", "e2104e80b86fb46f899dd96801e2e2e00cbff999067c0ef9ca65ab4ca65a0e9d"),
        ("finney-343-v15", "2997a609077b925b96b81a1f3a52f02bf1530e793d08be1c7023e710fbf439a4"),
    ] {
        let (Some(bytes), Some(runtime)) = (metadata(name), runtime(name)) else { return };
        let hash = runtime.metadata_hash(&bytes, 9, "TAO").unwrap();
        assert_eq!(const_hex::encode(hash), expected, "{name}");
    }
    // A runtime read from another version of its metadata has the same hash.
    let (Some(v14), Some(v15)) = (runtime("subtensor-218-v14"), metadata("subtensor-218-v15")) else {
        return;
    };
    let hash = v14.metadata_hash(&v15, 9, "TAO").unwrap();
    assert!(const_hex::encode(hash).starts_with("595757b6"));
}

#[test]
fn the_metadata_hash_is_not_made_of_other_metadata() {
    let Some(runtime) = runtime("subtensor-218-v15") else { return };
    for (name, message) in [
        ("subtensor-218-v14", "its version 15, this is V14"),
        ("subtensor-293-v15", "node-subtensor 218 is asked for with the metadata of node-subtensor 293"),
    ] {
        let error = runtime.metadata_hash(&metadata(name).unwrap(), 9, "TAO").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Metadata);
        assert!(error.to_string().contains(message), "{error}");
    }
    assert_eq!(runtime.metadata_hash(b"metadata", 9, "TAO").unwrap_err().kind(), ErrorKind::Metadata);
}
