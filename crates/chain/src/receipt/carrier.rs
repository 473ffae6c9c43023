use tensorwire_scale::{Call, Event};

/// How a call carries others, and how it tells what became of them.
pub(super) enum Carrier {
    /// Several, one after the other: an event after each that was executed, and one at the end.
    Batch(Vec<Nested>),
    /// One, and then the event of that name with its result.
    Told(Nested, &'static str),
    /// One, as its own: it succeeds if that one does.
    Through(Nested),
    /// One, and another if that one fails; an event tells which it was.
    Either([Nested; 2]),
}

/// A call and where it stands.
pub(super) struct Nested {
    pub(super) path: String,
    pub(super) call: Call,
}

/// The events by which carriers tell results. No other call tells them.
const RESULTS: [(&str, &str); 13] = [
    ("Utility", "BatchCompleted"),
    ("Utility", "BatchCompletedWithErrors"),
    ("Utility", "BatchInterrupted"),
    ("Utility", "ItemCompleted"),
    ("Utility", "ItemFailed"),
    ("Utility", "DispatchedAs"),
    ("Utility", "IfElseMainSuccess"),
    ("Utility", "IfElseFallbackCalled"),
    ("Sudo", "Sudid"),
    ("Sudo", "SudoAsDone"),
    ("SubtensorModule", "Sudid"),
    ("Proxy", "ProxyExecuted"),
    ("Multisig", "MultisigExecuted"),
];

pub(super) fn tells_result(event: &Event) -> bool {
    RESULTS.contains(&(event.pallet(), event.name()))
}

/// Whether a multisig tells that it awaits further approvals.
pub(super) fn is_approval(event: &Event) -> bool {
    event.is("Multisig", "NewMultisig") || event.is("Multisig", "MultisigApproval")
}

impl Carrier {
    /// What the call carries that stands at that path, as FRAME's pallets have it and Subtensor's own once had. `None` of
    /// one that carries none, or in a form that cannot be read.
    pub(super) fn of(call: &Call, path: &str) -> Option<Self> {
        let argument = |name: &str| {
            let separator = if path.is_empty() { "" } else { "." };
            Some(Nested {
                path: format!("{path}{separator}{name}"),
                call: Call::from_value(call.arguments().get(name)?)?,
            })
        };
        let told = |event| Some(Self::Told(argument("call")?, event));
        match (call.pallet(), call.name()) {
            ("Utility", "batch" | "batch_all" | "force_batch") => {
                let calls = call.arguments().get("calls")?.iter().enumerate();
                let nested = |(place, call)| {
                    Some(Nested { path: format!("{path}[{place}]"), call: Call::from_value(call)? })
                };
                calls.map(nested).collect::<Option<_>>().map(Self::Batch)
            }
            ("Utility", "as_derivative" | "with_weight") => argument("call").map(Self::Through),
            ("Utility", "dispatch_as" | "dispatch_as_fallible") => told("DispatchedAs"),
            ("Utility", "if_else") => Some(Self::Either([argument("main")?, argument("fallback")?])),
            ("Sudo" | "SubtensorModule", "sudo" | "sudo_unchecked_weight") => told("Sudid"),
            ("Sudo", "sudo_as") => told("SudoAsDone"),
            ("Proxy", "proxy" | "proxy_announced") => told("ProxyExecuted"),
            ("Multisig", "as_multi" | "as_multi_threshold_1") => told("MultisigExecuted"),
            _ => None,
        }
    }

    pub(super) fn into_nested(self) -> Vec<Nested> {
        match self {
            Self::Batch(nested) => nested,
            Self::Told(nested, _) | Self::Through(nested) => vec![nested],
            Self::Either(nested) => nested.into(),
        }
    }
}
