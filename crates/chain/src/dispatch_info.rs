use serde::{Serialize, Serializer, ser::SerializeStruct};
use tensorwire_scale::Value;

/// What the execution of a call takes, by the measures that a block is limited in (`sp_weights::Weight`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DispatchWeight {
    /// Picoseconds on the reference machine.
    pub ref_time: u64,
    /// Bytes of the storage proof; 0 in runtimes that did not measure it yet.
    pub proof_size: u64,
}

impl DispatchWeight {
    /// A struct of compact integers, or a bare number as long as there was one measure.
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        let part = |name| value.get(name).and_then(Value::as_u64);
        match value.as_u64() {
            Some(ref_time) => Some(Self { ref_time, proof_size: 0 }),
            None => Some(Self { ref_time: part("ref_time")?, proof_size: part("proof_size")? }),
        }
    }

    /// The weight as an argument of a call, as in `max_weight`.
    pub fn to_value(self) -> Value {
        Value::record([("ref_time", self.ref_time.into()), ("proof_size", self.proof_size.into())])
    }
}

/// `{"ref_time", "proof_size"}`: numbers above 2^53-1 as text.
impl Serialize for DispatchWeight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = serializer.serialize_struct("DispatchWeight", 2)?;
        json.serialize_field("ref_time", &Value::from(self.ref_time))?;
        json.serialize_field("proof_size", &Value::from(self.proof_size))?;
        json.end()
    }
}

/// Which part of a block's limits a call counts against (`DispatchClass`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DispatchClass {
    /// What users do.
    Normal,
    /// What keeps the chain going, with a part of the block of its own.
    Operational,
    /// What a block must contain: inherents.
    Mandatory,
}

impl DispatchClass {
    pub(crate) fn from_value(value: &Value) -> Option<Self> {
        match value.as_variant()?.0 {
            "Normal" => Some(Self::Normal),
            "Operational" => Some(Self::Operational),
            "Mandatory" => Some(Self::Mandatory),
            _ => None,
        }
    }
}
