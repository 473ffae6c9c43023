use crate::Value;
use serde::{Deserialize, Deserializer, Serialize, de};
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
            (low, [high]) => Self::from_bytes(&[low, u8::try_from(high.as_u64()?).ok()?]),
            _ => None,
        }
    }

    /// The era of so many blocks that holds from that block on, or from shortly before it: the period becomes the next power
    /// of two from 4 to 65,536, and above 4,096 the first block is a multiple of a 4,096th of it. See [`birth`](Self::birth).
    pub fn mortal(period: u64, from: u64) -> Self {
        let period = period.clamp(4, 1 << 16).next_power_of_two();
        let quantum = (period >> 12).max(1);
        Self::Mortal { period, phase: from % period / quantum * quantum }
    }

    /// The bytes as an extrinsic carries them.
    pub fn encode(self) -> Vec<u8> {
        match self {
            Self::Immortal => vec![0],
            Self::Mortal { period, phase } => {
                let low = period.trailing_zeros().saturating_sub(1).clamp(1, 15) as u16;
                let high = (phase / (period >> 12).max(1)) as u16;
                (low | high << 4).to_le_bytes().to_vec()
            }
        }
    }

    /// The first block for which it no longer holds, seen from a block for which it holds.
    pub fn death(self, block: u64) -> u64 {
        match self {
            Self::Immortal => u64::MAX,
            Self::Mortal { period, .. } => self.birth(block).saturating_add(period),
        }
    }

    /// The first block for which it holds, seen from a block for which it holds.
    pub fn birth(self, block: u64) -> u64 {
        match self {
            Self::Immortal => 0,
            Self::Mortal { period, phase } => {
                let since = block.saturating_sub(phase);
                since - since % period.max(1) + phase
            }
        }
    }

    /// The era of those bytes, as an extrinsic carries them.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [0] => Some(Self::Immortal),
            [low, high] => {
                let encoded = u64::from(low) | u64::from(high) << 8;
                let period = 2 << (encoded & 0xf);
                let phase = (encoded >> 4) * (period >> 12).max(1);
                (period >= 4 && phase < period).then_some(Self::Mortal { period, phase })
            }
            _ => None,
        }
    }
}

/// Only eras that an extrinsic can carry are read.
impl<'de> Deserialize<'de> for Era {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case", deny_unknown_fields)]
        enum Wire {
            Immortal,
            Mortal { period: u64, phase: u64 },
        }
        let era = match Wire::deserialize(deserializer)? {
            Wire::Immortal => Self::Immortal,
            Wire::Mortal { period, phase } => Self::Mortal { period, phase },
        };
        match Self::from_bytes(&era.encode()) == Some(era) {
            true => Ok(era),
            false => Err(de::Error::custom(format_args!("there is no era of {era}"))),
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
