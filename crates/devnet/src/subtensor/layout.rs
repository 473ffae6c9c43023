//! What differs between runtimes: names stay, types do not.

use std::marker::PhantomData;

use frame_support::Parameter;
use parity_scale_codec::MaxEncodedLen;
use sp_runtime::traits::UniqueSaturatedInto;

/// The types of one layout.
pub trait Layout: 'static {
    /// The layout of the runtimes before and after: the two take turns.
    type Other: Layout;
    /// A number that is wider in one layout than in the other.
    type Count: Parameter + MaxEncodedLen + Copy + From<u16> + UniqueSaturatedInto<u16>;
    /// A port that only one layout has; in the other it has no bytes, and the metadata does not know it.
    type AddedPort: Parameter + MaxEncodedLen + Default;
    /// The pallet's storage version when the state has this layout.
    const STORAGE_VERSION: u16;

    /// The added ports of an axon that has announced this one.
    fn added_ports(port: u16) -> (Self::AddedPort, Self::AddedPort);
}

pub(crate) type Count<L> = <L as Layout>::Count;
pub(crate) type AddedPort<L> = <L as Layout>::AddedPort;

/// The layout of the real chain.
#[derive(Debug)]
pub struct First;

/// What the real chain has not got.
#[derive(Debug)]
pub struct Second;

impl Layout for First {
    type Other = Second;
    type Count = u16;
    type AddedPort = PhantomData<u16>;
    const STORAGE_VERSION: u16 = 0;

    fn added_ports(_: u16) -> (PhantomData<u16>, PhantomData<u16>) {
        (PhantomData, PhantomData)
    }
}

impl Layout for Second {
    type Other = First;
    type Count = u32;
    type AddedPort = u16;
    const STORAGE_VERSION: u16 = 1;

    fn added_ports(port: u16) -> (u16, u16) {
        (port.saturating_add(1), port.saturating_add(2))
    }
}
