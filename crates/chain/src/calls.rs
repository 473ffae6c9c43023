use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tensorwire_rpc::Request;
use tokio::time::Instant;

use crate::{
    Error, ErrorKind, Result,
    flight::{Flight, WeakFlight},
    node::Node,
    pin::Pin,
};

/// How old a call may be to be joined: whoever joins shares its deadline.
const SHARED_FOR: Duration = Duration::from_secs(1);

/// The runtime calls of one block: identical ones under way share one request.
pub(crate) struct Calls {
    node: Arc<Node>,
    pin: Arc<Pin>,
    under_way: Mutex<UnderWay>,
}

#[derive(Default)]
struct UnderWay {
    calls: HashMap<Question, (Instant, WeakFlight<Output>)>,
    /// How many calls there may be before those that have ended are swept out.
    sweep_above: usize,
}

/// The method, as the node names it, and its encoded arguments.
type Question = (String, Vec<u8>);

/// The bytes a runtime call answered.
pub(crate) type Output = Arc<Vec<u8>>;

impl Calls {
    pub(crate) fn new(node: Arc<Node>, pin: Arc<Pin>) -> Self {
        Self { node, pin, under_way: Mutex::default() }
    }

    /// One request, or none if the same call has just begun.
    pub(crate) async fn call(&self, method: String, arguments: Vec<u8>) -> Result<Output> {
        self.join((method, arguments)).get().await
    }

    fn join(&self, question: Question) -> Flight<Output> {
        let now = Instant::now();
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = under_way.calls.get(&question).filter(|(begun, _)| now < *begun + SHARED_FOR);
        if let Some(call) = recent.and_then(|(_, call)| call.upgrade()).filter(|call| call.now().is_none()) {
            return call;
        }
        if under_way.calls.len() > under_way.sweep_above {
            under_way.calls.retain(|_, (_, call)| call.upgrade().is_some_and(|call| call.now().is_none()));
            under_way.sweep_above = 2 * under_way.calls.len() + 32;
        }
        let call =
            Flight::new(&self.node.handle, execute(self.node.clone(), self.pin.clone(), question.clone()));
        under_way.calls.insert(question, (now, call.downgrade()));
        call
    }
}

async fn execute(node: Arc<Node>, pin: Arc<Pin>, (method, arguments): Question) -> Result<Output> {
    let block = pin.located().await?;
    if let Some(output) = node.values.call(block, &method, &arguments) {
        return Ok(output);
    }
    let request = Request::new("state_call").param(&method).hex_param(&arguments).param(block.hash);
    let answer = node.request(request, block.needs()).await?.bytes()?;
    let output = answer.map(Arc::new);
    let output = output.ok_or_else(|| Error::new(ErrorKind::Protocol, format!("{method} answered null")))?;
    node.values.keep_call(block, method, arguments, &output);
    Ok(output)
}
