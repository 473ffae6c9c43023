use super::{ChangeKind, Diff, Difference, ItemChange, ItemKind};
use std::fmt;

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.before, self.after)?;
        if self.is_empty() {
            return f.write_str("\n\nnothing has changed");
        }
        for group in self.changes.chunk_by(|one, next| one.within == next.within) {
            match group.first().and_then(|change| change.within.as_deref()) {
                Some(name) => write!(f, "\n\n{name}")?,
                None => f.write_str("\n")?,
            }
            group.iter().try_for_each(|change| write!(f, "\n{change}"))?;
        }
        Ok(())
    }
}

impl fmt::Display for ItemChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = if self.within.is_some() { "  " } else { "" };
        let (kind, name) = (self.item.name(), &self.name);
        match (self.change, &*self.differences) {
            (ChangeKind::Added, _) => write!(f, "{indent}+ {kind} {}", self.signature),
            (ChangeKind::Removed, _) => write!(f, "{indent}- {kind} {}", self.signature),
            (ChangeKind::Changed, [only]) if self.item == ItemKind::Version => {
                write!(f, "{indent}~ {name}: {}", Sides(only))
            }
            (ChangeKind::Changed, [only]) if only.inside.is_empty() => {
                write!(f, "{indent}~ {kind} {name}, {only}")
            }
            (ChangeKind::Changed, differences) => {
                write!(f, "{indent}~ {kind} {name}")?;
                differences.iter().try_for_each(|difference| lines(f, difference, indent.len() + 4))
            }
        }
    }
}

impl ItemKind {
    fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Extension => "extension",
            Self::Pallet => "pallet",
            Self::Storage => "storage",
            Self::Constant => "constant",
            Self::Call => "call",
            Self::Event => "event",
            Self::Error => "error",
            Self::Api => "runtime API",
            Self::Method => "method",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, Sides(self))
    }
}

fn lines(f: &mut fmt::Formatter<'_>, difference: &Difference, indent: usize) -> fmt::Result {
    write!(f, "\n{:indent$}{difference}", "")?;
    difference.inside.iter().try_for_each(|inside| lines(f, inside, indent + 2))
}

/// `u16 -> u32`, `+ u32`, `- u16`. A type that keeps its name is named once.
struct Sides<'d>(&'d Difference);

impl fmt::Display for Sides<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.before.as_deref(), self.0.after.as_deref()) {
            (Some(before), Some(after)) if before == after => write!(f, "{after}, changed inside"),
            (Some(before), Some(_)) if before.len() > MAX_LENGTH && !self.0.inside.is_empty() => {
                f.write_str("changed inside")
            }
            (Some(before), Some(after)) => write!(f, "{} -> {}", cut(before), cut(after)),
            (None, Some(after)) => write!(f, "+ {}", cut(after)),
            (Some(before), None) => write!(f, "- {}", cut(before)),
            (None, None) => Ok(()),
        }
    }
}

const MAX_LENGTH: usize = 160;

/// A value that a line has room for; the whole of it is in the JSON.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_LENGTH) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}
