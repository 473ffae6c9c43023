use super::{
    Subnet,
    row::{HEADINGS, Neuron},
};
use crate::{
    amount::{grouped, units},
    table::Table,
};

/// One subnet, a line for each neuron.
pub(super) fn neurons<N: Neuron>(subnet: &Subnet<N>, block: u64) -> String {
    let mut table = Table::new(HEADINGS);
    for neuron in &subnet.neurons {
        table.row(neuron.cells());
    }
    let count = grouped(subnet.neurons.len() as u64);
    format!("{table}\n\n{count} neurons in subnet {} at block {block}", subnet.netuid)
}

/// All subnets, a line for each.
pub(super) fn subnets<N: Neuron>(subnets: &[Subnet<N>], block: u64) -> String {
    let mut table = Table::new([">NETUID", ">NEURONS", ">VALIDATORS", ">ACTIVE", ">STAKE α", ">EMISSION α"]);
    for Subnet { netuid, neurons } in subnets {
        let count = |holds: fn(&N) -> bool| neurons.iter().filter(|neuron| holds(neuron)).count().to_string();
        let sum = |amount: fn(&N) -> u64| units(neurons.iter().map(amount).fold(0, u64::saturating_add));
        table.row([
            netuid.to_string(),
            neurons.len().to_string(),
            count(N::is_validator),
            count(N::is_active),
            sum(N::stake),
            sum(N::emission),
        ]);
    }
    let total: usize = subnets.iter().map(|subnet| subnet.neurons.len()).sum();
    let total = grouped(total as u64);
    format!("{table}\n\n{total} neurons in {} subnets at block {block}", subnets.len())
}
