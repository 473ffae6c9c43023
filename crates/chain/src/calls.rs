use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::WeakShared;
use tensorwire_rpc::{Client, Request};

use crate::{
    Error, ErrorKind, Result,
    pin::{Flight, Pin, WeakFlight, flight},
};

/// The runtime calls of one block: identical ones under way share one request.
pub(crate) struct Calls {
    client: Client,
    pin: Arc<Pin>,
    under_way: Mutex<HashMap<Question, WeakFlight<Output>>>,
}

/// The method, as the node names it, and its encoded arguments.
type Question = (String, Vec<u8>);

/// The bytes a runtime call answered.
pub(crate) type Output = Arc<Vec<u8>>;

impl Calls {
    pub(crate) fn new(client: Client, pin: Arc<Pin>) -> Self {
        Self { client, pin, under_way: Mutex::default() }
    }

    /// One request, or none if the same call is under way.
    pub(crate) fn call(&self, method: String, arguments: Vec<u8>) -> Flight<Output> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (method, arguments);
        if let Some(shared) = under_way.get(&key).and_then(WeakShared::upgrade).filter(|s| s.peek().is_none())
        {
            return shared;
        }
        under_way.retain(|_, call| call.upgrade().is_some_and(|shared| shared.peek().is_none()));
        let call = flight(execute(self.client.clone(), self.pin.clone(), key.clone()));
        if let Some(weak) = call.downgrade() {
            under_way.insert(key, weak);
        }
        call
    }
}

async fn execute(client: Client, pin: Arc<Pin>, (method, arguments): Question) -> Result<Output> {
    let block = pin.hash_of().await?;
    let request = Request::new("state_call").param(&method).hex_param(&arguments).param(block);
    let answer = client.request(request).await?.bytes()?;
    answer.map(Arc::new).ok_or_else(|| Error::new(ErrorKind::Protocol, format!("{method} answered null")))
}
