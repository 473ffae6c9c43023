//! Calls, what is signed and whole extrinsics, against subxt: random calls of every kind of real runtimes. An ed25519 key
//! signs the same bytes alike each time, so that these are compared to the last byte.

use fastrand::Rng;
use subxt::{
    client::OfflineClientAtBlockImpl,
    config::{DefaultExtrinsicParamsBuilder, SubstrateConfig},
    transactions::TransactionsClient,
    utils::{AccountId32, MultiSignature},
};
use tensorwire_oracle::{Chain, GENESIS, Generator, chains, seed, subxt_offline};
use tensorwire_scale::{AccountId, Era, ExtrinsicParameters, Signature, Value};

type Transactions = TransactionsClient<SubstrateConfig, OfflineClientAtBlockImpl<SubstrateConfig>>;

/// Extrinsics for each pallet: of a call that is drawn.
const CASES: usize = 100;

#[test]
fn what_is_signed_and_sent_equals_that_of_subxt() {
    for chain in chains() {
        let mut generator = Generator::new(chain.registry());
        let call = chain.runtime.extrinsic().call().expect("the metadata says it").0;
        let mut random = Rng::with_seed(seed());
        let transactions = subxt_offline(&chain).at_block(0u32).expect("its runtime is known").transactions();
        let mut seen = 0;
        for case in 0..CASES * generator.variants(call) {
            seen += usize::from(same(&chain, &transactions, &generator.value(call, case), &mut random));
        }
        eprintln!("{}: {seen} extrinsics", chain.name);
        assert!(seen > CASES * generator.variants(call) / 2);
    }
}

/// Whether subxt reads the call at all.
fn same(chain: &Chain, transactions: &Transactions, bytes: &[u8], random: &mut Rng) -> bool {
    let runtime = &chain.runtime;
    let call = runtime.decode_call(bytes).expect("a generated call decodes");
    let again = runtime.encode_call(call.pallet(), call.name(), call.arguments()).expect("it is a call");
    assert_eq!(again, bytes, "{call}");
    let nested = Value::call(call.pallet(), call.name(), call.arguments().clone());
    let ty = runtime.extrinsic().call().expect("the metadata says it");
    assert_eq!(runtime.plan().encode(ty, &nested).expect("it is a call"), bytes, "{call}");

    let Ok(theirs) = transactions.from_call_data_bytes(bytes) else { return false };
    let Ok(data) = transactions.call_data(&theirs) else { return false };
    assert_eq!(data, bytes, "{call}");

    let (account, birth) =
        (AccountId(random.u64(..).to_le_bytes().repeat(4).try_into().expect("32 bytes")), [9; 32]);
    let (nonce, tip) = (u64::from(random.u32(..)), random.u64(..) >> random.u8(..64));
    let mut parameters = ExtrinsicParameters::new(GENESIS, nonce);
    let mut params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new().nonce(nonce).tip(tip.into());
    if random.bool() {
        let (period, block) = (1 << random.u32(2..17), u64::from(random.u32(..)));
        (parameters.era, parameters.birth) = (Era::mortal(period, block), birth);
        params = params.mortal_from_unchecked(period, block, birth.into());
    }
    parameters.tip = tip.into();
    let payload = runtime.signing_payload(again, account, &parameters).expect("it can be signed");
    let mut signable =
        transactions.create_signable_offline(&theirs, params.build()).expect("they can sign it");
    assert_eq!(*payload.bytes(), signable.signer_payload().expect("they can"), "{call}");

    let signature = [random.u8(..); 64];
    let signed = signable
        .sign_with_account_and_signature(&AccountId32(account.0), &MultiSignature::Ed25519(signature))
        .expect("they can");
    assert_eq!(payload.extrinsic(&Signature::Ed25519(signature)), signed.encoded(), "{call}");
    assert_eq!(
        runtime.bare_extrinsic(bytes),
        transactions.create_v4_unsigned(&theirs).expect("they can").encoded()
    );
    assert_eq!(runtime.check_payload(&payload).expect("it is true"), call);
    true
}
