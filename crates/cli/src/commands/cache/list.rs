use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Args;

use super::{Row, opened, sum};
use crate::{amount::grouped, context::Context, table::Table};

/// List what is kept
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct List {}

const NOTES: &str = "\
An entry without a spec version is no runtime, but says which one an endpoint had last.

JSON: an array of {\"genesis\", \"spec_version\", \"bytes\", \"last_used\", \"path\"}; \"last_used\" is in \
seconds since 1970, what is not known is null.

Examples:
  tw cache list
  tw --json cache list | jq 'map(.bytes) | add'";

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let (cache, location) = opened(context)?;
        let entries = context.wait(async { Ok(cache.entries().await?) })?;
        let rows: Vec<_> = entries.iter().map(|entry| Row::new(&location, entry)).collect();
        Ok(context.output.show(&rows, || text(&rows, &location))?)
    }
}

fn text(rows: &[Row], location: &str) -> String {
    if rows.is_empty() {
        return format!("nothing is kept in {location}");
    }
    let mut table = Table::new([">SPEC", ">BYTES", ">LAST USED", "PATH"]);
    for row in rows {
        let spec_version = row.spec_version.map_or("-".to_owned(), |spec| spec.to_string());
        table.row([spec_version, grouped(row.bytes), ago(row.last_used), row.path.clone()]);
    }
    format!("{table}\n{} in {location}", sum(rows))
}

/// How long ago, in the largest unit that there is one of.
fn ago(seconds: Option<u64>) -> String {
    let since = seconds.and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let Some(since) = since else { return "-".to_owned() };
    let seconds = SystemTime::now().duration_since(since).unwrap_or_default().as_secs();
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", grouped(seconds / 86_400)),
    }
}
