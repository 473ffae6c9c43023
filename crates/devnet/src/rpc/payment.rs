//! `payment_*`: what an extrinsic costs.

use std::sync::Arc;

use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use pallet_transaction_payment::RuntimeDispatchInfo;
use parity_scale_codec::{Decode, Encode};
use sp_core::{Bytes, H256};

use super::error;
use crate::{runtime::Balance, view::View};

/// Code of a runtime that gave no answer to this.
const RUNTIME_ERROR: i32 = 1;

#[rpc(server)]
pub(crate) trait PaymentApi {
    #[method(name = "payment_queryInfo", blocking)]
    fn query_info(&self, extrinsic: Bytes, at: Option<H256>) -> RpcResult<RuntimeDispatchInfo<Balance>>;
}

pub(super) struct Payment(pub(super) Arc<View>);

impl PaymentApiServer for Payment {
    fn query_info(&self, extrinsic: Bytes, at: Option<H256>) -> RpcResult<RuntimeDispatchInfo<Balance>> {
        let block = self.0.with_state(at).map_err(error::client)?;
        let failed = |reason: String| {
            error::owned(RUNTIME_ERROR, "Unable to query dispatch info.".to_owned(), Some(reason))
        };
        let mut arguments = extrinsic.to_vec();
        (extrinsic.len() as u32).encode_to(&mut arguments);
        let answer = self
            .0
            .chain()
            .call(&block, "TransactionPaymentApi_query_info", &arguments)
            .map_err(|error| failed(error.to_string()))?;
        Decode::decode(&mut &answer[..]).map_err(|error| failed(error.to_string()))
    }
}
