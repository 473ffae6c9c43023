use crate::{Event, Runtime, Value, value::VariantShape};
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::fmt;

/// Why a call failed, in names: `sp_runtime::DispatchError` with what the metadata says of it.
///
/// Displayed as `SubtensorModule.NotEnoughStake: documentation`, `Token.FundsUnavailable: ..` or `BadOrigin: ..`.
/// Serialized as `{"kind", "pallet", "name", "docs", "raw"}`.
#[derive(Clone, PartialEq)]
pub struct DispatchError {
    kind: Box<str>,
    pallet: Option<Box<str>>,
    name: Box<str>,
    docs: Box<str>,
    raw: Value,
}

impl DispatchError {
    /// What kind of error it is, as the runtime calls it: `Module` for an error of a pallet's own, `Token`,
    /// `Arithmetic`, `BadOrigin`, ...
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The pallet whose error it is: its index, as text, where this runtime has no such pallet.
    pub fn pallet(&self) -> Option<&str> {
        self.pallet.as_deref()
    }

    /// The error's name: its bytes, as 0x-hex, where the pallet has no such error.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is that error of that pallet.
    pub fn is(&self, pallet: &str, name: &str) -> bool {
        (self.pallet(), self.name()) == (Some(pallet), name)
    }

    /// The documentation of the error, or of its kind.
    pub fn docs(&self) -> &str {
        &self.docs
    }

    /// The error as it was decoded, with all indices and bytes.
    pub fn raw(&self) -> &Value {
        &self.raw
    }
}

/// Some failures are told by an event alone, without an error: the kind is then `Event`, the name the event's.
impl From<&Event> for DispatchError {
    fn from(event: &Event) -> Self {
        Self {
            kind: "Event".into(),
            pallet: Some(event.pallet().into()),
            name: event.name().into(),
            docs: event.docs().into(),
            raw: event.fields().clone(),
        }
    }
}

impl Runtime {
    /// What a value of the type `DispatchError` means: the field `dispatch_error` of `System.ExtrinsicFailed`, the
    /// content of a failed `DispatchResult`.
    pub fn dispatch_error(&self, error: &Value) -> DispatchError {
        let Value::Variant(shape, fields) = error else {
            return DispatchError::plain("Unknown", error.to_string().into(), "", error);
        };
        match (shape.name(), &**fields) {
            ("Module", fields) => self.module_error(fields, error),
            // The reason of `Token`, `Arithmetic` and `Transactional` is a variant itself.
            (kind, [Value::Variant(reason, _)]) => {
                DispatchError::plain(kind, reason.name().into(), docs_of(reason, shape), error)
            }
            (kind, _) => DispatchError::plain(kind, kind.into(), shape.docs(), error),
        }
    }

    fn module_error(&self, fields: &[Value], raw: &Value) -> DispatchError {
        // A struct in newer runtimes; once its fields stood in the variant, named or not.
        let content = match fields {
            [content] => content,
            _ => raw,
        };
        let part = |name: &str, place: usize| content.get(name).or_else(|| content.get(place));
        let index = part("index", 0).and_then(Value::as_u64);
        let bytes = part("error", 1).map(error_bytes).unwrap_or_default();

        let pallet = self.pallets().iter().find(|pallet| Some(u64::from(pallet.index())) == index);
        let variant = pallet
            .and_then(|pallet| pallet.variants(pallet.error_type()))
            .and_then(|errors| errors.by_index(*bytes.first()?));
        let pallet = pallet.map(|pallet| pallet.name().into());
        DispatchError {
            kind: "Module".into(),
            pallet: pallet.or_else(|| Some(index?.to_string().into())),
            name: variant.map_or_else(
                || const_hex::encode_prefixed(&bytes).into(),
                |variant| variant.shape.name().into(),
            ),
            docs: variant.map_or("", |variant| variant.shape.docs()).into(),
            raw: raw.clone(),
        }
    }
}

impl DispatchError {
    fn plain(kind: &str, name: Box<str>, docs: &str, raw: &Value) -> Self {
        Self { kind: kind.into(), pallet: None, name, docs: docs.into(), raw: raw.clone() }
    }
}

/// One byte in older runtimes, four in newer ones, of which the first counts but in pallets with nested errors.
fn error_bytes(error: &Value) -> Vec<u8> {
    match (error.as_bytes(), error.as_u64().map(u8::try_from)) {
        (Some(bytes), _) => bytes.to_vec(),
        (_, Some(Ok(byte))) => vec![byte],
        _ => Vec::new(),
    }
}

fn docs_of<'s>(reason: &'s VariantShape, kind: &'s VariantShape) -> &'s str {
    if reason.docs().is_empty() { kind.docs() } else { reason.docs() }
}

/// A text of several lines in one.
pub(crate) fn one_line(docs: &str) -> String {
    docs.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for DispatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pallet {
            Some(pallet) => write!(f, "{pallet}.{}", self.name)?,
            None if self.kind == self.name => f.write_str(&self.name)?,
            None => write!(f, "{}.{}", self.kind, self.name)?,
        }
        if self.docs.is_empty() { Ok(()) } else { write!(f, ": {}", one_line(&self.docs)) }
    }
}

/// As it is displayed: the rest is [`raw`](DispatchError::raw).
impl fmt::Debug for DispatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DispatchError({self})")
    }
}

impl std::error::Error for DispatchError {}

impl Serialize for DispatchError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("DispatchError", 5)?;
        error.serialize_field("kind", &self.kind)?;
        error.serialize_field("pallet", &self.pallet)?;
        error.serialize_field("name", &self.name)?;
        error.serialize_field("docs", &self.docs)?;
        error.serialize_field("raw", &self.raw)?;
        error.end()
    }
}
