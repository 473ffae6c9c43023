use std::{fmt, sync::Arc};

use futures_util::future::try_join;
use tensorwire_scale::{ApiMethod, Arguments, FromScale, Runtime, Value};

use crate::{
    BlockId, Hash, Result,
    calls::{Calls, Output},
    coalesce::Reads,
    node::Node,
    pin::Pin,
};

/// One block of a chain, and the way to read it. All that comes from one `At` belongs to one block.
///
/// Cheap to clone; keep it to read the same block again. The questions which block it is and which runtime was in
/// force are on the wire when the `At` exists; reads go out beside them and are matched to the block when the
/// answers are there, so the first read after [`Chain::head`](crate::Chain::head) costs one round trip, not two.
///
/// Every method ends within the timeout that the chain was built with. Dropping its future cancels it. An `At` whose
/// block or runtime could not be had keeps saying so: ask the chain for another one.
#[derive(Clone)]
pub struct At(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) node: Arc<Node>,
    pub(crate) pin: Arc<Pin>,
    pub(crate) reads: Reads,
    calls: Calls,
}

impl At {
    pub(crate) fn new(node: &Arc<Node>, pin: Pin) -> Self {
        let pin = Arc::new(pin);
        Self(Arc::new(Inner {
            node: node.clone(),
            reads: Reads::new(node.clone(), pin.clone()),
            calls: Calls::new(node.clone(), pin.clone()),
            pin,
        }))
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }

    pub(crate) fn from_inner(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// The block's hash. No request of its own.
    pub async fn hash(&self) -> Result<Hash> {
        self.0.node.bounded(|| "block hash".into(), self.0.pin.hash_of()).await
    }

    /// The block's number. No request for the head (but at genesis) and for a block asked by number; one, once, for
    /// others.
    pub async fn number(&self) -> Result<u64> {
        let number = self.0.pin.number_of(&self.0.node);
        self.0.node.bounded(|| format!("number of {}", self.asked()), number).await
    }

    /// The runtime in force at the block. No request if it is known; else one for its version, and if that is new one
    /// or two for its metadata, once for all callers.
    pub async fn runtime(&self) -> Result<Arc<Runtime>> {
        self.0.node.bounded(|| format!("runtime of {}", self.asked()), self.0.pin.runtime()).await
    }

    /// A constant of a pallet. No request if the runtime is known.
    ///
    /// # Errors
    /// `NotFound`, with the nearest names, if the pallet or constant does not exist.
    pub async fn constant(&self, pallet: &str, name: &str) -> Result<Value> {
        let read = async { Ok(self.0.pin.runtime().await?.constant(pallet, name)?.value()?) };
        self.0.node.bounded(|| format!("constant {pallet}.{name}"), read).await
    }

    /// What a runtime API answers at this block, as in `call("NeuronInfoRuntimeApi", "get_neurons_lite", [1u16])`.
    ///
    /// One request; none if an identical call has just begun; two if the runtime has changed what the call looks like.
    ///
    /// # Errors
    /// `NotFound`, with the nearest names; `Invalid`, naming the expected types; `Server` if the runtime fails.
    pub async fn call(&self, api: &str, method: &str, arguments: impl Arguments) -> Result<Value> {
        self.call_with(api, method, arguments, |method, output| Ok(method.decode(output)?)).await
    }

    /// Like [`call`](Self::call), decoded into a Rust type whose layout is checked once per runtime.
    pub async fn call_as<T: FromScale>(
        &self,
        api: &str,
        method: &str,
        arguments: impl Arguments,
    ) -> Result<T> {
        self.call_with(api, method, arguments, |method, output| Ok(method.decode_as(output)?)).await
    }

    async fn call_with<T>(
        &self,
        api: &str,
        method: &str,
        arguments: impl Arguments,
        decode: impl FnOnce(&ApiMethod, &[u8]) -> Result<T>,
    ) -> Result<T> {
        let arguments = arguments.into_values();
        let read = async {
            let (runtime, output) = self.call_output(api, method, &arguments).await?;
            decode(runtime.api_method(api, method)?, &output)
        };
        self.0.node.bounded(|| format!("call {api}.{method} at {}", self.asked()), read).await
    }

    async fn call_output(
        &self,
        api: &str,
        method: &str,
        arguments: &[Value],
    ) -> Result<(Arc<Runtime>, Output)> {
        let encode = |runtime: &Runtime| {
            let method = runtime.api_method(api, method)?;
            Ok::<_, crate::Error>((method.rpc_name().to_owned(), method.encode(arguments)?))
        };
        self.with_runtime(encode, |(name, arguments)| self.0.calls.call(name, arguments)).await
    }

    /// Asks with the runtime at hand while the true one may still be on its way, and asks again only if the true
    /// one words the question differently.
    pub(crate) async fn with_runtime<Q, A, F>(
        &self,
        question: impl Fn(&Runtime) -> Result<Q>,
        ask: impl Fn(Q) -> F,
    ) -> Result<(Arc<Runtime>, A)>
    where
        Q: PartialEq + Clone,
        F: Future<Output = Result<A>>,
    {
        let pin = &self.0.pin;
        let guess = match pin.runtime_now() {
            Some(runtime) => {
                let answer = ask(question(&runtime)?).await?;
                return Ok((runtime, answer));
            }
            None => self.0.node.runtimes.guess().and_then(|runtime| question(&runtime).ok()),
        };
        let Some(guess) = guess else {
            let runtime = pin.runtime().await?;
            let answer = ask(question(&runtime)?).await?;
            return Ok((runtime, answer));
        };
        // Without the runtime the answer is worth nothing: its failure ends the read at once.
        let answer = async { Ok(ask(guess.clone()).await) };
        let (runtime, answer) = try_join(pin.runtime(), answer).await?;
        let question = question(&runtime)?;
        let answer = if question == guess { answer? } else { ask(question).await? };
        Ok((runtime, answer))
    }

    /// The block as it was asked for, or its hash once known: for messages.
    pub(crate) fn asked(&self) -> BlockId {
        self.0.pin.asked()
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("At").field(&self.asked()).finish()
    }
}
