use std::fmt::Write;

use anyhow::Result;
use serde::Serialize;
use tensorwire::Runtime;
use tensorwire_scale::{Pallet, Plan, TypeId, TypeKind, VariantDescription};

use super::item::{Storage, first_line};

/// What a pallet has.
#[derive(Serialize)]
pub(super) struct Contents<'a> {
    name: &'a str,
    index: u8,
    docs: &'a str,
    storage: Vec<Storage<'a>>,
    constants: Vec<Constant<'a>>,
    calls: Vec<String>,
    events: Vec<String>,
    errors: Vec<String>,
}

#[derive(Serialize)]
struct Constant<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_name: String,
}

impl<'a> Contents<'a> {
    pub(super) fn of(runtime: &'a Runtime, pallet: &'a Pallet) -> Result<Self> {
        let plan = runtime.plan();
        let constants = pallet.constants().iter().map(|constant| Constant {
            name: constant.name(),
            type_name: plan.type_name(constant.type_id()),
        });
        let names = |ty| -> Result<Vec<String>> {
            Ok(variants(plan, ty)?.into_iter().map(|variant| variant.name).collect())
        };
        Ok(Self {
            name: pallet.name(),
            index: pallet.index(),
            docs: pallet.docs(),
            storage: pallet.storage().iter().map(|entry| Storage::of(plan, entry)).collect(),
            constants: constants.collect(),
            calls: names(pallet.calls_type())?,
            events: names(pallet.event_type())?,
            errors: names(pallet.error_type())?,
        })
    }

    pub(super) fn text(&self) -> String {
        let storage = self.storage.iter().map(Storage::signature);
        let constants =
            self.constants.iter().map(|constant| format!("{}: {}", constant.name, constant.type_name));
        let mut text = format!("{}, pallet {}", self.name, self.index);
        if let Some(line) = first_line(self.docs) {
            let _ = write!(text, ": {line}");
        }
        section(&mut text, "storage", storage);
        section(&mut text, "constants", constants);
        section(&mut text, "calls", self.calls.iter().cloned());
        section(&mut text, "events", self.events.iter().cloned());
        section(&mut text, "errors", self.errors.iter().cloned());
        text
    }
}

/// The variants of a pallet's enum of calls, events or errors; none if it has no such enum.
pub(super) fn variants(plan: &Plan, ty: Option<TypeId>) -> Result<Vec<VariantDescription>> {
    match ty.map(|ty| plan.describe(ty)).transpose()?.map(|description| description.kind) {
        Some(TypeKind::Variants(variants)) => Ok(variants),
        _ => Ok(Vec::new()),
    }
}

fn section(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() > 0 {
        let _ = write!(text, "\n\n{title}");
        lines.for_each(|line| text.extend(["\n  ", &line]));
    }
}
