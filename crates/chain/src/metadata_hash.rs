use futures_util::future::try_join3;

use crate::{At, Error, ErrorKind, Result, properties::Properties};

/// The version of the metadata of which the hash is made.
const VERSION: u32 = 15;

impl At {
    /// The hash of this block's metadata (RFC-78), for [`Transaction::metadata_hash`](crate::Transaction::metadata_hash): what a
    /// signer with a small screen has checked. It is that of one runtime: keep it until the next upgrade.
    ///
    /// Five requests in one round trip: the metadata's version 15, and what the node says of the chain's token.
    ///
    /// # Errors
    /// `Decode` where the runtime has no such metadata, `Protocol` where the node does not say decimals and symbol of the
    /// token. Else as [`call`](Self::call).
    pub async fn metadata_hash(&self) -> Result<[u8; 32]> {
        let (runtime, metadata, properties) = try_join3(
            self.runtime(),
            self.call("Metadata", "metadata_at_version", VERSION),
            Properties::load(&self.inner().node),
        )
        .await?;
        let (Some(decimals), Some(symbol)) = (properties.token_decimals, properties.token_symbol) else {
            let message = "the node does not say decimals and symbol of the chain's token: the metadata's hash is made of both";
            return Err(Error::new(ErrorKind::Protocol, message));
        };
        Ok(runtime.metadata_hash(metadata.as_bytes().unwrap_or_default(), decimals, &symbol)?)
    }
}
