//! SCALE bytes to values and back, driven by a Substrate chain's runtime metadata. No async, no IO.
#![forbid(unsafe_code)]

mod account;
mod api;
mod arguments;
mod constant;
mod decode;
mod diff;
mod dispatch_error;
mod docs;
mod encode;
mod error;
mod event;
mod extrinsic;
pub mod hash;
mod hasher;
mod json;
mod legacy_api;
mod metadata;
#[cfg(feature = "metadata-hash")]
mod metadata_hash;
mod nearest;
mod plan;
mod runtime;
mod storage;
mod transaction_error;
mod typed;
mod types;
mod value;

pub use account::AccountId;
pub use api::{ApiMethod, Parameter, RuntimeApi};
pub use arguments::Arguments;
pub use constant::Constant;
pub use diff::{ChangeKind, Diff, Difference, ItemChange, ItemKind};
pub use dispatch_error::DispatchError;
pub use error::{Error, ErrorKind, Result};
pub use event::{Event, Events, Phase};
pub use extrinsic::{
    Call, Era, ExtensionValue, Extrinsic, ExtrinsicKind, ExtrinsicParameters, Signature, Signed,
    SigningPayload,
};
pub use hasher::Hasher;
pub use json::MAX_JSON_DEPTH;
pub use nearest::did_you_mean;
pub use parity_scale_codec::Compact;
pub use plan::{FieldDescription, Plan, TypeDescription, TypeId, TypeKind, VariantDescription};
pub use runtime::{ExtrinsicFormat, Pallet, Runtime, TransactionExtension};
pub use storage::StorageEntry;
pub use tensorwire_derive::FromScale;
pub use transaction_error::TransactionError;
pub use typed::FromScale;
pub use types::Types;
pub use value::{Integer, Integers, Shape, Value, ValueIndex, VariantShape};

/// What derived code calls.
#[doc(hidden)]
pub mod __private {
    pub use crate::typed::{Binder, Binding, Field, Fields, Layout, Reader, Variant};
}
