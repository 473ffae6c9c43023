//! Diagnostics on stderr.

use std::io;

use tracing_subscriber::EnvFilter;

/// What is worth a line without RUST_LOG: a damaged cache file, an endpoint of another chain, a local chain in trouble.
const WORTH_A_LINE: &str = "tensorwire::cache=warn,tensorwire::pool=warn,tensorwire::devnet=error";

/// Follows RUST_LOG.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(WORTH_A_LINE));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).without_time();
    subscriber.with_ansi(anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never).init();
}
