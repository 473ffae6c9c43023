use tensorwire_rpc::Request;

use crate::{
    At, Error, ErrorKind, Result,
    coalesce::{Found, is_too_big},
    verified::successor,
};

use super::split::following;

pub(super) type Key = Vec<u8>;

/// A page of keys.
pub(super) struct Keys {
    /// Ascending.
    pub(super) listed: Vec<Key>,
    /// The values of all, where the page is proven: its proof has them. Else none.
    pub(super) values: Vec<Found>,
}

/// Where the keys and the values of a listing come from: the state of one block, as a node tells it, or as it is proven.
#[derive(Clone)]
pub(super) struct Source(At);

impl Source {
    pub(super) fn new(at: &At) -> Self {
        Self(at.clone())
    }

    /// Whether pages come with their values.
    pub(super) fn is_proven(&self) -> bool {
        self.0.inner().verified.is_some()
    }

    /// The first keys below the prefix that follow `after`, ascending, as many as asked for: fewer only where no more
    /// follow. One request, unless the answer is too big for the node; one more for every 256 keys where they are proven.
    pub(super) async fn keys(&self, prefix: &[u8], after: &[u8], count: usize) -> Result<Keys> {
        let listed = self.list(prefix, after, count).await?;
        let Some(verified) = &self.0.inner().verified else {
            return Ok(Keys { listed, values: Vec::new() });
        };
        let end = match listed.last() {
            Some(last) if listed.len() == count => Some(successor(last)),
            // A short page is the last one: nothing follows below the prefix.
            _ => following(prefix),
        };
        let values = verified.values_of_all(after, &listed, end.as_deref()).await?;
        Ok(Keys { listed, values: Found::all(values) })
    }

    async fn list(&self, prefix: &[u8], after: &[u8], count: usize) -> Result<Vec<Key>> {
        match self.page(prefix, after, count).await {
            Err(error) if is_too_big(&error) && count > 1 => {
                let half = count / 2;
                let mut keys = Box::pin(self.list(prefix, after, half)).await?;
                if let Some(last) = keys.last().filter(|_| keys.len() == half) {
                    let rest = Box::pin(self.list(prefix, last, count - half)).await?;
                    keys.extend(rest);
                }
                Ok(keys)
            }
            page => page,
        }
    }

    async fn page(&self, prefix: &[u8], after: &[u8], count: usize) -> Result<Vec<Key>> {
        let inner = self.0.inner();
        let block = inner.pin.located().await?;
        let request = Request::new("state_getKeysPaged").hex_param(prefix).param(count).hex_param(after);
        let page: Vec<String> = inner.node.request(request.param(block.hash), block.needs()).await?.json()?;
        let protocol = |what: &str| Error::new(ErrorKind::Protocol, format!("the node listed {what}"));
        let decode = |key: &String| const_hex::decode(key).map_err(|_| protocol("a key that is no hex"));
        let keys = page.iter().map(decode).collect::<Result<Vec<_>>>()?;
        // Else a wrong page could be taken for a part of the map, or have no end.
        if keys.len() > count {
            return Err(protocol("more keys than were asked for"));
        }
        let mut before = after;
        for key in &keys {
            if !key.starts_with(prefix) {
                return Err(protocol("keys that are none of those asked for"));
            }
            if key.as_slice() <= before {
                return Err(protocol("keys that do not ascend"));
            }
            before = key;
        }
        Ok(keys)
    }

    /// The values of those keys, in their order. One request for every 256, unless the answer is too big for the node.
    pub(super) async fn values(&self, keys: Vec<Key>) -> Result<Vec<Found>> {
        self.0.inner().reads.many(keys).await
    }
}
