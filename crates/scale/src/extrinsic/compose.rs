use super::Call;
use crate::{
    Arguments, Error, ErrorKind, Result, Runtime, TypeId, Value,
    decode::Decoder,
    encode::Encoder,
    plan::op::{EnumOp, Op, VariantOp},
};
use parity_scale_codec::{Compact, Encode};

/// The version of a bare extrinsic's format, which every runtime reads.
const BARE_V4: u8 = 4;

impl Value {
    /// A call as a value: an argument of another call, as those of `Utility.batch` are. For the arguments see
    /// [`Runtime::encode_call`], which also says what is wrong with them.
    pub fn call(pallet: &str, name: &str, arguments: impl Arguments) -> Self {
        let mut arguments = arguments.into_values();
        let arguments =
            if arguments.len() == 1 { arguments.remove(0) } else { Self::Tuple(arguments.into()) };
        Self::record([(pallet, Self::record([(name, arguments)]))])
    }
}

impl Runtime {
    /// A call's bytes.
    ///
    /// The arguments come by position, as in `(hotkey, netuid, amount)`, or by name as one struct: a
    /// [`Value::record`] or a JSON object. A JSON array is taken by position.
    ///
    /// Fails with [`ErrorKind::NotFound`] on a pallet or call that the runtime lacks, naming the nearest names, and with
    /// [`ErrorKind::Encode`] or [`ErrorKind::Address`] on arguments that are missing, unknown, of another type or out of
    /// range, naming the argument and the call with its types.
    pub fn encode_call(&self, pallet: &str, name: &str, arguments: impl Arguments) -> Result<Vec<u8>> {
        let (outer, inner, variant) = self.call_variant(pallet, name)?;
        let mut out = vec![outer.index, variant.index];
        Encoder::new(self.plan(), &mut out)
            .arguments(inner, variant, &arguments.into_values())
            .map_err(|error| self.wrong_arguments(error, pallet, variant))?;
        Ok(out)
    }

    /// The call of those bytes, all of them.
    ///
    /// Fails with [`ErrorKind::Decode`] or [`ErrorKind::TrailingBytes`], naming the argument and the byte.
    pub fn decode_call(&self, bytes: &[u8]) -> Result<Call> {
        let call = self.call_type()?;
        let mut decoder = Decoder::new(self.plan(), bytes);
        let decoded = decoder.pallet_variant(call.0)?;
        self.plan().expect_end(call, bytes, decoder.rest())?;
        Ok(Call(decoded))
    }

    /// The extrinsic of a call that nobody signs, its length in front: what a node takes.
    pub fn bare_extrinsic(&self, call: &[u8]) -> Vec<u8> {
        let mut extrinsic = Compact(call.len() as u32 + 1).encode();
        extrinsic.push(BARE_V4);
        extrinsic.extend(call);
        extrinsic
    }

    /// The pallet's variant of the runtime's calls, the type of the pallet's own calls, and the call's variant there.
    fn call_variant(&self, pallet: &str, name: &str) -> Result<(&VariantOp, u32, &VariantOp)> {
        let variants = |id: u32| match self.plan().op(id) {
            Op::Enum(op) => Some(&**op),
            _ => None,
        };
        let find = || {
            let outer = variants(self.extrinsic().call()?.0)?.by_name(pallet)?;
            let [inner] = *outer.fields else { return None };
            Some((outer, inner, EnumOp::by_name(variants(inner)?, name)?))
        };
        // What is not there is explained by the pallets.
        find().ok_or_else(|| match self.call(pallet, name) {
            Err(error) => error,
            Ok(_) => {
                let message = format!("the calls of {self} do not hold those of {pallet}");
                Error::new(ErrorKind::Metadata, message)
            }
        })
    }

    pub(super) fn call_type(&self) -> Result<TypeId> {
        self.part("call", self.extrinsic().call())
    }

    #[cold]
    fn wrong_arguments(&self, error: Error, pallet: &str, variant: &VariantOp) -> Error {
        let signature = self.plan().describe_variant(variant).signature();
        error
            .inside(variant.shape.name())
            .inside(pallet)
            .explained(&format!(". The call is {pallet}.{signature} of {self}"))
    }
}
