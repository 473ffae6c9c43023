//! The names of faults.

use std::{str::FromStr, time::Duration};

use super::{Fault, Refusal, Step};
use crate::{Error, Result};

/// A kind of [`Fault`], as it is written.
#[derive(Clone, Copy, Debug)]
pub struct FaultKind {
    name: &'static str,
    value: &'static str,
    effect: &'static str,
    parse: fn(&str) -> Option<Fault>,
}

const OFTEN: u32 = 10;
const SELDOM: u32 = 50;

/// The one table: what is parsed, what help shows, what an error lists.
const KINDS: &[FaultKind] = &[
    kind("drop-every", "=N", "drop the connection after every N messages", |value| {
        Some(Fault::DropEvery(count(value)?))
    }),
    kind("delay", "=MS[..MS]", "hold each answer back, by a random time in between", delay),
    kind("lose-reply", "=N", "never send every Nth answer", |value| Some(Fault::LoseReply(count(value)?))),
    kind("null-id", "[=N]", "give every Nth answer the id null (10)", |value| {
        Some(Fault::NullId(count_or(value, OFTEN)?))
    }),
    kind("429", "[=RETRY_AFTER]", "refuse handshakes with HTTP 429", |value| {
        Some(Fault::TooManyRequests(if value.is_empty() { None } else { Some(value.parse().ok()?) }))
    }),
    kind("limit", "=RPS[:SHAPE]", "refuse above RPS/s: -32005, -32029, -32004, close-1008", limit),
    kind("close", "=CODE[:N]", "close with CODE after every N messages (50)", close),
    kind("freeze-head", "", "stop the heads where they are", |value| flag(value, Fault::FreezeHead)),
    kind("lag", "=N", "stay N blocks behind the chain", |value| Some(Fault::Lag(value.parse().ok()?))),
    kind("half-open", "", "take everything, answer nothing", |value| flag(value, Fault::HalfOpen)),
    kind("reject", "=PERCENT", "refuse so many submissions: 1010, Custom error: 1", |value| {
        Some(Fault::Reject(value.parse().ok().filter(|percent| *percent <= 100)?))
    }),
    kind("cut", "=METHOD[:N[:STEP]]", "cut at the Nth METHOD (1): asked, done, told-UPDATES", cut),
];

/// The shapes of a refusal, as they are written.
const REFUSALS: [(&str, Refusal); 4] = [
    ("-32005", Refusal::Error(-32_005)),
    ("-32029", Refusal::Error(-32_029)),
    ("-32004", Refusal::Error(-32_004)),
    ("close-1008", Refusal::Close),
];

/// The steps of a request, as they are written; a number follows the last.
const ASKED: &str = "asked";
const DONE: &str = "done";
const TOLD: &str = "told-";

const fn kind(
    name: &'static str,
    value: &'static str,
    effect: &'static str,
    parse: fn(&str) -> Option<Fault>,
) -> FaultKind {
    FaultKind { name, value, effect, parse }
}

impl FaultKind {
    /// How it is written, with what is optional in brackets: `lose-reply=N`.
    pub fn syntax(&self) -> String {
        format!("{}{}", self.name, self.value)
    }

    /// What it does, in half a line.
    pub fn effect(&self) -> &'static str {
        self.effect
    }
}

impl Fault {
    /// All kinds of faults.
    pub const KINDS: &'static [FaultKind] = KINDS;
}

impl FromStr for Fault {
    type Err = Error;

    /// # Errors
    /// `Fault`, which names the fault's syntax, or all faults if there is none of this name.
    fn from_str(text: &str) -> Result<Self> {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let Some(kind) = KINDS.iter().find(|kind| kind.name == name) else {
            let known: Vec<_> = KINDS.iter().map(FaultKind::syntax).collect();
            return Err(Error::fault(format_args!(
                "no fault is called {name:?}; known: {}",
                known.join(", ")
            )));
        };
        (kind.parse)(value).ok_or_else(|| {
            let words = match name {
                "limit" => format!(", SHAPE is one of {}", REFUSALS.map(|(word, _)| word).join(", ")),
                "cut" => format!(", STEP is one of {ASKED}, {DONE}, {TOLD}N"),
                _ => String::new(),
            };
            Error::fault(format_args!("{text:?} is no {}{words}", kind.syntax()))
        })
    }
}

fn count(value: &str) -> Option<u32> {
    value.parse().ok().filter(|count| *count > 0)
}

fn count_or(value: &str, otherwise: u32) -> Option<u32> {
    if value.is_empty() { Some(otherwise) } else { count(value) }
}

fn flag(value: &str, fault: Fault) -> Option<Fault> {
    value.is_empty().then_some(fault)
}

fn delay(value: &str) -> Option<Fault> {
    let (least, most) = value.split_once("..").unwrap_or((value, value));
    let milliseconds = |text: &str| text.parse().ok().map(Duration::from_millis);
    let (least, most) = (milliseconds(least)?, milliseconds(most)?);
    (least <= most).then_some(Fault::Delay { least, most })
}

fn limit(value: &str) -> Option<Fault> {
    let (per_second, shape) = value.split_once(':').unwrap_or((value, "-32005"));
    let (_, refusal) = REFUSALS.into_iter().find(|(word, _)| *word == shape)?;
    Some(Fault::Limit { per_second: per_second.parse().ok()?, refusal })
}

fn close(value: &str) -> Option<Fault> {
    let (code, every) = value.split_once(':').unwrap_or((value, ""));
    // Others may not be sent: they are reserved, or stand for an end without a close frame.
    let code = code.parse().ok().filter(|code| matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999))?;
    Some(Fault::Close { code, every: count_or(every, SELDOM)? })
}

fn cut(value: &str) -> Option<Fault> {
    let mut parts = value.splitn(3, ':');
    let method = parts.next().filter(|method| !method.is_empty())?.to_owned();
    let nth = parts.next().map_or(Some(1), count)?;
    let step = match parts.next() {
        None | Some(ASKED) => Step::Asked,
        Some(DONE) => Step::Done,
        Some(step) => Step::Told(step.strip_prefix(TOLD)?.parse().ok()?),
    };
    Some(Fault::Cut { method, nth, step })
}
