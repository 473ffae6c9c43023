use crate::Value;
use serde::Serialize;
use std::fmt;

/// For which blocks a transaction is valid. Serialized as `"immortal"` or `{"mortal": {"period", "phase"}}`.
///
/// The layout is that of `sp_runtime::generic::Era`: two bytes, of which the low four bits are the logarithm of the
/// period and the others the phase, quantized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Era {
    /// For all.
    Immortal,
    /// For `period` blocks, beginning where the block number modulo the period is the phase.
    Mortal {
        /// In blocks: a power of two from 4 to 65,536.
        period: u64,
        /// Below the period.
        phase: u64,
    },
}

impl Era {
    /// Metadata describes the first byte as a variant and the second as its field.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let Value::Variant(shape, fields) = value else { return None };
        match (shape.index()?, &**fields) {
            (0, []) => Some(Self::Immortal),
            (low, [high]) => {
                let encoded = u64::from(low) | high.as_u64()? << 8;
                let period = 2 << (encoded & 0xf);
                let phase = (encoded >> 4) * (period >> 12).max(1);
                (period >= 4 && phase < period).then_some(Self::Mortal { period, phase })
            }
            _ => None,
        }
    }

    /// The first block for which it holds, seen from a block for which it holds.
    pub fn birth(self, block: u64) -> u64 {
        match self {
            Self::Immortal => 0,
            Self::Mortal { period, phase } => (block.max(phase) - phase) / period * period + phase,
        }
    }
}

impl fmt::Display for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Immortal => f.write_str("immortal"),
            Self::Mortal { period, phase } => write!(f, "mortal, {period} blocks, phase {phase}"),
        }
    }
}
