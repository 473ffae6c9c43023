use tensorwire_rpc as rpc;
use tensorwire_scale::{Runtime, TransactionError};

use super::{Pending, present::Tip, stale::Stale};
use crate::{Chain, Error, ErrorKind};

/// What came of sending, where the node did not begin to watch.
#[derive(Debug)]
pub(super) enum Unwatched {
    /// The node knows the very same transaction: it is in its pool, or was of late.
    Known,
    /// Nobody knows whether a node has taken it.
    Lost(Error),
    /// No node has taken it.
    Refused(Refusal),
}

/// No node has taken a transaction.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) why: Why,
    pub(super) error: Error,
}

/// What would help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Another nonce: this one is used, or another transaction with it waits in the pool.
    Nonce,
    /// One of these, or none: the chain has to be asked.
    Stale,
    /// Another signature: this one is for another runtime, or a wrong one.
    Proof,
    /// A signature for the runtime of now.
    Runtime,
    /// A younger era.
    Era,
    /// Nothing that is known here.
    Other,
}

/// The words that nodes have for an invalid transaction (code 1010), by the index in `InvalidTransaction`.
const INVALID: [(&str, u8); 12] = [
    ("Transaction call is not expected", 0),
    ("Inability to pay some fees", 1),
    ("Transaction will be valid in the future", 2),
    ("Transaction is outdated", 3),
    ("Transaction has a bad signature", 4),
    ("Transaction has an ancient birth block", 5),
    ("Transaction would exhaust the block limits", 6),
    ("A call was labelled as mandatory", 8),
    ("Transaction dispatch is mandatory", 9),
    ("Invalid signing address", 10),
    ("The implicit data was unable to be calculated", 11),
    ("The transaction extension did not authorize any origin", 12),
];

/// Those for one of unknown validity (code 1011), by the index in `UnknownTransaction`.
/// Newer nodes give the variant's name.
const UNKNOWN: [(&str, u8); 4] = [
    ("CannotLookup", 0),
    ("NoUnsignedValidator", 1),
    ("Could not lookup information required to validate the transaction", 0),
    ("Could not find an unsigned validator for the unsigned transaction", 1),
];

impl Unwatched {
    /// Source of the codes: `sc_rpc_api::author::error`.
    pub(super) fn read(error: Error, runtime: &Runtime) -> Self {
        let Some(wire) = error.rpc() else { return Self::unsent(error) };
        let Some(server) = wire.server_error() else {
            return match wire.may_have_run() {
                true => Self::Lost(error),
                false => Self::unsent(error),
            };
        };
        let words = words(server);
        let (why, reason) = match server.code {
            1012 | 1013 => return Self::Known,
            1010 => {
                let reason = reason(&words, 0, &INVALID, runtime);
                let why = match reason.as_ref().map(TransactionError::name) {
                    Some("Stale") => Why::Stale,
                    Some("BadProof") => Why::Proof,
                    Some("AncientBirthBlock") => Why::Era,
                    _ => Why::Other,
                };
                (why, reason)
            }
            1011 => (Why::Other, reason(&words, 1, &UNKNOWN, runtime)),
            1014 => (Why::Nonce, None),
            1000..1100 => (Why::Other, None),
            // What a node's server says of a request that it does not carry out.
            -32700 | -32602..=-32600 => return Self::unsent(error),
            // Anyone on the way may have said this, of a request that has reached the node.
            _ => return Self::Lost(error),
        };
        let message = match (&reason, server.code) {
            (Some(reason), _) if reason.docs().is_empty() => {
                format!("the node refuses it: {words} ({reason})")
            }
            (Some(reason), _) => format!("the node refuses it: {reason}"),
            (None, 1014) => format!("another transaction with its nonce waits in the pool: {words}"),
            (None, _) => format!("the node refuses it: {words}"),
        };
        Self::Refused(Refusal { why, error: error.refused(message, reason) })
    }

    fn unsent(error: Error) -> Self {
        Self::Refused(Refusal { why: Why::Other, error })
    }
}

impl Refusal {
    /// Whether the node has not been asked, or not answered.
    pub(super) fn is_of_wire(&self) -> bool {
        matches!(self.error.kind(), ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::RateLimited)
    }

    /// The same, with what a node means by an outdated transaction, or by a bad signature. A request or two, where it says
    /// that.
    pub(super) async fn explained(self, chain: &Chain, pending: &Pending, tip: &Tip) -> Self {
        match self.why {
            Why::Stale => {
                let Ok(stale) = Stale::explain(chain, pending, tip).await else { return self };
                let why = match stale {
                    Stale::NonceUsed { .. } => Why::Nonce,
                    Stale::EraPassed { .. } => Why::Era,
                    Stale::OtherRule => Why::Other,
                };
                Self { why, error: self.error.meaning(stale) }
            }
            Why::Proof => {
                let now = chain.present_after(tip).await.map(|present| present.tip.version.spec_version);
                match (now, pending.spec_version) {
                    (Ok(now), Some(signed_for)) if now != signed_for => {
                        let message = format!(
                            "it was signed for spec version {signed_for}, and the node has {now} by now: sign it again; \
                             the node has refused it"
                        );
                        Self { why: Why::Runtime, error: Error::new(ErrorKind::RuntimeChanged, message) }
                    }
                    _ => self,
                }
            }
            _ => self,
        }
    }

    /// One that was not sent.
    pub(super) fn before(error: Error) -> Self {
        let why = match error.kind() {
            ErrorKind::RuntimeChanged => Why::Runtime,
            ErrorKind::Expired => Why::Era,
            _ => Why::Other,
        };
        Self { why, error }
    }
}

/// Message and data, which is a text with all codes of the pool.
fn words(error: &rpc::ServerError) -> String {
    match error.data.as_ref().map(|data| data.as_str().map_or_else(|| data.to_string(), str::to_owned)) {
        Some(data) => format!("{}: {data}", error.message),
        None => error.message.clone(),
    }
}

fn reason(words: &str, kind: u8, known: &[(&str, u8)], runtime: &Runtime) -> Option<TransactionError> {
    if let Some((_, code)) = words.split_once("Custom error: ") {
        let digits = code.split(|c: char| !c.is_ascii_digit()).next()?;
        return digits.parse().ok().map(|code| runtime.custom_transaction_error(code));
    }
    let (_, index) = known.iter().find(|(text, _)| words.contains(text))?;
    runtime.decode_transaction_error(&[kind, *index]).ok()
}
