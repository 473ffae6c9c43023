use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;
use tensorwire_chain::{AccountId, FromScale};

use crate::json;

/// A neuron without its weights and bonds (`NeuronInfoLite` of the runtime's `NeuronInfoRuntimeApi`).
///
/// Scores are fractions of 65,535.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromScale)]
#[non_exhaustive]
pub struct NeuronInfoLite {
    /// The key that the neuron works with.
    pub hotkey: AccountId,
    /// The key that owns the hotkey.
    pub coldkey: AccountId,
    /// The neuron's index in its subnet.
    #[scale(compact)]
    pub uid: u16,
    /// The subnet.
    #[scale(compact)]
    pub netuid: u16,
    /// Whether the neuron has set weights recently enough.
    pub active: bool,
    /// Where it serves requests.
    pub axon_info: AxonInfo,
    /// Where it serves metrics.
    pub prometheus_info: PrometheusInfo,
    /// The stake behind the hotkey, by coldkey.
    pub stake: Vec<Stake>,
    /// Score of rank.
    #[scale(compact)]
    pub rank: u16,
    /// Emission of the last epoch, in rao of the subnet's alpha.
    #[scale(compact)]
    #[serde(serialize_with = "json::integer")]
    pub emission: u64,
    /// Score of incentive.
    #[scale(compact)]
    pub incentive: u16,
    /// Score of consensus.
    #[scale(compact)]
    pub consensus: u16,
    /// Score of trust.
    #[scale(compact)]
    pub trust: u16,
    /// Score of trust as a validator.
    #[scale(compact)]
    pub validator_trust: u16,
    /// Score of dividends.
    #[scale(compact)]
    pub dividends: u16,
    /// The block of the last weights set.
    #[scale(compact)]
    #[serde(serialize_with = "json::integer")]
    pub last_update: u64,
    /// Whether the neuron may validate.
    pub validator_permit: bool,
    /// The lowest goes first when the subnet is full.
    #[scale(compact)]
    pub pruning_score: u16,
}

impl NeuronInfoLite {
    /// The stake behind the hotkey, all coldkeys together, in rao of the subnet's alpha.
    pub fn total_stake(&self) -> u64 {
        total(&self.stake)
    }
}

/// A neuron with its weights and bonds (`NeuronInfo` of the runtime's `NeuronInfoRuntimeApi`).
///
/// Scores are fractions of 65,535.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromScale)]
#[non_exhaustive]
pub struct NeuronInfo {
    /// The key that the neuron works with.
    pub hotkey: AccountId,
    /// The key that owns the hotkey.
    pub coldkey: AccountId,
    /// The neuron's index in its subnet.
    #[scale(compact)]
    pub uid: u16,
    /// The subnet.
    #[scale(compact)]
    pub netuid: u16,
    /// Whether the neuron has set weights recently enough.
    pub active: bool,
    /// Where it serves requests.
    pub axon_info: AxonInfo,
    /// Where it serves metrics.
    pub prometheus_info: PrometheusInfo,
    /// The stake behind the hotkey, by coldkey.
    pub stake: Vec<Stake>,
    /// Score of rank.
    #[scale(compact)]
    pub rank: u16,
    /// Emission of the last epoch, in rao of the subnet's alpha.
    #[scale(compact)]
    #[serde(serialize_with = "json::integer")]
    pub emission: u64,
    /// Score of incentive.
    #[scale(compact)]
    pub incentive: u16,
    /// Score of consensus.
    #[scale(compact)]
    pub consensus: u16,
    /// Score of trust.
    #[scale(compact)]
    pub trust: u16,
    /// Score of trust as a validator.
    #[scale(compact)]
    pub validator_trust: u16,
    /// Score of dividends.
    #[scale(compact)]
    pub dividends: u16,
    /// The block of the last weights set.
    #[scale(compact)]
    #[serde(serialize_with = "json::integer")]
    pub last_update: u64,
    /// Whether the neuron may validate.
    pub validator_permit: bool,
    /// The weights it has set: uid and share of 65,535.
    pub weights: Vec<Weight>,
    /// Its bonds: uid and share of 65,535.
    pub bonds: Vec<Weight>,
    /// The lowest goes first when the subnet is full.
    #[scale(compact)]
    pub pruning_score: u16,
}

impl NeuronInfo {
    /// The stake behind the hotkey, all coldkeys together, in rao of the subnet's alpha.
    pub fn total_stake(&self) -> u64 {
        total(&self.stake)
    }
}

fn total(stake: &[Stake]) -> u64 {
    stake.iter().fold(0, |sum, Stake(_, amount)| sum.saturating_add(*amount))
}

/// One coldkey's stake: the coldkey, and the amount in rao of the subnet's alpha.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromScale)]
pub struct Stake(
    pub AccountId,
    #[scale(compact)]
    #[serde(serialize_with = "json::integer")]
    pub u64,
);

/// What a neuron gives another one: its uid, and a share of 65,535.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromScale)]
pub struct Weight(#[scale(compact)] pub u16, #[scale(compact)] pub u16);

/// Where a neuron serves requests, as it said itself (`AxonInfo` of the runtime).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromScale)]
#[non_exhaustive]
pub struct AxonInfo {
    /// The block at which it said so; 0 if never.
    #[serde(serialize_with = "json::integer")]
    pub block: u64,
    /// The version of its software, as it encodes it.
    pub version: u32,
    /// The address as an integer; see [`address`](Self::address).
    #[serde(serialize_with = "json::wide_integer")]
    pub ip: u128,
    /// The port.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
    /// The protocol, as the subnet numbers them.
    pub protocol: u8,
    /// Unused.
    pub placeholder1: u8,
    /// Unused.
    pub placeholder2: u8,
}

impl AxonInfo {
    /// The address; `None` if the neuron does not serve, or gave no valid one.
    pub fn address(&self) -> Option<IpAddr> {
        address(self.ip, self.ip_type)
    }
}

/// Where a neuron serves metrics (`PrometheusInfo` of the runtime).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromScale)]
#[non_exhaustive]
pub struct PrometheusInfo {
    /// The block at which it said so; 0 if never.
    #[serde(serialize_with = "json::integer")]
    pub block: u64,
    /// The version of its software, as it encodes it.
    pub version: u32,
    /// The address as an integer; see [`address`](Self::address).
    #[serde(serialize_with = "json::wide_integer")]
    pub ip: u128,
    /// The port.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
}

impl PrometheusInfo {
    /// The address; `None` if the neuron does not serve metrics, or gave no valid one.
    pub fn address(&self) -> Option<IpAddr> {
        address(self.ip, self.ip_type)
    }
}

fn address(ip: u128, ip_type: u8) -> Option<IpAddr> {
    match ip_type {
        _ if ip == 0 => None,
        4 => u32::try_from(ip).ok().map(|ip| Ipv4Addr::from_bits(ip).into()),
        6 => Some(Ipv6Addr::from_bits(ip).into()),
        _ => None,
    }
}
