//! Key pairs, beside an independent implementation.

use sp_core::{Pair, sr25519};
use tensorwire_wallet::{Keypair, Signature};

#[test]
fn development_keys_are_those_of_the_development_phrase() {
    for name in ["Alice", "Bob", "Charlie"] {
        let ours = Keypair::from_uri(&format!("//{name}")).unwrap();
        let theirs = sr25519::Pair::from_string(&format!("//{name}"), None).unwrap();
        assert_eq!(ours.account().0, theirs.public().0);
        let Signature::Sr25519(signature) = ours.sign_bytes(b"bytes") else { panic!("another kind") };
        assert!(sr25519::Pair::verify(&signature.into(), b"bytes", &theirs.public()));
    }
}
