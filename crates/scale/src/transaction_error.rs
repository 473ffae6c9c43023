use crate::{Error, ErrorKind, Result, Runtime, TypeId, Value, dispatch_error::one_line};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;

mod names;

use names::{INVALID, SUBTENSOR, UNKNOWN};

/// Why a transaction did not get into a block, in names: `sp_runtime`'s `TransactionValidityError`.
///
/// Displayed as `InvalidTransaction.BadProof: documentation`, and a custom code, where the chain's name of it is
/// known, as `InvalidTransaction.StakeAmountTooLow (custom code 1): ..`. Serialized as `{"kind", "name", "code",
/// "docs"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionError {
    kind: &'static str,
    name: Box<str>,
    code: Option<u8>,
    docs: Box<str>,
}

impl TransactionError {
    /// `InvalidTransaction`, `UnknownTransaction`, or `Unknown` for what is neither.
    pub fn kind(&self) -> &str {
        self.kind
    }

    /// The error's name, as in `BadProof`. Of a custom code the name that the chain has for it, or `Custom`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code of a custom error.
    pub fn code(&self) -> Option<u8> {
        self.code
    }

    /// Its documentation, as far as the metadata has any.
    pub fn docs(&self) -> &str {
        &self.docs
    }
}

impl Runtime {
    /// What a value of the type `TransactionValidityError` means.
    pub fn transaction_error(&self, error: &Value) -> TransactionError {
        let kind = match error.as_variant() {
            Some(("Invalid", _)) => "InvalidTransaction",
            Some(("Unknown", _)) => "UnknownTransaction",
            _ => return TransactionError::new("Unknown", &error.to_string(), ""),
        };
        match error.get(0) {
            Some(Value::Variant(reason, fields)) => match fields.first().and_then(byte) {
                Some(code) if reason.name() == CUSTOM => self.custom(kind, code),
                _ => TransactionError::new(kind, reason.name(), reason.docs()),
            },
            reason => TransactionError::new(kind, &reason.unwrap_or(error).to_string(), ""),
        }
    }

    /// The same from the bytes, as `system_dryRun` answers them; old metadata lacks the type, and need not have it.
    ///
    /// Fails with [`ErrorKind::Decode`] or [`ErrorKind::TrailingBytes`] on other bytes.
    pub fn decode_transaction_error(&self, bytes: &[u8]) -> Result<TransactionError> {
        let ids = (0..self.plan().len()).filter_map(|id| u32::try_from(id).ok().map(TypeId));
        if let Some(ty) = { ids }.find(|ty| self.plan().type_path(*ty) == PATH) {
            return Ok(self.transaction_error(&self.plan().decode(ty, bytes)?));
        }
        let (kind, names, rest) = match bytes {
            [0, rest @ ..] => ("InvalidTransaction", &INVALID[..], rest),
            [1, rest @ ..] => ("UnknownTransaction", &UNKNOWN[..], rest),
            _ => return Err(no_error(bytes, ErrorKind::Decode)),
        };
        let name = rest.first().and_then(|index| names.get(usize::from(*index)).copied());
        match (name, rest) {
            (Some(CUSTOM), [_, code]) => Ok(self.custom(kind, *code)),
            (Some(CUSTOM), [_]) | (None, _) => Err(no_error(bytes, ErrorKind::Decode)),
            (Some(name), [_]) => Ok(TransactionError::new(kind, name, "")),
            (Some(_), _) => Err(no_error(bytes, ErrorKind::TrailingBytes)),
        }
    }

    /// What the custom code of an invalid transaction means, which nodes tell as `Custom error: 5`.
    pub fn custom_transaction_error(&self, code: u8) -> TransactionError {
        self.custom("InvalidTransaction", code)
    }

    /// Metadata does not describe custom codes. Subtensor calls most of them as it calls an error of its pallet.
    fn custom(&self, kind: &'static str, code: u8) -> TransactionError {
        const PALLET: &str = "SubtensorModule";
        let known = (kind == "InvalidTransaction" && self.pallet(PALLET).is_ok())
            .then(|| SUBTENSOR.iter().find(|(known, _)| *known == code));
        let name = known.flatten().map(|(_, name)| *name);
        let docs = name.and_then(|name| self.error(PALLET, name).ok()).map(|error| error.docs);
        let error = TransactionError::new(kind, name.unwrap_or(CUSTOM), &docs.unwrap_or_default());
        TransactionError { code: Some(code), ..error }
    }
}

const CUSTOM: &str = "Custom";
const PATH: &str = "sp_runtime::transaction_validity::TransactionValidityError";

impl TransactionError {
    fn new(kind: &'static str, name: &str, docs: &str) -> Self {
        Self { kind, name: name.into(), code: None, docs: docs.into() }
    }
}

fn byte(value: &Value) -> Option<u8> {
    u8::try_from(value.as_u64()?).ok()
}

#[cold]
fn no_error(bytes: &[u8], kind: ErrorKind) -> Error {
    let start = bytes.get(..bytes.len().min(8)).unwrap_or_default();
    let message = format!(
        "{} bytes that begin with {} are no TransactionValidityError",
        bytes.len(),
        const_hex::encode_prefixed(start)
    );
    Error::new(kind, message)
}

impl fmt::Display for TransactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.name)?;
        if let Some(code) = self.code {
            write!(f, " (custom code {code})")?;
        }
        if self.docs.is_empty() { Ok(()) } else { write!(f, ": {}", one_line(&self.docs)) }
    }
}

impl std::error::Error for TransactionError {}

impl Serialize for TransactionError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("TransactionError", 4)?;
        error.serialize_field("kind", &self.kind)?;
        error.serialize_field("name", &self.name)?;
        error.serialize_field("code", &self.code)?;
        error.serialize_field("docs", &self.docs)?;
        error.end()
    }
}
