use anyhow::{Result, bail};
use clap::Args;
use futures_util::StreamExt;
use tensorwire::{Entries, ErrorKind};

use crate::{argument, context::Context, output::Output, progress::Listing};

mod line;

use line::Line;

/// List the entries of a map
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Map {
    /// The pallet, as in System
    pallet: String,
    /// The storage item, as in Account
    item: String,
    /// The first keys of the entries wanted, or none for all: JSON, or plain text such as an address
    #[arg(value_name = "KEY", allow_negative_numbers = true)]
    keys: Vec<String>,
    /// End after that many entries
    #[arg(long, value_name = "COUNT")]
    limit: Option<u64>,
    /// List that many keys with one request, at most 1000
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    page_size: Option<u16>,
    /// Begin behind this storage key
    #[arg(long, value_name = "0x-HEX", value_parser = hex)]
    start_key: Option<Bytes>,
    /// Keys without their values, which are not asked for
    #[arg(long)]
    keys_only: bool,
    /// Storage keys and values as hex, as they are stored
    #[arg(long)]
    raw: bool,
    /// Leave out what does not decode, without a word
    #[arg(long)]
    ignore_errors: bool,
}

/// Not a list of values for clap.
type Bytes = std::sync::Arc<[u8]>;

const NOTES: &str = "\
An entry a line, in the order of the storage, all of one block. An entry that does not decode is told of \
on stderr, and the exit code is 1 in the end.

JSON: one object a line, {\"keys\": [..], \"value\"}; with --raw {\"key\", \"value\"}; with --keys-only \
without the value. A storage key that --raw has printed is one for --start-key.

Examples:
  tw map System Account --limit 10
  tw map SubtensorModule Keys 1         # the hotkeys of subnet 1, by uid
  tw --json map SubtensorModule NetworksAdded | jq '.keys[0]'
  tw --json --at FINALIZED map System Account > accounts.jsonl";

impl Map {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let first = argument::values(&self.keys)?;
        let output = &context.output;
        context.at_block(async |at| {
            let entries = at.query_map(&self.pallet, &self.item, first);
            match (self.raw, self.keys_only) {
                (true, true) => self.list(entries.keys().raw(), Line::key, output).await,
                (true, false) => self.list(entries.raw(), Line::raw, output).await,
                (false, true) => self.list(entries.keys(), Line::keys, output).await,
                (false, false) => self.list(entries, Line::entry, output).await,
            }
        })
    }

    async fn list<T>(&self, mut entries: Entries<T>, line: fn(T) -> Line, output: &Output) -> Result<()> {
        if let Some(limit) = self.limit {
            entries = entries.limit(limit);
        }
        if let Some(keys) = self.page_size {
            entries = entries.page_size(keys.into());
        }
        if let Some(key) = &self.start_key {
            entries = entries.start_key(key.to_vec());
        }
        if self.ignore_errors {
            entries = entries.ignore_decoding_errors();
        }
        let progress = Listing::begin(&format!("listing {}.{}", self.pallet, self.item));
        let mut chunks = entries.ready_chunks(LINES);
        let mut undecoded = 0_u64;
        while let Some(chunk) = chunks.next().await {
            let mut lines = Vec::with_capacity(chunk.len());
            let mut failure = None;
            for entry in chunk {
                match entry {
                    Ok(entry) => lines.push(line(entry)),
                    Err(error) if error.kind() == ErrorKind::Decode => {
                        undecoded += 1;
                        progress.complain(&error);
                    }
                    Err(error) => failure = Some(error),
                }
            }
            output.lines(lines).await?;
            if let Some(error) = failure {
                return Err(error.into());
            }
            let passed = chunks.get_ref().progress();
            progress.passed(passed.entries, passed.fraction);
        }
        if undecoded > 0 {
            bail!("{undecoded} of {} entries do not decode", chunks.get_ref().progress().entries);
        }
        Ok(())
    }
}

/// How many lines are written at once, if they are there.
const LINES: usize = 256;

fn hex(text: &str) -> Result<Bytes, String> {
    let bytes = text.strip_prefix("0x").and_then(|digits| const_hex::decode(digits).ok());
    bytes.map(Bytes::from).ok_or_else(|| "0x and pairs of hexadecimal digits are expected".to_owned())
}
