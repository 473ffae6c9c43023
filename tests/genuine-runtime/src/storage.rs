//! All storage of a block.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use tensorwire::{Chain, Hash, Result, Value, rpc::Request};

/// Keys and value of every entry, by item; a plain value has no keys.
pub type Storage = BTreeMap<String, Vec<(Vec<Value>, Value)>>;

/// Items read at once.
const AT_ONCE: usize = 16;

/// Reads and decodes every item of every pallet at a block: plain values by query, maps to their end.
///
/// # Errors
/// The first entry that does not decode.
pub async fn read(chain: &Chain, block: Hash) -> Result<Storage> {
    let at = chain.at(block).await?;
    let runtime = at.runtime().await?;
    let items = runtime.pallets().iter().flat_map(|pallet| pallet.storage());
    let items: Vec<_> = items
        .map(|item| (item.pallet().to_owned(), item.name().to_owned(), item.key_types().is_empty()))
        .collect();
    stream::iter(items)
        .map(|(pallet, item, plain)| {
            let at = at.clone();
            async move {
                let entries = if plain {
                    vec![(Vec::new(), at.query(&pallet, &item, ()).await?)]
                } else {
                    let entries = at.query_map(&pallet, &item, ());
                    entries.map_ok(|entry| (entry.keys, entry.value)).try_collect().await?
                };
                Ok((format!("{pallet}.{item}"), entries))
            }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// How many keys a block has in all, whether or not an item of the metadata owns them.
///
/// # Errors
/// As a request.
pub async fn keys(chain: &Chain, block: Hash) -> Result<Vec<String>> {
    let mut keys: Vec<String> = Vec::new();
    loop {
        let after = keys.last().cloned();
        let request = Request::new("state_getKeysPaged").param("0x").param(1_000).param(after);
        let page: Vec<String> = chain.request(request.param(block)).await?.json()?;
        let last = page.len() < 1_000;
        keys.extend(page);
        if last {
            return Ok(keys);
        }
    }
}
