//! The pallet's storage items, in the order of the real chain's metadata.

pub(crate) mod defaults;
pub(crate) mod hyperparameters;
pub(crate) mod limits;
pub(crate) mod networks;
pub(crate) mod neurons;
pub(crate) mod stake;
