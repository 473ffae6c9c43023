//! Opening the first websocket of a pool.

use std::time::Duration;

use futures_util::{StreamExt, stream::FuturesUnordered};
use tensorwire_rpc::{self as rpc, Client};
use tokio::time::{Instant, sleep, timeout};

use super::Wires;
use crate::{
    Error, ErrorKind, Result, Role,
    pool::{Endpoint, Identity},
};

/// How long an endpoint may take to connect before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_secs(2);

/// How long a ban is taken to be where the endpoint does not say so. It doubles.
const FIRST_BAN: Duration = Duration::from_secs(1);

/// Opens no websocket: each opens when it is needed.
pub(super) fn none(wires: Wires) -> Result<Vec<Endpoint>> {
    let endpoint = |(role, wire): (Role, rpc::Builder)| {
        let url = wire.url().to_owned();
        Ok(Endpoint::new(wire.build()?, role, &url))
    };
    wires.into_iter().map(endpoint).collect()
}

/// Opens the websocket of the first endpoint that can be reached; the others open when they are needed.
pub(super) async fn one(wires: Wires, identity: &Identity, patience: Duration) -> Result<Vec<Endpoint>> {
    let begun = Instant::now();
    let mut length = FIRST_BAN;
    loop {
        let failures = match first(&wires, identity).await {
            Ok((index, client)) => return endpoints(wires, index, client),
            Err(failures) => failures,
        };
        let bans = failures.iter().filter_map(|error| match (error.retry_after(), error.http_status()) {
            (Some(wait), _) => Some(wait),
            (None, Some(429)) => Some(length),
            (None, _) => None,
        });
        match bans.min() {
            Some(ban) if begun.elapsed().saturating_add(ban) < patience => sleep(ban).await,
            _ => return Err(unreachable(&failures)),
        }
        length *= 2;
    }
}

/// The first endpoint that connects. With a known genesis hash they race, each with a head start before the next; else
/// the order they were named in decides which chain it is.
async fn first(wires: &Wires, identity: &Identity) -> Result<(usize, Client), Vec<rpc::Error>> {
    let decides = wires.len() > 1 && identity.genesis().is_none();
    let mut waiting = wires.iter().enumerate();
    let (mut opening, mut failures) = (FuturesUnordered::new(), Vec::new());
    loop {
        let head_start = match waiting.next() {
            Some((index, (_, wire))) => {
                opening.push(async move {
                    let client = wire.clone().connect().await?;
                    if decides {
                        client.request(Identity::question().fail_fast()).await?;
                    }
                    Ok((index, client))
                });
                if decides { Duration::MAX } else { HEAD_START }
            }
            None => Duration::MAX,
        };
        match timeout(head_start, opening.next()).await {
            Ok(Some(Ok(opened))) => return Ok(opened),
            Ok(Some(Err(error))) => failures.push(error),
            Ok(None) => return Err(failures),
            Err(_) => {}
        }
    }
}

/// All endpoints, of which one is open.
fn endpoints(wires: Wires, opened: usize, client: Client) -> Result<Vec<Endpoint>> {
    let mut open = Some(client);
    let endpoint = |(index, (role, wire)): (usize, (Role, rpc::Builder))| {
        let url = wire.url().to_owned();
        let was_tried = index < opened;
        Ok(match open.take_if(|_| index == opened) {
            Some(client) => Endpoint::new(client, role, &url),
            None if was_tried => Endpoint::new(wire.build()?, role, &url).avoided(),
            None => Endpoint::new(wire.build()?, role, &url),
        })
    };
    wires.into_iter().enumerate().map(endpoint).collect()
}

fn unreachable(failures: &[rpc::Error]) -> Error {
    if let [only] = failures {
        return only.clone().into();
    }
    let all: Vec<_> = failures.iter().map(ToString::to_string).collect();
    let all_ban = failures.iter().all(|error| error.retry_after().is_some());
    let kind = if all_ban { ErrorKind::RateLimited } else { ErrorKind::Connection };
    Error::new(kind, format!("no endpoint can be reached: {}", all.join("; ")))
}
