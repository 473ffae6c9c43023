use std::fmt;

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tensorwire::Runtime;

use crate::{amount::grouped, context::Context};

/// Show which runtime is in force at a block, and where its metadata came from
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Show {}

const NOTES: &str = "\
The runtime whose code lies in the block's state. At the block that carries an upgrade another one has \
executed the block: that is \"executed_by\", null at all others. The fingerprint is a hash of all that the \
node says of the runtime, since development builds reuse spec versions.

JSON: {\"spec_name\", \"spec_version\", \"transaction_version\", \"metadata_version\", \"fingerprint\", \
\"source\", \"cache\", \"memory_bytes\", \"executed_by\"}; \"source\" is \"cache\" or \"network\", \"cache\" is \
where the cache is, null with --no-cache.

Examples:
  tw runtime
  tw --at 5000000 --network archive runtime
  tw --json runtime | jq .spec_version";

#[derive(Serialize)]
struct Found<'a> {
    spec_name: &'a str,
    spec_version: u32,
    transaction_version: u32,
    metadata_version: u32,
    fingerprint: String,
    source: &'static str,
    cache: Option<String>,
    memory_bytes: usize,
    executed_by: Option<u32>,
}

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let read = context.connected_at(None, async |subtensor, at| {
            let runtime = at.runtime().await?;
            // What else is loaded after this says nothing of where this one came from.
            let downloaded = subtensor.cache_stats().runtimes_downloaded > 0;
            let (version, executed_by) = (at.runtime_version().await?, at.executed_by().await?);
            Ok((runtime, downloaded, version, executed_by))
        })?;
        let (runtime, downloaded, version, executed_by) = read;
        let other = Some(executed_by.spec_version()).filter(|_| !is_same(&runtime, &executed_by));
        let found = Found {
            spec_name: runtime.spec_name(),
            spec_version: runtime.spec_version(),
            transaction_version: runtime.transaction_version(),
            metadata_version: runtime.metadata_version(),
            fingerprint: const_hex::encode_prefixed(version.fingerprint()),
            source: if downloaded { "network" } else { "cache" },
            cache: context.cache().location(),
            memory_bytes: runtime.memory(),
            executed_by: other,
        };
        Ok(context.output.show(&found, || found.to_string())?)
    }
}

/// Each is in memory once.
fn is_same(one: &std::sync::Arc<Runtime>, other: &std::sync::Arc<Runtime>) -> bool {
    std::sync::Arc::ptr_eq(one, other)
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.spec_name, self.spec_version)?;
        if let Some(executed_by) = self.executed_by {
            writeln!(f, "executed by          {executed_by}: this block carries the upgrade")?;
        }
        writeln!(f, "transaction version  {}", self.transaction_version)?;
        writeln!(f, "metadata version     {}", self.metadata_version)?;
        writeln!(f, "fingerprint          {}", self.fingerprint)?;
        writeln!(f, "metadata from        {}", self.source)?;
        writeln!(f, "cache                {}", self.cache.as_deref().unwrap_or("none"))?;
        write!(f, "in memory            {} bytes", grouped(self.memory_bytes as u64))
    }
}
