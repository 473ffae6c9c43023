use std::fmt;

use serde::Serialize;
use tensorwire::{AccountId, Balance, Call, Era, Hash};
use tensorwire_scale::SigningPayload;

use crate::{amount, commands::extrinsic::call_text, json};

/// What is about to be signed, as people and programs are shown it.
#[derive(Serialize)]
pub(super) struct Overview {
    /// Absent where there is no metadata to tell.
    call: Option<Call>,
    signer: AccountId,
    nonce: u64,
    era: Era,
    #[serde(serialize_with = "json::integer")]
    tip: u128,
    spec_version: u32,
    genesis: Hash,
    #[serde(flatten)]
    funds: Option<Funds>,
}

/// What the signer pays, and has.
#[derive(Serialize)]
pub(super) struct Funds {
    /// The fee as the runtime estimates it, without the tip.
    #[serde(serialize_with = "json::integer")]
    pub(super) fee: u128,
    /// What may be spent.
    pub(super) balance: Balance,
}

impl Overview {
    pub(super) fn of(payload: &SigningPayload, call: Option<Call>) -> Self {
        Self {
            call,
            signer: payload.account(),
            nonce: payload.nonce(),
            era: payload.era(),
            tip: payload.tip(),
            spec_version: payload.spec_version(),
            genesis: Hash(payload.genesis()),
            funds: None,
        }
    }
}

impl fmt::Display for Overview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.call {
            Some(call) => f.write_str(&call_text(call))?,
            None => f.write_str("call       not shown: --blind")?,
        }
        write!(f, "\nsigner     {}", self.signer)?;
        if let Some(funds) = &self.funds {
            write!(f, "\nbalance    {}", funds.balance)?;
            write!(f, "\nfee        {}", amount::whole(funds.fee))?;
        }
        if self.tip != 0 {
            write!(f, "\ntip        {}", amount::whole(self.tip))?;
        }
        write!(f, "\nnonce      {}", self.nonce)?;
        write!(f, "\nera        {}", self.era)?;
        write!(f, "\nchain      {}, spec {}", self.genesis, self.spec_version)
    }
}
