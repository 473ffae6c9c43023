use super::Era;
use parity_scale_codec::{Compact, Encode};

/// What a signer agrees to besides the call: what the extensions known here hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) genesis: [u8; 32],
    pub(super) spec_version: u32,
    pub(super) transaction_version: u32,
    pub(super) era: Era,
    pub(super) birth: [u8; 32],
    pub(super) nonce: u64,
    pub(super) tip: u128,
    pub(super) metadata_hash: Option<[u8; 32]>,
}

/// The bytes of one extension.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Content {
    /// What the extrinsic carries.
    pub(super) explicit: Vec<u8>,
    /// What is signed and not carried.
    pub(super) implicit: Vec<u8>,
}

pub(super) const MORTALITY: [&str; 2] = ["CheckMortality", "CheckEra"];
pub(super) const CHARGE: [&str; 3] = ["ChargeTransactionPayment", "ChargeTransactionPaymentWrapper", ASSET];
pub(super) const METADATA_HASH: &str = "CheckMetadataHash";

/// The tip, then the asset in which the fee is paid.
const ASSET: &str = "ChargeAssetTxPayment";

impl Terms {
    /// What an extension of that name holds by these terms; `None` of one that they say nothing of.
    pub(super) fn content(&self, extension: &str) -> Option<Content> {
        let (explicit, implicit) = match extension {
            "CheckMortality" | "CheckEra" => (self.era.encode(), self.birth.to_vec()),
            "CheckNonce" => (Compact(self.nonce).encode(), Vec::new()),
            "ChargeTransactionPayment" | "ChargeTransactionPaymentWrapper" => {
                (Compact(self.tip).encode(), Vec::new())
            }
            ASSET => ((Compact(self.tip), NATIVE).encode(), Vec::new()),
            METADATA_HASH => (vec![u8::from(self.metadata_hash.is_some())], self.metadata_hash.encode()),
            "CheckSpecVersion" => (Vec::new(), self.spec_version.encode()),
            "CheckTxVersion" => (Vec::new(), self.transaction_version.encode()),
            "CheckGenesis" => (Vec::new(), self.genesis.to_vec()),
            // The signature stands before the extensions.
            "VerifyMultiSignature" => (vec![DISABLED], Vec::new()),
            _ => return None,
        };
        Some(Content { explicit, implicit })
    }

    /// Whether such a content is one by these terms: the asset in which a fee is paid is not theirs to say.
    pub(super) fn agree(&self, extension: &str, content: &Content) -> bool {
        match self.content(extension) {
            None => true,
            Some(_) if extension == ASSET => content.explicit.starts_with(&Compact(self.tip).encode()),
            Some(expected) => expected == *content,
        }
    }
}

/// No asset: the fee is paid in the chain's own token.
const NATIVE: Option<()> = None;

/// The variant of `VerifySignature` that holds no signature.
const DISABLED: u8 = 1;
