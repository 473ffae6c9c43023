//! All runtime APIs of a block.

use std::collections::{BTreeMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use sp_core::Pair;
use tensorwire::{Chain, ErrorKind, Hash, Result, Value};
use tensorwire_scale::{ApiMethod, Runtime, TypeId};

use crate::signed::{self, dev};

/// What was answered, by method and arguments; none where the runtime traps.
pub type Answers = BTreeMap<String, Option<Value>>;

/// Calls at once.
const AT_ONCE: usize = 4;

/// Values made up for one argument, and combinations for one method.
const ENOUGH: usize = 2;
const MOST: usize = 8;

/// What executes blocks, keeps keys or builds a genesis: nothing to be read there.
const NOT_READ: [&str; 6] =
    ["Core", "BlockBuilder", "TaggedTransactionQueue", "OffchainWorkerApi", "SessionKeys", "GenesisBuilder"];

/// Calls every method whose arguments can be supplied.
///
/// # Errors
/// An answer that does not decode, and whatever else is not the runtime's refusal.
pub async fn call(chain: &Chain, block: Hash) -> Result<Answers> {
    let at = &chain.at(block).await?;
    let runtime = at.runtime().await?;
    let calls: Vec<_> = runtime
        .apis()
        .iter()
        .filter(|api| !NOT_READ.contains(&api.name()))
        .flat_map(|api| api.methods())
        .flat_map(|method| arguments(&runtime, method).into_iter().map(move |arguments| (method, arguments)))
        .map(|(method, arguments)| (method.api().to_owned(), method.name().to_owned(), arguments))
        .collect();
    stream::iter(calls)
        .map(|(api, method, arguments)| async move {
            let name = format!("{api}.{method}{arguments:?}");
            match at.call(&api, &method, arguments).await {
                Ok(answer) => Ok((name, Some(answer))),
                Err(error) if error.kind() == ErrorKind::Server => Ok((name, None)),
                Err(error) => Err(error),
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// The arguments with which a method is called: none if one of them cannot be made up.
fn arguments(runtime: &Runtime, method: &ApiMethod) -> Vec<Vec<Value>> {
    let mut all = vec![Vec::new()];
    for input in method.inputs() {
        let candidates = candidates(runtime, input.type_id());
        let extended = |so_far: Vec<Value>| {
            let one_more = |next: &Value| [so_far.as_slice(), std::slice::from_ref(next)].concat();
            candidates.iter().map(one_more).collect::<Vec<_>>()
        };
        all = all.into_iter().flat_map(extended).take(MOST).collect();
    }
    all
}

/// What is made up for an argument of this type, each of which it takes.
fn candidates(runtime: &Runtime, ty: TypeId) -> Vec<Value> {
    let accounts = ["Alice", "Bob"].map(|name| dev(name).public().0);
    let [alice, bob] = accounts.map(Value::from);
    let remark = Value::variant("System", [Value::variant("remark", [Value::from(vec![1_u8, 2])])]);
    let call = runtime.plan().encode(runtime.extrinsic().call().unwrap(), &remark).unwrap();
    let list = |values: Vec<Value>| Value::Sequence(values.into());
    let guesses = [
        Value::None,
        remark,
        alice.clone(),
        bob,
        Value::from(0_u16),
        Value::from(1_u16),
        Value::Bool(true),
        list(vec![alice]),
        list((0..8_u16).map(Value::from).collect()),
        list(Vec::new()),
        list(vec![Value::from(0_u64); 4]),
        Value::from(vec![0_u8; 20]),
        Value::from(signed::unsigned(&call)),
    ];
    let mut seen = HashSet::new();
    let encoded = |value: &Value| runtime.plan().encode(ty, value).ok();
    let fitting = guesses.into_iter().filter(|value| encoded(value).is_some_and(|bytes| seen.insert(bytes)));
    fitting.take(ENOUGH).collect()
}
