//! `SubtensorModule`: Bittensor's pallet, imitated.
//!
//! Storage items, calls, events and errors carry the names, types and indices of the real chain; what they do is
//! a plain reading of its rules (stake trades one to one, nothing is emitted). The pallet's parts live in files of
//! their own and are joined here.

pub(crate) mod calls;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod fixed;
pub(crate) mod genesis;
pub(crate) mod layout;
mod migration;
mod registration;
pub(crate) mod rpc_info;
mod staking;
pub(crate) mod storage;
pub(crate) mod types;
mod weights;

use frame_support::pallet_macros::import_section;

pub(crate) use pallet::*;

#[import_section(storage::limits::limits)]
#[import_section(storage::stake::stake)]
#[import_section(storage::networks::networks)]
#[import_section(storage::hyperparameters::hyperparameters)]
#[import_section(storage::neurons::neurons)]
#[import_section(calls::calls)]
#[import_section(events::events)]
#[import_section(errors::errors)]
#[import_section(genesis::genesis)]
// The real chain's calls take as many arguments as they take.
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub(crate) mod pallet {
    use frame_support::{
        pallet_prelude::*,
        traits::{ConstBool, ConstI16, ConstU8, ConstU16, ConstU64, fungible::Mutate},
    };
    use frame_system::pallet_prelude::*;
    use sp_runtime::AccountId32 as AccountId;

    use super::{
        fixed::{FixedI128, FixedU128},
        layout::{AddedPort, Count, Layout},
        storage::defaults::{DefaultAlphaValues, DefaultMinAllowedWeights, DefaultTokenSymbol, ZeroAccount},
        types::{AxonInfo, ChainIdentityV2, PrometheusInfo, SubnetIdentityV3},
    };

    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<AccountId = AccountId, RuntimeEvent: From<Event<Self>>> {
        /// TAO, in rao.
        type Currency: Mutate<AccountId, Balance = u64>;
        /// What changes from one runtime to the next.
        type Layout: Layout;
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_runtime_upgrade() -> Weight {
            Self::migrate()
        }

        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            let _ = RegistrationsThisBlock::<T>::clear(u32::MAX, None);
            Weight::zero()
        }
    }
}
