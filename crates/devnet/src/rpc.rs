//! A node's JSON-RPC over the chain.

mod author;
mod chain;
mod error;
mod heads;
mod payment;
mod state;
mod system;

use std::sync::Arc;

use jsonrpsee::{RpcModule, server::RegisterMethodError};
use serde_json::json;

use self::{
    author::{Author, AuthorApiServer},
    chain::{ChainApiServer, ChainRpc},
    payment::{Payment, PaymentApiServer},
    state::{State, StateApiServer},
    system::{System, SystemApiServer},
};
use crate::view::View;

/// All methods. With `instant`, a submitted extrinsic is followed by a block.
pub(crate) fn methods(view: &Arc<View>, instant: bool) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(ChainRpc(view.clone()).into_rpc())?;
    module.merge(State(view.clone()).into_rpc())?;
    module.merge(Author { chain: view.chain().clone(), instant }.into_rpc())?;
    module.merge(Payment(view.clone()).into_rpc())?;
    module.merge(System(view.clone()).into_rpc())?;
    let mut names: Vec<_> = module.method_names().chain(["rpc_methods"]).collect();
    names.sort_unstable();
    let answer = json!({ "methods": names });
    module.register_method("rpc_methods", move |_, _, _| answer.clone())?;
    Ok(module)
}
