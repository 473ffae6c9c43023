use std::sync::Arc;

use futures_util::future::try_join;
use serde::Deserialize;
use tensorwire_rpc::{Answer, Request};

use crate::{
    Error, ErrorKind, Hash, Result,
    coalesce::is_too_big,
    node::Node,
    pin::Pin,
    pool::Asked,
    proof::{Flaw, Proof},
};

/// The state of one block, of which nothing is believed that is not proven: by the state root of the header whose
/// hash is the block's.
pub(crate) struct Verified {
    node: Arc<Node>,
    pin: Arc<Pin>,
}

/// The most keys of a range that are proven by one request.
const KEYS_PER_PROOF: usize = 256;

/// The answer of `state_getReadProof`.
#[derive(Deserialize)]
struct ReadProof {
    proof: Vec<String>,
}

impl Verified {
    pub(crate) fn new(node: Arc<Node>, pin: Arc<Pin>) -> Self {
        Self { node, pin }
    }

    /// The values of these keys. One request; where a proof does not hold and there are other endpoints, more of them
    /// are asked until one does.
    pub(crate) async fn values(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
        let read = |proof: &Proof| {
            let value = |key: &Vec<u8>| match proof.get(key) {
                Ok(value) => Ok(value.map(<[u8]>::to_vec)),
                Err(flaw) => Err(at_key(flaw, key)),
            };
            keys.iter().map(value).collect()
        };
        self.prove(keys, read).await
    }

    /// The values of these keys, if they are all that there are behind `after`, and below `end` if there is one. One
    /// request for every 256, all in flight together, unless the answer is too big for the node.
    pub(crate) async fn values_of_all(
        &self,
        after: &[u8],
        keys: &[Vec<u8>],
        end: Option<&[u8]>,
    ) -> Result<Vec<Vec<u8>>> {
        if keys.len() <= KEYS_PER_PROOF {
            // The way to where the range begins is a part of the proof: it shows what lies between that and the first key.
            let shown = [&[after.to_vec()], keys].concat();
            let start = successor(after);
            let read = |proof: &Proof| proof.values_of(keys, &start, end).map_err(|flaw| at_key(flaw, after));
            match self.prove(&shown, read).await {
                Err(error) if is_too_big(&error) && keys.len() > 1 => {}
                values => return values,
            }
        }
        let (left, right) = keys.split_at(KEYS_PER_PROOF.min(keys.len() / 2));
        let border = left.last().map_or(after, Vec::as_slice);
        let end_of_left = successor(border);
        let left = Box::pin(self.values_of_all(after, left, Some(&end_of_left)));
        let right = Box::pin(self.values_of_all(border, right, end));
        let (mut left, right) = try_join(left, right).await?;
        left.extend(right);
        Ok(left)
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
        let (root, asked) = try_join(self.root(), asked).await?;
        let check = |answer: &Answer| read(&proof(answer, root)?);
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

    async fn root(&self) -> Result<Hash> {
        let header = self.pin.header(&self.node).await;
        Ok(header.map_err(Error::unverified)?.state_root)
    }
}

fn proof(answer: &Answer, root: Hash) -> Result<Proof, String> {
    let given: ReadProof = answer.json().map_err(|error| error.to_string())?;
    let nodes = given.proof.iter().map(const_hex::decode).collect::<Result<Vec<_>, _>>();
    Ok(Proof::new(root, nodes.map_err(|_| "a node of the proof is no hex")?))
}

fn at_key(flaw: Flaw, key: &[u8]) -> String {
    format!("{flaw}, at storage key {}", const_hex::encode_prefixed(key))
}

/// The first key that follows.
pub(crate) fn successor(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}
