//! Key pairs, beside an independent implementation.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use proptest::prelude::*;
use sp_core::{Pair, ed25519, sr25519};
use tensorwire_wallet::{CryptoType, ErrorKind, Keypair, Mnemonic, PublicKey, Signature};

const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/// Each signs what the other verifies, and nothing else.
fn assert_is_same_sr25519(ours: &Keypair, theirs: &sr25519::Pair) {
    assert_eq!(ours.account().0, theirs.public().0);
    let Signature::Sr25519(signature) = ours.sign_bytes(b"bytes") else { panic!("another kind") };
    assert!(sr25519::Pair::verify(&signature.into(), b"bytes", &theirs.public()));
    let signature = Signature::Sr25519(theirs.sign(b"bytes").0);
    assert!(ours.public_key().verify(b"bytes", &signature));
    assert!(!ours.public_key().verify(b"other bytes", &signature));
}

fn assert_is_same_ed25519(ours: &Keypair, theirs: &ed25519::Pair) {
    assert_eq!(ours.account().0, theirs.public().0);
    let signature = Signature::Ed25519(theirs.sign(b"bytes").0);
    assert_eq!(ours.sign_bytes(b"bytes"), signature);
    assert!(ours.public_key().verify(b"bytes", &signature));
    assert!(!ours.public_key().verify(b"other bytes", &signature));
}

#[test]
fn development_keys_are_those_of_the_development_phrase() {
    for name in ["Alice", "Bob", "Charlie", "Alice//stash", "0", "42/soft"] {
        let uri = format!("//{name}");
        let theirs = sr25519::Pair::from_string(&uri, None).unwrap();
        assert_is_same_sr25519(&Keypair::from_uri(&uri).unwrap(), &theirs);
        let from_words = Keypair::from_uri(&format!("{PHRASE}{uri}")).unwrap();
        assert_is_same_sr25519(&from_words, &theirs);
    }
    let alice = Keypair::from_uri("//Alice").unwrap().account().to_string();
    assert_eq!(alice, "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
}

#[test]
fn mnemonics_of_every_length_are_the_keys_that_substrate_makes_of_them() {
    for (words, password) in [(12, ""), (15, "pass"), (18, "ü ///"), (21, ""), (24, "longer password")] {
        let mnemonic = Mnemonic::generate(words).unwrap();
        let phrase = mnemonic.phrase();
        assert_eq!(phrase.split(' ').count(), words);
        let password_of_theirs = (!password.is_empty()).then_some(password);
        let (theirs, _) = sr25519::Pair::from_phrase(&phrase, password_of_theirs).unwrap();
        assert_is_same_sr25519(&mnemonic.keypair(CryptoType::Sr25519, password).unwrap(), &theirs);
        let (theirs, _) = ed25519::Pair::from_phrase(&phrase, password_of_theirs).unwrap();
        assert_is_same_ed25519(&mnemonic.keypair(CryptoType::Ed25519, password).unwrap(), &theirs);
        let shouted = format!("  {}\n", phrase.to_uppercase().replace(' ', "\t "));
        assert_eq!(Mnemonic::parse(&shouted).unwrap().phrase(), phrase);
    }
    assert_ne!(Mnemonic::generate(12).unwrap().phrase(), Mnemonic::generate(12).unwrap().phrase());
}

#[test]
fn what_is_no_mnemonic_says_why_without_its_words() {
    let cases = [
        ("bottom drive", "has 12, 15, 18, 21 or 24 words, not 2"),
        ("bottom drive obey lake curtain smoke basket hold race lonely fit wonk", "word 12"),
        ("drive bottom obey lake curtain smoke basket hold race lonely fit walk", "do not belong together"),
    ];
    for (text, reason) in cases {
        let error = Mnemonic::parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Key);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!text.split(' ').any(|word| format!("{error:?}").contains(word)), "{error}");
    }
    for words in [0, 3, 11, 13, 27, 3000, usize::MAX] {
        assert!(Mnemonic::generate(words).unwrap_err().to_string().contains(&format!("not {words}")));
    }
}

#[test]
fn a_private_key_is_read_in_every_form_that_tools_write() {
    let alice = Keypair::from_uri("//Alice").unwrap();
    // The scalar as it is, as bittensor writes it, and times the cofactor, as polkadot-js does.
    for hex in [
        "33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
        "98319d4ff8a9508c4bb0cf0b5a78d760a0b2082c02775e6e82370816fedfff48925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
    ] {
        let bytes = const_hex::decode(hex).unwrap();
        let pair = Keypair::from_private_key(&bytes, CryptoType::Sr25519).unwrap();
        assert_eq!(pair.public_key(), alice.public_key());
        assert!(alice.public_key().verify(b"bytes", &pair.sign_bytes(b"bytes")));
    }
    let seed = [7; 32];
    let pair = Keypair::from_seed(&seed, CryptoType::Ed25519).unwrap();
    let with_public = [seed, pair.account().0].concat();
    let read = Keypair::from_private_key(&with_public, CryptoType::Ed25519).unwrap();
    assert_eq!(read.public_key(), pair.public_key());
    for wrong in [&[7; 64][..], &[], &[7; 31], &[7; 65]] {
        assert_eq!(Keypair::from_private_key(wrong, CryptoType::Ed25519).unwrap_err().kind(), ErrorKind::Key);
    }
    assert!(Keypair::from_private_key(&[0xff; 64], CryptoType::Sr25519).is_err());
}

#[test]
fn signatures_of_another_kind_or_key_are_none() {
    let sr25519 = Keypair::from_seed(&[1; 32], CryptoType::Sr25519).unwrap();
    let ed25519 = Keypair::from_seed(&[1; 32], CryptoType::Ed25519).unwrap();
    assert!(!sr25519.public_key().verify(b"bytes", &ed25519.sign_bytes(b"bytes")));
    assert!(!ed25519.public_key().verify(b"bytes", &sr25519.sign_bytes(b"bytes")));
    let other = PublicKey { account: ed25519.account(), crypto_type: CryptoType::Sr25519 };
    assert!(!other.verify(b"bytes", &sr25519.sign_bytes(b"bytes")));
    assert!(!sr25519.public_key().verify(b"bytes", &Signature::Sr25519([0; 64])));
}

#[test]
fn what_is_no_uri_is_refused_without_repeating_it() {
    let seed_with_password = format!("0x{}///pw", "11".repeat(32));
    for uri in ["", "///pw", "Alice", "//", "//a//", "0x12", "0x//a", &seed_with_password] {
        let error = Keypair::from_uri(uri).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Key, "{uri}");
        assert!(uri.is_empty() || !error.to_string().contains(uri), "{error}");
    }
    assert!(Keypair::from_secret_uri("/soft", CryptoType::Ed25519).unwrap_err().to_string().contains("soft"));
}

/// What both understand is the same key in both, and what one refuses the other does: but for nothing at all, which is
/// no key here, and a password for a seed, which is not ignored here.
fn check_uri(uri: &str) {
    let is_refused_here =
        uri.is_empty() || uri.starts_with("///") || uri.starts_with("0x") && uri.contains("///");
    match Keypair::from_uri(uri) {
        Ok(ours) => assert_is_same_sr25519(&ours, &sr25519::Pair::from_string(uri, None).unwrap()),
        Err(_) => assert!(is_refused_here || sr25519::Pair::from_string(uri, None).is_err(), "{uri}"),
    }
    match Keypair::from_secret_uri(uri, CryptoType::Ed25519) {
        Ok(ours) => assert_is_same_ed25519(&ours, &ed25519::Pair::from_string(uri, None).unwrap()),
        Err(_) => assert!(is_refused_here || ed25519::Pair::from_string(uri, None).is_err(), "{uri}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn uris_are_the_keys_that_substrate_makes_of_them(
        secret in prop_oneof![
            Just(String::new()),
            Just(PHRASE.to_owned()),
            any::<[u8; 32]>().prop_map(const_hex::encode_prefixed),
        ],
        path in "(//?([0-9]{1,22}|[a-zA-Z0-9 _+.-]{1,80})){0,3}",
        password in "(///.{0,12})?",
    ) {
        check_uri(&format!("{secret}{path}{password}"));
    }

    #[test]
    fn texts_of_any_kind_are_read_as_substrate_reads_them(uri in "[/a-c0x ]{0,12}") {
        check_uri(&uri);
    }

    #[test]
    fn seeds_are_the_keys_that_substrate_makes_of_them(seed: [u8; 32]) {
        let ours = Keypair::from_seed(&seed, CryptoType::Sr25519).unwrap();
        assert_is_same_sr25519(&ours, &sr25519::Pair::from_seed(&seed));
        let ours = Keypair::from_seed(&seed, CryptoType::Ed25519).unwrap();
        assert_is_same_ed25519(&ours, &ed25519::Pair::from_seed(&seed));
    }
}
