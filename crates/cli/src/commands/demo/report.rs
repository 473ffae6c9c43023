use super::{Comparison, Reading};
use crate::{amount::grouped, table::Table};

impl Comparison {
    /// The table for people.
    pub(super) fn text(&self) -> String {
        let Self { sequential, concurrent, .. } = self;
        let mut table = Table::new(["", ">ONE AFTER ANOTHER", ">CONCURRENTLY"]);
        let mut row = |name: &str, cell: &dyn Fn(&Reading) -> String| {
            table.row([name.to_owned(), cell(sequential), cell(concurrent)]);
        };
        row("subnets", &|_| grouped(self.subnets as u64));
        row("neurons", &|_| grouped(self.neurons as u64));
        row("requests", &|reading| grouped(reading.requests));
        row("websockets opened", &|reading| grouped(reading.websockets));
        row("bytes", &|reading| grouped(reading.bytes));
        row("elapsed", &|reading| format!("{:.3} s", reading.seconds));
        row("ratio", &|reading| format!("{:.1}x", sequential.seconds / reading.seconds));
        format!(
            "{table}\n\nBoth readings are equal. Timed: the head, the subnets, every neuron, decoded, over a link \
             with a round trip of {} ms.",
            self.round_trip_ms
        )
    }
}
