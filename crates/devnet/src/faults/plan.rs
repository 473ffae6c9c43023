//! The faults of a node, and when each is due.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use parking_lot::{Mutex, RwLock};
use serde::de::IgnoredAny;
use tokio::time::Instant;

use super::{Fault, Refusal, Step};
use crate::relay::Ending;

/// What answers begin with; what subscriptions tell begins otherwise.
const ANSWER: &[u8] = br#"{"jsonrpc":"2.0","id":"#;
/// What the answers to a batch begin with, which count as one.
const BATCH: &[u8] = b"[";

/// What becomes of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// It is sent as it is.
    Whole,
    /// This is sent in its place.
    Changed(Vec<u8>),
    /// It is not sent.
    Lost,
}

/// What a node does wrong.
pub(crate) struct Faults {
    set: RwLock<Vec<Fault>>,
    /// The cuts that have not struck yet.
    cuts: Mutex<Vec<Cut>>,
    messages: AtomicU64,
    answers: AtomicU64,
    random: Mutex<fastrand::Rng>,
    /// The second that is running, and the requests in it.
    second: Mutex<Option<(Instant, u32)>>,
}

/// A cut to come.
struct Cut {
    method: String,
    /// It strikes at this many requests from now.
    left: u32,
    step: Step,
}

/// The methods that submit.
const SUBMITTING: [&str; 2] = ["author_submitExtrinsic", "author_submitAndWatchExtrinsic"];

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            set: RwLock::default(),
            cuts: Mutex::default(),
            messages: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            second: Mutex::default(),
        }
    }

    /// Replaces all faults; counting begins anew.
    pub(crate) fn set(&self, faults: Vec<Fault>) {
        let mut set = self.set.write();
        let cuts = faults.iter().filter_map(|fault| match fault {
            Fault::Cut { method, nth, step } => {
                Some(Cut { method: method.clone(), left: (*nth).max(1), step: *step })
            }
            _ => None,
        });
        *self.cuts.lock() = cuts.collect();
        *set = faults;
        self.messages.store(0, Ordering::Relaxed);
        self.answers.store(0, Ordering::Relaxed);
        *self.second.lock() = None;
    }

    /// What becomes of a message, and how its connection ends after it, if it does.
    pub(crate) fn message(&self, text: &[u8]) -> (Passed, Option<Ending>) {
        let set = self.set.read();
        let messages = self.messages.fetch_add(1, Ordering::Relaxed) + 1;
        let due = |count: u64, every: u32| every > 0 && count.is_multiple_of(every.into());
        let mut passed = Passed::Whole;
        let alone = text.strip_prefix(ANSWER);
        if alone.is_some() || text.starts_with(BATCH) {
            let answers = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
            for fault in &*set {
                match (fault, alone) {
                    (Fault::LoseReply(every), _) if due(answers, *every) => passed = Passed::Lost,
                    (Fault::NullId(every), Some(rest)) if due(answers, *every) && passed == Passed::Whole => {
                        passed = Passed::Changed(with_null_id(rest));
                    }
                    _ => {}
                }
            }
        }
        let end = set.iter().find_map(|fault| match fault {
            Fault::DropEvery(every) if due(messages, *every) => Some(Ending::Cut),
            Fault::Close { code, every } if due(messages, *every) => Some(Ending::Close(*code)),
            _ => None,
        });
        (passed, end)
    }

    /// How long an answer is held back.
    pub(crate) fn delay(&self) -> Option<Duration> {
        let (least, most) = self.find(|fault| match fault {
            Fault::Delay { least, most } => Some((*least, *most)),
            _ => None,
        })?;
        let range = least.as_micros() as u64..=most.max(least).as_micros() as u64;
        Some(Duration::from_micros(self.random.lock().u64(range)))
    }

    /// Counts requests; how they are refused, if they are too many for this second.
    pub(crate) fn refused(&self, requests: u32) -> Option<Refusal> {
        let (per_second, refusal) = self.find(|fault| match fault {
            Fault::Limit { per_second, refusal } => Some((*per_second, *refusal)),
            _ => None,
        })?;
        let now = Instant::now();
        let mut second = self.second.lock();
        if second.is_some_and(|(begin, _)| now.duration_since(begin) >= Duration::from_secs(1)) {
            *second = None;
        }
        let (_, count) = second.get_or_insert((now, 0));
        *count = count.saturating_add(requests);
        (*count > per_second).then_some(refusal)
    }

    /// Whether a request of this method is refused as an invalid transaction.
    pub(crate) fn rejects(&self, method: &str) -> bool {
        let percent = self.find(|fault| match fault {
            Fault::Reject(percent) if SUBMITTING.contains(&method) => Some(*percent),
            _ => None,
        });
        percent.is_some_and(|percent| self.random.lock().u32(0..100) < percent)
    }

    /// Counts a request of this method; how far it gets, if its connection is to be cut.
    pub(crate) fn cut(&self, method: &str) -> Option<Step> {
        let mut struck = None;
        self.cuts.lock().retain_mut(|cut| {
            if cut.method == method {
                cut.left -= 1;
            }
            if cut.left == 0 {
                struck = Some(cut.step);
            }
            cut.left > 0
        });
        struck
    }

    /// The answer to a handshake that is refused.
    pub(crate) fn handshake(&self) -> Option<Vec<u8>> {
        let retry_after = self.find(|fault| match fault {
            Fault::TooManyRequests(retry_after) => Some(*retry_after),
            _ => None,
        })?;
        let retry_after =
            retry_after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
        let head = "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n";
        Some(format!("{head}{retry_after}\r\n").into_bytes())
    }

    pub(crate) fn half_open(&self) -> bool {
        self.find(|fault| (*fault == Fault::HalfOpen).then_some(())).is_some()
    }

    pub(crate) fn freezes_head(&self) -> bool {
        self.find(|fault| (*fault == Fault::FreezeHead).then_some(())).is_some()
    }

    /// How many blocks the node is behind the chain.
    pub(crate) fn lag(&self) -> u32 {
        self.find(|fault| if let Fault::Lag(blocks) = fault { Some(*blocks) } else { None })
            .unwrap_or_default()
    }

    fn find<T>(&self, pick: impl FnMut(&Fault) -> Option<T>) -> Option<T> {
        self.set.read().iter().find_map(pick)
    }
}

/// An answer with another id, of what follows the beginning that all answers have.
fn with_null_id(rest: &[u8]) -> Vec<u8> {
    let mut ids = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
    let length = if matches!(ids.next(), Some(Ok(_))) { ids.byte_offset() } else { 0 };
    [ANSWER, b"null", rest.get(length..).unwrap_or_default()].concat()
}
