use std::sync::Arc;

use futures_util::future::try_join;
use serde::Deserialize;
use tensorwire_rpc::{Answer, Request};

use crate::{
    Error, ErrorKind, Hash, Header, Result, flight::LazyFlight, node::Node, pin::Pin, pool::Asked,
    proof::Proof,
};

/// The state of one block, of which nothing is believed that is not proven: by the state root of the header whose
/// hash is the block's.
pub(crate) struct Verified {
    node: Arc<Node>,
    pin: Arc<Pin>,
    header: LazyFlight<Arc<Header>>,
}

/// The answer of `state_getReadProof`.
#[derive(Deserialize)]
struct ReadProof {
    proof: Vec<String>,
}

impl Verified {
    pub(crate) fn new(node: Arc<Node>, pin: Arc<Pin>) -> Self {
        let header = LazyFlight::new(&node.handle, header(node.clone(), pin.clone()));
        Self { node, pin, header }
    }

    /// The block's header: its hash is the block's. One request, once.
    pub(crate) async fn header(&self) -> Result<Arc<Header>> {
        self.header.get().await
    }

    /// The values of these keys. One request; where a proof does not hold and there are other endpoints, one to each
    /// of them until one does.
    pub(crate) async fn values(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        let read = |proof: &Proof| {
            let value = |key: &Vec<u8>| match proof.get(key) {
                Ok(value) => Ok(value.map(<[u8]>::to_vec)),
                Err(flaw) => Err(format!("{flaw}: storage key {}", const_hex::encode_prefixed(key))),
            };
            keys.iter().map(value).collect()
        };
        self.prove(keys, read).await
    }

    async fn prove<T>(
        &self,
        keys: &[Vec<u8>],
        read: impl Fn(&Proof) -> Result<T, String> + Send + Sync,
    ) -> Result<T> {
        let at = self.pin.located().await?;
        let pool = &self.node.pool;
        let names: Vec<_> = keys.iter().map(const_hex::encode_prefixed).collect();
        let request = Request::new("state_getReadProof").param(names).param(at.hash);
        // The header, if it is not there yet, is asked for beside the proof.
        let asked = pool.send(request.clone(), at.needs());
        let (header, asked) = try_join(self.header(), asked).await?;
        let check = |answer: &Answer| read(&proof(answer, header.state_root)?);
        let refuse = |asked: &Asked, flaw: String| {
            let endpoint = pool.name_of(asked.endpoint);
            tracing::warn!(target: "tensorwire::chain", endpoint, block = %at.hash, flaw, "a proof does not hold");
            let message = format!("what {endpoint} says of block {} cannot be verified: {flaw}", at.hash);
            Error::new(ErrorKind::Unverified, message)
        };
        let refusal = match check(&asked.answer) {
            Ok(found) => return Ok(found),
            Err(flaw) => refuse(&asked, flaw),
        };
        if pool.is_alone() {
            return Err(refusal);
        }
        let asked = pool.send_where(request, at.needs(), |answer| check(answer).is_ok()).await;
        asked.ok().and_then(|asked| check(&asked.answer).ok()).ok_or(refusal)
    }
}

fn proof(answer: &Answer, root: Hash) -> Result<Proof, String> {
    let given: ReadProof = answer.json().map_err(|error| error.to_string())?;
    let nodes = given.proof.iter().map(const_hex::decode).collect::<Result<Vec<_>, _>>();
    Ok(Proof::new(root, nodes.map_err(|_| "a node of the proof is no hex")?))
}

async fn header(node: Arc<Node>, pin: Arc<Pin>) -> Result<Arc<Header>> {
    let block = pin.located().await?;
    let is_it = |header: &Header| header.hash == block.hash;
    let accept = |answer: &Answer| matches!(Header::read(answer), Ok(Some(header)) if is_it(&header));
    let request = Request::new("chain_getHeader").param(block.hash);
    let asked = node.pool.send_where(request, block.needs(), accept).await?;
    match Header::read(&asked.answer)? {
        Some(header) if is_it(&header) => Ok(Arc::new(header)),
        Some(Header { hash, .. }) => {
            let endpoint = node.pool.name_of(asked.endpoint);
            let message =
                format!("{endpoint} gives the header of block {hash} for that of block {}", block.hash);
            Err(Error::new(ErrorKind::Unverified, message))
        }
        None => Err(Error::new(ErrorKind::UnknownBlock, format!("the node has no block {}", block.hash))),
    }
}
