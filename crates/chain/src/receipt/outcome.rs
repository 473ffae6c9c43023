use tensorwire_scale::{DispatchError, Event, Runtime, Value};

/// What became of an extrinsic, by its events.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcome {
    /// Whether the runtime says of it as a whole that it succeeded.
    succeeded: bool,
    /// Why it failed, as a whole or in part.
    pub(super) error: Option<DispatchError>,
    pub(super) info: Option<Value>,
    pub(super) fee: Option<u128>,
}

impl Outcome {
    pub(super) fn of(events: &[Event], runtime: &Runtime) -> Self {
        let mut outcome = Self::default();
        let mut whole = None;
        let mut part = None;
        for event in events {
            match (event.pallet(), event.name()) {
                ("System", "ExtrinsicSuccess") => {
                    outcome.succeeded = true;
                    outcome.info = field(event, "dispatch_info", 0).cloned();
                }
                ("System", "ExtrinsicFailed") => {
                    whole = field(event, "dispatch_error", 0);
                    outcome.info = field(event, "dispatch_info", 1).cloned();
                }
                ("TransactionPayment", "TransactionFeePaid") => {
                    outcome.fee = field(event, "actual_fee", 1).and_then(Value::as_u128);
                }
                _ => part = part.or_else(|| failure(event)),
            }
        }
        outcome.error = whole.or(part).map(|error| runtime.dispatch_error(error));
        outcome
    }

    pub(super) fn is_ok(&self) -> bool {
        self.succeeded && self.error.is_none()
    }
}

/// Why a call failed that another one carried: whatever succeeded as a whole may tell of it in an event. The calls of
/// `Sudo`, `Proxy`, `Multisig` and `Utility.dispatch_as` give its result, those of `Utility` that make batches its error.
fn failure(event: &Event) -> Option<&Value> {
    if matches!(event.name(), "BatchInterrupted" | "ItemFailed") {
        return event.fields().iter().last();
    }
    event.fields().iter().find_map(|field| match field.as_variant()? {
        ("Err", [error]) => Some(error),
        _ => None,
    })
}

/// A field by its name, or by its place in metadata that names none.
fn field<'a>(event: &'a Event, name: &str, place: usize) -> Option<&'a Value> {
    event.fields().get(name).or_else(|| event.fields().iter().nth(place))
}
