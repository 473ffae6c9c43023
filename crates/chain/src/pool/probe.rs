use std::sync::Arc;

use futures_util::future::join_all;
use tensorwire_rpc::{Answer, Request};
use tokio::time::Instant;

use super::{Identity, Pool};
use crate::{EndpointState, EndpointStatus, ErrorKind, Hash, Result, header::Height};

impl Pool {
    /// Asks every endpoint what it has. What fails shows in the state.
    pub(crate) async fn probe(self: &Arc<Self>) -> Vec<EndpointStatus> {
        if self.identity.genesis().is_none() {
            // The first endpoint says which chain it is, unless it is out of reach.
            let _ = self.ask(0, Identity::question(), Instant::now() + self.timeout).await;
        }
        let probes = (0..self.endpoints.len()).map(|index| self.probe_one(index));
        let failures: Vec<_> = join_all(probes).await.into_iter().map(Result::err).collect();
        let mut status = self.status();
        for (status, failure) in status.iter_mut().zip(failures) {
            if let Some(error) = failure {
                status.detail.get_or_insert_with(|| error.to_string());
                if matches!(status.state, EndpointState::Connecting | EndpointState::Idle) {
                    status.state = EndpointState::Down;
                }
            }
        }
        status
    }

    async fn probe_one(&self, index: usize) -> Result<()> {
        let endpoint = &self.endpoints[index];
        let deadline = Instant::now() + self.timeout;
        let ask = |request: Request| self.ask(index, request, deadline);
        // The first answer also waits for the websocket: it says nothing of the latency.
        let head: Height = ask(Request::new("chain_getHeader")).await?.json()?;
        let head = head.number();
        head.into_iter().for_each(|number| self.saw_head(index, number));
        let begun = Instant::now();
        let finalized: Hash = ask(Request::new("chain_getFinalizedHead")).await?.json()?;
        endpoint.health().latencies.add(begun.elapsed());
        let finalized: Option<Height> =
            ask(Request::new("chain_getHeader").param(finalized)).await?.json()?;
        endpoint.health().finalized = finalized.and_then(|header| header.number());
        self.probe_depth(index, head.unwrap_or_default(), deadline).await
    }

    /// Asks that endpoint and no other. If it cannot be reached, that is the answer; if it refuses since it was asked too
    /// often, it is asked again when it may be, inside the deadline.
    async fn ask(&self, index: usize, request: Request, deadline: Instant) -> Result<Answer> {
        let client = self.endpoints[index].client();
        let in_time = |request: Request| request.timeout(deadline.saturating_duration_since(Instant::now()));
        match client.request(in_time(request.clone()).fail_fast()).await {
            Err(error) if error.is_rate_limited() => Ok(client.request(in_time(request)).await?),
            answer => Ok(answer?),
        }
    }

    /// Whether an endpoint has the state of the first block, and of one that a node drops as a rule: its depth.
    async fn probe_depth(&self, index: usize, head: u64, deadline: Instant) -> Result<()> {
        /// Nodes that are no archives keep 256 blocks.
        const KEPT: u64 = 256;
        let ask = |request: Request| self.ask(index, request, deadline);
        let numbers: Vec<_> =
            [1, head.saturating_sub(KEPT + 1)].into_iter().filter(|n| (1..=head).contains(n)).collect();
        let hashes: Vec<Option<Hash>> =
            ask(Request::new("chain_getBlockHash").param(&numbers)).await?.json()?;
        for (number, hash) in numbers.into_iter().zip(hashes) {
            let Some(hash) = hash else { continue };
            let answer = ask(Request::new("state_getRuntimeVersion").param(hash)).await;
            let mut health = self.endpoints[index].health();
            match answer {
                Ok(_) => {
                    health.has_state(number);
                    break;
                }
                Err(error) if error.kind() == ErrorKind::Pruned => health.lacks_state(number),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
