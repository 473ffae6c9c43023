//! A transfer from its arguments to the bytes that a node takes: composed alone, and signed by an sr25519 key, which is
//! the same code for all.

use parity_scale_codec::{Compact, Encode};
use subxt::{
    config::{DefaultExtrinsicParamsBuilder, SubstrateConfig},
    utils::{AccountId32, MultiSignature},
};
use tensorwire_oracle::{Chain, GENESIS, chains, compete, ratio, subxt_offline, timed};
use tensorwire_scale::{AccountId, Era, ExtrinsicParameters, Signature};
use tensorwire_wallet::Keypair;

const ROUNDS: usize = 300;
/// In each round: one alone is too short to be timed.
const EXTRINSICS: u64 = 100;
const BLOCK: u64 = 4_000_000;
const BIRTH: [u8; 32] = [9; 32];
const DEST: AccountId = AccountId([3; 32]);
const AMOUNT: u64 = 1_000_000_000;

/// Makes the signature of a payload.
type Sign<'s> = &'s dyn Fn(&[u8]) -> Signature;

fn main() {
    let Some(chain) = chains().into_iter().find(|chain| chain.runtime.spec_version() == 393) else { return };
    let alice = Keypair::from_uri("//Alice").expect("it is a path");
    let account = alice.account();
    let fixed = |_: &[u8]| Signature::Sr25519([1; 64]);
    let signed = |payload: &[u8]| alice.sign_bytes(payload);

    let client = subxt_offline(&chain);
    let transactions = client.at_block(0u32).expect("its runtime is known").transactions();
    let subxt = |nonce: u64, sign: Sign<'_>| {
        let arguments = scale_value::value!({
            dest: Id(scale_value::Value::from_bytes(DEST.0)),
            value: scale_value::Value::u128(AMOUNT.into()),
        });
        let call = subxt::transactions::dynamic("Balances", "transfer_keep_alive", arguments);
        let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce)
            .mortal_from_unchecked(128, BLOCK, BIRTH.into())
            .build();
        let mut signable = transactions.create_signable_offline(&call, params).expect("it is a call");
        let Signature::Sr25519(signature) = sign(&signable.signer_payload().expect("it can be signed"))
        else {
            panic!("the key is of another kind")
        };
        let signature = MultiSignature::Sr25519(signature);
        let signed = signable.sign_with_account_and_signature(&AccountId32(account.0), &signature);
        signed.expect("it can be signed").into_encoded()
    };
    let ours = |nonce: u64, sign: Sign<'_>| {
        let call = chain.runtime.encode_call("Balances", "transfer_keep_alive", (DEST, AMOUNT));
        let mut parameters = ExtrinsicParameters::new(GENESIS, nonce);
        (parameters.era, parameters.birth) = (Era::mortal(128, BLOCK), BIRTH);
        let payload = chain.runtime.signing_payload(call.expect("it is a call"), account, &parameters);
        let payload = payload.expect("it can be signed");
        payload.extrinsic(&sign(&payload.bytes()))
    };
    let codec = |nonce: u64, sign: Sign<'_>| static_codec(&chain, account, nonce, sign);

    // All make the same.
    assert_eq!(ours(7, &fixed), subxt(7, &fixed));
    assert_eq!(ours(7, &fixed), codec(7, &fixed));

    for (title, sign) in [("composed", &fixed as Sign<'_>), ("composed and signed", &signed)] {
        fn all(make: impl Fn(u64) -> Vec<u8>) -> Vec<Vec<u8>> {
            (0..EXTRINSICS).map(make).collect()
        }
        let medians = compete(
            &format!("{EXTRINSICS} transfers, {title}"),
            ROUNDS,
            vec![
                ("tensorwire", timed(|| all(|nonce| ours(nonce, sign)))),
                ("static codec", timed(|| all(|nonce| codec(nonce, sign)))),
                ("subxt", timed(|| all(|nonce| subxt(nonce, sign)))),
            ],
        );
        let [ours, codec, subxt] = medians[..] else { return };
        println!("{title}, each: {:?}", ours / EXTRINSICS as u32);
        println!("{title}, subxt / tensorwire: {:.2}", ratio(subxt, ours));
        println!("{title}, tensorwire / static codec: {:.2}\n", ratio(ours, codec));
    }
}

/// What a program would do that was compiled for this one runtime.
fn static_codec(chain: &Chain, account: AccountId, nonce: u64, sign: Sign<'_>) -> Vec<u8> {
    const TRANSFER_KEEP_ALIVE: (u8, u8) = (5, 3);
    let call = (TRANSFER_KEEP_ALIVE, 0u8, DEST.0, Compact(AMOUNT)).encode();
    let era = ((128u64.trailing_zeros() as u16 - 1) | ((BLOCK % 128) as u16) << 4).to_le_bytes();
    let explicit = (era, Compact(nonce), Compact(0u64), 0u8).encode();
    let versions = (chain.runtime.spec_version(), chain.runtime.transaction_version());
    let implicit = (versions, GENESIS, BIRTH, None::<[u8; 32]>).encode();
    let Signature::Sr25519(signature) = sign(&[&call[..], &explicit, &implicit].concat()) else {
        panic!("the key is of another kind")
    };
    let mut body = (0x84u8, 0u8, account.0, 1u8, signature).encode();
    body.extend(explicit);
    body.extend(call);
    body.encode()
}
