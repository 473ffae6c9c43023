use std::fmt;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tensorwire::{BlockRef, Change, Hash, HeadEvent, Header, Value};

/// What a line tells.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Line {
    Block { number: u64, hash: Hash, parent: Hash },
    Reorg { from: BlockRef, to: BlockRef },
    Lagged { missed: u64 },
    Change { block: Hash, value: Value, gap: bool },
}

impl Line {
    pub(super) fn of(event: HeadEvent) -> Option<Self> {
        match event {
            HeadEvent::Block(header) => Some(Self::block(&header)),
            HeadEvent::Reorg { from, to } => Some(Self::Reorg { from, to }),
            HeadEvent::Lagged { missed } => Some(Self::Lagged { missed }),
            _ => None,
        }
    }

    pub(crate) fn block(header: &Header) -> Self {
        Self::Block { number: header.number, hash: header.hash, parent: header.parent }
    }

    pub(super) fn change(Change { block, value, gap, .. }: Change) -> Self {
        Self::Change { block, value, gap }
    }

    /// Whether it is one of those that are counted.
    pub(super) fn counts(&self) -> bool {
        matches!(self, Self::Block { .. } | Self::Change { .. })
    }
}

const YELLOW: Style = AnsiColor::Yellow.on_default();

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block { number, hash, .. } => write!(f, "{number}  {hash}"),
            Self::Reorg { from, to } => write!(f, "{YELLOW}reorg{YELLOW:#}  from {from} to {to}"),
            Self::Change { block, value, gap: false } => write!(f, "{block}  {value}"),
            Self::Change { block, value, gap: true } => {
                write!(f, "{block}  {value}  {YELLOW}changes may be missing before{YELLOW:#}")
            }
            Self::Lagged { missed } => write!(f, "{YELLOW}lagged{YELLOW:#}  {missed} blocks missed"),
        }
    }
}
