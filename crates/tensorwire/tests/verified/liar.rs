//! A node between the client and the local chain that can lie.

use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tensorwire::{
    Cache, Hash, Subtensor,
    rpc::{
        Client, Request,
        mock::{MockNode, Reply},
    },
};
use tensorwire_devnet::Devnet;
use tokio::{runtime::Handle, task::block_in_place};

/// What becomes of an answer: method, answer.
type Lie = Box<dyn Fn(&str, &mut Json) + Send>;

pub(crate) struct Liar {
    pub(crate) node: MockNode,
    honest: Client,
    lie: Arc<Mutex<Option<Lie>>>,
}

impl Liar {
    /// In front of a chain. Honest at first.
    pub(crate) async fn before(devnet: &Devnet) -> Self {
        let honest = Client::builder(devnet.url()).connect().await.unwrap();
        let lie = Arc::<Mutex<Option<Lie>>>::default();
        let (wire, lies) = (honest.clone(), lie.clone());
        let node = MockNode::start(move |method, params| {
            let reply = block_in_place(|| Handle::current().block_on(ask(&wire, method, params)));
            match (reply, &*lies.lock().unwrap()) {
                (Reply::Result(mut answer), Some(lie)) => {
                    lie(method, &mut answer);
                    Reply::Result(answer)
                }
                (reply, _) => reply,
            }
        });
        Self { node: node.await.unwrap(), honest, lie }
    }

    pub(crate) async fn connect(&self) -> Subtensor {
        Subtensor::builder(self.node.url().as_str()).cache(Cache::none()).connect().await.unwrap()
    }

    /// From now on, whatever becomes of an answer to that method.
    pub(crate) fn lies(&self, of: &'static str, how: impl Fn(&mut Json) + Send + 'static) {
        self.lies_of_all(move |method, answer| {
            if method == of {
                how(answer);
            }
        });
    }

    pub(crate) fn is_honest(&self) {
        *self.lie.lock().unwrap() = None;
    }

    pub(crate) fn lies_of_all(&self, how: impl Fn(&str, &mut Json) + Send + 'static) {
        *self.lie.lock().unwrap() = Some(Box::new(how));
    }

    /// From now on proofs are given with these nodes.
    pub(crate) fn shows(&self, nodes: Vec<Vec<u8>>) {
        let nodes: Vec<_> = nodes.iter().map(const_hex::encode_prefixed).collect();
        self.lies("state_getReadProof", move |answer| answer["proof"] = nodes.clone().into());
    }

    /// What the chain behind says.
    pub(crate) async fn truth(&self, request: Request) -> Json {
        self.honest.request(request).await.unwrap().json().unwrap()
    }

    /// The nodes of the true proof of these keys.
    pub(crate) async fn nodes(&self, keys: &[Vec<u8>], block: Hash) -> Vec<Vec<u8>> {
        let keys: Vec<_> = keys.iter().map(const_hex::encode_prefixed).collect();
        let proof = self.truth(Request::new("state_getReadProof").param(keys).param(block)).await;
        let nodes = proof["proof"].as_array().unwrap();
        nodes.iter().map(|node| const_hex::decode(node.as_str().unwrap()).unwrap()).collect()
    }
}

async fn ask(honest: &Client, method: &str, params: &Json) -> Reply {
    if method.contains("ubscribe") {
        return Reply::error(-32601, "Method not found");
    }
    let request = Request::new(method.to_owned()).raw_params(params.to_string()).unwrap();
    match honest.request(request).await {
        Ok(answer) => Reply::Result(answer.json().unwrap()),
        Err(error) => {
            let error = error.server_error().unwrap();
            Reply::error(error.code, error.message.clone())
        }
    }
}
