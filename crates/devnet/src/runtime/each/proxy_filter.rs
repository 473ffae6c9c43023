//! Which calls a proxy may make.

use frame_support::traits::InstanceFilter;

use super::{Runtime, RuntimeCall};
use crate::{runtime::proxy_type::ProxyType, subtensor::Call as SubtensorCall};

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
                let stakes = SubtensorCall::<Runtime>::is_staking;
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
