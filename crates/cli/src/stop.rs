//! Being told to stop.

use anyhow::{Context as _, Result};

/// Why a command ends before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stopped {
    /// Ctrl-C was pressed.
    #[error("interrupted")]
    Interrupted,
    /// A supervisor has ended it.
    #[cfg(unix)]
    #[error("terminated")]
    Terminated,
}

impl Stopped {
    /// What a shell says of a program that the signal has ended.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Interrupted => 130,
            #[cfg(unix)]
            Self::Terminated => 143,
        }
    }
}

/// Ends on Ctrl-C, or when a supervisor says to stop. Listens from the call on, before it is awaited.
#[cfg(unix)]
pub(crate) fn asked() -> Result<impl Future<Output = Stopped>> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).context("signals cannot be listened for");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => Stopped::Terminated,
            _ = interrupt.recv() => Stopped::Interrupted,
        }
    })
}

/// Ends on Ctrl-C. Listens from the call on, before it is awaited.
#[cfg(windows)]
pub(crate) fn asked() -> Result<impl Future<Output = Stopped>> {
    let mut pressed = tokio::signal::windows::ctrl_c().context("Ctrl-C cannot be listened for")?;
    Ok(async move {
        pressed.recv().await;
        Stopped::Interrupted
    })
}
