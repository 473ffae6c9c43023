//! The options that every command takes.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use tensorwire::{BlockId, Cache, Network};

mod cache;

#[derive(Args, Clone)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Options {
    /// finney, test, archive, latent-lite, local, devnet, dev, rao, or a ws:// or wss:// URL
    #[arg(long, global = true, env = "TW_NETWORK", hide_env_values = true)]
    #[arg(default_value = "finney", value_name = "NETWORK")]
    pub(crate) network: Network,
    /// Another endpoint of the same chain, for when those before it are of no use; may be repeated
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) fallback: Vec<String>,
    /// An endpoint that keeps the state of old blocks, for what others have dropped; may be repeated
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) archive: Vec<String>,
    /// Leave out the fallbacks and archives that a network has of its own
    #[arg(long, global = true)]
    pub(crate) no_pool: bool,
    /// The block to read: HEAD, FINALIZED, a number or a 0x-hash
    #[arg(long, global = true, default_value = "HEAD", value_name = "BLOCK")]
    pub(crate) at: BlockId,
    /// Believe no node: check what is read by proofs, against the block's hash
    #[arg(long, global = true)]
    pub(crate) verify: bool,
    /// Give up connecting, or a read, after that many seconds [default: 10 to connect, 60 for a read]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Where metadata is kept between runs [default: the user's cache folder]
    #[arg(long, global = true, env = "TW_CACHE", hide_env_values = true, value_name = "FOLDER")]
    #[arg(value_parser = cache::cache)]
    pub(crate) cache: Option<Cache>,
    /// Neither read nor write metadata kept between runs
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
    /// Types that metadata does not describe: definitions (.yaml, .yml) or overrides (.json); may be repeated
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) types: Vec<PathBuf>,
    /// The spec version of a metadata file that does not say its own: before V12 it need not
    #[arg(long, global = true, value_name = "NUMBER")]
    pub(crate) spec_version: Option<u32>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Above a day nobody waits, and deadlines keep clear of what clocks can hold.
const LONGEST: f64 = 86_400.0;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= LONGEST);
    let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "a number of seconds is expected, above 0 and at most 86400".to_owned())
}

#[cfg(test)]
mod tests;
