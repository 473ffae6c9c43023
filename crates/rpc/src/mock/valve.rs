//! A byte stream that can be shut in one direction.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::endpoint::Io;

/// Lets through a set number of bytes. What is written beyond them vanishes, as on a connection whose far end is gone
/// without a word.
pub(super) struct Valve {
    io: Io,
    left: Control,
}

/// The hand on a [`Valve`].
#[derive(Debug, Clone)]
pub(super) struct Control(Arc<AtomicUsize>);

impl Control {
    /// Lets through this many bytes more.
    pub(super) fn allow(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn is_shut(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Valve {
    pub(super) fn open(io: Io) -> (Self, Control) {
        let control = Control(Arc::new(AtomicUsize::new(usize::MAX)));
        (Self { io, left: control.clone() }, control)
    }
}

impl AsyncRead for Valve {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Valve {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.left.0.load(Ordering::Relaxed);
        if left == 0 {
            return Poll::Ready(Ok(bytes.len()));
        }
        let allowed = &bytes[..bytes.len().min(left)];
        let written = ready!(Pin::new(&mut self.io).poll_write(cx, allowed))?;
        if left != usize::MAX {
            self.left.allow(left - written);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.left.is_shut() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
