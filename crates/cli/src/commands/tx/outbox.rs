use std::{fmt, path::PathBuf, time::Duration};

use anyhow::{Result, bail, ensure};
use clap::Args;
use futures_util::future::join_all;
use serde::Serialize;
use tensorwire::{Outbox, Outcome, Receipt, Submission};
use tokio::time::timeout;

use super::sent::Submitted;
use crate::{context::Context, failure::Undecided};

/// Where what is sent is written down.
#[derive(Args)]
pub(super) struct Keep {
    /// Write down what is sent before it is: after a crash `tw tx outbox FILE` tells what became of it
    #[arg(long, env = "TW_OUTBOX", hide_env_values = true, value_name = "FILE")]
    outbox: Option<PathBuf>,
}

impl Keep {
    pub(super) fn open(&self) -> Result<Option<Outbox>> {
        Ok(self.outbox.as_ref().map(Outbox::open).transpose()?)
    }
}

/// Tell what became of the transactions in an outbox, after a crash or an interruption
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Show {
    /// The file that `--outbox` named
    #[arg(value_name = "FILE", env = "TW_OUTBOX", hide_env_values = true)]
    outbox: PathBuf,
    /// How long to look for what is not decided
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    patience: u64,
}

const NOTES: &str = "\
What is in no block and can still come into one is offered to the node again: the same bytes, so nothing is \
paid twice. What is decided is struck out of the file. Exit code 0 if all that was sent has done what it was \
to do, 1 if something failed or never came into a block, 3 if something is not decided yet.

JSON: [{\"hash\", \"account\", \"nonce\", \"last_block\", \"state\", \"text\", \"receipt\"}], \
where \"state\" is in_block, finalized, rejected, expired or unknown.

Examples:
  tw tx Balances transfer_keep_alive --from cold --args .. --outbox ~/sent
  tw tx outbox ~/sent";

/// What became of one of them.
#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    submitted: Submitted,
    state: &'static str,
    text: String,
    receipt: Option<Receipt>,
}

impl Show {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        ensure!(self.outbox.exists(), "there is no outbox {}", self.outbox.display());
        let outbox = Outbox::open(&self.outbox)?;
        let patience = Duration::from_secs(self.patience);
        let entries = context.connected_to_send(Some(&outbox), async |subtensor| {
            let unfinished = subtensor.unfinished().await?;
            Ok(join_all(unfinished.iter().map(|submission| Entry::of(submission, patience))).await)
        })?;
        context.output.show(&entries, || text(&entries))?;
        let undecided = entries.iter().filter(|entry| entry.is_undecided()).count();
        if undecided > 0 {
            bail!(Undecided::new(format!("{undecided} of {} not decided yet", entries.len())));
        }
        let failed = entries.iter().filter(|entry| !entry.is_ok()).count();
        ensure!(failed == 0, "{failed} of {} did not do what they were to do", entries.len());
        Ok(())
    }
}

impl Entry {
    async fn of(submission: &Submission, patience: Duration) -> Self {
        let outcome = match timeout(patience, submission.outcome()).await {
            Ok(outcome) => outcome,
            Err(_) => submission.known(),
        };
        let text = outcome.to_string();
        let (state, receipt) = match outcome {
            Outcome::InBlock(receipt) => ("in_block", Some(receipt)),
            Outcome::Finalized(receipt) => ("finalized", Some(receipt)),
            Outcome::Rejected(_) => ("rejected", None),
            Outcome::Expired(_) => ("expired", None),
            Outcome::Unknown { .. } => ("unknown", None),
        };
        Self { submitted: submission.pending().into(), state, text, receipt }
    }

    fn is_undecided(&self) -> bool {
        matches!(self.state, "in_block" | "unknown")
    }

    fn is_ok(&self) -> bool {
        self.receipt.as_ref().is_some_and(Receipt::ok)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.submitted.hash)?;
        if let (Some(account), Some(nonce)) = (self.submitted.account, self.submitted.nonce) {
            write!(f, "  {account}, nonce {nonce}")?;
        }
        write!(f, "\n  {}", self.text)
    }
}

fn text(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "nothing is unfinished at this chain".to_owned();
    }
    entries.iter().map(Entry::to_string).collect::<Vec<_>>().join("\n")
}
