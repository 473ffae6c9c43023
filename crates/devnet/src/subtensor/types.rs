//! Structures the pallet stores.

use frame_support::pallet_prelude::DecodeWithMemTracking;
use parity_scale_codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Where a neuron serves its axon. In layouts that have the added ports, they follow `port` until there is a call to
/// announce them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(AddedPort))]
pub struct AxonInfo<AddedPort> {
    /// Block of the announcement.
    pub block: u64,
    /// Version of the server.
    pub version: u32,
    /// Address, IPv4 in the low 32 bits.
    pub ip: u128,
    /// Port.
    pub port: u16,
    /// One above `port`.
    pub quic_port: AddedPort,
    /// 4 or 6.
    pub ip_type: u8,
    /// 0 TCP, 1 UDP.
    pub protocol: u8,
    /// Unused.
    pub placeholder1: u8,
    /// Unused.
    pub placeholder2: u8,
    /// Two above `port`.
    pub metrics_port: AddedPort,
}

/// Where a neuron serves its metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct PrometheusInfo {
    /// Block of the announcement.
    pub block: u64,
    /// Version of the server.
    pub version: u32,
    /// Address, IPv4 in the low 32 bits.
    pub ip: u128,
    /// Port.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
}

/// What a coldkey says of itself, UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[allow(missing_docs)]
pub struct ChainIdentityV2 {
    pub name: Vec<u8>,
    pub url: Vec<u8>,
    pub github_repo: Vec<u8>,
    pub image: Vec<u8>,
    pub discord: Vec<u8>,
    pub description: Vec<u8>,
    pub additional: Vec<u8>,
}

/// What a subnet says of itself, UTF-8.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[allow(missing_docs)]
pub struct SubnetIdentityV3 {
    pub subnet_name: Vec<u8>,
    pub github_repo: Vec<u8>,
    pub subnet_contact: Vec<u8>,
    pub subnet_url: Vec<u8>,
    pub discord: Vec<u8>,
    pub description: Vec<u8>,
    pub logo_url: Vec<u8>,
    pub additional: Vec<u8>,
}
