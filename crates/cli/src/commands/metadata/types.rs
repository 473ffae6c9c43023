use std::fmt::Write;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tensorwire::Runtime;
use tensorwire_scale::{Error, TypeDescription, TypeId, TypeKind};

use super::item::{Field, Variant};
use crate::{context::Context, failure::NotFound, table::Table};

/// List the types of a runtime, or show one
#[derive(Args)]
#[command(after_help = NOTES)]
pub(super) struct List {
    /// A type's id, its path, the last part of that, or its name as it is shown here
    name: Option<String>,
}

const NOTES: &str = "\
Examples:
  tw metadata types
  tw metadata types NeuronInfoLite
  tw --json metadata types 'Vec<u16>'";

/// A type in the list.
#[derive(Serialize)]
struct Line {
    id: u32,
    name: String,
    path: String,
}

/// A type, one level deep.
#[derive(Serialize)]
struct Type {
    #[serde(flatten)]
    line: Line,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Fields(Vec<Field>),
    Variants(Vec<Variant>),
    Optional(Inner),
    Elements(Inner),
    /// An integer, a text, bytes, an account: nothing further to show.
    Scalar(bool),
}

/// The type inside an option, a sequence or an array.
#[derive(Serialize)]
struct Inner {
    id: u32,
    #[serde(rename = "type")]
    type_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<u32>,
}

impl List {
    pub(super) fn run(self, runtime: &Runtime, context: &Context) -> Result<()> {
        let Some(name) = self.name else {
            let lines: Vec<_> = runtime.types().map(|ty| Line::of(&ty)).collect();
            return Ok(context.output.show(&lines, || table(&lines))?);
        };
        let plan = runtime.plan();
        let find = || plan.find_type(&name).and_then(|ty| plan.describe(ty));
        let missing =
            |error: Error| NotFound::new(format!("{error} ({runtime})"), "`tw metadata types` lists them");
        let found = Type::of(runtime, find().map_err(missing)?);
        Ok(context.output.show(&found, || found.text())?)
    }
}

fn table(lines: &[Line]) -> Table {
    // Some names are far wider than a terminal: in a column of their own, paths would be out of sight for all.
    let mut table = Table::new([">ID", "NAME, PATH"]);
    for Line { id, name, path } in lines {
        table.row([id.to_string(), format!("{name}  {path}")]);
    }
    table
}

impl Line {
    fn of(ty: &TypeDescription) -> Self {
        Self { id: ty.id.0, name: ty.name.clone(), path: ty.path.clone() }
    }
}

impl Type {
    fn of(runtime: &Runtime, ty: TypeDescription) -> Self {
        let inner = |ty: TypeId, length| Inner { id: ty.0, type_name: runtime.plan().type_name(ty), length };
        let line = Line::of(&ty);
        let content = match ty.kind {
            TypeKind::Fields(fields) => Content::Fields(fields.into_iter().map(Field::from).collect()),
            TypeKind::Variants(variants) => {
                Content::Variants(variants.into_iter().map(Variant::from).collect())
            }
            TypeKind::Optional(content) => Content::Optional(inner(content, None)),
            TypeKind::Elements { element, len } => Content::Elements(inner(element, len)),
            _ => Content::Scalar(true),
        };
        Self { line, content }
    }

    fn text(&self) -> String {
        let Line { id, name, path } = &self.line;
        let mut text = format!("type {name}, id {id}");
        if !path.is_empty() {
            let _ = write!(text, "\n  path: {path}");
        }
        match &self.content {
            Content::Fields(fields) => fields.iter().enumerate().for_each(|(place, field)| {
                let _ = write!(text, "\n  {}", field.text(place));
            }),
            Content::Variants(variants) => variants.iter().for_each(|variant| {
                let _ = write!(text, "\n  {}: {}", variant.index, variant.signature);
            }),
            Content::Optional(Inner { type_name, .. }) => {
                let _ = write!(text, "\n  content: {type_name}");
            }
            Content::Elements(Inner { type_name, .. }) => {
                let _ = write!(text, "\n  element: {type_name}");
            }
            Content::Scalar(_) => {}
        }
        text
    }
}
