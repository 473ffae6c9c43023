//! Why a node calls a transaction outdated.

use std::fmt;

use tensorwire_scale::AccountId;

use super::{nonces, present::Tip};
use crate::{Chain, Result};

/// What a node means by `Stale`: found out by asking the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stale {
    /// The account has used the nonce.
    NonceUsed {
        /// The next one.
        next: u64,
    },
    /// The last block that could hold it has passed.
    EraPassed { last: u64, best: u64 },
    /// Neither: a rule of the chain's own.
    OtherRule,
}

impl Stale {
    /// One request.
    pub(crate) async fn explain(
        chain: &Chain,
        account: AccountId,
        nonce: u64,
        last: Option<u64>,
        tip: &Tip,
    ) -> Result<Self> {
        if let Some(last) = last.filter(|last| *last <= tip.best.number) {
            return Ok(Self::EraPassed { last, best: tip.best.number });
        }
        let next = nonces::next_index(chain.node().clone(), account).await?;
        Ok(if next > nonce { Self::NonceUsed { next } } else { Self::OtherRule })
    }
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NonceUsed { next } => write!(f, "its nonce was used by another transaction: the next one is {next}"),
            Self::EraPassed { last, best } => {
                write!(f, "its last block was {last}, and the head is block {best}")
            }
            Self::OtherRule => f.write_str(
                "though its nonce is unused and its era lasts: a rule of the chain's own, as for shielded transactions",
            ),
        }
    }
}
