use serde::Serialize;
use tensorwire::{NeuronInfo, NeuronInfoLite};

use crate::amount::{grouped, share, units};

/// What a table shows of a neuron: with or without its weights, it is the same.
pub(super) trait Neuron: Serialize {
    fn cells(&self) -> [String; HEADINGS.len()];

    /// In rao of the subnet's alpha.
    fn stake(&self) -> u64;

    /// In rao of the subnet's alpha.
    fn emission(&self) -> u64;

    fn is_validator(&self) -> bool;

    fn is_active(&self) -> bool;
}

pub(super) const HEADINGS: [&str; 12] = [
    ">UID",
    "HOTKEY",
    ">STAKE α",
    ">TRUST",
    ">CONSENSUS",
    ">INCENTIVE",
    ">DIVIDENDS",
    ">EMISSION α",
    "VALIDATOR",
    "ACTIVE",
    ">UPDATED",
    "AXON",
];

macro_rules! neuron {
    ($($neuron:ty)*) => {$(
        impl Neuron for $neuron {
            fn cells(&self) -> [String; HEADINGS.len()] {
                let axon = &self.axon_info;
                [
                    self.uid.to_string(),
                    self.hotkey.to_string(),
                    units(self.total_stake()),
                    share(self.trust),
                    share(self.consensus),
                    share(self.incentive),
                    share(self.dividends),
                    units(self.emission),
                    mark(self.validator_permit),
                    mark(self.active),
                    grouped(self.last_update),
                    axon.address().map_or("-".into(), |ip| std::net::SocketAddr::new(ip, axon.port).to_string()),
                ]
            }

            fn stake(&self) -> u64 {
                self.total_stake()
            }

            fn emission(&self) -> u64 {
                self.emission
            }

            fn is_validator(&self) -> bool {
                self.validator_permit
            }

            fn is_active(&self) -> bool {
                self.active
            }
        }
    )*};
}

neuron!(NeuronInfo NeuronInfoLite);

fn mark(yes: bool) -> String {
    if yes { "yes" } else { "-" }.to_owned()
}
