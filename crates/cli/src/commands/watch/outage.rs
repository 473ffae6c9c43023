use anyhow::Error;
use tensorwire::ErrorKind;

/// What has gone wrong since the last block.
#[derive(Default)]
pub(super) struct Outage {
    last: Option<tensorwire::Error>,
    told: bool,
}

impl Outage {
    /// Tells of it, the first time. What does not heal is not told here: it is the stream's end, and the command's.
    pub(super) fn failed(&mut self, error: tensorwire::Error) {
        use ErrorKind as Kind;
        let heals =
            matches!(error.kind(), Kind::Connection | Kind::Timeout | Kind::RateLimited | Kind::Stale);
        if heals && !self.told {
            anstream::eprintln!("connection lost: {error}");
            self.told = true;
        }
        self.last = Some(error);
    }

    /// A block has come.
    pub(super) fn over(&mut self) {
        match self.last.take() {
            Some(_) if self.told => anstream::eprintln!("resumed"),
            Some(error) => anstream::eprintln!("went on after: {error}"),
            None => {}
        }
        self.told = false;
    }

    /// Why the stream has ended.
    pub(super) fn last(self) -> Option<Error> {
        self.last.map(Error::from)
    }
}
