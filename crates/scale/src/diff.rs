use crate::Runtime;
use serde::Serialize;

mod items;
mod text;
mod types;

use items::Comparison;

/// What one runtime has otherwise than another: what an upgrade changes.
///
/// Documentation is not compared, and neither are the names of types: a type has changed when it is read otherwise, or
/// its fields or variants have other names. Displayed, it is a text for people, with `+`, `-` and `~`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    before: String,
    after: String,
    changes: Vec<ItemChange>,
}

/// Something that was added, removed or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ItemChange {
    /// The pallet or runtime API that it is part of; none for pallets and runtime APIs themselves, and for what concerns
    /// the whole runtime.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// What it is.
    pub item: ItemKind,
    /// Its name.
    pub name: String,
    /// It with its types, as it is now, or was before it was removed: `add_stake(hotkey: AccountId32, netuid: u16)`.
    pub signature: String,
    /// What happened to it.
    pub change: ChangeKind,
    /// What is different, where it was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemKind {
    /// A version of the runtime, or another number that concerns all of it.
    Version,
    /// A transaction extension.
    Extension,
    /// A pallet. What it contains is listed only where both runtimes have it.
    Pallet,
    /// A storage item.
    Storage,
    /// A constant.
    Constant,
    /// A call.
    Call,
    /// An event.
    Event,
    /// An error.
    Error,
    /// A runtime API. Its methods are listed only where both runtimes have it.
    Api,
    /// A method of a runtime API.
    Method,
}

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The older runtime lacks it.
    Added,
    /// The newer runtime lacks it.
    Removed,
    /// Both have it, and not alike.
    Changed,
}

/// One thing that is different about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What: `index`, `value`, `default`, `key 1`, `hasher 1`, `field amount`, `variant Paused`, ...
    pub what: String,
    /// As it was; none for what was added.
    pub before: Option<String>,
    /// As it is; none for what was removed.
    pub after: Option<String>,
    /// What is different inside a type, one level deep.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Self>,
}

impl Runtime {
    /// What the other runtime has otherwise than this one, in this one's order: versions, extensions, pallets and what
    /// they have, runtime APIs. Takes some milliseconds.
    pub fn diff(&self, after: &Self) -> Diff {
        let changes = Comparison::new(self, after).changes();
        Diff { before: self.to_string(), after: after.to_string(), changes }
    }
}

impl Diff {
    /// The older runtime, as in `node-subtensor 343`.
    pub fn before(&self) -> &str {
        &self.before
    }

    /// The newer runtime.
    pub fn after(&self) -> &str {
        &self.after
    }

    /// All changes: those of the whole runtime first, then grouped by pallet and runtime API.
    pub fn changes(&self) -> &[ItemChange] {
        &self.changes
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
