//! G15: chains whose metadata names types and does not describe them, and types of the caller's own.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use parity_scale_codec::Encode;
use support::{ROUND_TRIP, ScriptedChain};
use tensorwire_chain::{AccountId, Cache, Chain, ErrorKind, Types};
use tensorwire_scale::Runtime;

const ALICE: AccountId = AccountId([0xd4; 32]);

const DEFINITIONS: &str =
    "global: {types: {Balance: u64}}\nforSpec:\n- range: [7, 7]\n  types: {Balance: u16}\n";

/// V13 metadata of one pallet with one item, a plain `Balance`.
fn metadata() -> Vec<u8> {
    let none: Vec<String> = Vec::new();
    let entry = ("Total", 1_u8, (0_u8, "Balance"), vec![0_u8; 8], none.clone());
    let module = (
        ("Bank", Some(("Bank", vec![entry])), None::<()>, None::<()>),
        (Vec::<()>::new(), Vec::<()>::new(), 0_u8),
    );
    [b"meta\x0d".as_slice(), &(vec![module], 4_u8, none).encode()].concat()
}

fn types() -> Types {
    Types::new().definitions("bank.yaml", DEFINITIONS).unwrap()
}

async fn old_chain(spec_version: u32) -> ScriptedChain {
    let runtime = Runtime::from_metadata_with(&metadata(), &types(), Some(spec_version)).unwrap();
    let scripted = ScriptedChain::start_of(ROUND_TRIP, metadata(), runtime).await;
    let head = scripted.state.lock().unwrap().head;
    scripted.set(head, "Bank", "Total", &[], &5_u64.encode()[..if spec_version == 7 { 2 } else { 8 }]);
    scripted
}

/// An old chain that was read, and what was cached of it; its counts begin anew.
async fn read_once() -> (ScriptedChain, Cache) {
    let scripted = old_chain(6).await;
    let cache = Cache::memory(1 << 20);
    let chain = scripted.connect_with(cache.clone(), |builder| builder.types(types())).await;
    assert_eq!(total(&chain).await.unwrap(), Some(5));
    chain.close().await;
    scripted.node.reset_counts();
    (scripted, cache)
}

async fn total(chain: &Chain) -> tensorwire_chain::Result<Option<u64>> {
    let at = chain.head().await?;
    Ok(at.query("Bank", "Total", ()).await?.as_u64())
}

#[tokio::test(start_paused = true)]
async fn g15_old_metadata_is_read_with_the_definitions_of_its_spec_version() {
    for spec_version in [6, 7, 8] {
        let scripted = old_chain(spec_version).await;
        let chain = scripted.connect_with(Cache::none(), |builder| builder.types(types())).await;
        assert_eq!(total(&chain).await.unwrap(), Some(5), "spec {spec_version}");
        let runtime = chain.head().await.unwrap().runtime().await.unwrap();
        assert_eq!((runtime.metadata_version(), runtime.spec_version()), (13, spec_version));
        assert_eq!(scripted.node.requests_of("state_getMetadata"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn g15_without_types_the_error_says_what_to_do() {
    let scripted = old_chain(6).await;
    let error = total(&scripted.connect(Cache::none()).await).await.unwrap_err();
    let message =
        "metadata V13 needs type definitions: Types::definitions, Builder::types or tw --types FILE";
    assert!(error.to_string().contains(message), "{error}");
}

#[tokio::test(start_paused = true)]
async fn g15_what_is_cached_is_metadata_whatever_the_types() {
    let (scripted, cache) = read_once().await;
    let wide = Types::new().definitions("wide.yaml", "global: {types: {Balance: '(u32, u32)'}}").unwrap();
    let chain = scripted.connect_with(cache, |builder| builder.types(wide.clone())).await;
    let at = chain.head().await.unwrap();
    assert_eq!(at.query("Bank", "Total", ()).await.unwrap().to_string(), "(5, 0)");
    assert_eq!(scripted.node.requests_of("state_getMetadata"), 0);
}

#[tokio::test(start_paused = true)]
async fn g15_a_mistake_in_types_is_no_damage_to_the_cache() {
    let (scripted, cache) = read_once().await;
    let wrong = Types::new().definitions("wrong.yaml", "global: {types: {Balance: Nothing}}").unwrap();
    let chain = scripted.connect_with(cache, |builder| builder.types(wrong.clone())).await;
    let error = total(&chain).await.unwrap_err().to_string();
    assert!(error.contains("the type Nothing of wrong.yaml:1 is not defined"), "{error}");
    assert_eq!(scripted.node.requests_of("state_getMetadata"), 0, "a node would give the same");
}

#[tokio::test(start_paused = true)]
async fn g15_overrides_take_the_place_of_the_runtimes_own_types() {
    let Some(scripted) = ScriptedChain::start().await else { return };
    let head = scripted.state.lock().unwrap().head;
    scripted.set(head, "System", "Account", &[ALICE.into()], &[1, 2, 3]);
    let json =
        r#"{"types": {"AccountInfo": {"type": "struct", "type_mapping": [["a", "u8"], ["b", "u16"]]}}}"#;
    let types = Types::new().overrides_json("o.json", json).unwrap();
    let chain = scripted.connect_with(Cache::none(), |builder| builder.types(types.clone())).await;
    let account = chain.head().await.unwrap().query("System", "Account", [&ALICE]).await.unwrap();
    assert_eq!(account.to_string(), "{a: 1, b: 770}");
    let plain = scripted.connect(Cache::none()).await;
    let error = plain.head().await.unwrap().query("System", "Account", [&ALICE]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}
