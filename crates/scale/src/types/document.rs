//! YAML, and JSON which is a part of it, as a tree in which every node knows its line.

use super::definition::Place;
use crate::{Error, ErrorKind, Result};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::{fmt, sync::Arc};

#[cfg(test)]
mod tests;

/// A part of a file.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Null,
    Text(String),
    List(Vec<Node>),
    /// A key may be there twice: files that people publish have types that are, and mean the later one.
    Map(Vec<Entry>),
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Node,
}

/// No file that describes types comes near this.
const MAX_DEPTH: usize = 32;

/// A list or map whose end has not come yet, and the key that waits for its value.
struct Open {
    node: Node,
    key: Option<(String, Place)>,
}

/// Reads the one document of a file; an empty file is an empty map.
pub(super) fn read(file: &str, text: &str) -> Result<Node> {
    let file: Arc<str> = file.into();
    let place = |line| Place { file: file.clone(), line };
    let (mut root, mut open) = (None, Vec::<Open>::new());
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let column = error.marker().col() + 1;
            mistake(&place(error.marker().line()), format!("{}, at column {column}", error.info()))
        })?;
        let place = place(span.start.line());
        let content = match event {
            Event::SequenceStart(..) => Content::List(Vec::new()),
            Event::MappingStart(..) => Content::Map(Vec::new()),
            Event::Scalar(text, ScalarStyle::Plain, ..) if matches!(&*text, "" | "~" | "null") => {
                Content::Null
            }
            Event::Scalar(text, ..) => Content::Text(text.into_owned()),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { node, .. }) = open.pop() {
                    close(&mut open, &mut root, node)?;
                }
                continue;
            }
            Event::Alias(_) => return Err(mistake(&place, "references (*name) are not read")),
            Event::DocumentStart(_) if root.is_some() => {
                return Err(mistake(&place, "a second document begins here"));
            }
            _ => continue,
        };
        let node = Node { place, content };
        match node.content {
            Content::List(_) | Content::Map(_) if open.len() == MAX_DEPTH => {
                return Err(mistake(&node.place, format!("this is nested deeper than {MAX_DEPTH} levels")));
            }
            Content::List(_) | Content::Map(_) => open.push(Open { node, key: None }),
            _ => close(&mut open, &mut root, node)?,
        }
    }
    Ok(root.unwrap_or_else(|| Node { place: place(1), content: Content::Map(Vec::new()) }))
}

/// Puts a finished node where it belongs.
fn close(open: &mut [Open], root: &mut Option<Node>, node: Node) -> Result<()> {
    let Some(Open { node: parent, key }) = open.last_mut() else {
        *root = Some(node);
        return Ok(());
    };
    match (&mut parent.content, key.take()) {
        (Content::Map(entries), Some((key, place))) => entries.push(Entry { key, place, value: node }),
        (Content::Map(_), None) => {
            let name = match node.content {
                Content::Text(text) => text,
                _ => return Err(mistake(&node.place, "a name is expected before the colon")),
            };
            *key = Some((name, node.place));
        }
        (Content::List(list), _) => list.push(node),
        _ => {}
    }
    Ok(())
}

/// An error in a file.
pub(super) fn mistake(place: &Place, what: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Definitions, format!("{place}: {what}"))
}

impl Node {
    pub(super) fn text(&self, expected: &str) -> Result<&str> {
        match &self.content {
            Content::Text(text) => Ok(text),
            _ => Err(self.not(expected)),
        }
    }

    pub(super) fn list(&self, expected: &str) -> Result<&[Self]> {
        match &self.content {
            Content::List(list) => Ok(list),
            _ => Err(self.not(expected)),
        }
    }

    pub(super) fn map(&self, expected: &str) -> Result<&[Entry]> {
        match &self.content {
            Content::Map(entries) => Ok(entries),
            _ => Err(self.not(expected)),
        }
    }

    /// The error of a node that is something else than expected.
    pub(super) fn not(&self, expected: &str) -> Error {
        let found = match &self.content {
            Content::Null => "nothing".to_owned(),
            Content::Text(text) => format!("{text:?}"),
            Content::List(_) => "a list".to_owned(),
            Content::Map(_) => "a map".to_owned(),
        };
        mistake(&self.place, format!("{expected} is expected, and here is {found}"))
    }
}

impl Entry {
    /// The error of an entry that has no meaning here.
    pub(super) fn unknown(&self, known: &[&'static str]) -> Error {
        let hint = crate::did_you_mean(&self.key, known.iter().copied());
        mistake(&self.place, format!("{:?} has no meaning here{hint}", self.key))
    }
}
