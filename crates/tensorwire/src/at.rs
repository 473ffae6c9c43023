use std::ops::{Deref, Range};

use futures_util::{TryStreamExt, future::try_join};
use tensorwire_chain::{AccountId, Result, Value};

use crate::{AccountInfo, Balance, NeuronInfo, NeuronInfoLite};

/// One block of Bittensor's chain, and the way to read it.
///
/// Derefs to the chain's [`At`](tensorwire_chain::At), so the untyped reads (`query`, `call`, `constant`) are here too.
#[derive(Debug, Clone)]
pub struct At(tensorwire_chain::At);

const NEURON_API: &str = "NeuronInfoRuntimeApi";
const PALLET: &str = "SubtensorModule";

/// Netuids that one request asks for. The main network has fewer subnets than that.
const NETUIDS_PER_READ: u16 = 256;

/// Uids that are asked for before the size of the subnet is known: none has more today.
const UIDS_PER_READ: u16 = 256;

impl At {
    /// The same block, read with proofs. See [`At::verified`](tensorwire_chain::At::verified). The reads of storage are
    /// verified; those of neurons are runtime calls, which are refused.
    #[must_use]
    pub fn verified(&self) -> Self {
        Self(self.0.verified())
    }

    /// The netuids of all subnets, ascending (`SubtensorModule.NetworksAdded`).
    ///
    /// Two requests in one round trip; where netuids above 255 are in use, the map is listed as well, at the cost of
    /// [`query_map`](tensorwire_chain::At::query_map).
    pub async fn netuids(&self) -> Result<Vec<u16>> {
        // The keys are known beforehand, so the map needs no listing; the count tells whether any is left out.
        let first =
            self.query_many_as(PALLET, "NetworksAdded", (0..NETUIDS_PER_READ).map(|netuid| (netuid,)));
        let (first, total) = try_join(first, self.total_subnets()).await?;
        // A map may hold `false` for a subnet that was removed.
        let added = (0..NETUIDS_PER_READ).zip(first).filter(|(_, added)| *added == Some(true));
        let mut netuids: Vec<_> = added.map(|(netuid, _)| netuid).collect();
        if netuids.len() != usize::from(total) {
            let all: Vec<_> = self.query_map(PALLET, "NetworksAdded", ()).try_collect().await?;
            let added = all.iter().filter(|entry| entry.value.as_bool() == Some(true));
            netuids = added.filter_map(|entry| entry.keys.first()?.as_u64()?.try_into().ok()).collect();
            netuids.sort_unstable();
        }
        Ok(netuids)
    }

    /// The values of a storage item of all neurons of a subnet, by uid, as in `query_by_uid("Keys", 1)`: of an item of
    /// `SubtensorModule` whose keys are netuid and uid. Empty if there is no such subnet.
    ///
    /// The keys are known beforehand, so nothing is listed: two requests in one round trip, and more in a second one
    /// where the subnet has more than 256 neurons.
    ///
    /// # Errors
    /// As [`query`](tensorwire_chain::At::query).
    pub async fn query_by_uid(&self, item: &str, netuid: u16) -> Result<Vec<Value>> {
        let values =
            async |uids: Range<u16>| self.query_many(PALLET, item, uids.map(|uid| (netuid, uid))).await;
        let size = self.query_as::<u16>(PALLET, "SubnetworkN", (netuid,));
        let (mut first, size) = try_join(values(0..UIDS_PER_READ), size).await?;
        let size = size.unwrap_or_default();
        first.truncate(size.into());
        first.extend(values(UIDS_PER_READ..size.max(UIDS_PER_READ)).await?);
        Ok(first)
    }

    /// How many subnets there are (`SubtensorModule.TotalNetworks`). One request.
    pub async fn total_subnets(&self) -> Result<u16> {
        Ok(self.query_as(PALLET, "TotalNetworks", ()).await?.unwrap_or_default())
    }

    /// Whether the subnet exists (`SubtensorModule.NetworksAdded`). One request.
    pub async fn subnet_exists(&self, netuid: u16) -> Result<bool> {
        Ok(self.query_as(PALLET, "NetworksAdded", (netuid,)).await?.unwrap_or_default())
    }

    /// All neurons of a subnet with their weights and bonds, by uid. Empty if there is no such subnet. One request,
    /// a costly one for the node: prefer [`neurons_lite`](Self::neurons_lite).
    pub async fn neurons(&self, netuid: u16) -> Result<Vec<NeuronInfo>> {
        self.call_as(NEURON_API, "get_neurons", (netuid,)).await
    }

    /// All neurons of a subnet, by uid. Empty if there is no such subnet. One request.
    pub async fn neurons_lite(&self, netuid: u16) -> Result<Vec<NeuronInfoLite>> {
        self.call_as(NEURON_API, "get_neurons_lite", (netuid,)).await
    }

    /// One neuron with its weights and bonds; `None` if the subnet has no such uid. One request.
    pub async fn neuron(&self, netuid: u16, uid: u16) -> Result<Option<NeuronInfo>> {
        self.call_as(NEURON_API, "get_neuron", (netuid, uid)).await
    }

    /// The uid of a hotkey in a subnet; `None` if it is not registered there (`SubtensorModule.Uids`). One request.
    pub async fn uid_for_hotkey(&self, netuid: u16, hotkey: &AccountId) -> Result<Option<u16>> {
        self.query_as(PALLET, "Uids", (netuid, hotkey)).await
    }

    /// The account's free balance; zero if there is no such account (`System.Account`). One request.
    pub async fn balance(&self, account: &AccountId) -> Result<Balance> {
        Ok(self.account(account).await?.data.free)
    }

    /// The free balances of many accounts, in the order asked. One request for every 256 accounts, all in one round
    /// trip.
    pub async fn balances(&self, accounts: &[AccountId]) -> Result<Vec<Balance>> {
        let accounts = self.query_many_as("System", "Account", accounts.iter().map(|account| (account,)));
        Ok(accounts
            .await?
            .into_iter()
            .map(|account: Option<AccountInfo>| account.unwrap_or_default().data.free)
            .collect())
    }

    /// The account's nonce and balances; zeros if there is no such account (`System.Account`). One request.
    pub async fn account(&self, account: &AccountId) -> Result<AccountInfo> {
        Ok(self.query_as("System", "Account", (account,)).await?.unwrap_or_default())
    }
}

impl From<tensorwire_chain::At> for At {
    fn from(at: tensorwire_chain::At) -> Self {
        Self(at)
    }
}

impl Deref for At {
    type Target = tensorwire_chain::At;

    fn deref(&self) -> &tensorwire_chain::At {
        &self.0
    }
}
