use crate::{
    Error, ErrorKind, Result, Runtime,
    metadata::{corrupt, plain},
};
use frame_metadata::RuntimeMetadataPrefixed;
use merkleized_metadata::{ExtraInfo, generate_metadata_digest};
use parity_scale_codec::Decode;

impl Runtime {
    /// The hash of this runtime's metadata, as RFC-78 defines it for signers with a small screen: signed with an extrinsic
    /// as [`ExtrinsicParameters::metadata_hash`](crate::ExtrinsicParameters::metadata_hash), it proves that both have read
    /// the same metadata.
    ///
    /// It is made of the metadata's version 15, which these bytes have to be, whatever version this runtime was read
    /// from, and of decimals and symbol of the chain's token (`system_properties`: 9 and `TAO` for Bittensor).
    ///
    /// Takes tens of milliseconds. Fails with [`ErrorKind::Metadata`] on bytes that are no such metadata, or that of another
    /// runtime.
    pub fn metadata_hash(&self, metadata: &[u8], decimals: u8, symbol: &str) -> Result<[u8; 32]> {
        // What reads it below relies on ids that exist, which this checks.
        let read = Self::from_metadata(metadata)?;
        if read.metadata_version() != 15 {
            let version = read.metadata_version();
            return Err(corrupt(format!(
                "the metadata's hash is made of its version 15, this is V{version}"
            )));
        }
        if (read.spec_name(), read.spec_version()) != (self.spec_name(), self.spec_version()) {
            return Err(corrupt(format!("the hash of {self} is asked for with the metadata of {read}")));
        }
        let RuntimeMetadataPrefixed(_, decoded) =
            Decode::decode(&mut plain(metadata)?).map_err(|error| corrupt(format!("metadata: {error}")))?;
        let info = ExtraInfo {
            spec_version: self.spec_version(),
            spec_name: self.spec_name().to_owned(),
            base58_prefix: self.ss58_prefix(),
            decimals,
            token_symbol: symbol.to_owned(),
        };
        let digest = generate_metadata_digest(&decoded, info);
        let digest = digest
            .map_err(|error| Error::new(ErrorKind::Metadata, format!("the metadata's hash: {error}")))?;
        Ok(digest.hash())
    }
}
