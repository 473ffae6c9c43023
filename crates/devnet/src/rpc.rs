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
use crate::chain::Chain;

/// All methods. With `instant`, a submitted extrinsic is followed by a block.
pub(crate) fn methods(chain: &Arc<Chain>, instant: bool) -> Result<RpcModule<()>, RegisterMethodError> {
    let mut module = RpcModule::new(());
    module.merge(ChainRpc(chain.clone()).into_rpc())?;
    module.merge(State(chain.clone()).into_rpc())?;
    module.merge(Author { chain: chain.clone(), instant }.into_rpc())?;
    module.merge(Payment(chain.clone()).into_rpc())?;
    module.merge(System(chain.clone()).into_rpc())?;
    let mut names: Vec<_> = module.method_names().chain(["rpc_methods"]).collect();
    names.sort_unstable();
    let answer = json!({ "methods": names });
    module.register_method("rpc_methods", move |_, _, _| answer.clone())?;
    Ok(module)
}
