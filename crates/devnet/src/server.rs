//! Serves the methods on a port, with a node's limits.

mod middleware;

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use jsonrpsee::{
    Methods,
    core::middleware::RpcServiceBuilder,
    server::{RandomStringIdProvider, Server, ServerConfig, ServerHandle, stop_channel},
};
use parking_lot::Mutex;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::{
    faults::Faults,
    link::Link,
    relay::{Countdowns, Ending, Relay, Switch},
};
use middleware::Middleware;

const MEGABYTE: u32 = 1024 * 1024;
/// A node's limit for a request and for an answer.
const MAX_BODY: u32 = 15 * MEGABYTE;
const MAX_SUBSCRIPTIONS: u32 = 1_024;
const MAX_CONNECTIONS: u32 = 100;
/// Length of a subscription id.
const ID_LENGTH: usize = 16;
/// How long connections that are closed may take to carry what is under way.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long accepting pauses when the system has no more sockets to give.
const EXHAUSTED: Duration = Duration::from_millis(10);

/// What is served, whatever port and however often.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) methods: Methods,
    pub(crate) link: Arc<Link>,
    /// Requests served so far, also those of batches; notifications do not count.
    pub(crate) requests: Arc<AtomicU64>,
    pub(crate) faults: Arc<Faults>,
}

/// A server that stops when it is dropped.
pub(crate) struct RpcServer {
    port: u16,
    connections: Arc<Connections>,
    /// Dropping it stops the server as well.
    stop: Option<oneshot::Sender<Ending>>,
    accepting: JoinHandle<()>,
    _handle: ServerHandle,
}

impl RpcServer {
    pub(crate) async fn start(service: Service, port: u16) -> io::Result<Self> {
        // The port can be taken again at once after a stop: the listener is opened with `SO_REUSEADDR`, where that
        // is what it means.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let connections = Arc::new(Connections::default());
        let (stop, stopped) = oneshot::channel();
        let (stop_handle, handle) = stop_channel();
        let config = ServerConfig::builder()
            .max_request_body_size(MAX_BODY)
            .max_response_body_size(MAX_BODY)
            .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
            .max_connections(MAX_CONNECTIONS)
            .set_id_provider(RandomStringIdProvider::new(ID_LENGTH))
            .build();
        let server = Server::builder().set_config(config).to_service_builder();
        let register = connections.clone();
        let open = move |socket: TcpStream, tasks: &mut JoinSet<()>| {
            let Service { methods, link, requests, faults } = service.clone();
            let (near, far) = Link::pipe();
            let ending = register.open();
            let countdowns = Arc::<Countdowns>::default();
            let relay = Relay::new(ending.clone(), faults.clone(), countdowns.clone());
            tasks.spawn(link.carry(socket, near, relay));
            let middleware = RpcServiceBuilder::new().layer_fn(move |inner| Middleware {
                inner,
                requests: requests.clone(),
                faults: faults.clone(),
                ending: ending.clone(),
                countdowns: countdowns.clone(),
            });
            let service = server.clone().set_rpc_middleware(middleware).build(methods, stop_handle.clone());
            tasks.spawn(async move {
                // How a connection ends is the client's business.
                let _ = jsonrpsee::server::serve(far, service).await;
            });
        };
        let accepting = tokio::spawn(accept(listener, connections.clone(), stopped, open));
        Ok(Self { port, connections, stop: Some(stop), accepting, _handle: handle })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections; new ones are welcome.
    pub(crate) fn disconnect(&self, ending: Ending) {
        self.connections.end(ending);
    }

    /// Frees the port and ends all connections.
    pub(crate) async fn stop(mut self, ending: Ending) {
        let stop = self.stop.take();
        if stop.is_some_and(|stop| stop.send(ending).is_ok()) {
            // Bounded by the farewell; it has no other end than this.
            let _ = (&mut self.accepting).await;
        }
    }
}

/// Accepts connections until told to stop, or abandoned.
async fn accept(
    listener: TcpListener,
    connections: Arc<Connections>,
    mut stopped: oneshot::Receiver<Ending>,
    open: impl Fn(TcpStream, &mut JoinSet<()>),
) {
    let mut tasks = JoinSet::new();
    let ending = loop {
        tokio::select! {
            ending = &mut stopped => break ending.unwrap_or(Ending::Cut),
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    // A client that is gone already is noticed when it is read from.
                    let _ = socket.set_nodelay(true);
                    open(socket, &mut tasks);
                }
                Err(_) => sleep(EXHAUSTED).await,
            },
        }
        while tasks.try_join_next().is_some() {}
    };
    drop(listener);
    connections.end(ending);
    // Whoever has not ended by then is cut.
    let _ = timeout(FAREWELL, async { while tasks.join_next().await.is_some() {} }).await;
}

/// The switches of the connections that are open.
#[derive(Default)]
struct Connections(Mutex<Vec<Switch>>);

impl Connections {
    fn open(&self) -> Switch {
        let switch = Switch::new(None);
        let mut all = self.0.lock();
        // The relay of a connection that has ended listens no more.
        all.retain(|switch| switch.sender_count() > 1);
        all.push(switch.clone());
        switch
    }

    fn end(&self, ending: Ending) {
        for switch in self.0.lock().iter() {
            switch.send_replace(Some(ending));
        }
    }
}
