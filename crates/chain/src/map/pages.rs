use std::{collections::VecDeque, sync::Arc};

use crate::{Error, ErrorKind, Result, flight::Flight};

use super::{
    layout::{Layout, Raw},
    source::{Key, Keys},
    split::{Span, split},
};

/// Pages that may be under way at once.
const UNDER_WAY: usize = 8;

/// The keys of a listing, page by page and in order, several pages under way at once.
pub(super) struct Pages {
    /// What all keys begin with.
    prefix: Vec<u8>,
    page_size: usize,
    /// Keys still wanted.
    wanted: u64,
    /// What is left to list, in order.
    parts: VecDeque<Part>,
    /// All keys up to here are given out.
    passed: Key,
    /// How many pages may be under way: all at once where the keys are spread evenly, else twice as many after every
    /// page that was of use.
    window: usize,
    /// A page was short: nothing follows.
    ended: bool,
}

struct Part {
    span: Span,
    page: Option<Page>,
}

#[derive(Clone)]
pub(super) struct Page {
    /// How many keys were asked for.
    asked: usize,
    keys: Flight<Arc<Keys>>,
}

impl Pages {
    pub(super) fn new(layout: &Layout, start: Key, page_size: usize, limit: Option<u64>) -> Self {
        let span = Span { after: start.clone(), until: None };
        Self {
            prefix: layout.prefix.clone(),
            page_size,
            wanted: limit.unwrap_or(u64::MAX),
            parts: VecDeque::from([Part { span, page: None }]),
            passed: start,
            window: if layout.is_hashed { UNDER_WAY } else { 1 },
            ended: limit == Some(0),
        }
    }

    /// Begins pages as far as there is room for their keys.
    pub(super) fn begin(&mut self, room: usize, list: impl Fn(&Key, usize) -> Flight<Arc<Keys>>) {
        if self.ended {
            return;
        }
        let wanted = usize::try_from(self.wanted).unwrap_or(usize::MAX);
        let pages = room.min(wanted).div_ceil(self.page_size).min(self.window);
        let asked = self.page_size.min(wanted);
        for part in self.parts.iter_mut().take(pages) {
            let Part { span, page } = part;
            page.get_or_insert_with(|| Page { asked, keys: list(&span.after, asked) });
        }
    }

    /// The page that comes next, if it has begun.
    pub(super) fn first(&self) -> Option<Page> {
        self.parts.front()?.page.clone()
    }

    /// Takes the page that came next. Returns what is new.
    pub(super) fn take(&mut self, page: &Page, keys: Result<Arc<Keys>>) -> Result<Vec<Raw>> {
        let Some(Part { span, .. }) = self.parts.pop_front() else { return Ok(Vec::new()) };
        let keys = match keys {
            // A page that nothing was expected of any more.
            Err(_) if self.ended => return Ok(Vec::new()),
            keys => keys?,
        };
        let Keys { listed, values } = &*keys;
        let new = listed.iter().enumerate().filter(|(_, key)| **key > self.passed);
        let entry = |(place, key): (usize, &Key)| Raw { key: key.clone(), value: values.get(place).cloned() };
        let mut new: Vec<_> = new.map(entry).collect();
        if self.ended {
            return if new.is_empty() { Ok(new) } else { Err(after_the_end()) };
        }
        if let Some(last) = new.last() {
            self.passed.clone_from(&last.key);
        }
        if listed.len() < page.asked {
            self.ended = true;
            // What is under way may yet contradict.
            self.parts.retain(|part| part.page.is_some());
        } else {
            self.window = (2 * self.window).min(UNDER_WAY);
            if span.until.as_ref().is_none_or(|until| *until > self.passed) {
                let left = Span { after: self.passed.clone(), until: span.until };
                let parts = split(left, listed, self.page_size, &self.prefix);
                parts.into_iter().rev().for_each(|span| self.parts.push_front(Part { span, page: None }));
            }
            self.skip();
        }
        new.truncate(usize::try_from(self.wanted).unwrap_or(usize::MAX));
        self.wanted -= new.len() as u64;
        if self.wanted == 0 {
            self.parts.clear();
        }
        Ok(new)
    }

    /// A page may reach beyond its part.
    fn skip(&mut self) {
        while self
            .parts
            .front()
            .and_then(|part| part.span.until.as_ref())
            .is_some_and(|until| *until <= self.passed)
        {
            self.parts.pop_front();
        }
        if let Some(Part { span, page: None }) = self.parts.front_mut()
            && span.after < self.passed
        {
            span.after.clone_from(&self.passed);
        }
    }
}

impl Page {
    pub(super) async fn keys(&self) -> Result<Arc<Keys>> {
        self.keys.get().await
    }

    pub(super) fn now(&self) -> Option<Result<Arc<Keys>>> {
        self.keys.now()
    }
}

fn after_the_end() -> Error {
    Error::new(ErrorKind::Protocol, "the node lists keys behind those that it calls the last ones")
}
