use super::AccountId;
use crate::ErrorKind;
use proptest::prelude::*;

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const ALICE_KEY: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

fn alice() -> AccountId {
    ALICE_KEY.parse().unwrap()
}

#[test]
fn known_addresses_are_written_and_read() {
    let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    assert_eq!(alice().to_ss58(42), ALICE);
    assert_eq!(alice().to_string(), ALICE);
    assert_eq!(alice().to_ss58(0), polkadot);
    assert_eq!(AccountId::from_ss58(polkadot).unwrap(), (alice(), 0));
    assert_eq!(AccountId([0; 32]).to_string(), "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM");
}

#[test]
fn an_address_of_another_network_is_refused_naming_both_prefixes() {
    let error = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5".parse::<AccountId>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Address);
    let message = error.to_string();
    assert!(message.contains("prefix 0, expected 42"), "{message}");
    assert!(message.contains(ALICE), "{message}");
}

#[test]
fn what_is_wrong_with_an_address_is_said() {
    let wrong = [
        ("", "first byte"),
        ("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ0", "'0' at position 47"),
        ("5Grwväf", "'ä' at position 5"),
        ("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "checksum"),
        ("F7Hs", "bytes, expected"),
        ("0xd43593", "64 hexadecimal digits"),
        (&ALICE.repeat(9), "at most 50 characters"),
    ];
    for (text, reason) in wrong {
        let error = text.parse::<AccountId>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Address);
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn json_is_the_address() {
    let json = serde_json::to_string(&alice()).unwrap();
    assert_eq!(json, format!("\"{ALICE}\""));
    assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), alice());
    assert_eq!(serde_json::from_value::<AccountId>(ALICE_KEY.into()).unwrap(), alice());
    assert!(serde_json::from_str::<AccountId>("7").is_err());
}

#[test]
fn a_two_byte_prefix_starts_with_its_known_letters() {
    // Prefix 252 is written as the bytes 0x7f, 0x00.
    assert_eq!(bs58::decode(alice().to_ss58(252)).into_vec().unwrap()[..2], [0x7f, 0x00]);
    // Prefix 16383 sets all 14 bits.
    assert_eq!(bs58::decode(alice().to_ss58(16383)).into_vec().unwrap()[..2], [0x7f, 0xff]);
}

proptest! {
    #[test]
    fn every_account_and_prefix_reads_back(id: [u8; 32], prefix in 0u16..1 << 14) {
        let account = AccountId(id);
        prop_assert_eq!(AccountId::from_ss58(&account.to_ss58(prefix)).unwrap(), (account, prefix));
    }

    #[test]
    fn arbitrary_text_never_panics(text in ".*") {
        let _ = text.parse::<AccountId>();
    }
}
