//! The code of a native runtime: a name, where a node's state has wasm.

use std::{borrow::Cow, cell::Cell, str};

use sp_version::RuntimeVersion;

use super::{first, second};

/// Which runtime is meant. Its code is `tensorwire-devnet runtime, spec version N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    spec_version: u32,
}

const PREFIX: &str = "tensorwire-devnet runtime, spec version ";

impl Code {
    /// The runtime a chain begins with: the version of Subtensor whose names and types are imitated.
    pub(crate) const FIRST: Self = Self { spec_version: 393 };

    /// Reads a code; `None` where it is no native runtime's.
    pub(crate) fn parse(code: &[u8]) -> Option<Self> {
        let spec_version = str::from_utf8(code).ok()?.strip_prefix(PREFIX)?.parse().ok()?;
        Some(Self { spec_version }).filter(|parsed| parsed.bytes() == code)
    }

    /// What stands in the state.
    pub(crate) fn bytes(self) -> Vec<u8> {
        format!("{PREFIX}{}", self.spec_version).into_bytes()
    }

    /// The runtime of the next upgrade.
    pub(crate) fn next(self) -> Self {
        Self { spec_version: self.spec_version.saturating_add(1) }
    }

    /// What the runtime says of itself.
    pub(crate) fn version(self) -> RuntimeVersion {
        RuntimeVersion {
            spec_name: Cow::Borrowed("node-subtensor"),
            impl_name: Cow::Borrowed("node-subtensor"),
            authoring_version: 1,
            spec_version: self.spec_version,
            impl_version: 1,
            apis: self.by_layout(first::apis::RUNTIME_API_VERSIONS, second::apis::RUNTIME_API_VERSIONS),
            // Calls move with every upgrade.
            transaction_version: self.spec_version.saturating_sub(Self::FIRST.spec_version) + 1,
            system_version: 1,
        }
    }

    /// Calls a runtime API function; `None` where there is none of this name. The externalities are set, and this is
    /// the runtime that was entered.
    pub(crate) fn dispatch(self, function: &str, arguments: &[u8]) -> Option<Vec<u8>> {
        let dispatch: fn(&str, &[u8]) -> _ =
            self.by_layout(first::apis::api::dispatch, second::apis::api::dispatch);
        dispatch(function, arguments)
    }

    /// The layouts take turns.
    fn by_layout<V>(self, first: V, second: V) -> V {
        if self.spec_version % 2 == Self::FIRST.spec_version % 2 { first } else { second }
    }

    /// Makes this the runtime that this thread executes, or none; returns what it was before.
    pub(crate) fn enter(entered: Option<Self>) -> Option<Self> {
        EXECUTING.replace(entered)
    }

    /// The runtime that this thread executes.
    pub(crate) fn executing() -> Option<Self> {
        EXECUTING.get()
    }
}

thread_local! {
    static EXECUTING: Cell<Option<Code>> = const { Cell::new(None) };
}
