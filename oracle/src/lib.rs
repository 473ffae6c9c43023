//! Compares tensorwire with independent implementations.
//!
//! The [`Generator`] writes random values of any type of a registry, and [`agree`] compares what tensorwire and
//! `scale_value` make of them. Neither knows anything of tensorwire's plan: both walk the registry itself.
#![forbid(unsafe_code)]

mod agree;
mod chain;
mod check;
mod generate;
mod invent;
mod neuron;
mod reference;
mod rounds;
mod subxt_offline;

pub use agree::agree;
pub use chain::{Chain, chains, payload};
pub use check::check;
pub use generate::{Generator, seed};
pub use invent::invent;
pub use neuron::{AxonInfo, NeuronInfoLite, PrometheusInfo};
pub use reference::{Reference, Refusal, contains};
pub use rounds::{Contestant, compete, ratio, timed};
pub use subxt_offline::{GENESIS, subxt_offline};
