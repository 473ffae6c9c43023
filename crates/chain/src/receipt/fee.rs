use tensorwire_scale::{AccountId, Event, Runtime, Value};

use super::field;

/// What was paid for an extrinsic, and how much of it was a tip.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fee {
    pub(super) paid: Option<u128>,
    pub(super) tip: Option<u128>,
}

impl Fee {
    /// By the event that tells it. Runtimes before that event told only where the fee went, at the very end: to the
    /// treasury and to the block's author. What goes to the signer there is handed back.
    pub(super) fn of(events: &[Event], signer: Option<AccountId>, runtime: &Runtime) -> Self {
        let number = |event: &Event, name, place| field(event, name, place).and_then(Value::as_u128);
        if let Some(paid) = events.iter().rfind(|event| event.is("TransactionPayment", "TransactionFeePaid"))
        {
            return Self { paid: number(paid, "actual_fee", 1), tip: number(paid, "tip", 2) };
        }
        let tells = |pallet| runtime.pallet(pallet).is_ok_and(|pallet| pallet.event_type().is_some());
        if signer.is_none() || tells("TransactionPayment") {
            return Self::default();
        }
        let part = |event: &Event| match (event.pallet(), event.name()) {
            ("Treasury", "Deposit") => number(event, "value", 0),
            ("Balances", "Deposit") => {
                let is_handed_back = field(event, "who", 0).and_then(Value::as_account) == signer;
                if is_handed_back { Some(0) } else { number(event, "amount", 1) }
            }
            _ => None,
        };
        let end = events.iter().rev().skip_while(|event| event.pallet() == "System");
        Self { paid: end.map_while(part).reduce(u128::saturating_add), tip: None }
    }
}
