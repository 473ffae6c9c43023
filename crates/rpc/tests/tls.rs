//! TLS against a server with a certificate of its own.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use tensorwire_rpc::{Client, ErrorKind, Request};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

/// A websocket server with TLS that answers everything with `true`. Returns its URL and certificate.
async fn server() -> (String, Vec<u8>) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = certified.cert.der().clone();
    let key = certified.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(tls) = acceptor.accept(tcp).await else { continue };
            let Ok(mut socket) = tokio_tungstenite::accept_async(tls).await else { continue };
            while let Some(Ok(message)) = socket.next().await {
                let Ok(text) = message.into_text() else { break };
                let Some((_, id)) = text.rsplit_once(':') else { break };
                let _ = socket.send(format!(r#"{{"jsonrpc":"2.0","result":true,"id":{id}"#).into()).await;
            }
        }
    });
    (url, certificate.to_vec())
}

#[tokio::test]
async fn a_trusted_certificate_carries_requests() {
    let (url, certificate) = server().await;
    let client = Client::builder(&url).root_certificate(certificate).connect().await.unwrap();
    for _ in 0..3 {
        assert_eq!(client.request(Request::new("ok")).await.unwrap().raw(), "true");
    }
}

#[tokio::test]
async fn an_untrusted_certificate_is_refused() {
    let (url, _) = server().await;
    let error = Client::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
    assert!(error.to_string().contains("certificate"), "{error}");
    let error = Client::builder(&url).root_certificate(*b"junk").connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls);
}

#[tokio::test]
async fn a_plain_websocket_to_a_tls_server_is_told_to_use_tls() {
    let (url, _) = server().await;
    let error = Client::connect(&url.replace("wss://", "ws://")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Handshake);
    assert!(error.to_string().contains("try wss://"), "{error}");
}
