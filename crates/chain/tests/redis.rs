//! G17: runtimes kept by a real Redis server, whose program `TENSORWIRE_REDIS_SERVER` names: `.ci/redis` sets it.

#![cfg(feature = "redis")]
#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;
#[path = "support/warnings.rs"]
mod warnings;

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use redis::cmd;
use support::{GENESIS, ScriptedChain};
use tempfile::TempDir;
use tensorwire_chain::{Cache, ErrorKind};
use warnings::Warnings;

/// A server of a test's own. It ends with the test.
struct Server {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Server {
    /// `None`, with a message, where there is no program.
    async fn start(options: &[&str]) -> Option<Self> {
        let Some(program) = std::env::var_os("TENSORWIRE_REDIS_SERVER") else {
            eprintln!("skipped: TENSORWIRE_REDIS_SERVER names no redis-server; .ci/redis finds one");
            return None;
        };
        // Somebody else may take the port before the server does.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let folder = TempDir::new().unwrap();
            let mut command = Command::new(&program);
            command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--dir"]);
            command.arg(folder.path()).args(options).stdout(Stdio::null());
            let mut server = Self { process: command.spawn().unwrap(), port, _folder: folder };
            if server.is_up().await {
                return Some(server);
            }
        }
        panic!("the Redis server does not start");
    }

    /// Waits until it listens, or has ended.
    async fn is_up(&mut self) -> bool {
        for _ in 0..1000 {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn cache(&self) -> Cache {
        Cache::redis(&self.url()).unwrap()
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn chain() -> Option<ScriptedChain> {
    ScriptedChain::start_with(Duration::ZERO).await
}

/// Connects, reads, and waits for what is written. The runtime calls that it took: none where the runtime was kept.
async fn session(scripted: &ScriptedChain, cache: &Cache) -> usize {
    scripted.node.reset_counts();
    let chain = scripted.connect(cache.clone()).await;
    assert_eq!(chain.head().await.unwrap().runtime().await.unwrap().metadata_version(), 16);
    chain.close().await;
    scripted.node.requests_of("state_call") as usize
}

const COLD: usize = 2;
const WARM: usize = 0;

#[tokio::test]
async fn g17_clients_share_runtimes_through_redis() {
    let (Some(server), Some(scripted)) = (Server::start(&[]).await, chain().await) else { return };
    assert_eq!(session(&scripted, &server.cache()).await, COLD);
    assert_eq!(session(&scripted, &server.cache()).await, WARM);

    let cache = server.cache();
    let entries = cache.entries().await.unwrap();
    let runtime = entries.iter().find(|entry| entry.spec_version.is_some()).unwrap();
    assert_eq!((runtime.genesis, runtime.spec_version), (Some(GENESIS), Some(393)));
    assert!(runtime.bytes > 100_000 && runtime.used.is_some(), "{runtime:?}");
    assert_eq!(cache.location(), Some(format!("{}/0/tensorwire", server.url())));

    // Nothing of others is touched.
    let mut connection = connection(&server).await;
    cmd("SET").arg("mine").arg("kept").exec_async(&mut connection).await.unwrap();
    assert_eq!(cache.clear(None).await.unwrap().len(), 2);
    let keys: Vec<String> = cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    assert_eq!(keys, ["mine"]);
    assert_eq!(session(&scripted, &server.cache()).await, COLD);
}

#[tokio::test]
async fn g11_what_nobody_uses_expires() {
    let (Some(server), Some(scripted)) = (Server::start(&[]).await, chain().await) else { return };
    session(&scripted, &server.cache()).await;
    let mut connection = connection(&server).await;
    let keys: Vec<String> = cmd("KEYS").arg("tensorwire/*").query_async(&mut connection).await.unwrap();
    assert_eq!(keys.len(), 2);
    for key in &keys {
        cmd("EXPIRE").arg(key).arg(100).exec_async(&mut connection).await.unwrap();
    }
    assert_eq!(session(&scripted, &server.cache()).await, WARM);
    for key in &keys {
        let left: u64 = cmd("TTL").arg(key).query_async(&mut connection).await.unwrap();
        assert!((1000..=30 * 86_400).contains(&left), "use has renewed {key}: {left} s");
    }
}

#[tokio::test]
async fn g17_a_damaged_entry_in_redis_is_downloaded_again() {
    let (Some(server), Some(scripted)) = (Server::start(&[]).await, chain().await) else { return };
    session(&scripted, &server.cache()).await;
    let mut connection = connection(&server).await;
    let key: Vec<String> = cmd("KEYS").arg("*.scale").query_async(&mut connection).await.unwrap();
    let (warnings, _guard) = Warnings::of_this_thread();
    cmd("SETRANGE").arg(&key).arg(5000).arg("damage").exec_async(&mut connection).await.unwrap();
    assert_eq!(session(&scripted, &server.cache()).await, COLD);
    assert!(warnings.take().iter().all(|told| told.contains("does not match its hash")));
    assert_eq!(session(&scripted, &server.cache()).await, WARM, "it is whole again");

    // Of another kind altogether.
    cmd("DEL").arg(&key).exec_async(&mut connection).await.unwrap();
    cmd("LPUSH").arg(&key).arg("a list").exec_async(&mut connection).await.unwrap();
    assert_eq!(session(&scripted, &server.cache()).await, COLD);
}

#[tokio::test]
async fn a_redis_that_goes_away_is_told_once_and_nothing_fails() {
    let (Some(mut server), Some(scripted)) = (Server::start(&[]).await, chain().await) else { return };
    let cache = server.cache();
    session(&scripted, &cache).await;
    assert_eq!(session(&scripted, &cache).await, WARM);

    let (warnings, _guard) = Warnings::of_this_thread();
    server.kill();
    for _ in 0..3 {
        assert_eq!(session(&scripted, &cache).await, COLD);
    }
    let told = warnings.take();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(&server.url()), "{told:?}");
    assert_eq!(cache.entries().await.unwrap_err().kind(), ErrorKind::Store);
}

#[tokio::test]
async fn a_redis_that_wants_a_password_is_told_once_and_given_it_works() {
    let secret = ["--requirepass", "hunter2"];
    let (Some(server), Some(scripted)) = (Server::start(&secret).await, chain().await) else { return };
    let (warnings, _guard) = Warnings::of_this_thread();
    assert_eq!(session(&scripted, &server.cache()).await, COLD);
    assert_eq!(warnings.take().len(), 1);

    let cache = Cache::redis(&server.url().replace("://", "://:hunter2@")).unwrap();
    assert_eq!(session(&scripted, &cache).await, COLD);
    assert_eq!(session(&scripted, &cache).await, WARM);
    assert!(!format!("{cache:?} {:?}", cache.location()).contains("hunter2"));
    assert_eq!(warnings.take().len(), 0);
}

#[tokio::test]
async fn a_redis_that_never_answers_is_asked_once() {
    let Some(scripted) = chain().await else { return };
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cache = Cache::redis(&format!("redis://{}", silent.local_addr().unwrap())).unwrap();
    let accepted = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let accepting = tokio::spawn({
        let accepted = accepted.clone();
        async move {
            loop {
                let socket = silent.accept().await.unwrap();
                accepted.lock().unwrap().push(socket);
            }
        }
    });
    let (warnings, _guard) = Warnings::of_this_thread();
    for _ in 0..3 {
        assert_eq!(session(&scripted, &cache).await, COLD);
    }
    accepting.abort();
    // Once to read, once to write.
    assert_eq!(accepted.lock().unwrap().len(), 2);
    let told = warnings.take();
    assert!(told.len() == 1 && told[0].contains("timed out"), "{told:?}");
}

#[test]
fn what_is_no_redis_url_is_refused_without_its_secrets() {
    for url in
        ["", "127.0.0.1:6379", "http://127.0.0.1", "redis://:hunter2@host:port", "rediss://:hunter2@host"]
    {
        let error = Cache::redis(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{url}");
        let error = error.to_string();
        assert!(error.contains("redis://") && !error.contains("hunter2"), "{url}: {error}");
    }
}

async fn connection(server: &Server) -> redis::aio::MultiplexedConnection {
    redis::Client::open(server.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
}
