//! Serves the methods on a port, with a node's limits.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jsonrpsee::{
    Methods,
    core::middleware::{Batch, Notification, RpcServiceBuilder, RpcServiceT},
    server::{MethodResponse, RandomStringIdProvider, Server, ServerConfig, ServerHandle, stop_channel},
    types::Request,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

use crate::link::Link;

const MEGABYTE: u32 = 1024 * 1024;
/// A node's limit for a request and for an answer.
const MAX_BODY: u32 = 15 * MEGABYTE;
const MAX_SUBSCRIPTIONS: u32 = 1_024;
const MAX_CONNECTIONS: u32 = 100;
/// Length of a subscription id.
const ID_LENGTH: usize = 16;

/// A server that stops when it is dropped.
pub(crate) struct RpcServer {
    port: u16,
    requests: Arc<AtomicU64>,
    accepting: AbortHandle,
    handle: ServerHandle,
}

impl RpcServer {
    pub(crate) async fn start(methods: Methods, port: u16, link: Arc<Link>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let requests = Arc::new(AtomicU64::new(0));
        let (stop, handle) = stop_channel();
        let counter = requests.clone();
        let counting =
            RpcServiceBuilder::new().layer_fn(move |inner| Counting { inner, requests: counter.clone() });
        let config = ServerConfig::builder()
            .max_request_body_size(MAX_BODY)
            .max_response_body_size(MAX_BODY)
            .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
            .max_connections(MAX_CONNECTIONS)
            .set_id_provider(RandomStringIdProvider::new(ID_LENGTH))
            .build();
        let service = Server::builder()
            .set_config(config)
            .set_rpc_middleware(counting)
            .to_service_builder()
            .build(methods, stop);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((socket, _)) = accept(&listener).await {
                let (near, far) = Link::pipe();
                connections.spawn(link.clone().carry(socket, near));
                let service = service.clone();
                connections.spawn(async move {
                    // How a connection ends is the client's business.
                    let _ = jsonrpsee::server::serve(far, service).await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { port, requests, accepting: accepting.abort_handle(), handle })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Requests served so far, also those of batches; notifications do not count.
    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(&self) {
        self.accepting.abort();
        // Stopped before is stopped.
        let _ = self.handle.stop();
    }
}

impl Drop for RpcServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn accept(listener: &TcpListener) -> std::io::Result<(TcpStream, std::net::SocketAddr)> {
    let (socket, peer) = listener.accept().await?;
    socket.set_nodelay(true)?;
    Ok((socket, peer))
}

/// Counts requests on their way to the service.
#[derive(Clone)]
struct Counting<S> {
    inner: S,
    requests: Arc<AtomicU64>,
}

impl<S> RpcServiceT for Counting<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse> + Send + Sync + Clone + 'static,
{
    type MethodResponse = S::MethodResponse;
    type NotificationResponse = S::NotificationResponse;
    type BatchResponse = S::BatchResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = Self::MethodResponse> + Send + 'a {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.inner.call(request)
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = Self::BatchResponse> + Send + 'a {
        self.requests.fetch_add(batch.len() as u64, Ordering::Relaxed);
        self.inner.batch(batch)
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = Self::NotificationResponse> + Send + 'a {
        self.inner.notification(notification)
    }
}
