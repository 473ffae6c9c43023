use std::{
    fmt, io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use redis::{Client, ConnectionAddr, IntoConnectionInfo, aio::MultiplexedConnection, cmd, pipe};

use super::store::{RuntimeStore, StoreEntry, StoreFuture};
use crate::{Error, ErrorKind, Result};

/// In front of every key.
const PREFIX: &str = "tensorwire/";

/// How long an entry that nobody uses is kept.
const KEPT_FOR: Duration = Duration::from_secs(30 * 86_400);

/// No entry is longer. What a server may hold beyond that is not read.
const LONGEST: i64 = 64 << 20;

/// How many connections wait for the next use. More are opened where more is asked at once.
const KEPT_OPEN: usize = 4;

/// Entries on a Redis server.
pub(super) struct RedisStore {
    client: Client,
    location: String,
    /// Connections that have answered all that they were asked: one that failed, or whose caller has given up, is not
    /// put back.
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// The process that opened them: after a `fork()` they belong to the parent.
    process: u32,
    connections: Vec<MultiplexedConnection>,
}

impl RedisStore {
    pub(super) fn new(url: &str) -> Result<Self> {
        // What the URL holds may be a password.
        let invalid = |why: &dyn fmt::Display| {
            let message = format!("not the URL of a Redis server, as in redis://127.0.0.1:6379: {why}");
            Error::new(ErrorKind::Invalid, message)
        };
        let info = url.into_connection_info().map_err(|error| invalid(&error.category()))?;
        let address = match info.addr() {
            ConnectionAddr::Tcp(host, port) => {
                format!("redis://{host}:{port}/{}", info.redis_settings().db())
            }
            ConnectionAddr::TcpTls { .. } => return Err(invalid(&"TLS is not supported")),
            address => format!("redis+unix://{address}"),
        };
        let client = Client::open(info).map_err(|error| invalid(&error.category()))?;
        Ok(Self { client, location: address, idle: Mutex::default() })
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.process != std::process::id() {
            // They are sockets shared with another process: left as they are.
            std::mem::forget(std::mem::take(&mut idle.connections));
            idle.process = std::process::id();
        }
        idle
    }

    /// Works with a connection of its own.
    async fn with<T>(
        &self,
        work: impl AsyncFnOnce(&mut MultiplexedConnection) -> redis::RedisResult<T>,
    ) -> io::Result<T> {
        let idle = self.idle().connections.pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.client.get_multiplexed_async_connection().await.map_err(io::Error::other)?,
        };
        let result = work(&mut connection).await.map_err(io::Error::other)?;
        let mut idle = self.idle();
        if idle.connections.len() < KEPT_OPEN {
            idle.connections.push(connection);
        }
        Ok(result)
    }
}

impl RuntimeStore for RedisStore {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Vec<u8>>> {
        let key = format!("{PREFIX}{key}");
        Box::pin(self.with(async move |connection| {
            let mut get = pipe();
            get.cmd("GETRANGE").arg(&key).arg(0).arg(LONGEST - 1);
            get.cmd("EXPIRE").arg(&key).arg(KEPT_FOR.as_secs()).ignore();
            let (content,): (Vec<u8>,) = get.query_async(connection).await?;
            // An absent key reads as nothing, and no entry is empty.
            Ok(Some(content).filter(|content| !content.is_empty()))
        }))
    }

    fn put<'a>(&'a self, key: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()> {
        let key = format!("{PREFIX}{key}");
        Box::pin(self.with(async move |connection| {
            let mut set = cmd("SET");
            set.arg(&key).arg(content).arg("EX").arg(KEPT_FOR.as_secs()).query_async(connection).await
        }))
    }

    fn list(&self) -> StoreFuture<'_, Vec<StoreEntry>> {
        Box::pin(self.with(async move |connection| {
            let (mut cursor, mut entries) = (0u64, Vec::new());
            loop {
                let mut scan = cmd("SCAN");
                scan.arg(cursor).arg("MATCH").arg(format!("{PREFIX}*")).arg("COUNT").arg(1000);
                let (next, keys): (u64, Vec<String>) = scan.query_async(connection).await?;
                if !keys.is_empty() {
                    let mut ask = pipe();
                    for key in &keys {
                        ask.cmd("STRLEN").arg(key).cmd("TTL").arg(key);
                    }
                    let told: Vec<i64> = ask.query_async(connection).await?;
                    let told = told.chunks_exact(2).map(|told| (told[0], told[1]));
                    entries.extend(keys.iter().zip(told).filter_map(|(key, (bytes, left))| {
                        // What is left of its time says when it was last used.
                        let ago = KEPT_FOR.checked_sub(Duration::from_secs(u64::try_from(left).ok()?));
                        let used = ago.and_then(|ago| SystemTime::now().checked_sub(ago));
                        let key = key.strip_prefix(PREFIX)?.to_owned();
                        Some(StoreEntry { key, bytes: u64::try_from(bytes).ok()?, used })
                    }));
                }
                cursor = next;
                if cursor == 0 {
                    return Ok(entries);
                }
            }
        }))
    }

    fn remove<'a>(&'a self, key: &'a str) -> StoreFuture<'a, bool> {
        let key = format!("{PREFIX}{key}");
        Box::pin(self.with(async move |connection| cmd("DEL").arg(&key).query_async(connection).await))
    }

    fn location(&self) -> String {
        format!("{}/{}", self.location, PREFIX.trim_end_matches('/'))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisStore").field(&self.location).finish()
    }
}
