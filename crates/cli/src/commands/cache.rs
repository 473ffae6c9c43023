use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde::Serialize;
use tensorwire::{Cache, CacheEntry, Hash};

use crate::context::Context;

mod clear;
mod list;

/// List or clear what is kept between runs: the metadata of runtimes
#[derive(Args)]
#[command(arg_required_else_help = true, after_help = NOTES)]
pub(crate) struct Keep {
    #[command(subcommand)]
    command: Command,
}

const NOTES: &str = "\
Nothing is connected: --network, --fallback, --archive, --no-pool, --at and --timeout have no effect here. \
The cache is the folder tensorwire in $XDG_CACHE_HOME or its equivalent, unless --cache or TW_CACHE name \
another. Whatever is cleared is downloaded again when it is needed.

Examples:
  tw cache list
  tw cache clear
  tw --cache /tmp/cache cache list";

#[derive(Subcommand)]
enum Command {
    List(list::List),
    Clear(clear::Clear),
}

impl Keep {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        match self.command {
            Command::List(command) => command.run(context),
            Command::Clear(command) => command.run(context),
        }
    }
}

/// The cache, and where it is.
fn opened(context: &Context) -> Result<(Cache, String)> {
    let cache = context.cache();
    match cache.location() {
        Some(location) => Ok((cache, location)),
        None => bail!("there is no cache: --no-cache, or no folder to keep it in (--cache FOLDER names one)"),
    }
}

/// An entry for programs.
#[derive(Serialize)]
struct Row {
    genesis: Option<Hash>,
    spec_version: Option<u32>,
    bytes: u64,
    /// In seconds since 1970.
    last_used: Option<u64>,
    path: String,
}

impl Row {
    fn new(location: &str, entry: &CacheEntry) -> Self {
        let since = entry.used.and_then(|used| used.duration_since(std::time::UNIX_EPOCH).ok());
        Self {
            genesis: entry.genesis,
            spec_version: entry.spec_version,
            bytes: entry.bytes,
            last_used: since.map(|since| since.as_secs()),
            path: format!("{location}/{}", entry.key),
        }
    }
}

/// `3 entries, 1,234 bytes`
fn sum(rows: &[Row]) -> String {
    let entries = if rows.len() == 1 { "entry" } else { "entries" };
    let bytes = rows.iter().map(|row| row.bytes).sum();
    format!("{} {entries}, {} bytes", rows.len(), crate::amount::grouped(bytes))
}
