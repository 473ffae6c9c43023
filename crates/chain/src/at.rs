use std::{fmt, sync::Arc};

use futures_util::future::try_join;
use tensorwire_scale::{ApiMethod, Arguments, FromScale, Runtime, Value};

use crate::{
    BlockId, Error, ErrorKind, Hash, Result, RuntimeVersion,
    calls::{Calls, Output},
    coalesce::{Reads, Source},
    flight::LazyFlight,
    node::Node,
    pin::{Pin, last_upgrade, last_upgrade_key},
    verified::Verified,
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
    executed_by: LazyFlight<Arc<Runtime>>,
    /// What proves the reads, where they are to be proven.
    pub(crate) verified: Option<Arc<Verified>>,
}

impl At {
    pub(crate) fn new(node: &Arc<Node>, pin: Pin) -> Self {
        Self::reading(node, Arc::new(pin), None)
    }

    fn reading(node: &Arc<Node>, pin: Arc<Pin>, verified: Option<Arc<Verified>>) -> Self {
        let source = match &verified {
            Some(verified) => Source::Proven(verified.clone()),
            None => Source::Told(node.clone(), pin.clone()),
        };
        let reads = Reads::new(node, source);
        let executed_by = {
            let (node, pin, reads) = (node.clone(), pin.clone(), reads.clone());
            move || executor(node, pin, reads)
        };
        Self(Arc::new(Inner {
            executed_by: LazyFlight::starting(&node.handle, executed_by),
            node: node.clone(),
            reads,
            calls: Calls::new(node.clone(), pin.clone()),
            verified,
            pin,
        }))
    }

    /// The same block, for a reader who does not trust the nodes: what is read of its storage comes with a proof
    /// (`state_getReadProof`) and is checked against the state root of the header whose hash is the block's. That
    /// holds for present and absent keys, and for maps: that no entry is missing is proven too.
    ///
    /// No request now; one for the header beside the first read, and then as many requests as the same reads cost
    /// without proofs, each with a longer answer. With several endpoints, one whose proof does not hold is passed over
    /// for another.
    ///
    /// What is still taken on trust: that the block belongs to the chain, unless its hash comes from elsewhere (pin it
    /// by [`BlockId::Hash`]); and the runtime's version and metadata, by which keys are built, bytes decoded and
    /// constants read.
    ///
    /// # Errors
    /// Reads fail with `Unverified` if no endpoint proves what it says, and give no value. What no proof of the state
    /// covers, such as a runtime [`call`](Self::call), is `Invalid`: it is never answered unverified.
    #[must_use]
    pub fn verified(&self) -> Self {
        let Inner { node, pin, verified, .. } = &*self.0;
        if verified.is_some() {
            return self.clone();
        }
        Self::reading(node, pin.clone(), Some(Arc::new(Verified::new(node.clone(), pin.clone()))))
    }

    /// Refuses what no proof of the block's state covers, where all is to be verified.
    pub(crate) fn unproven(&self, what: &str) -> Result<()> {
        if self.0.verified.is_none() {
            return Ok(());
        }
        let message =
            format!("{what} cannot be verified: no proof of the state covers it; ask the unverified block");
        Err(Error::new(ErrorKind::Invalid, message))
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
    /// others. [Verified](Self::verified): by the header.
    pub async fn number(&self) -> Result<u64> {
        let number = async {
            match &self.0.verified {
                Some(_) => Ok(self.0.judged(self.0.pin.header(&self.0.node).await)?.number),
                None => self.0.pin.number_of(&self.0.node).await,
            }
        };
        self.0.node.bounded(|| format!("number of {}", self.asked()), number).await
    }

    /// The runtime whose code the block's state holds: its runtime calls run in it, its constants are read from it, and
    /// it executes the block after this one.
    ///
    /// No request if it is known; else one for its version, and if that is new one or two for its metadata, once for all
    /// callers. Of final blocks between two whose runtime is the same, it is known.
    pub async fn runtime(&self) -> Result<Arc<Runtime>> {
        self.0.node.bounded(|| format!("runtime of {}", self.asked()), self.0.pin.runtime()).await
    }

    /// What the node says of that runtime: its name and versions, and a fingerprint of all it says. Costs what
    /// [`runtime`](Self::runtime) costs, without the metadata.
    pub async fn runtime_version(&self) -> Result<RuntimeVersion> {
        self.0.node.bounded(|| format!("runtime version of {}", self.asked()), self.0.pin.version()).await
    }

    /// The runtime that executed the block: what the block holds is decoded with it, its extrinsics, events and storage.
    ///
    /// It is that of [`runtime`](Self::runtime), but at the block that carries an upgrade: the new code is in that block's
    /// state, and the state is migrated by the block after it. Costs what `runtime` costs, and one request beside it that
    /// is shared with the block's first storage read; none at the head. Two more at the block that carries an upgrade.
    pub async fn executed_by(&self) -> Result<Arc<Runtime>> {
        self.0.node.bounded(|| format!("runtime that executed {}", self.asked()), self.0.executed_by()).await
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
        self.unproven("a runtime call")?;
        let encode = |runtime: &Runtime| {
            let method = runtime.api_method(api, method)?;
            Ok::<_, crate::Error>((method.rpc_name().to_owned(), method.encode(arguments)?))
        };
        let calls = &self.0.calls;
        self.0.with(InForce::Held, encode, |(name, arguments)| calls.call(name, arguments)).await
    }

    /// The block as it was asked for, or its hash once known: for messages.
    pub(crate) fn asked(&self) -> BlockId {
        self.0.pin.asked()
    }
}

/// Which of a block's two runtimes. They differ at the block that carries an upgrade.
#[derive(Debug, Clone, Copy)]
pub(crate) enum InForce {
    /// The one that executed the block.
    Executed,
    /// The one whose code the block's state holds.
    Held,
}

impl Inner {
    /// The runtime that executed the block.
    pub(crate) async fn executed_by(&self) -> Result<Arc<Runtime>> {
        self.executed_by.get().await
    }

    /// What a node has given, or what is wrong with it: where all is to be verified, that is no proof.
    pub(crate) fn judged<T>(&self, given: Result<T>) -> Result<T> {
        if self.verified.is_some() { given.map_err(Error::unverified) } else { given }
    }

    /// Asks with the runtime at hand while the true one may still be on its way, and asks again only if the true
    /// one words the question differently.
    pub(crate) async fn with<Q, A, F>(
        &self,
        which: InForce,
        question: impl Fn(&Runtime) -> Result<Q>,
        ask: impl Fn(Q) -> F,
    ) -> Result<(Arc<Runtime>, A)>
    where
        Q: PartialEq + Clone,
        F: Future<Output = Result<A>>,
    {
        let now = match which {
            InForce::Executed => self.executed_by.now().and_then(Result::ok),
            InForce::Held => self.pin.runtime_now(),
        };
        let guess = match now {
            Some(runtime) => {
                let answer = ask(question(&runtime)?).await?;
                return Ok((runtime, answer));
            }
            None => self.node.runtimes.guess().and_then(|runtime| question(&runtime).ok()),
        };
        let runtime = async {
            match which {
                InForce::Executed => self.executed_by().await,
                InForce::Held => self.pin.runtime().await,
            }
        };
        let Some(guess) = guess else {
            let runtime = runtime.await?;
            let answer = ask(question(&runtime)?).await?;
            return Ok((runtime, answer));
        };
        // Without the runtime the answer is worth nothing: its failure ends the read at once.
        let answer = async { Ok(ask(guess.clone()).await) };
        let (runtime, answer) = try_join(runtime, answer).await?;
        let question = question(&runtime)?;
        let answer = if question == guess { answer? } else { ask(question).await? };
        Ok((runtime, answer))
    }
}

/// The runtime that executed a block. Nearly always it is the one whose code the state holds: either it is known of the
/// block's number, or the state names it as the one it was last migrated to.
fn executor(
    node: Arc<Node>,
    pin: Arc<Pin>,
    reads: Reads,
) -> impl Future<Output = Result<Arc<Runtime>>> + Send {
    // Announced at once, so that it goes out with the read that needs the runtime.
    let last = (!pin.tells_executor(&node.history)).then(|| reads.one(last_upgrade_key()));
    async move {
        let block = pin.located().await?;
        let known = block.final_number().and_then(|number| node.history.executor(number));
        let is_held = match (known, block.upgraded_to) {
            (Some(known), _) => known == pin.version().await?,
            (None, Some(spec_version)) => spec_version == pin.version().await?.spec_version,
            (None, None) => {
                let last = last.unwrap_or_else(|| reads.one(last_upgrade_key()));
                let (version, last) = try_join(pin.version(), last).await?;
                last.bytes().and_then(last_upgrade) == Some(version.spec_version)
            }
        };
        if !is_held && let Some(runtime) = node.parents_runtime(block).await? {
            return Ok(runtime);
        }
        if let Some(number) = block.final_number() {
            node.history.executed(number, &pin.version().await?);
        }
        pin.runtime().await
    }
}

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("At").field(&self.asked()).finish()
    }
}
