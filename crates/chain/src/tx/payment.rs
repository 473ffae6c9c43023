use serde::Serialize;
use tensorwire_rpc::Request;
use tensorwire_scale::Runtime;

use crate::{DispatchClass, DispatchWeight, Error, ErrorKind, Hash, Result, node::Node, pool::Needs};

/// What a transaction would cost at the head. See [`Transaction::payment_info`](crate::Transaction::payment_info).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PaymentInfo {
    /// The most that its call and its extensions may take.
    pub weight: DispatchWeight,
    /// Which part of the block's limits it counts against.
    pub class: DispatchClass,
    /// The fee in the chain's smallest unit, without the tip. As a part of the weight may be given back, less may be paid.
    pub partial_fee: u128,
}

const API: &str = "TransactionPaymentApi";

impl PaymentInfo {
    /// What the runtime of that block says: one request.
    pub(super) async fn ask(node: &Node, runtime: &Runtime, extrinsic: &[u8], block: Hash) -> Result<Self> {
        let method = runtime.api_method(API, "query_info")?;
        let length = u32::try_from(extrinsic.len()).unwrap_or(u32::MAX).to_le_bytes();
        let request = Request::new("state_call")
            .param(method.rpc_name())
            .hex_param(&[extrinsic, &length].concat())
            .param(block);
        let answer = node.request(request, Needs::State { number: None, seen_at: None }).await?;
        let info = method.decode(&answer.bytes()?.unwrap_or_default())?;
        let read = || {
            Some(Self {
                weight: DispatchWeight::from_value(info.get("weight")?)?,
                class: DispatchClass::from_value(info.get("class")?)?,
                partial_fee: info.get("partial_fee")?.as_u128()?,
            })
        };
        read().ok_or_else(|| {
            let message = format!("what {API} answers has no weight, class or fee that is known: {info}");
            Error::new(ErrorKind::Decode, message)
        })
    }
}
