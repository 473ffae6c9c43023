use tensorwire_scale::{AccountId, DispatchError, Event, Runtime, Value};

use super::{failure::failure, fee::Fee, field};

/// What the events of an extrinsic say of it as a whole.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// Whether its own call succeeded; `None` if no event says so.
    pub(super) succeeded: Option<bool>,
    /// Why it failed, as a whole or in part.
    pub(super) error: Option<DispatchError>,
    pub(super) info: Option<Value>,
    pub(super) fee: Fee,
}

impl Outcome {
    pub(super) fn of(events: &[Event], signer: Option<AccountId>, runtime: &Runtime) -> Self {
        let of_system = |event: &&Event| event.pallet() == "System";
        let told = events.iter().rev().filter(of_system).find_map(|event| match event.name() {
            "ExtrinsicSuccess" => Some((true, None, field(event, "dispatch_info", 0))),
            "ExtrinsicFailed" => {
                Some((false, field(event, "dispatch_error", 0), field(event, "dispatch_info", 1)))
            }
            _ => None,
        });
        let (succeeded, whole, info) = match told {
            Some((succeeded, error, info)) => (Some(succeeded), error, info.cloned()),
            None => (None, None, None),
        };
        let part = || events.iter().find_map(failure).map(|failure| failure.error(runtime));
        let error = whole.map(|error| runtime.dispatch_error(error)).or_else(part);
        Self { succeeded, error, info, fee: Fee::of(events, signer, runtime) }
    }
}
