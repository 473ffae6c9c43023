//! For every kind of type, the plan and the static codec agree, both ways.

use crate::support::{decoded, primitive_types::U256, sp_core::AccountId32, sp_runtime::MultiAddress};
use bitvec::{order::Lsb0, order::Msb0, vec::BitVec};
use parity_scale_codec::{Compact, Encode};
use proptest::{collection, prelude::*};
use scale_info::TypeInfo;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Encode, TypeInfo)]
#[allow(clippy::type_complexity)]
struct Everything {
    small: (u8, i8, u16, i16),
    large: (u32, i32, u64, i64, u128, i128),
    #[codec(compact)]
    compact: u64,
    compacts: (Compact<u8>, Compact<u16>, Compact<u32>, Compact<u128>),
    flag: bool,
    text: String,
    bytes: Vec<u8>,
    hash: [u8; 32],
    short: [u8; 3],
    account: AccountId32,
    address: MultiAddress,
    wide: U256,
    numbers: (Vec<u16>, Vec<u32>, Vec<u64>, Vec<Compact<u64>>, Vec<Compact<u16>>, Vec<i16>, Vec<u128>),
    matrix: Vec<[u16; 2]>,
    map: BTreeMap<u16, String>,
    set: BTreeSet<u32>,
    options: (Option<u8>, Option<bool>, Option<Option<u16>>, Option<Option<Option<()>>>, Option<String>),
    result: Result<u8, String>,
    newtype: Newtype,
    pair: Pair,
    named: Named,
    nothing: ((), Empty, [u8; 0], Vec<()>),
    choice: Vec<Choice>,
    bits: (BitVec<u8, Lsb0>, BitVec<u8, Msb0>, BitVec<u16, Msb0>, BitVec<u32, Lsb0>),
}

#[derive(Clone, Debug, Encode, TypeInfo)]
struct Newtype(Vec<u32>);

#[derive(Clone, Debug, Encode, TypeInfo)]
struct Pair(u8, String);

#[derive(Clone, Debug, Encode, TypeInfo)]
struct Named {
    bits: i128,
}

#[derive(Clone, Debug, Encode, TypeInfo)]
struct Empty;

#[derive(Clone, Debug, Encode, TypeInfo)]
enum Choice {
    Unit,
    One(u32),
    Many(u8, bool),
    #[codec(index = 9)]
    Fields {
        a: Option<u8>,
        b: Vec<u8>,
    },
    None,
    Nested(Box<Self>),
}

fn choice() -> impl Strategy<Value = Choice> {
    let leaf = prop_oneof![
        Just(Choice::Unit),
        Just(Choice::None),
        any::<u32>().prop_map(Choice::One),
        any::<(u8, bool)>().prop_map(|(a, b)| Choice::Many(a, b)),
        any::<(Option<u8>, Vec<u8>)>().prop_map(|(a, b)| Choice::Fields { a, b }),
    ];
    leaf.prop_recursive(8, 8, 1, |inner| inner.prop_map(|inner| Choice::Nested(Box::new(inner))))
}

fn address() -> impl Strategy<Value = MultiAddress> {
    prop_oneof![
        any::<[u8; 32]>().prop_map(|id| MultiAddress::Id(AccountId32(id))),
        any::<u32>().prop_map(MultiAddress::Index),
        any::<Vec<u8>>().prop_map(MultiAddress::Raw),
    ]
}

prop_compose! {
    fn everything()(
        small in any::<(u8, i8, u16, i16)>(),
        large in any::<(u32, i32, u64, i64, u128, i128)>(),
        compact in any::<u64>(),
        compacts in any::<(u8, u16, u32, u128)>(),
        shift in 0u32..128,
        (flag, text, bytes) in any::<(bool, String, Vec<u8>)>(),
        (hash, short, account) in any::<([u8; 32], [u8; 3], [u8; 32])>(),
        address in address(),
        wide in any::<[u64; 4]>(),
        numbers in any::<(Vec<u16>, Vec<u32>, Vec<u64>, Vec<u64>, Vec<u16>, Vec<i16>, Vec<u128>)>(),
        (matrix, map) in any::<(Vec<[u16; 2]>, BTreeMap<u16, String>)>(),
        (set, result) in any::<(BTreeSet<u32>, Result<u8, String>)>(),
        options in any::<(Option<u8>, Option<bool>, Option<Option<u16>>, Option<Option<Option<()>>>, Option<String>)>(),
        (newtype, pair, named, empty) in any::<(Vec<u32>, (u8, String), i128, u8)>(),
        choice in collection::vec(choice(), 0..4),
        bits in any::<(Vec<bool>, Vec<bool>)>(),
    ) -> Everything {
        let (a, b, c, d) = compacts;
        let (u16s, u32s, u64s, compact64s, compact16s, i16s, u128s) = numbers;
        let compact64s = compact64s.into_iter().map(|number| Compact(number >> (shift % 64))).collect();
        let compact16s = compact16s.into_iter().map(Compact).collect();
        Everything {
            small, large,
            compact: compact >> (shift % 64),
            compacts: (Compact(a), Compact(b), Compact(c >> (shift % 32)), Compact(d >> shift)),
            flag, text, bytes, hash, short,
            account: AccountId32(account),
            address,
            wide: U256(wide),
            numbers: (u16s, u32s, u64s, compact64s, compact16s, i16s, u128s),
            matrix, map, set, options, result,
            newtype: Newtype(newtype),
            pair: Pair(pair.0, pair.1),
            named: Named { bits: named },
            nothing: ((), Empty, [], vec![(); empty.into()]),
            choice,
            bits: (
                bits.0.iter().collect(), bits.1.iter().collect(), bits.0.iter().collect(), bits.1.iter().collect(),
            ),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_kind_of_type_round_trips_with_the_static_codec(everything in everything()) {
        let value = decoded(&everything);
        prop_assert_eq!(value["compact"].as_u64(), Some(everything.compact));
        prop_assert_eq!(value["large"][4].as_u128(), Some(everything.large.4));
        prop_assert_eq!(value["large"][5].as_i128(), Some(everything.large.5));
        prop_assert_eq!(value["text"].as_str(), Some(everything.text.as_str()));
        prop_assert_eq!(value["bytes"].as_bytes(), Some(everything.bytes.as_slice()));
        prop_assert_eq!(value["numbers"][2].as_integers(), Some(everything.numbers.2.as_slice()));
        prop_assert_eq!(value["account"].as_account().map(|id| id.0), Some(everything.account.0));
        prop_assert_eq!(value["choice"].len(), everything.choice.len());
    }
}

#[test]
fn compacts_are_accepted_exactly_as_the_static_codec_does() {
    use crate::support::plan_of;
    use parity_scale_codec::Decode;

    fn check<T: TypeInfo + Decode + Into<u128> + 'static>(bytes: &[u8])
    where
        Compact<T>: Decode + TypeInfo,
    {
        let (plan, ty) = plan_of::<Compact<T>>();
        let expected = Compact::<T>::decode(&mut &*bytes).ok().map(|compact| compact.0.into());
        let found = plan.decode_prefix(ty, &mut &*bytes).ok();
        assert_eq!(found.as_ref().and_then(|value| value.as_u128()), expected, "{bytes:?}");
        assert_eq!(found.is_some(), expected.is_some(), "{bytes:?}");
    }

    for first in 0..=255u8 {
        for fill in [0u8, 1, 0x3f, 0x40, 0xff] {
            for len in 0..20 {
                for last in [0u8, 1, 0x3f, 0x40, 0xff] {
                    let mut bytes = vec![fill; len];
                    bytes.insert(0, first);
                    if let Some(byte) = bytes.last_mut().filter(|_| len > 0) {
                        *byte = last;
                    }
                    check::<u8>(&bytes);
                    check::<u16>(&bytes);
                    check::<u32>(&bytes);
                    check::<u64>(&bytes);
                    check::<u128>(&bytes);
                }
            }
        }
    }
}
