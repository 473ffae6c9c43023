use crate::Chain;
use parity_scale_codec::Encode;
use std::sync::Arc;
use subxt::{
    OfflineClient,
    config::{SubstrateConfig, substrate::SpecVersionForRange},
};

/// The genesis that subxt is told of.
pub const GENESIS: [u8; 32] = [7; 32];

/// As subxt's documentation does it: a client for one block, 0, without a connection.
pub fn subxt_offline(chain: &Chain) -> OfflineClient<SubstrateConfig> {
    let bytes = [&b"meta"[..], &chain.metadata.encode()].concat();
    let metadata = subxt::Metadata::decode_from(&bytes).expect("they read it");
    let (spec_version, transaction_version) =
        (chain.runtime.spec_version(), chain.runtime.transaction_version());
    let versions = [SpecVersionForRange { block_range: 0..1, spec_version, transaction_version }];
    let config = SubstrateConfig::builder()
        .set_genesis_hash(GENESIS.into())
        .set_metadata_for_spec_versions([(spec_version, Arc::new(metadata))])
        .set_spec_version_for_block_ranges(versions)
        .build();
    OfflineClient::new_with_config(config)
}
