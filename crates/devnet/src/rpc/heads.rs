//! Subscriptions that follow the chain.

use jsonrpsee::{PendingSubscriptionSink, SubscriptionSink};
use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::{chain::Head, view::Heads};

/// Sends the first item, then what each head gives. Ends when the subscriber goes or falls too far behind.
pub(super) async fn follow<T: Serialize>(
    pending: PendingSubscriptionSink,
    mut heads: Heads,
    first: T,
    mut item: impl FnMut(Head) -> Option<T>,
) {
    let Ok(sink) = pending.accept().await else { return };
    if !send(&sink, &first).await {
        return;
    }
    loop {
        let head = tokio::select! {
            head = heads.next() => head,
            () = sink.closed() => return,
        };
        let Some(head) = head else { return };
        if let Some(item) = item(head)
            && !send(&sink, &item).await
        {
            return;
        }
    }
}

/// Sends one item; false when nobody is there any more.
pub(super) async fn send(sink: &SubscriptionSink, item: &impl Serialize) -> bool {
    match to_raw_value(item) {
        Ok(json) => sink.send(json).await.is_ok(),
        Err(_) => false,
    }
}
