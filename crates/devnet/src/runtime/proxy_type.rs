//! What a proxy may do for the account it stands for.

use frame_support::{pallet_prelude::DecodeWithMemTracking, traits::InstanceFilter};
use parity_scale_codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::RuntimeCall;
use crate::subtensor::Call as SubtensorCall;

/// Subtensor's kinds of proxies.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[allow(missing_docs)]
pub enum ProxyType {
    #[default]
    Any,
    Owner,
    NonCritical,
    NonTransfer,
    Senate,
    NonFungible,
    Triumvirate,
    Governance,
    Staking,
    Registration,
    Transfer,
    SmallTransfer,
    RootWeights,
    ChildKeys,
    SudoUncheckedSetCode,
    SwapHotkey,
    SubnetLeaseBeneficiary,
    RootClaim,
}

/// The largest transfer a `SmallTransfer` proxy may make, in rao.
const SMALL_TRANSFER: u64 = 500_000_000;

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        use pallet_balances::Call::{transfer_allow_death, transfer_keep_alive};
        let moves_funds = matches!(call, RuntimeCall::Balances(..));
        match self {
            Self::Any => true,
            Self::NonTransfer => !moves_funds,
            Self::NonFungible => {
                let stakes = SubtensorCall::<super::Runtime>::is_staking;
                !moves_funds && !matches!(call, RuntimeCall::SubtensorModule(call) if stakes(call))
            }
            Self::NonCritical => !matches!(
                call,
                RuntimeCall::Sudo(..) | RuntimeCall::SubtensorModule(SubtensorCall::burned_register { .. })
            ),
            Self::Transfer => moves_funds,
            Self::SmallTransfer => matches!(
                call,
                RuntimeCall::Balances(transfer_keep_alive { value, .. } | transfer_allow_death { value, .. })
                    if *value < SMALL_TRANSFER
            ),
            Self::Staking => matches!(call, RuntimeCall::SubtensorModule(call) if call.is_staking()),
            Self::Registration => {
                matches!(call, RuntimeCall::SubtensorModule(SubtensorCall::burned_register { .. }))
            }
            _ => false,
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        self == other || *self == Self::Any || (*self == Self::NonTransfer && *other != Self::Transfer)
    }
}

impl SubtensorCall<super::Runtime> {
    /// Whether the call adds or removes stake.
    fn is_staking(&self) -> bool {
        matches!(self, Self::add_stake { .. } | Self::remove_stake { .. })
    }
}
