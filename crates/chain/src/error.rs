use std::{fmt, sync::Arc};

use tensorwire_rpc as rpc;
use tensorwire_scale as scale;
use tensorwire_wallet as wallet;

use crate::Stale;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a read failed. Cheap to clone: one failure reaches every caller that shared the request.
///
/// The message names what was asked, the endpoint and, where there is one, the block.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    asked: Option<String>,
    source: Option<Source>,
    /// Why a transaction was refused, in names.
    refusal: Option<Box<scale::TransactionError>>,
    stale: Option<Stale>,
}

#[derive(Clone)]
enum Source {
    Rpc(rpc::Error),
    Scale(scale::Error),
    Wallet(wallet::Error),
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The node could not be reached, or the connection ended.
    Connection,
    /// The deadline passed.
    Timeout,
    /// The node answered with an error.
    Server,
    /// The node's answer is not what the protocol says.
    Protocol,
    /// The node's answer is not proven by the block's state root: it has left something out, or it lies.
    Unverified,
    /// No endpoint has such a block: it never existed, or was reorganised away.
    UnknownBlock,
    /// The block is above the head: it does not exist yet.
    NotYetImported,
    /// The node has dropped the state of that block: an archive node has it.
    Pruned,
    /// The node is of another chain than was asked for.
    WrongChain,
    /// Every endpoint's head is older than one that this client has seen.
    Stale,
    /// The endpoint refuses requests because there were too many, for longer than the deadline.
    RateLimited,
    /// The connection was lost after a request that may not be sent twice: it may have taken effect, or not. Or it is not
    /// known yet, or cannot be told, what became of a transaction.
    FateUnknown,
    /// The chain does not take the transaction: the node that was asked has refused it and no other was, or its nonce was
    /// used by another one. [`Error::transaction_error`] has the reason.
    Rejected,
    /// The last block that could have held the transaction has passed, or is too near to send it.
    Expired,
    /// The transaction was signed for a runtime that has been replaced: it has to be signed again.
    RuntimeChanged,
    /// The signer has refused, or failed. Nothing was sent.
    Signer,
    /// More is asked for at once than fits: requests waiting, or subscriptions.
    Limit,
    /// The connection was opened in another process, before `fork()`.
    Forked,
    /// The runtime has no pallet, item, constant, API, method or type of that name.
    NotFound,
    /// An argument, address or endpoint does not fit.
    Invalid,
    /// The cache's store cannot be read or written, which only who looks after a cache gets: no read fails for it. Or the
    /// [`Outbox`](crate::Outbox) cannot: then nothing is sent.
    Store,
    /// Bytes of the chain do not decode, or do not have the layout that a Rust type expects.
    Decode,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::from_source(kind, message.into(), None)
    }

    fn from_source(kind: ErrorKind, message: String, source: Option<Source>) -> Self {
        Self(Arc::new(Inner { kind, message, asked: None, source, refusal: None, stale: None }))
    }

    /// The system gives no thread to serve the sockets with.
    #[doc(hidden)]
    pub fn no_thread() -> Self {
        Self::new(ErrorKind::Connection, "the background thread cannot be started")
    }

    /// The same error with the question in front: the innermost question stays.
    pub(crate) fn asking(mut self, asked: impl FnOnce() -> String) -> Self {
        if self.0.asked.is_none() {
            Arc::make_mut(&mut self.0).asked = Some(asked());
        }
        self
    }

    /// The same where all is to be verified: what contradicts the block's hash is no proof.
    pub(crate) fn unverified(mut self) -> Self {
        if self.0.kind == ErrorKind::Protocol {
            Arc::make_mut(&mut self.0).kind = ErrorKind::Unverified;
        }
        self
    }

    /// What kind of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The wire's error behind this one: the node's code and data are there.
    pub fn rpc(&self) -> Option<&rpc::Error> {
        match &self.0.source {
            Some(Source::Rpc(error)) => Some(error),
            _ => None,
        }
    }

    /// The codec's error behind this one: the byte offset and the field path are there.
    pub fn scale(&self) -> Option<&scale::Error> {
        match &self.0.source {
            Some(Source::Scale(error)) => Some(error),
            _ => None,
        }
    }

    /// The signer's error behind this one.
    pub fn wallet(&self) -> Option<&wallet::Error> {
        match &self.0.source {
            Some(Source::Wallet(error)) => Some(error),
            _ => None,
        }
    }

    /// Why the chain does not take a transaction, in names, where it is known: of kind `Rejected`.
    pub fn transaction_error(&self) -> Option<&scale::TransactionError> {
        self.0.refusal.as_deref()
    }

    /// Why a node calls a transaction outdated, which may mean several things: found out by asking the chain.
    pub fn stale(&self) -> Option<Stale> {
        self.0.stale
    }

    /// The same error with what the node meant.
    pub(crate) fn meaning(mut self, stale: Stale) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.stale = Some(stale);
        inner.message = format!("{}: {stale}", inner.message);
        self
    }

    /// The same error as the refusal of a transaction, for this reason.
    pub(crate) fn refused(mut self, message: String, reason: Option<scale::TransactionError>) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        (inner.kind, inner.message) = (ErrorKind::Rejected, message);
        inner.refusal = reason.map(Box::new);
        self
    }

    /// Whether the deadline passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether the connection is gone or was never there.
    pub fn is_connection(&self) -> bool {
        self.kind() == ErrorKind::Connection
    }

    /// Whether the state of the block was dropped: an archive has it.
    pub fn is_pruned(&self) -> bool {
        self.kind() == ErrorKind::Pruned
    }

    /// Whether the endpoint refuses requests because there were too many.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// How long the endpoint asks to be left alone, if it says so.
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        self.rpc()?.retry_after()
    }

    /// Whether the runtime has nothing of that name.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }
}

impl From<rpc::Error> for Error {
    fn from(error: rpc::Error) -> Self {
        use rpc::ErrorKind as From;
        let kind = match error.kind() {
            From::Timeout => ErrorKind::Timeout,
            From::Server => ErrorKind::Server,
            From::Protocol | From::TooLarge | From::Decode => ErrorKind::Protocol,
            From::Url | From::Request | From::Config => ErrorKind::Invalid,
            From::Unproven => ErrorKind::WrongChain,
            From::RateLimited => ErrorKind::RateLimited,
            From::FateUnknown => ErrorKind::FateUnknown,
            From::Forked => ErrorKind::Forked,
            From::Overloaded | From::TooManySubscriptions => ErrorKind::Limit,
            _ => ErrorKind::Connection,
        };
        let kind = error.server_error().and_then(|server| missing(&server.message)).unwrap_or(kind);
        let message = error.to_string();
        Self::from_source(kind, message, Some(Source::Rpc(error)))
    }
}

/// What is missing, by a node's words: "UnknownBlock: State already discarded for 0x..", "UnknownBlock: Header was not
/// found in the database", "Unknown block 0x..".
fn missing(message: &str) -> Option<ErrorKind> {
    let message = message.to_ascii_lowercase();
    if message.contains("already discarded") {
        return Some(ErrorKind::Pruned);
    }
    (message.contains("unknownblock") || message.contains("unknown block")).then_some(ErrorKind::UnknownBlock)
}

impl From<scale::Error> for Error {
    fn from(error: scale::Error) -> Self {
        use scale::ErrorKind as From;
        let kind = match error.kind() {
            From::NotFound => ErrorKind::NotFound,
            From::Encode | From::Address | From::Payload => ErrorKind::Invalid,
            _ => ErrorKind::Decode,
        };
        let message = error.to_string();
        Self::from_source(kind, message, Some(Source::Scale(error)))
    }
}

impl From<wallet::Error> for Error {
    fn from(error: wallet::Error) -> Self {
        let message = format!("the signer: {error}");
        let source = Some(Source::Wallet(error));
        Self::from_source(ErrorKind::Signer, message, source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.asked {
            Some(asked) => write!(f, "{asked}: {}", self.0.message),
            None => f.write_str(&self.0.message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind())
    }
}

impl std::error::Error for Error {}
