//! Accounts that several others decide for together (the pallet `Multisig`).

use tensorwire_scale::{AccountId, Value, hash::blake2_256};

use crate::{Error, ErrorKind, Result};

mod proposal;

pub use proposal::Proposal;

/// An account whose calls take the approval of so many of its signatories. See [`At::proposal`](crate::At::proposal) for
/// how they approve a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Multisig {
    /// Ascending, each once.
    signatories: Vec<AccountId>,
    threshold: u16,
}

/// What `pallet_multisig` hashes before the signatories.
const PREFIX: &[u8] = b"modlpy/utilisuba";

impl Multisig {
    /// That of those signatories, in any order, of whom so many have to approve.
    ///
    /// # Errors
    /// `Invalid` for fewer than two signatories, for one that is named twice, and for a threshold of 0 or of more
    /// than there are signatories.
    pub fn new(signatories: impl IntoIterator<Item = AccountId>, threshold: u16) -> Result<Self> {
        let mut signatories: Vec<_> = signatories.into_iter().collect();
        signatories.sort_unstable();
        let count = signatories.len();
        let fault = if let Some(twice) = signatories.windows(2).find(|pair| pair[0] == pair[1]) {
            format!("the signatory {} is named twice", twice[0])
        } else if count < 2 {
            format!("at least two signatories are needed, {count} given")
        } else if threshold == 0 || usize::from(threshold) > count {
            format!("of {count} signatories 1 to {count} can be asked to approve, not {threshold}")
        } else {
            return Ok(Self { signatories, threshold });
        };
        Err(Error::new(ErrorKind::Invalid, format!("no multisig: {fault}")))
    }

    /// The account: the blake2-256 hash of the prefix `modlpy/utilisuba`, the signatories in order and the threshold, as
    /// `pallet_multisig` derives it.
    pub fn account(&self) -> AccountId {
        use parity_scale_codec::{Compact, Encode};

        let mut preimage = PREFIX.to_vec();
        Compact(self.signatories.len() as u64).encode_to(&mut preimage);
        preimage.extend(self.signatories.iter().flat_map(|signatory| signatory.0));
        self.threshold.encode_to(&mut preimage);
        AccountId(blake2_256(&preimage))
    }

    /// The signatories, ascending.
    pub fn signatories(&self) -> &[AccountId] {
        &self.signatories
    }

    /// How many of them have to approve.
    pub fn threshold(&self) -> u16 {
        self.threshold
    }

    /// The others than that one, as the calls of the pallet take them.
    fn others(&self, signatory: AccountId) -> Result<Value> {
        let others: Vec<Value> =
            self.signatories.iter().filter(|other| **other != signatory).map(Value::from).collect();
        if others.len() == self.signatories.len() {
            let message = format!("{signatory} is no signatory of the multisig {}", self.account());
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        Ok(Value::Sequence(others.into()))
    }
}
