use futures_util::future::join_all;
use tensorwire_scale::{Arguments, Value};

use crate::{At, Result};

/// A question to a runtime API that is asked together with others. See [`At::call_many`].
#[derive(Debug, Clone, PartialEq)]
pub struct RuntimeCall {
    api: String,
    method: String,
    arguments: Vec<Value>,
}

impl RuntimeCall {
    /// What the method answers, as in `RuntimeCall::new("NeuronInfoRuntimeApi", "get_neurons_lite", [1u16])`.
    pub fn new(api: impl Into<String>, method: impl Into<String>, arguments: impl Arguments) -> Self {
        Self { api: api.into(), method: method.into(), arguments: arguments.into_values() }
    }
}

impl At {
    /// What runtime APIs answer at this block, in the order asked, each for itself: one that fails leaves the others as
    /// they are. One request for each, all in flight together; identical ones share theirs.
    ///
    /// # Errors
    /// In their places, as [`call`](Self::call).
    pub async fn call_many(&self, calls: impl IntoIterator<Item = RuntimeCall>) -> Vec<Result<Value>> {
        let answer = async |RuntimeCall { api, method, arguments }: RuntimeCall| {
            self.call(&api, &method, arguments).await
        };
        join_all(calls.into_iter().map(answer)).await
    }
}
