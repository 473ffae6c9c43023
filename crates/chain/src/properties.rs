use futures_util::future::try_join4;
use serde::Serialize;
use tensorwire_rpc::Request;

use crate::{Error, Result, node::Node, pool::Needs};

/// What a node says of its chain (`system_chain`, `system_name`, `system_version`, `system_properties`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Properties {
    /// The chain's name, as in `Bittensor`.
    pub chain: String,
    /// The node's software.
    pub node: String,
    /// The version of the node's software.
    pub node_version: String,
    /// The prefix of addresses; `None` if the node does not say.
    pub ss58_format: Option<u16>,
    /// Digits after the point of the chain's token.
    pub token_decimals: Option<u8>,
    /// The symbol of the chain's token.
    pub token_symbol: Option<String>,
}

impl Properties {
    /// Four requests, one round trip.
    pub(crate) async fn load(node: &Node) -> Result<Self> {
        let ask = |method: &'static str| node.request(Request::new(method), Needs::Anything);
        let (chain, node, version, properties) = try_join4(
            ask("system_chain"),
            ask("system_name"),
            ask("system_version"),
            ask("system_properties"),
        )
        .await?;
        let properties: serde_json::Value = properties.json()?;
        Ok::<_, Error>(Self {
            chain: chain.json()?,
            node: node.json()?,
            node_version: version.json()?,
            ss58_format: number(&properties["ss58Format"]),
            token_decimals: number(&properties["tokenDecimals"]),
            token_symbol: first(&properties["tokenSymbol"]).as_str().map(Into::into),
        })
    }
}

/// Chains with several tokens list them; the first is the chain's own.
fn first(value: &serde_json::Value) -> &serde_json::Value {
    value.get(0).unwrap_or(value)
}

fn number<T: TryFrom<u64>>(value: &serde_json::Value) -> Option<T> {
    first(value).as_u64()?.try_into().ok()
}
