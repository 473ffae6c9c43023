use std::fmt::Write;

use serde::Serialize;
use tensorwire::Runtime;
use tensorwire_scale::{Pallet, VariantDescription};

use super::item::{Storage, Variant, first_line};

/// What a pallet has.
#[derive(Serialize)]
pub(super) struct Contents<'a> {
    name: &'a str,
    index: u8,
    docs: &'a str,
    storage: Vec<Storage<'a>>,
    constants: Vec<Constant<'a>>,
    calls: Vec<Variant>,
    events: Vec<Variant>,
    errors: Vec<Variant>,
}

#[derive(Serialize)]
struct Constant<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_name: String,
}

impl<'a> Contents<'a> {
    pub(super) fn of(runtime: &'a Runtime, pallet: &'a Pallet) -> Self {
        let plan = runtime.plan();
        let constants = pallet.constants().iter().map(|constant| Constant {
            name: constant.name(),
            type_name: plan.type_name(constant.type_id()),
        });
        let variants = |variants: Vec<VariantDescription>| variants.into_iter().map(Variant::from).collect();
        Self {
            name: pallet.name(),
            index: pallet.index(),
            docs: pallet.docs(),
            storage: pallet.storage().iter().map(|entry| Storage::of(plan, entry)).collect(),
            constants: constants.collect(),
            calls: variants(pallet.calls()),
            events: variants(pallet.events()),
            errors: variants(pallet.errors()),
        }
    }

    pub(super) fn text(&self) -> String {
        let storage = self.storage.iter().map(|storage| storage.signature.clone());
        let constants =
            self.constants.iter().map(|constant| format!("{}: {}", constant.name, constant.type_name));
        let mut text = format!("{}, pallet {}", self.name, self.index);
        if let Some(line) = first_line(self.docs) {
            let _ = write!(text, ": {line}");
        }
        section(&mut text, "storage", storage);
        section(&mut text, "constants", constants);
        section(&mut text, "calls", signatures(&self.calls));
        section(&mut text, "events", signatures(&self.events));
        section(&mut text, "errors", signatures(&self.errors));
        text
    }
}

fn signatures(variants: &[Variant]) -> impl ExactSizeIterator<Item = String> {
    variants.iter().map(|variant| variant.signature.clone())
}

fn section(text: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>) {
    if lines.len() > 0 {
        let _ = write!(text, "\n\n{title}");
        lines.for_each(|line| text.extend(["\n  ", &line]));
    }
}
