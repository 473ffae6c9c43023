//! Bringing the state from one layout to the other, in the first block that a new runtime executes.

use frame_support::{
    traits::{Get, StorageVersion},
    weights::Weight,
};
use sp_runtime::SaturatedConversion;

use super::{
    Axons, Config, MinAllowedWeights, Pallet,
    layout::{AddedPort, Count, Layout},
    types::AxonInfo,
};

/// The layout the state has before.
type Before<T> = <<T as Config>::Layout as Layout>::Other;

impl<T: Config> Pallet<T> {
    /// Does nothing where the state has the runtime's layout already.
    pub(crate) fn migrate() -> Weight {
        let version = StorageVersion::new(T::Layout::STORAGE_VERSION);
        if StorageVersion::get::<Self>() == version {
            return T::DbWeight::get().reads(1);
        }
        let mut items = 1;
        MinAllowedWeights::<T>::translate(|_, count: Count<Before<T>>| {
            items += 1;
            Some(SaturatedConversion::saturated_into::<u16>(count).into())
        });
        Axons::<T>::translate(|_, _, axon: AxonInfo<AddedPort<Before<T>>>| {
            items += 1;
            Some(migrated::<T::Layout>(axon))
        });
        version.put::<Self>();
        T::DbWeight::get().reads_writes(items, items)
    }
}

fn migrated<L: Layout>(axon: AxonInfo<AddedPort<L::Other>>) -> AxonInfo<AddedPort<L>> {
    let AxonInfo { block, version, ip, port, ip_type, protocol, placeholder1, placeholder2, .. } = axon;
    let (quic_port, metrics_port) = L::added_ports(port);
    AxonInfo {
        block,
        version,
        ip,
        port,
        quic_port,
        ip_type,
        protocol,
        placeholder1,
        placeholder2,
        metrics_port,
    }
}
