//! What the pallet's runtime APIs answer, shaped as on the real chain.

pub(crate) mod neuron_info;
pub(crate) mod stake_info;
pub(crate) mod subnet_info;
