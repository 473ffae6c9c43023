use futures_util::future::try_join;
use tensorwire_scale::{AccountId, Value, hash::blake2_256};

use super::Multisig;
use crate::{At, DispatchWeight, Error, ErrorKind, Hash, Result};

/// A call that is put before a multisig, as things stand at a block. See [`At::proposal`].
///
/// It gives the calls by which the signatories approve it or take it back: values for a transaction of a signatory's.
#[derive(Debug, Clone)]
pub struct Proposal {
    multisig: Multisig,
    call: Value,
    call_hash: Hash,
    max_weight: Option<DispatchWeight>,
    begun: Option<Begun>,
}

/// What `Multisig.Multisigs` holds of a call that was approved by some and not by all.
#[derive(Debug, Clone)]
struct Begun {
    /// When it began, as the pallet wants it repeated: the block and the extrinsic's place there.
    timepoint: Value,
    depositor: AccountId,
    deposit: u128,
    approvals: Vec<AccountId>,
}

impl At {
    /// The call as it stands before the multisig at this block: who has approved it, and what it weighs. The call as
    /// [`Value::call`] makes it.
    ///
    /// Two requests in one round trip: a storage read and a runtime call (`TransactionPaymentCallApi.query_call_info`); only the
    /// first where the runtime has no such API.
    ///
    /// # Errors
    /// `Invalid` for a call that the runtime does not have, or with other arguments; `NotFound` on a chain without the
    /// pallet `Multisig`. Else as [`query`](Self::query) and [`call`](Self::call).
    pub async fn proposal(&self, multisig: &Multisig, call: Value) -> Result<Proposal> {
        let runtime = self.runtime().await?;
        let ty = runtime.extrinsic().call().ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("the metadata of {runtime} names no type of calls"))
        })?;
        let bytes = runtime.plan().encode(ty, &call)?;
        let call_hash = Hash(blake2_256(&bytes));
        let keys = (multisig.account(), Value::Bytes32(call_hash.0));
        let weight = async {
            const API: (&str, &str) = ("TransactionPaymentCallApi", "query_call_info");
            if runtime.api_method(API.0, API.1).is_err() {
                return Ok(None);
            }
            let info = self.call(API.0, API.1, (call.clone(), bytes.len() as u32)).await?;
            Ok(info.get("weight").and_then(DispatchWeight::from_value))
        };
        let (stored, max_weight) = try_join(self.query_stored("Multisig", "Multisigs", keys), weight).await?;
        let begun = stored.as_ref().map(Begun::of).transpose()?;
        Ok(Proposal { multisig: multisig.clone(), call, call_hash, max_weight, begun })
    }
}

impl Begun {
    fn of(stored: &Value) -> Result<Self> {
        let read = || {
            Some(Self {
                timepoint: stored.get("when")?.clone(),
                depositor: stored.get("depositor")?.as_account()?,
                deposit: stored.get("deposit")?.as_u128()?,
                approvals: stored.get("approvals")?.iter().map(Value::as_account).collect::<Option<_>>()?,
            })
        };
        read().ok_or_else(|| {
            let message = format!("Multisig.Multisigs holds {stored}, which is no multisig that is known");
            Error::new(ErrorKind::Decode, message)
        })
    }
}

impl Proposal {
    /// The same with that bound on what the call may take when it is executed. By default it is what the runtime says that the
    /// call weighs.
    #[must_use]
    pub fn max_weight(mut self, weight: DispatchWeight) -> Self {
        self.max_weight = Some(weight);
        self
    }

    /// The hash of the call (blake2-256 of its bytes), by which the chain knows it.
    pub fn call_hash(&self) -> Hash {
        self.call_hash
    }

    /// Who has approved it, ascending; nobody where it was not put before the multisig yet, or was executed.
    pub fn approvals(&self) -> &[AccountId] {
        self.begun.as_ref().map_or(&[], |begun| &begun.approvals)
    }

    /// How many more have to approve it.
    pub fn missing(&self) -> usize {
        usize::from(self.multisig.threshold).saturating_sub(self.approvals().len())
    }

    /// Who put it before the multisig, and the deposit that was taken for it, in the chain's smallest unit: both who may
    /// take it back.
    pub fn deposit(&self) -> Option<(AccountId, u128)> {
        self.begun.as_ref().map(|begun| (begun.depositor, begun.deposit))
    }

    /// The call by which that signatory approves it: `Multisig.as_multi` if this is the last approval that is missing, which
    /// executes it, `approve_as_multi` before, and `as_multi_threshold_1` where one is enough.
    ///
    /// # Errors
    /// `Invalid` for an account that is no signatory, or has approved already while others are missing; and where the
    /// runtime does not tell what the call weighs and [`max_weight`](Self::max_weight) was not given.
    pub fn approve(&self, signatory: AccountId) -> Result<Value> {
        let others = self.multisig.others(signatory)?;
        if self.multisig.threshold == 1 {
            return Ok(Value::call("Multisig", "as_multi_threshold_1", (others, self.call.clone())));
        }
        let missing = self.missing();
        if missing > 0 && self.approvals().contains(&signatory) {
            let message = format!("{signatory} has approved the call {} already", self.call_hash);
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let weight = self.max_weight.ok_or_else(|| {
            let message = "the runtime does not say what the call weighs: give its max_weight";
            Error::new(ErrorKind::Invalid, message)
        })?;
        let timepoint = self.begun.as_ref().map_or(Value::None, |begun| begun.timepoint.clone());
        let (name, call) = match missing {
            0 | 1 => ("as_multi", self.call.clone()),
            _ => ("approve_as_multi", Value::Bytes32(self.call_hash.0)),
        };
        let arguments = (self.multisig.threshold, others, timepoint, call, weight.to_value());
        Ok(Value::call("Multisig", name, arguments))
    }

    /// The call by which the depositor takes it back (`Multisig.cancel_as_multi`): its approvals are forgotten, the deposit returned.
    ///
    /// # Errors
    /// `Invalid` where it is not before the multisig, or another account has put it there.
    pub fn cancel(&self, depositor: AccountId) -> Result<Value> {
        let others = self.multisig.others(depositor)?;
        let refused = match &self.begun {
            Some(begun) if begun.depositor == depositor => {
                let arguments = (
                    self.multisig.threshold,
                    others,
                    begun.timepoint.clone(),
                    Value::Bytes32(self.call_hash.0),
                );
                return Ok(Value::call("Multisig", "cancel_as_multi", arguments));
            }
            Some(begun) => format!("only {}, who put it there, can take it back", begun.depositor),
            None => "it was not put there, or was executed or taken back".to_owned(),
        };
        let message =
            format!("the call {} before the multisig {}: {refused}", self.call_hash, self.multisig.account());
        Err(Error::new(ErrorKind::Invalid, message))
    }
}
