use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, de};
use tensorwire_rpc::{Answer, Request};
use tensorwire_scale::Runtime;

use super::{Block, BlockExtrinsic, root::is_root_of};
use crate::{Error, ErrorKind, Header, Result, header::Given, node::Node, pin::Located};

/// A block as it lies on the chain: its header, and the bytes of its extrinsics.
pub(super) struct Body {
    pub(super) header: Header,
    pub(super) extrinsics: Vec<Vec<u8>>,
}

/// What `chain_getBlock` answers.
#[derive(Deserialize)]
struct SignedBlock {
    block: Wire,
}

#[derive(Deserialize)]
struct Wire {
    header: Given,
    #[serde(deserialize_with = "hex_list")]
    extrinsics: Vec<Vec<u8>>,
}

impl Body {
    /// One request. The header is the one of that hash, and the extrinsics are the ones that it names: a node that gives
    /// another block is passed over if there is another node.
    pub(super) async fn fetch(node: &Node, at: Located) -> Result<Self> {
        let request = Request::new("chain_getBlock").param(at.hash);
        let accepted = Mutex::new(None);
        let is_it = |answer: &Answer| {
            let body = Self::read(answer, at).ok();
            let is_it = body.is_some();
            *accepted.lock().unwrap_or_else(PoisonError::into_inner) = body;
            is_it
        };
        let answer = node.request_where(request, at.needs_block(), is_it).await?;
        if answer.is_null() {
            return Err(node.pool.has_no_block(at.hash));
        }
        let accepted = accepted.into_inner().unwrap_or_else(PoisonError::into_inner);
        accepted.map_or_else(|| Self::read(&answer, at), Ok)
    }

    fn read(answer: &Answer, at: Located) -> Result<Self> {
        let SignedBlock { block } = answer.json()?;
        let Wire { header: Given(header), extrinsics } = block;
        at.check(&header)?;
        if !is_root_of(header.extrinsics_root, &extrinsics) {
            let message = format!(
                "the node gave {} extrinsics for block {}, which are not those that its header names",
                extrinsics.len(),
                header.block()
            );
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        Ok(Self { header, extrinsics })
    }

    /// The same with its extrinsics decoded by the runtime that executed it.
    pub(super) fn decode(self, runtime: &Runtime) -> Block {
        let block = self.header.block();
        let extrinsics = (0..).zip(self.extrinsics);
        let extrinsics = extrinsics.map(|(index, bytes)| BlockExtrinsic::new(block, index, bytes, runtime));
        Block { extrinsics: extrinsics.collect(), header: self.header }
    }
}

fn hex_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
    let list = Vec::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    let decode = |hex: &std::borrow::Cow<'de, str>| const_hex::decode(hex.as_ref());
    list.iter().map(decode).collect::<Result<_, _>>().map_err(|_| de::Error::custom("an extrinsic is no hex"))
}
