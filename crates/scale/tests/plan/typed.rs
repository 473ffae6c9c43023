use crate::support::{ALICE, plan_of, sp_core::AccountId32};
use parity_scale_codec::Encode;
use scale_info::TypeInfo;
use std::collections::BTreeMap;
use tensorwire_scale::{AccountId, Compact, Error, ErrorKind, FromScale, Value};

/// What the chain has.
#[derive(Clone, Encode, TypeInfo)]
struct Neuron {
    hotkey: AccountId32,
    #[codec(compact)]
    uid: u16,
    active: bool,
    stake: Vec<(AccountId32, Compact<u64>)>,
    axon: Axon,
    mode: Mode,
    name: Option<Vec<u8>>,
    prices: BTreeMap<u16, u64>,
}

#[derive(Clone, Encode, TypeInfo)]
struct Axon {
    block: u64,
    port: u16,
}

#[derive(Clone, Encode, TypeInfo)]
#[allow(dead_code)]
enum Mode {
    Off,
    On { since: u32 },
    Both(u8, Box<Self>),
}

fn neuron() -> Neuron {
    Neuron {
        hotkey: AccountId32(ALICE),
        uid: 300,
        active: true,
        stake: vec![(AccountId32(ALICE), Compact(1 << 50))],
        axon: Axon { block: 7, port: 8080 },
        mode: Mode::Both(1, Box::new(Mode::On { since: 9 })),
        name: Some(b"name".to_vec()),
        prices: BTreeMap::from([(1, 2)]),
    }
}

fn read<T: FromScale>() -> Result<T, Error> {
    let (plan, ty) = plan_of::<Neuron>();
    plan.decode_as(ty, &neuron().encode())
}

mod exact {
    use super::*;

    #[derive(Debug, PartialEq, FromScale)]
    pub(crate) struct Neuron {
        pub hotkey: AccountId,
        #[scale(compact)]
        pub uid: u16,
        pub active: bool,
        pub stake: Vec<(AccountId, Compact<u64>)>,
        pub axon: Axon,
        pub(crate) mode: Mode,
        pub name: Option<Vec<u8>>,
        pub prices: BTreeMap<u16, u64>,
    }

    #[derive(Debug, PartialEq, FromScale)]
    pub(crate) struct Axon {
        pub block: u64,
        pub port: u16,
    }

    #[derive(Debug, PartialEq, FromScale)]
    pub(crate) enum Mode {
        Off,
        On { since: u32 },
        Both(u8, Box<Self>),
    }
}

#[test]
fn an_equal_layout_is_read() {
    let read: exact::Neuron = read().unwrap();
    assert_eq!((read.hotkey, read.uid, read.active), (AccountId(ALICE), 300, true));
    assert_eq!(read.stake, [(AccountId(ALICE), Compact(1 << 50))]);
    assert_eq!(read.axon, exact::Axon { block: 7, port: 8080 });
    assert_eq!(read.mode, exact::Mode::Both(1, Box::new(exact::Mode::On { since: 9 })));
    assert_eq!(read.name.as_deref(), Some(b"name".as_slice()));
    assert_eq!(read.prices, BTreeMap::from([(1, 2)]));
}

#[test]
fn moved_unknown_and_wider_fields_are_read_through_a_map() {
    #[derive(Debug, PartialEq, FromScale)]
    struct Axon {
        port: u64,
        #[scale(compact)]
        block: u32,
    }
    #[derive(Debug, PartialEq, FromScale)]
    enum Mode {
        Both(u32, Box<Self>),
        #[scale(rename = "On")]
        Running {
            since: i64,
        },
        Never,
    }
    #[derive(Debug, PartialEq, FromScale)]
    struct Neuron {
        mode: Mode,
        #[scale(rename = "name")]
        title: Option<Vec<u8>>,
        axon: Axon,
        stake: Vec<(Vec<u8>, u128)>,
        #[scale(default)]
        added_later: u32,
        uid: u8,
    }
    let found: Result<Neuron, Error> = read();
    // Thirty-two bytes of an account are no `Vec<u8>`.
    assert_eq!(found.unwrap_err().kind(), ErrorKind::Layout);

    #[derive(Debug, PartialEq, FromScale)]
    struct Narrow {
        mode: Mode,
        #[scale(rename = "name")]
        title: Option<Vec<u8>>,
        axon: Axon,
        stake: Vec<([u8; 32], u128)>,
        #[scale(default)]
        added_later: u32,
        hotkey: Value,
    }
    let found: Narrow = read().unwrap();
    assert_eq!(found.mode, Mode::Both(1, Box::new(Mode::Running { since: 9 })));
    assert_eq!(found.title.as_deref(), Some(b"name".as_slice()));
    assert_eq!(found.axon, Axon { port: 8080, block: 7 });
    assert_eq!(found.stake, [(ALICE, 1 << 50)]);
    assert_eq!(found.added_later, 0);
    assert_eq!(found.hotkey.as_account(), Some(AccountId(ALICE)));
}

#[test]
fn a_number_that_does_not_fit_is_an_error_at_the_value() {
    #[derive(Debug, FromScale)]
    struct Neuron {
        #[allow(dead_code)]
        uid: u8,
    }
    let error = read::<Neuron>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("300") && error.path() == "uid", "{error}");
}

#[test]
fn the_place_of_a_number_that_does_not_fit_is_given() {
    let (plan, ty) = plan_of::<Vec<u64>>();
    let error = plan.decode_as::<Vec<u16>>(ty, &vec![1u64, 70_000].encode()).unwrap_err();
    assert_eq!(error.path(), "[1]", "{error}");
    assert_eq!(plan.decode_as::<Vec<u16>>(ty, &vec![1u64, 2].encode()).unwrap(), [1, 2]);
}

#[test]
fn a_missing_field_is_named() {
    #[derive(Debug, FromScale)]
    #[allow(dead_code)]
    struct Neuron {
        hotkey: AccountId,
        stakes: u64,
    }
    let error = read::<Neuron>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Layout);
    for part in ["Neuron", "\"stakes\"", "did you mean stake?"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn another_type_is_named_with_its_field() {
    #[derive(Debug, FromScale)]
    #[allow(dead_code)]
    struct Neuron {
        hotkey: u64,
    }
    let error = read::<Neuron>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Layout);
    assert!(error.to_string().contains("u64 cannot be read from the chain's AccountId32"), "{error}");
    assert_eq!(error.path(), "Neuron.hotkey");
}

#[test]
fn newtypes_count_as_what_they_hold() {
    #[derive(Debug, PartialEq, FromScale)]
    struct Rao(#[scale(compact)] u64);
    #[derive(Debug, PartialEq, FromScale)]
    struct Neuron {
        uid: Rao,
        name: Option<Name>,
    }
    #[derive(Debug, PartialEq, FromScale)]
    struct Name(Vec<u8>);
    assert_eq!(read::<Neuron>().unwrap(), Neuron { uid: Rao(300), name: Some(Name(b"name".to_vec())) });
}

#[test]
fn a_mapped_type_inside_a_recursive_one_is_mapped_everywhere() {
    #[derive(Encode, TypeInfo)]
    struct Tree {
        leaf: u16,
        children: Vec<Self>,
    }
    #[derive(Debug, PartialEq, FromScale)]
    struct Wide {
        leaf: u64,
        children: Vec<Self>,
    }
    #[derive(Debug, PartialEq, FromScale)]
    struct Same {
        leaf: u16,
        children: Vec<Self>,
    }
    let (plan, ty) = plan_of::<Tree>();
    let tree = Tree {
        leaf: 1,
        children: vec![Tree { leaf: 2, children: vec![] }, Tree { leaf: 3, children: vec![] }],
    };
    let wide: Wide = plan.decode_as(ty, &tree.encode()).unwrap();
    assert_eq!(wide.children.iter().map(|tree| tree.leaf).sum::<u64>() + wide.leaf, 6);
    let same: Same = plan.decode_as(ty, &tree.encode()).unwrap();
    assert_eq!(same.children.iter().map(|tree| tree.leaf).sum::<u16>() + same.leaf, 6);
}

#[test]
fn generic_types_tuples_arrays_and_units_are_read() {
    #[derive(Debug, PartialEq, FromScale)]
    struct Generic<T>(T, [T; 2]);
    #[derive(Debug, PartialEq, FromScale)]
    struct Unit;
    #[derive(Encode, TypeInfo)]
    struct Nothing;
    let (plan, ty) = plan_of::<(u16, [u16; 2])>();
    let bytes = (1u16, [2u16, 3]).encode();
    assert_eq!(plan.decode_as::<Generic<u16>>(ty, &bytes).unwrap(), Generic(1, [2, 3]));
    assert_eq!(plan.decode_as::<Generic<u32>>(ty, &bytes).unwrap(), Generic(1, [2, 3]));
    assert_eq!(plan.decode_as::<(u16, [u16; 2])>(ty, &bytes).unwrap(), (1, [2, 3]));
    assert_eq!(plan.decode_as::<(u16, [u16; 3])>(ty, &bytes).unwrap_err().kind(), ErrorKind::Layout);
    let (plan, ty) = plan_of::<Nothing>();
    assert_eq!(plan.decode_as::<Unit>(ty, &[]).unwrap(), Unit);
    let (plan, ty) = plan_of::<()>();
    plan.decode_as::<()>(ty, &[]).unwrap();
    let (plan, ty) = plan_of::<String>();
    assert_eq!(plan.decode_as::<String>(ty, &"text".encode()).unwrap(), "text");
}

#[test]
fn typed_reads_report_places_and_left_over_bytes() {
    let (plan, ty) = plan_of::<Neuron>();
    let mut bytes = neuron().encode();
    bytes.push(0);
    assert_eq!(plan.decode_as::<exact::Neuron>(ty, &bytes).unwrap_err().kind(), ErrorKind::TrailingBytes);
    bytes[34] = 7;
    let error = plan.decode_as::<exact::Neuron>(ty, &bytes).unwrap_err();
    assert_eq!((error.path().as_str(), error.offset()), ("active", Some(34)), "{error}");
}
