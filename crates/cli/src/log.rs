//! Diagnostics on stderr.

use std::io;

use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterFn, LevelFilter},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// What is worth a line without RUST_LOG: a damaged cache file, a local chain in trouble.
const WORTH_A_LINE: &str = "tensorwire::cache=warn,tensorwire::devnet=error";

/// Follows RUST_LOG.
pub(crate) fn start() {
    let wanted = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(WORTH_A_LINE));
    // At trace the websocket library writes the handshake's headers, and with them passwords and keys of the URL.
    let public = FilterFn::new(|metadata| {
        !metadata.target().contains("tungstenite") || *metadata.level() <= LevelFilter::DEBUG
    });
    let colours = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let lines = fmt::layer().with_writer(io::stderr).without_time().with_ansi(colours);
    tracing_subscriber::registry().with(lines.with_filter(public)).with(wanted).init();
}
