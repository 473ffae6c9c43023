//! Events, calls and errors, which old metadata numbers otherwise.

use crate::{ALICE, runtimes, sample};
use parity_scale_codec::{Compact, Encode};
use tensorwire_scale::{AccountId, Value};

/// Where the enums of calls and events have `Balances`, before V12 counted among those that have any.
fn places(version: u32) -> (u8, u8) {
    if version < 12 { (2, 2) } else { (7, 7) }
}

fn alice() -> [u8; 32] {
    ALICE.parse::<AccountId>().unwrap().0
}

#[test]
fn g15_events_of_every_version_decode() {
    for (version, runtime) in runtimes() {
        let (_, balances) = places(version);
        let offences = if version < 12 { 1 } else { 4 };
        let transfer = (0_u8, 1_u32, balances, 0_u8, alice(), alice(), 9_u128, vec![[7_u8; 32]]).encode();
        let failed = (0_u8, 2_u32, 0_u8, 1_u8, (1_u8, 3_u8, 1_u8), (5_u64, true), Vec::<[u8; 32]>::new());
        let rated = (1_u8, balances, 1_u8, 6_u64, Vec::<[u8; 32]>::new()).encode();
        let bytes = sample::list(&[transfer, failed.encode(), rated]);
        let value = runtime.storage("System", "Events").unwrap().decode(Some(&bytes)).unwrap();
        let shown: Vec<String> =
            value.iter().map(|record| record.get("event").unwrap().to_string()).collect();
        assert!(shown[0].contains("Transfer") && shown[2].contains("Rated"), "V{version}: {shown:?}");

        let events = runtime.decode_events(&bytes).unwrap();
        assert_eq!((events[0].pallet(), events[0].name()), ("Balances", "Transfer"), "V{version}");
        assert_eq!(events[0].docs(), "Tells Transfer.");
        assert_eq!(events[0].topics(), [[7; 32]]);
        assert_eq!(events[2].to_string(), "Balances.Rated(6)", "a pallet's own type");
        let Value::Tuple(fields) = events[1].fields() else { panic!("{}", events[1]) };
        let error = runtime.dispatch_error(&fields[0]).to_string();
        // Before V12 errors are numbered among all modules.
        let expected =
            if version < 12 { "Balances.KeepAlive: Fails with KeepAlive." } else { "Timestamp.0x01" };
        assert_eq!(error, expected, "V{version}");
        // Its field is of a type that nobody defines.
        let offence = sample::list(&[(1_u8, offences, 0_u8, 0_u8, true, 0_u8).encode()]);
        let error = runtime.decode_events(&offence).unwrap_err();
        assert!(error.to_string().starts_with("the type Kind is not defined"), "{error}");
    }
}

#[test]
fn g15_extrinsics_of_every_version_decode() {
    for (version, runtime) in runtimes() {
        let (balances, _) = places(version);
        let call = (balances, 0_u8, alice(), Compact(12_u128)).encode();
        let batch = [vec![balances, 1, 4], call.clone()].concat();
        let signed = [
            vec![0x84],
            alice().to_vec(),
            vec![1],
            vec![2; 64],
            Compact(3_u32).encode(),
            Compact(4_u128).encode(),
            batch,
        ];
        let signed = signed.concat().encode();
        let extrinsic = runtime.decode_extrinsic(&signed).unwrap();
        assert_eq!(extrinsic.signer().unwrap().to_string(), ALICE, "V{version}");
        assert!(extrinsic.call().is("Balances", "batch"));
        assert_eq!(extrinsic.call().docs(), "Calls batch.\nTwice.");
        let inner = extrinsic.call().arguments().get("calls").unwrap()[0].to_string();
        assert!(inner.contains("transfer") && inner.contains("value: 12"), "{inner}");
        if version > 10 {
            assert_eq!((extrinsic.nonce(), extrinsic.tip()), (Some(3), Some(4)));
        } else {
            assert_eq!(extrinsic.extension("ExtrinsicSignedExtensions").unwrap().to_string(), "(3, 4)");
        }
        let bare = [vec![4, if version < 12 { 1 } else { 3 }, 0], Compact(1_600_u64).encode()].concat();
        let extrinsic = runtime.decode_extrinsic(&bare.encode()).unwrap();
        assert_eq!(extrinsic.call().to_string(), "Timestamp.set {now: 1600}", "V{version}");
    }
}
