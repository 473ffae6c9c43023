use super::{Era, Extrinsic, ExtrinsicKind};
use crate::Value;
use serde::{Serialize, Serializer, ser::SerializeMap};

impl Serialize for Extrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut extrinsic = serializer.serialize_map(None)?;
        extrinsic.serialize_entry("hash", &const_hex::encode_prefixed(self.hash))?;
        extrinsic.serialize_entry("length", &self.length)?;
        extrinsic.serialize_entry("version", &self.version)?;
        extrinsic.serialize_entry("kind", self.kind.name())?;
        if let ExtrinsicKind::General { extension_version } = self.kind {
            extrinsic.serialize_entry("extension_version", &extension_version)?;
        }
        extrinsic.serialize_entry("signer", &self.signer_value())?;
        extrinsic.serialize_entry("signature", &self.signature())?;
        extrinsic.serialize_entry("nonce", &self.nonce().map(Value::from))?;
        extrinsic.serialize_entry("tip", &self.tip().map(Value::from))?;
        extrinsic.serialize_entry::<_, Option<Era>>("era", &self.era())?;
        extrinsic.serialize_entry("extensions", &ByName(self))?;
        extrinsic.serialize_entry("call", &self.call)?;
        extrinsic.end()
    }
}

impl ExtrinsicKind {
    fn name(&self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Signed(_) => "signed",
            Self::General { .. } => "general",
        }
    }
}

struct ByName<'e>(&'e Extrinsic);

impl Serialize for ByName<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.extensions())
    }
}
