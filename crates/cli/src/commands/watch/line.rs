use std::fmt;

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use tensorwire::{BlockRef, Hash, HeadEvent};

/// What a line tells.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(super) enum Line {
    Block { number: u64, hash: Hash, parent: Hash },
    Reorg { from: BlockRef, to: BlockRef },
    Lagged { missed: u64 },
}

impl Line {
    pub(super) fn of(event: HeadEvent) -> Option<Self> {
        match event {
            HeadEvent::Block(header) => {
                Some(Self::Block { number: header.number, hash: header.hash, parent: header.parent })
            }
            HeadEvent::Reorg { from, to } => Some(Self::Reorg { from, to }),
            HeadEvent::Lagged { missed } => Some(Self::Lagged { missed }),
            _ => None,
        }
    }
}

const YELLOW: Style = AnsiColor::Yellow.on_default();

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block { number, hash, .. } => write!(f, "{number}  {hash}"),
            Self::Reorg { from, to } => write!(f, "{YELLOW}reorg{YELLOW:#}  from {from} to {to}"),
            Self::Lagged { missed } => write!(f, "{YELLOW}lagged{YELLOW:#}  {missed} blocks missed"),
        }
    }
}
