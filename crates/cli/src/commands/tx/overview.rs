use std::fmt;

use anyhow::{Result, ensure};
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
    /// The last block that can hold it; none for an immortal one, and where the chain is not at hand.
    last_block: Option<u64>,
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
    /// What is free.
    pub(super) balance: Balance,
}

/// The calls that take an amount from the signer's balance, and which of their arguments is the amount.
const MOVING: [(&str, &str, &str); 4] = [
    ("Balances", "transfer_allow_death", "value"),
    ("Balances", "transfer_keep_alive", "value"),
    ("SubtensorModule", "add_stake", "amount_staked"),
    ("SubtensorModule", "add_stake_limit", "amount_staked"),
];

impl Funds {
    /// Fails where the balance does not hold the fee, the tip and what the call obviously moves.
    pub(super) fn suffice(&self, payload: &SigningPayload, call: &Call) -> Result<()> {
        let Self { fee, balance } = *self;
        let moving = MOVING.iter().find(|(pallet, name, _)| call.is(pallet, name));
        let amount =
            moving.and_then(|(.., argument)| call.arguments().get(*argument)?.as_u128()).unwrap_or(0);
        let needed = fee.saturating_add(payload.tip()).saturating_add(amount);
        ensure!(
            u128::from(balance.rao()) >= needed,
            "{} has {balance}, and {} are needed: an amount of {}, a fee of {} and a tip of {}",
            payload.account(),
            amount::whole(needed),
            amount::whole(amount),
            amount::whole(fee),
            amount::whole(payload.tip()),
        );
        Ok(())
    }
}

impl Overview {
    pub(super) fn of(payload: &SigningPayload, call: Option<Call>) -> Self {
        Self {
            call,
            signer: payload.account(),
            nonce: payload.nonce(),
            era: payload.era(),
            last_block: None,
            tip: payload.tip(),
            spec_version: payload.spec_version(),
            genesis: Hash(payload.genesis()),
            funds: None,
        }
    }

    /// As the chain is at that block.
    pub(super) fn at(self, number: u64) -> Self {
        let last_block = match self.era {
            Era::Immortal => None,
            era => era.death(number).checked_sub(1),
        };
        Self { last_block, ..self }
    }

    pub(super) fn paid_from(self, funds: Funds) -> Self {
        Self { funds: Some(funds), ..self }
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
        match (self.era, self.last_block) {
            (_, Some(last)) => write!(f, "\nera        mortal, up to block {last}")?,
            (Era::Mortal { period, .. }, None) => write!(f, "\nera        mortal, {period} blocks")?,
            (era, None) => write!(f, "\nera        {era}")?,
        }
        write!(f, "\nchain      {}, spec {}", self.genesis, self.spec_version)
    }
}
