//! Which events are of which nested call.
//!
//! A call that fails is undone with all events of its own. One that succeeds and carries others ends with the event by
//! which it tells their results. So from the end backwards every event has one place; what has none shows that the call is
//! not what the events are of.

use std::sync::Arc;

use tensorwire_scale::{AccountId, Call, Event, Pallet, Runtime, Value};

use super::{
    carrier::{Carrier, Nested, is_approval, tells_result},
    failure::{err, failure},
    field,
    item::{Item, ItemResult},
};

/// Calls deeper than this are not looked for: each level is a copy of what it carries.
const DEEPEST: usize = 16;

/// The events of an extrinsic, walked beside its call.
pub(super) struct Walk<'a> {
    runtime: &'a Runtime,
    events: &'a Arc<[Event]>,
    /// Where those of the call begin.
    begin: usize,
}

/// The items of a call that succeeded, and where its events begin.
type Walked = (Vec<Item>, usize);

/// Why events and call do not fit, in words.
type Misfit = String;

impl<'a> Walk<'a> {
    pub(super) fn new(runtime: &'a Runtime, events: &'a Arc<[Event]>, signer: Option<AccountId>) -> Self {
        // The fee is taken before the call is executed.
        let is_fee = |event: &Event| {
            event.is("Balances", "Withdraw") && field(event, "who", 0).and_then(Value::as_account) == signer
        };
        let begin = usize::from(signer.is_some() && events.first().is_some_and(is_fee));
        Self { runtime, events, begin }
    }

    /// The items of an extrinsic's call that succeeded.
    pub(super) fn items(&self, call: &Call) -> Result<Vec<Item>, Misfit> {
        if Carrier::of(call, "").is_none() {
            return Ok(Vec::new());
        }
        let (items, begin) = self.of_success(call, "", self.end(call), 0)?;
        if begin == self.begin { Ok(items) } else { Err(self.misfit("", begin)) }
    }

    /// The items of a call all of which share that fate.
    pub(super) fn alike(&self, call: &Call, result: &ItemResult) -> Vec<Item> {
        self.alike_at(call, "", result, 0)
    }

    fn alike_at(&self, call: &Call, path: &str, result: &ItemResult, depth: usize) -> Vec<Item> {
        let nested = carried(call, path, depth).map(Carrier::into_nested).unwrap_or_default();
        let item = |nested: Nested| self.item(nested, result.clone(), result, depth);
        nested.into_iter().map(item).collect()
    }

    /// Walks backwards over the events of a call that succeeded, from their end.
    fn of_success(&self, call: &Call, path: &str, end: usize, depth: usize) -> Result<Walked, Misfit> {
        let (items, begin) = match carried(call, path, depth) {
            None => (Vec::new(), end),
            Some(Carrier::Through(nested)) => {
                let (item, begin) = self.succeeded(nested, end, depth)?;
                (vec![item], begin)
            }
            Some(Carrier::Batch(calls)) => self.batch(calls, path, end, depth)?,
            Some(Carrier::Told(nested, name)) => match self.before(end) {
                Some(told) if told.is(call.pallet(), name) => match told.fields().iter().find_map(err) {
                    Some(error) => (vec![self.failed(nested, error, depth)], end - 1),
                    None => {
                        let (item, begin) = self.succeeded(nested, end - 1, depth)?;
                        (vec![item], begin)
                    }
                },
                Some(told) if call.pallet() == "Multisig" && is_approval(told) => {
                    (vec![self.not_reached(nested, depth)], end - 1)
                }
                _ => return Err(self.misfit(path, end)),
            },
            Some(Carrier::Either([main, fallback])) => match self.before(end) {
                Some(told) if told.is("Utility", "IfElseMainSuccess") => {
                    let (main, begin) = self.succeeded(main, end - 1, depth)?;
                    (vec![main, self.not_reached(fallback, depth)], begin)
                }
                Some(told) if told.is("Utility", "IfElseFallbackCalled") => {
                    let error = field(told, "main_error", 0).unwrap_or(&Value::None);
                    let (fallback, begin) = self.succeeded(fallback, end - 1, depth)?;
                    (vec![self.failed(main, error, depth), fallback], begin)
                }
                _ => return Err(self.misfit(path, end)),
            },
        };
        // What it told before it came to the others.
        Ok((items, self.untold(begin)))
    }

    fn batch(&self, calls: Vec<Nested>, path: &str, end: usize, depth: usize) -> Result<Walked, Misfit> {
        let misfit = |end| self.misfit(path, end);
        let last = self.before(end).filter(|event| event.pallet() == "Utility").ok_or_else(|| misfit(end))?;
        let executed = match last.name() {
            "BatchCompleted" | "BatchCompletedWithErrors" => calls.len(),
            "BatchInterrupted" => {
                let index = field(last, "index", 0).and_then(Value::as_u64).map(usize::try_from);
                let index = index.and_then(Result::ok).filter(|index| *index < calls.len());
                index.ok_or_else(|| misfit(end))?
            }
            _ => return Err(misfit(end)),
        };
        let mut calls = calls;
        let others = calls.split_off(executed).into_iter().enumerate().map(|(place, nested)| match place {
            0 => self.failed(nested, field(last, "error", 1).unwrap_or(&Value::None), depth),
            _ => self.not_reached(nested, depth),
        });
        if !calls.is_empty() && !self.has_item_events() {
            let completed = |nested| self.item(nested, ItemResult::Ok, &ItemResult::Unknown, depth);
            return Ok((calls.into_iter().map(completed).chain(others).collect(), self.begin));
        }
        let (mut items, mut end) = (Vec::with_capacity(calls.len()), end - 1);
        for nested in calls.into_iter().rev() {
            match self.before(end) {
                Some(told) if told.is("Utility", "ItemCompleted") => {
                    let (item, begin) = self.succeeded(nested, end - 1, depth)?;
                    items.push(item);
                    end = begin;
                }
                Some(told) if told.is("Utility", "ItemFailed") => {
                    let error = field(told, "error", 0).unwrap_or(&Value::None);
                    items.push(self.failed(nested, error, depth));
                    end -= 1;
                }
                _ => return Err(misfit(end)),
            }
        }
        items.reverse();
        items.extend(others);
        Ok((items, end))
    }

    fn succeeded(&self, nested: Nested, end: usize, depth: usize) -> Result<(Item, usize), Misfit> {
        let (items, begin) = self.of_success(&nested.call, &nested.path, end, depth + 1)?;
        let Nested { path, call } = nested;
        let told = self.events.get(begin..end).unwrap_or_default();
        let is_ok = !told.iter().any(|event| failure(event).is_some());
        let events = (self.events.clone(), begin..end);
        Ok((Item { path: path.into(), call, result: ItemResult::Ok, is_ok, events, items }, begin))
    }

    fn failed(&self, nested: Nested, error: &Value, depth: usize) -> Item {
        let error = self.runtime.dispatch_error(error);
        self.item(nested, ItemResult::Failed(error), &ItemResult::Reverted, depth)
    }

    fn not_reached(&self, nested: Nested, depth: usize) -> Item {
        self.item(nested, ItemResult::NotReached, &ItemResult::NotReached, depth)
    }

    /// A call without events of its own that are known.
    fn item(&self, nested: Nested, result: ItemResult, of_carried: &ItemResult, depth: usize) -> Item {
        let Nested { path, call } = nested;
        let items = self.alike_at(&call, &path, of_carried, depth + 1);
        let is_ok = result == ItemResult::Ok && !self.events.iter().any(|event| failure(event).is_some());
        Item { path: path.into(), call, result, is_ok, events: (self.events.clone(), 0..0), items }
    }

    /// Where the events of the extrinsic's call end: before those by which the fee is settled.
    fn end(&self, call: &Call) -> usize {
        let is_last = |event: &Event| tells_result(event) || is_approval(event);
        let is_of_fee = |event: &Event| {
            matches!(
                (event.pallet(), event.name()),
                ("System", "ExtrinsicSuccess")
                    | ("Balances", "Deposit" | "Issued" | "Rescinded")
                    | ("TransactionPayment" | "Treasury", _)
            )
        };
        let last = if carries_silently(call) {
            self.events.iter().rposition(|event| !is_of_fee(event))
        } else {
            self.events.iter().rposition(is_last)
        };
        last.map_or(self.begin, |last| self.begin.max(last + 1))
    }

    /// The last of the events before that place.
    fn before(&self, end: usize) -> Option<&'a Event> {
        self.events.get(self.begin..end)?.last()
    }

    /// Back over events that tell no result.
    fn untold(&self, end: usize) -> usize {
        let events = self.events.get(self.begin..end).unwrap_or_default();
        self.begin + events.iter().rposition(tells_result).map_or(0, |last| last + 1)
    }

    /// Whether a batch tells of each item that it has completed. Once it did not.
    fn has_item_events(&self) -> bool {
        let events = self.runtime.pallet("Utility").map(Pallet::events).unwrap_or_default();
        events.iter().any(|event| event.name == "ItemCompleted")
    }

    fn misfit(&self, path: &str, end: usize) -> Misfit {
        let found = self.before(end).map_or_else(
            || "there is none before it".to_owned(),
            |event| {
                format!("before it stands event {}, {}.{}", event.position(), event.pallet(), event.name())
            },
        );
        let call =
            if path.is_empty() { "the extrinsic's call".to_owned() } else { format!("the call at {path}") };
        format!(
            "the events do not fit {call}: an event that tells its result is missing, or is one too many; {found}"
        )
    }
}

fn carried(call: &Call, path: &str, depth: usize) -> Option<Carrier> {
    if depth < DEEPEST { Carrier::of(call, path) } else { None }
}

/// Whether no event ends the events of the call: it carries nothing, or another one as its own.
fn carries_silently(call: &Call) -> bool {
    match Carrier::of(call, "") {
        None => true,
        Some(Carrier::Through(nested)) => carries_silently(&nested.call),
        Some(_) => false,
    }
}
