use serde::Serialize;
use tensorwire_rpc::Request;
use tensorwire_scale::{Runtime, Value};

use crate::{Error, ErrorKind, Hash, Result, node::Node, pool::Needs};

/// What a transaction would cost at the head. See [`Transaction::payment_info`](crate::Transaction::payment_info).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PaymentInfo {
    /// The most that its execution may take, as the runtime has it: `{ref_time, proof_size}`, or one number.
    pub weight: Value,
    /// `Normal`, `Operational` or `Mandatory`.
    pub class: String,
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
        let field = |name: &str| {
            info.get(name).ok_or_else(|| {
                Error::new(ErrorKind::Decode, format!("what {API} answers has no `{name}`: {info}"))
            })
        };
        let fee = field("partial_fee")?;
        Ok(Self {
            weight: field("weight")?.clone(),
            class: field("class")?.as_variant().map(|(name, _)| name.to_owned()).unwrap_or_default(),
            partial_fee: fee
                .as_u128()
                .ok_or_else(|| Error::new(ErrorKind::Decode, format!("the fee {fee} is no number")))?,
        })
    }
}
