use super::{Era, SigningPayload};
use crate::{AccountId, Error, ErrorKind, Result, Runtime, TransactionExtension, Value};
use parity_scale_codec::{Compact, Encode};
use std::collections::BTreeMap;

/// What the extensions of a signed extrinsic are filled with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExtrinsicParameters {
    /// The hash of the chain's block 0.
    pub genesis: [u8; 32],
    /// For which blocks it is valid.
    pub era: Era,
    /// The hash of the era's first block; of block 0 for an immortal one.
    pub birth: [u8; 32],
    /// How many transactions the signer has made before.
    pub nonce: u64,
    /// What the block's author is offered above the fee, in the smallest unit of the chain's token.
    pub tip: u128,
    /// The hash of the metadata that the signer has checked (RFC-78), where it is to be signed.
    pub metadata_hash: Option<[u8; 32]>,
    /// Extensions by name that are not known here, or to be filled otherwise.
    pub extensions: BTreeMap<String, ExtensionValue>,
}

/// What an extension is filled with.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtensionValue {
    /// What the extrinsic carries.
    pub explicit: Value,
    /// What is signed and not carried.
    pub implicit: Value,
}

impl ExtrinsicParameters {
    /// Those of an immortal extrinsic without a tip.
    pub fn new(genesis: [u8; 32], nonce: u64) -> Self {
        Self {
            genesis,
            era: Era::Immortal,
            birth: genesis,
            nonce,
            tip: 0,
            metadata_hash: None,
            extensions: BTreeMap::new(),
        }
    }
}

impl Runtime {
    /// What the account has to sign for this call, which is given as its bytes.
    ///
    /// The extensions are those of the metadata, by name. Fails with [`ErrorKind::Encode`] naming an extension that is
    /// not known here and holds bytes: [`ExtrinsicParameters::extensions`] takes its value.
    pub fn signing_payload(
        &self,
        call: Vec<u8>,
        account: AccountId,
        parameters: &ExtrinsicParameters,
    ) -> Result<SigningPayload> {
        let (mut explicit, mut implicit) = (Vec::new(), Vec::new());
        for extension in self.extrinsic().extensions() {
            let (carried, signed) = self.fill(extension, parameters)?;
            explicit.extend(carried);
            implicit.extend(signed);
        }
        Ok(SigningPayload {
            address: [&[0], &account.0[..]].concat(),
            account,
            call,
            explicit,
            implicit,
            genesis: parameters.genesis,
            spec_version: self.spec_version(),
            transaction_version: self.transaction_version(),
            era: parameters.era,
            birth: parameters.birth,
            nonce: parameters.nonce,
            tip: parameters.tip,
        })
    }

    fn fill(
        &self,
        extension: &TransactionExtension,
        with: &ExtrinsicParameters,
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        if let Some(value) = with.extensions.get(extension.identifier()) {
            let explicit = self.plan().encode(extension.type_id(), &value.explicit)?;
            return Ok((explicit, self.plan().encode(extension.implicit(), &value.implicit)?));
        }
        Ok(match extension.identifier() {
            "CheckMortality" | "CheckEra" => (with.era.encode(), with.birth.to_vec()),
            "CheckNonce" => (Compact(with.nonce).encode(), Vec::new()),
            "ChargeTransactionPayment" => (Compact(with.tip).encode(), Vec::new()),
            "CheckMetadataHash" => {
                (vec![u8::from(with.metadata_hash.is_some())], with.metadata_hash.encode())
            }
            "CheckSpecVersion" => (Vec::new(), self.spec_version().encode()),
            "CheckTxVersion" => (Vec::new(), self.transaction_version().encode()),
            "CheckGenesis" => (Vec::new(), with.genesis.to_vec()),
            name => {
                let is_empty = |ty| self.plan().skip(ty, &mut &[][..]).is_ok();
                if !is_empty(extension.type_id()) || !is_empty(extension.implicit()) {
                    let message = format!("the extension {name} of {self} is not known: give its value");
                    return Err(Error::new(ErrorKind::Encode, message));
                }
                Default::default()
            }
        })
    }
}
