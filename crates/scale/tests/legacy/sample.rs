//! Metadata of all versions from 8 to 13 of one imagined runtime, as `frame-metadata` writes it.

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed, decode_different::DecodeDifferent};
use parity_scale_codec::{Compact, Encode};

/// The spec version that the constant `System.Version` has, in metadata from V12 on.
pub(crate) const SPEC_VERSION: u32 = 1005;

fn decoded<A, B>(content: impl Into<B>) -> DecodeDifferent<A, B> {
    DecodeDifferent::Decoded(content.into())
}

/// As in the constant `System.Version`.
fn version() -> Vec<u8> {
    let apis = Vec::<([u8; 8], u32)>::new();
    ("old-chain", "old-chain", 1_u32, SPEC_VERSION, 0_u32, apis, 3_u32).encode()
}

macro_rules! metadata {
    ($name:ident, $version:ident, $metadata:ident, concat $concat:ident, flag $flag:ident,
     index [$($index:ident)?], extrinsic [$($extrinsic:ident)?], n_map [$($n_map:ident)?]) => {
        pub(crate) fn $name() -> Vec<u8> {
            use frame_metadata::$name::*;
            let call = |name: &str, arguments: &[(&str, &str)]| FunctionMetadata {
                name: decoded(name),
                arguments: decoded(
                    arguments
                        .iter()
                        .map(|(name, ty)| FunctionArgumentMetadata { name: decoded(*name), ty: decoded(*ty) })
                        .collect::<Vec<_>>(),
                ),
                documentation: decoded(vec![format!(" Calls {name}."), " Twice.".to_owned()]),
            };
            let event = |name: &str, arguments: &[&str]| EventMetadata {
                name: decoded(name),
                arguments: decoded(arguments.iter().map(|ty| ty.to_string()).collect::<Vec<_>>()),
                documentation: decoded(vec![format!(" Tells {name}.")]),
            };
            let constant = |name: &str, ty: &str, value: Vec<u8>| ModuleConstantMetadata {
                name: decoded(name),
                ty: decoded(ty),
                value: decoded(value),
                documentation: decoded(Vec::new()),
            };
            let error = |name: &str| ErrorMetadata {
                name: decoded(name),
                documentation: decoded(vec![format!(" Fails with {name}.")]),
            };
            let entry = |name: &str, modifier, ty, default: Vec<u8>| StorageEntryMetadata {
                name: decoded(name),
                modifier,
                ty,
                default: decoded(default),
                documentation: decoded(vec![format!(" Keeps {name}.")]),
            };
            let plain = |ty: &str| StorageEntryType::Plain(decoded(ty));
            let map = |hasher, key: &str, value: &str, is_linked| StorageEntryType::Map {
                hasher,
                key: decoded(key),
                value: decoded(value),
                $flag: is_linked,
            };
            let double_map = |key1: &str, key2: &str, value: &str| StorageEntryType::DoubleMap {
                hasher: StorageHasher::Twox64Concat,
                key1: decoded(key1),
                key2: decoded(key2),
                value: decoded(value),
                key2_hasher: StorageHasher::$concat,
            };
            let module = |name: &str, entries: Option<Vec<StorageEntryMetadata>>, calls, events, constants, errors, _index| {
                let storage = entries.map(|entries| {
                    decoded(StorageMetadata { prefix: decoded(name), entries: decoded(entries) })
                });
                ModuleMetadata {
                    name: decoded(name),
                    storage,
                    calls: Option::map(calls, decoded::<_, Vec<_>>),
                    event: Option::map(events, decoded::<_, Vec<_>>),
                    constants: decoded::<_, Vec<_>>(constants),
                    errors: decoded::<_, Vec<_>>(errors),
                    $($index: _index,)?
                }
            };
            use StorageEntryModifier::{Default as Defaulted, Optional};
            let system = module(
                "System",
                Some(vec![
                    entry(
                        "Account",
                        Defaulted,
                        map(StorageHasher::$concat, "T::AccountId", "AccountInfo<T::Index, T::AccountData>", false),
                        vec![0; 36],
                    ),
                    entry("Number", Defaulted, plain("T::BlockNumber"), vec![0; 4]),
                    entry("Events", Defaulted, plain("Vec<EventRecord<T::Event, T::Hash>>"), vec![0]),
                    entry("Mystery", Optional, plain("Option<T::Unheard>"), vec![0]),
                ]),
                Some(vec![call("remark", &[("_remark", "Vec<u8>")])]),
                Some(vec![
                    event("ExtrinsicSuccess", &["DispatchInfo"]),
                    event("ExtrinsicFailed", &["DispatchError", "DispatchInfo"]),
                ]),
                vec![
                    constant("BlockHashCount", "T::BlockNumber", 250_u32.encode()),
                    $(constant("Version", { let $index = "RuntimeVersion"; $index }, version()),)?
                ],
                vec![error("InvalidSpecName")],
                0,
            );
            let timestamp = module(
                "Timestamp",
                Some(vec![entry("Now", Defaulted, plain("T::Moment"), vec![0; 8])]),
                Some(vec![call("set", &[("now", "Compact<T::Moment>")])]),
                None,
                vec![],
                vec![],
                3,
            );
            // It has events and no calls, so that calls and events are counted apart.
            let offences = module("Offences", None, None, Some(vec![event("Offence", &["Kind", "bool"])]), vec![], vec![], 4);
            let balances = module(
                "Balances",
                Some(vec![
                    entry(
                        "Locks",
                        Defaulted,
                        double_map("T::AccountId", "u16", "Vec<(BalanceOf<T>, Rate)>"),
                        vec![0],
                    ),
                    entry(
                        "Vouchers",
                        Optional,
                        map(StorageHasher::Blake2_256, "u16", "Rate", true),
                        vec![0],
                    ),
                    $(entry(
                        "Triple",
                        Optional,
                        StorageEntryType::$n_map {
                            keys: decoded(vec!["u8".to_owned(), "u16".to_owned(), "bool".to_owned()]),
                            hashers: decoded(vec![
                                StorageHasher::Twox64Concat,
                                StorageHasher::Identity,
                                StorageHasher::Blake2_128,
                            ]),
                            value: decoded("Rate"),
                        },
                        vec![0],
                    ),)?
                ]),
                Some(vec![
                    call("transfer", &[("dest", "<T::Lookup as StaticLookup>::Source"), ("value", "Compact<T::Balance>")]),
                    call("batch", &[("calls", "Vec<<T as Trait>::Call>")]),
                ]),
                Some(vec![event("Transfer", &["AccountId", "AccountId", "Balance"]), event("Rated", &["Rate"])]),
                vec![constant("ExistentialDeposit", "T::Balance", 500_u128.encode())],
                vec![error("InsufficientBalance"), error("KeepAlive")],
                7,
            );
            let metadata = $metadata {
                modules: decoded(vec![system, timestamp, offences, balances]),
                $($extrinsic: ExtrinsicMetadata {
                    version: 4,
                    signed_extensions: vec![decoded("CheckNonce"), decoded("ChargeTransactionPayment")],
                },)?
            };
            RuntimeMetadataPrefixed(frame_metadata::META_RESERVED, RuntimeMetadata::$version(metadata)).encode()
        }
    };
}

metadata!(v8, V8, RuntimeMetadataV8, concat Blake2_128, flag is_linked, index [], extrinsic [], n_map []);
metadata!(v9, V9, RuntimeMetadataV9, concat Blake2_128Concat, flag is_linked, index [], extrinsic [], n_map []);
metadata!(v10, V10, RuntimeMetadataV10, concat Blake2_128Concat, flag is_linked, index [], extrinsic [], n_map []);
metadata!(v11, V11, RuntimeMetadataV11, concat Blake2_128Concat, flag unused, index [], extrinsic [extrinsic], n_map []);
metadata!(v12, V12, RuntimeMetadataV12, concat Blake2_128Concat, flag unused, index [index], extrinsic [extrinsic], n_map []);
metadata!(v13, V13, RuntimeMetadataV13, concat Blake2_128Concat, flag unused, index [index], extrinsic [extrinsic], n_map [NMap]);

/// All of them, with their versions.
pub(crate) fn all() -> [(u32, Vec<u8>); 6] {
    [(8, v8()), (9, v9()), (10, v10()), (11, v11()), (12, v12()), (13, v13())]
}

/// An opaque block of events as `System.Events` holds it.
pub(crate) fn list(records: &[Vec<u8>]) -> Vec<u8> {
    [Compact(records.len() as u32).encode(), records.concat()].concat()
}
