//! A node that never stops talking.
#![allow(clippy::unwrap_used)]

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tensorwire_rpc::{Client, Request};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// A pipe that has something to read at any time, once `on`.
struct Flood {
    inner: DuplexStream,
    on: Arc<AtomicBool>,
    sent: usize,
    written: Arc<AtomicUsize>,
}

impl AsyncRead for Flood {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.on.load(Ordering::Relaxed) {
            return Pin::new(&mut self.inner).poll_read(cx, buf);
        }
        let item = br#"{"jsonrpc":"2.0","method":"m","params":{"subscription":1,"result":1}}"#;
        let frame = [&[0x81, u8::try_from(item.len()).unwrap()], &item[..]].concat();
        while buf.remaining() > 0 {
            let piece = &frame[self.sent % frame.len()..];
            let piece = &piece[..piece.len().min(buf.remaining())];
            buf.put_slice(piece);
            self.sent += piece.len();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.written.fetch_add(buf.len(), Ordering::Relaxed);
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn g1_endless_notifications_hold_up_neither_requests_nor_deadlines() {
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    let (on, written) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let server = tokio::spawn(async move { tokio_tungstenite::accept_async(theirs).await.unwrap() });
    let flood = Flood { inner: ours, on: Arc::clone(&on), sent: 0, written: Arc::clone(&written) };
    let client = Client::builder("ws://mock").over(flood).await.unwrap();
    let _silent = server.await.unwrap();
    on.store(true, Ordering::Relaxed);
    let before = written.load(Ordering::Relaxed);

    let call = client.send(Request::new("read").timeout(std::time::Duration::from_millis(20)));
    // Wakes the driver's read side; from then on it never finds the pipe empty.
    assert!(call.await.unwrap_err().is_timeout());
    assert!(written.load(Ordering::Relaxed) > before);
    assert!(client.stats().stray_notifications > 0);
}
