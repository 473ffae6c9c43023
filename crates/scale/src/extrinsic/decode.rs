use super::{Call, Extensions, Extrinsic, ExtrinsicKind, Signed};
use crate::{
    Error, ErrorKind, Result, Runtime, TransactionExtension, TypeId, Value, decode::Decoder,
    hash::blake2_256, metadata::corrupt,
};

/// The two high bits of the first byte say which kind of extrinsic it is, the others its version.
const KIND: u8 = 0b1100_0000;
const BARE: u8 = 0b0000_0000;
const SIGNED: u8 = 0b1000_0000;
const GENERAL: u8 = 0b0100_0000;

impl Runtime {
    /// An extrinsic, from its bytes as a block holds them: with its length before it.
    ///
    /// Versions 4 (bare and signed) and 5 (bare and general) are read: `sp_runtime`'s `UncheckedExtrinsic`.
    ///
    /// Fails with [`ErrorKind::Decode`] or [`ErrorKind::TrailingBytes`], naming the part and the byte, and with
    /// [`ErrorKind::Metadata`] where the metadata does not say what an extrinsic consists of.
    pub fn decode_extrinsic(&self, bytes: &[u8]) -> Result<Extrinsic> {
        let mut decoder = Decoder::new(self.plan(), bytes);
        decoder.expect_whole()?;
        let first = decoder.cursor.byte()?;
        let (kind, version) = (first & KIND, first & !KIND);
        let (kind, extensions) = match (kind, version) {
            (BARE, 4 | 5) => (ExtrinsicKind::Bare, Box::default()),
            (SIGNED, 4) => {
                let format = self.extrinsic();
                let address = decoder.part("address", self.part("address", format.address())?)?;
                let signature = decoder.part("signature", self.part("signature", format.signature())?)?;
                (
                    ExtrinsicKind::Signed(Signed { address, signature }),
                    decoder.extensions(format.extensions())?,
                )
            }
            (GENERAL, 5) => {
                let extension_version = decoder.cursor.byte()?;
                let extensions = self.extrinsic().extensions_of(extension_version);
                let extensions = extensions.ok_or_else(|| self.no_extensions(&decoder, extension_version))?;
                (ExtrinsicKind::General { extension_version }, decoder.extensions(extensions)?)
            }
            _ => return Err(decoder.unknown_extrinsic(kind, version)),
        };
        let call = self.part("call", self.extrinsic().call())?;
        let call = Call(decoder.pallet_variant(call.0).map_err(|error| error.inside("call"))?);
        if !decoder.rest().is_empty() {
            let message = format!("{} bytes are left over after the extrinsic's call", decoder.rest().len());
            return Err(Error::new(ErrorKind::TrailingBytes, message).at_offset(decoder.cursor.offset()));
        }
        let (hash, length) = (blake2_256(bytes), bytes.len());
        Ok(Extrinsic { version, kind, extensions, call, hash, length })
    }

    pub(super) fn part(&self, name: &str, ty: Option<TypeId>) -> Result<TypeId> {
        ty.ok_or_else(|| {
            corrupt(format!("metadata V{} of {self} does not say what an extrinsic's {name} is", {
                self.metadata_version()
            }))
        })
    }

    #[cold]
    fn no_extensions(&self, decoder: &Decoder<'_, '_>, version: u8) -> Error {
        let known: Vec<_> =
            self.extrinsic().extension_versions().map(|version| version.to_string()).collect();
        let message = format!(
            "extensions of version {version} are not known to the metadata of {self}, which has {}",
            known.join(", ")
        );
        decoder.fail(1, message)
    }
}

impl Decoder<'_, '_> {
    /// The length before the extrinsic, which is that of all the rest.
    fn expect_whole(&mut self) -> Result<()> {
        let announced = self.cursor.length()?;
        let message = |found| format!("an extrinsic of {announced} bytes was announced, {found} follow");
        match self.rest().len() {
            found if found < announced => Err(self.fail(0, message(found))),
            found if found > announced => Err(Error::new(ErrorKind::TrailingBytes, message(found))
                .at_offset(self.cursor.offset() + announced)),
            _ => Ok(()),
        }
    }

    fn part(&mut self, name: &str, ty: TypeId) -> Result<Value> {
        self.value(ty.0).map_err(|error| error.inside(name))
    }

    fn extensions(&mut self, extensions: &[TransactionExtension]) -> Result<Extensions> {
        let extension = |extension: &TransactionExtension| {
            let value = self.part(extension.identifier(), extension.type_id())?;
            Ok((extension.identifier.clone(), value))
        };
        extensions.iter().map(extension).collect()
    }

    #[cold]
    fn unknown_extrinsic(&self, kind: u8, version: u8) -> Error {
        let message = match (kind, version) {
            (SIGNED, 5) => {
                "a signed extrinsic of version 5, which never was on a chain: its signature stands in \
                            an extension of a general one"
                    .to_owned()
            }
            (GENERAL, 4) => "a general extrinsic of version 4, which has bare and signed ones".to_owned(),
            (_, 4 | 5) => format!("an extrinsic of the unknown kind {:#04b}", kind >> 6),
            _ => format!("an extrinsic of version {version}: only 4 and 5 can be read"),
        };
        self.fail(1, message)
    }
}
