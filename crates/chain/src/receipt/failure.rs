use tensorwire_scale::{DispatchError, Event, Runtime, Value};

/// How an event tells that something failed within a call that succeeded as a whole.
pub(super) enum Failure<'a> {
    /// With the error.
    Error(&'a Value),
    /// By its name alone.
    Event(&'a Event),
}

impl Failure<'_> {
    pub(super) fn error(&self, runtime: &Runtime) -> DispatchError {
        match self {
            Self::Error(error) => runtime.dispatch_error(error),
            Self::Event(event) => (*event).into(),
        }
    }
}

/// What failed, if the event tells of a failure.
///
/// Besides those named here, whatever has an `Err` among its fields does: so do the calls of `Sudo`, `Proxy`, `Multisig`
/// and `Utility.dispatch_as` that carry others, and wrappers that are not known here.
pub(super) fn failure(event: &Event) -> Option<Failure<'_>> {
    let last = || event.fields().iter().last().map(Failure::Error);
    match (event.pallet(), event.name()) {
        (_, "BatchInterrupted" | "ItemFailed")
        | ("Utility", "IfElseFallbackCalled")
        | ("SubtensorModule", "BatchWeightItemFailed")
        | ("System", "RejectedInvalidAuthorizedUpgrade") => last(),
        // A call that was encrypted: the error stands beside what its execution has cost.
        ("MevShield", "DecryptedRejected" | "ExtrinsicDispatchFailed") => {
            let reason = event.fields().iter().last()?;
            Some(Failure::Error(reason.get("error").unwrap_or(reason)))
        }
        ("Ethereum", "Executed") => {
            let reason = event.fields().get("exit_reason")?;
            (reason.as_variant()?.0 != "Succeed").then_some(Failure::Error(reason))
        }
        (_, "BatchCompletedWithErrors")
        | ("EVM", "CreatedFailed" | "ExecutedFailed")
        | ("MevShield", "DecryptionFailed" | "ExtrinsicDecodeFailed" | "ExtrinsicExpired") => {
            Some(Failure::Event(event))
        }
        _ => event.fields().iter().find_map(err).map(Failure::Error),
    }
}

/// The error of a `DispatchResult` that failed.
pub(super) fn err(result: &Value) -> Option<&Value> {
    match result.as_variant()? {
        ("Err", [error]) => Some(error),
        _ => None,
    }
}
