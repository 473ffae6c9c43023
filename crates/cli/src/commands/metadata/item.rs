use anyhow::Result;
use serde::Serialize;
use tensorwire::{Runtime, Value};
use tensorwire_scale::{
    Constant, FieldDescription, Pallet, Plan, StorageEntry, VariantDescription, did_you_mean,
};

use crate::{failure::NotFound, pretty::pretty};

/// One thing that a pallet has.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Item<'a> {
    Storage(Storage<'a>),
    Constant(ConstantItem<'a>),
    Call(Variant),
    Event(Variant),
    Error(Variant),
}

/// Calls, events and errors are variants alike.
type Kind<'a> = fn(Variant) -> Item<'a>;

/// A storage item.
#[derive(Serialize)]
pub(super) struct Storage<'a> {
    name: &'a str,
    keys: Vec<Key>,
    value: String,
    optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Value>,
    prefix: String,
    docs: &'a str,
    #[serde(skip)]
    pub(super) signature: String,
}

#[derive(Serialize)]
struct Key {
    #[serde(rename = "type")]
    type_name: String,
    hasher: String,
}

#[derive(Serialize)]
pub(super) struct ConstantItem<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_name: String,
    value: Value,
    docs: &'a str,
}

/// A call, event or error.
#[derive(Serialize)]
pub(super) struct Variant {
    name: String,
    pub(super) index: u8,
    fields: Vec<Field>,
    docs: String,
    #[serde(skip)]
    pub(super) signature: String,
}

#[derive(Serialize)]
pub(super) struct Field {
    name: Option<String>,
    #[serde(rename = "type")]
    type_name: String,
}

/// All things of that name that the pallet has: a storage item and an event may share one.
pub(super) fn find<'a>(runtime: &'a Runtime, pallet: &'a Pallet, name: &str) -> Result<Vec<Item<'a>>> {
    let plan = runtime.plan();
    let mut items = Vec::new();
    if let Some(entry) = pallet.storage().iter().find(|entry| entry.name() == name) {
        items.push(Item::Storage(Storage::of(plan, entry)));
    }
    if let Some(constant) = pallet.constants().iter().find(|constant| constant.name() == name) {
        items.push(Item::Constant(ConstantItem::of(plan, constant)?));
    }
    let kinds: [(_, Kind<'_>); 3] =
        [(pallet.calls(), Item::Call), (pallet.events(), Item::Event), (pallet.errors(), Item::Error)];
    let mut others = Vec::new();
    for (variants, kind) in kinds {
        for variant in variants {
            if variant.name == name {
                items.push(kind(variant.into()));
            } else {
                others.push(variant.name);
            }
        }
    }
    if items.is_empty() {
        let storage = pallet.storage().iter().map(StorageEntry::name);
        let names = storage.chain(pallet.constants().iter().map(Constant::name));
        let hint = did_you_mean(name, names.chain(others.iter().map(String::as_str)));
        let message = format!("{} of {runtime} has nothing named \"{name}\"{hint}", pallet.name());
        return Err(NotFound::in_runtime(message).into());
    }
    Ok(items)
}

pub(super) fn text(items: &[Item]) -> String {
    let texts: Vec<_> = items.iter().map(Item::text).collect();
    texts.join("\n\n")
}

impl Item<'_> {
    fn text(&self) -> String {
        match self {
            Self::Storage(storage) => storage.text(),
            Self::Constant(ConstantItem { name, type_name, value, docs }) => {
                with_docs(format!("constant {name}: {type_name}\n  value: {}", pretty(value)), docs)
            }
            Self::Call(call) => call.text("call"),
            Self::Event(event) => event.text("event"),
            Self::Error(error) => error.text("error"),
        }
    }
}

impl<'a> Storage<'a> {
    pub(super) fn of(plan: &Plan, entry: &'a StorageEntry) -> Self {
        let key = |(ty, hasher): (&_, &tensorwire_scale::Hasher)| Key {
            type_name: plan.type_name(*ty),
            hasher: hasher.to_string(),
        };
        let default = (!entry.is_optional()).then(|| entry.decode(None).ok()).flatten();
        Self {
            name: entry.name(),
            keys: entry.key_types().iter().zip(entry.hashers()).map(key).collect(),
            value: plan.type_name(entry.value_type()),
            optional: entry.is_optional(),
            default,
            prefix: const_hex::encode_prefixed(entry.prefix()),
            docs: entry.docs(),
            signature: entry.signature(),
        }
    }

    fn text(&self) -> String {
        let mut lines = vec![format!("storage {}", self.signature)];
        for (place, Key { type_name, hasher }) in self.keys.iter().enumerate() {
            lines.push(format!("  key {}: {type_name}, hashed by {hasher}", place + 1));
        }
        if let Some(default) = &self.default {
            lines.push(format!("  default: {default}"));
        }
        lines.push(format!("  prefix: {}", self.prefix));
        with_docs(lines.join("\n"), self.docs)
    }
}

impl<'a> ConstantItem<'a> {
    fn of(plan: &Plan, constant: &'a Constant) -> Result<Self> {
        let type_name = plan.type_name(constant.type_id());
        Ok(Self { name: constant.name(), type_name, value: constant.value()?, docs: constant.docs() })
    }
}

impl From<VariantDescription> for Variant {
    fn from(variant: VariantDescription) -> Self {
        let signature = variant.signature();
        let VariantDescription { name, index, fields, docs, .. } = variant;
        Self { name, index, fields: fields.into_iter().map(Field::from).collect(), docs, signature }
    }
}

impl From<FieldDescription> for Field {
    fn from(FieldDescription { name, type_name, .. }: FieldDescription) -> Self {
        Self { name, type_name }
    }
}

impl Field {
    /// As in `netuid: u16`; a field without a name is called by its place.
    pub(super) fn text(&self, place: usize) -> String {
        match &self.name {
            Some(name) => format!("{name}: {}", self.type_name),
            None => format!("{place}: {}", self.type_name),
        }
    }
}

impl Variant {
    fn text(&self, kind: &str) -> String {
        let mut text = format!("{kind} {}, index {}", self.name, self.index);
        for (place, field) in self.fields.iter().enumerate() {
            text.extend(["\n  ", &field.text(place)]);
        }
        with_docs(text, &self.docs)
    }
}

/// The text, and the documentation below it.
pub(super) fn with_docs(text: String, docs: &str) -> String {
    if docs.trim().is_empty() {
        return text;
    }
    let docs: Vec<_> = docs.trim().lines().map(|line| format!("  {}", line.trim())).collect();
    format!("{text}\n\n{}", docs.join("\n"))
}

pub(super) fn first_line(docs: &str) -> Option<&str> {
    docs.trim().lines().next().map(str::trim).filter(|line| !line.is_empty())
}
