//! Arguments of the command line that become values of the chain.

use tensorwire_scale::Value;

use crate::json;

/// JSON, or plain text where it is none: addresses, 0x-hex and names need no quotes.
pub(crate) fn value(text: &str) -> Value {
    json::parse(text).unwrap_or_else(|_| text.into())
}

pub(crate) fn values(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| value(text)).collect()
}
