//! Diagnostics on stderr.

use std::io;

use tracing_subscriber::EnvFilter;

/// Follows RUST_LOG; without it, only a damaged cache file is worth a line.
pub(crate) fn start() {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("tensorwire::cache=warn"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time();
    subscriber.with_ansi(anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never).init();
}
