use tensorwire::{Error, ErrorKind as Kind};

/// Whether something has gone wrong since the last block.
#[derive(Default)]
pub(super) struct Outage {
    told: bool,
}

impl Outage {
    /// Tells of it, the first time.
    pub(super) fn failed(&mut self, error: &Error) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let what = match error.kind() {
            Kind::Connection | Kind::Timeout | Kind::RateLimited | Kind::Stale => "connection lost",
            _ => "no blocks for now",
        };
        anstream::eprintln!("{what}: {error}");
    }

    /// A block has come.
    pub(super) fn over(&mut self) {
        if std::mem::take(&mut self.told) {
            anstream::eprintln!("resumed");
        }
    }
}
