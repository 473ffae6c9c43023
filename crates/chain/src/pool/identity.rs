use std::sync::OnceLock;

use tensorwire_rpc::{Answer, Request};

use crate::{Hash, Result};

/// Which chain this is: known from the start, or learned from the first endpoint that says so.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    known: OnceLock<Known>,
}

#[derive(Debug)]
struct Known {
    genesis: Hash,
    /// The endpoint it was learned from; none if it was wanted from the start.
    source: Option<String>,
}

impl Identity {
    pub(crate) fn new(wanted: Option<Hash>) -> Self {
        let known = wanted.map(|genesis| Known { genesis, source: None });
        Self { known: known.map_or_else(OnceLock::new, OnceLock::from) }
    }

    pub(crate) fn genesis(&self) -> Option<Hash> {
        Some(self.known.get()?.genesis)
    }

    /// What every websocket is asked first.
    pub(crate) fn question() -> Request {
        Request::new("chain_getBlockHash").param(0)
    }

    pub(crate) fn read(answer: &Answer) -> Result<Hash> {
        Ok(answer.json()?)
    }

    /// Whether an endpoint is of this chain; if not, in words.
    pub(crate) fn check(&self, endpoint: &str, answer: &Answer) -> Result<(), String> {
        let genesis = Self::read(answer).map_err(|error| error.to_string())?;
        let known = self.known.get_or_init(|| Known { genesis, source: Some(endpoint.to_owned()) });
        if known.genesis == genesis {
            return Ok(());
        }
        let wanted = known.genesis;
        Err(match &known.source {
            Some(source) => format!(
                "{endpoint} serves the chain of genesis {genesis}, but {source} the one of genesis {wanted}"
            ),
            None => format!("{endpoint} serves the chain of genesis {genesis}, wanted is {wanted}"),
        })
    }
}
