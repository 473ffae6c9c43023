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

/// Returns on Ctrl-C, or when a supervisor says to stop.
pub(crate) async fn asked() -> Result<Stopped> {
    let pressed = async {
        tokio::signal::ctrl_c().await.context("Ctrl-C cannot be listened for")?;
        Ok(Stopped::Interrupted)
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("signals cannot be listened for")?;
        tokio::select! {
            _ = terminate.recv() => Ok(Stopped::Terminated),
            pressed = pressed => pressed,
        }
    }
    #[cfg(not(unix))]
    pressed.await
}
