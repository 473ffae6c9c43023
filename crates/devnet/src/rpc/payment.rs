//! `payment_*`: what an extrinsic costs.

use std::sync::Arc;

use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use pallet_transaction_payment::RuntimeDispatchInfo;
use parity_scale_codec::{Decode, Encode};
use sp_core::{Bytes, H256};

use super::error;
use crate::{chain::Chain, runtime::Balance};

/// Code of a runtime that gave no answer to this.
const RUNTIME_ERROR: i32 = 1;

#[rpc(server)]
pub(crate) trait PaymentApi {
    #[method(name = "payment_queryInfo", blocking)]
    fn query_info(&self, extrinsic: Bytes, at: Option<H256>) -> RpcResult<RuntimeDispatchInfo<Balance>>;
}

pub(super) struct Payment(pub(super) Arc<Chain>);

impl PaymentApiServer for Payment {
    fn query_info(&self, extrinsic: Bytes, at: Option<H256>) -> RpcResult<RuntimeDispatchInfo<Balance>> {
        let block = match at {
            Some(hash) => {
                self.0.blocks(|blocks| blocks.get(&hash)).ok_or_else(|| error::unknown_block(hash))?
            }
            None => self.0.best(),
        };
        let failed = |reason: String| {
            error::owned(RUNTIME_ERROR, "Unable to query dispatch info.".to_owned(), Some(reason))
        };
        let mut arguments = extrinsic.to_vec();
        (extrinsic.len() as u32).encode_to(&mut arguments);
        let answer = self
            .0
            .call(&block, "TransactionPaymentApi_query_info", &arguments)
            .map_err(|error| failed(error.to_string()))?;
        Decode::decode(&mut &answer[..]).map_err(|error| failed(error.to_string()))
    }
}
