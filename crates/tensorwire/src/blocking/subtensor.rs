use std::ops::Deref;

use tensorwire_chain::Result;

use super::{Chain, wait};
use crate::Network;

/// The blocking twin of [`Subtensor`](crate::Subtensor).
#[derive(Debug, Clone)]
pub struct Subtensor(Chain);

impl Subtensor {
    /// See [`Subtensor::connect`](crate::Subtensor::connect).
    pub fn connect(network: impl Into<Network>) -> Result<Self> {
        Self::build(crate::Subtensor::builder(network))
    }

    /// Connects as the builder says, as in `Subtensor::build(tensorwire::Subtensor::builder(network).timeout(..))`.
    pub fn build(builder: crate::Builder) -> Result<Self> {
        let subtensor = wait(builder.connect())?;
        Ok(Self(Chain((*subtensor).clone())))
    }
}

/// `head`, `finalized`, `at` and the rest are those of [`Chain`].
impl Deref for Subtensor {
    type Target = Chain;

    fn deref(&self) -> &Chain {
        &self.0
    }
}
