//! Errors with a node's codes and words.

use jsonrpsee::types::{ErrorObject, ErrorObjectOwned};

use crate::{chain::pool::PoolError, engine::ExecutionError};

/// Base of the codes of the `state_*` methods, plus three: something the node has not got, or could not do.
const CLIENT_ERROR: i32 = 4_003;
const INVALID_COUNT: i32 = 4_002;
const METHOD_NOT_FOUND: i32 = -32_601;

pub(super) fn execution(error: ExecutionError) -> ErrorObjectOwned {
    client(format!("Execution failed: {error}"))
}

/// What a node's database or trie had to say.
pub(super) fn client(what: impl std::fmt::Display) -> ErrorObjectOwned {
    owned(CLIENT_ERROR, format!("Client error: {what}"), None)
}

pub(super) fn count(value: u32, max: u32) -> ErrorObjectOwned {
    owned(INVALID_COUNT, format!("count exceeds maximum value. value: {value}, max: {max}"), None)
}

/// A method that a public node keeps to itself.
pub(super) fn denied() -> ErrorObjectOwned {
    owned(METHOD_NOT_FOUND, "RPC call is unsafe to be called externally".to_owned(), None)
}

pub(super) fn pool(error: &PoolError) -> ErrorObjectOwned {
    owned(error.code(), error.to_string(), error.data())
}

pub(super) fn owned(code: i32, message: String, data: Option<String>) -> ErrorObjectOwned {
    ErrorObject::owned(code, message, data)
}
