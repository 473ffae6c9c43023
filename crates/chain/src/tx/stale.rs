//! Why a node calls a transaction outdated.

use std::fmt;

use serde::Serialize;

use super::{Pending, nonces, present::Tip};
use crate::{Chain, Result};

/// What a node means where it calls a transaction outdated. See [`Error::stale`](crate::Error::stale).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stale {
    /// The account has used the nonce.
    NonceUsed {
        /// The next one.
        next: u64,
    },
    /// The last block that could hold it has passed.
    EraPassed {
        /// That block.
        last: u64,
        /// The best one.
        best: u64,
    },
    /// Neither: by a rule of the chain's own, as Subtensor has for shielded transactions.
    OtherRule,
}

impl Stale {
    /// One request; none where the era has passed.
    pub(super) async fn explain(chain: &Chain, pending: &Pending, tip: &Tip) -> Result<Self> {
        if let Some(last) = pending.last_block.filter(|last| *last <= tip.best.number) {
            return Ok(Self::EraPassed { last, best: tip.best.number });
        }
        let Some((account, nonce)) = pending.account.zip(pending.nonce) else { return Ok(Self::OtherRule) };
        let next = nonces::next_index(chain.node().clone(), account).await?;
        Ok(if next > nonce { Self::NonceUsed { next } } else { Self::OtherRule })
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonceUsed { next } => write!(f, "its nonce is used, the next one is {next}"),
            Self::EraPassed { last, best } => {
                write!(f, "its last block was {last}, the head is block {best}")
            }
            Self::OtherRule => f.write_str(
                "its nonce is unused and its era lasts: a rule of the chain's own, as for shielded transactions",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
