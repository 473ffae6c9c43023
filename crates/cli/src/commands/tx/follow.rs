//! From the sending on: what becomes of it, and what is left to say where nobody waits for that.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use tensorwire::Submission;
use tokio::time::timeout;

use super::sent::{Sent, Submitted};
use crate::{commands::receipt, context::Context, failure::Undecided, progress};

/// How far, and how long.
#[derive(Args)]
pub(super) struct Waiting {
    /// How far to wait
    #[arg(long, value_enum, value_name = "EVENT", default_value_t = Wait::Finalized)]
    pub(super) wait: Wait,
    /// How long to wait: after that the exit code is 3, and the transaction goes on
    #[arg(long, value_name = "SECONDS", default_value_t = LONGEST)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=LONGEST))]
    patience: u64,
}

/// As long as a submission waits by itself.
const LONGEST: u64 = 1800;

/// How far a transaction is awaited.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Wait {
    /// Until a node has taken it; what becomes of it is not awaited
    Submitted,
    /// Until it is in a block
    #[value(name = "inblock")]
    InBlock,
    /// Until its block is final
    Finalized,
}

/// Waits so far, with a live line on a terminal, and shows what has become of it by then.
pub(super) async fn follow(
    context: &Context,
    submission: &Submission,
    &Waiting { wait, patience }: &Waiting,
    sent: &Sent,
) -> Result<()> {
    sent.note(submission.pending().into());
    let line = progress::spinner(&format!("{} is sent", submission.hash()));
    let mut statuses = submission.statuses();
    let told = async {
        while let Some(Ok(status)) = statuses.next().await {
            line.set_message(status.to_string());
        }
        std::future::pending().await
    };
    let receipt = async {
        match wait {
            Wait::Submitted => Ok(None),
            Wait::InBlock => submission.in_block().await.map(Some),
            Wait::Finalized => submission.finalized().await.map(Some),
        }
    };
    let receipt = tokio::select! {
        receipt = timeout(Duration::from_secs(patience), receipt) => receipt,
        never = told => never,
    };
    line.finish_and_clear();
    let Ok(receipt) = receipt else {
        let message = format!("{} after {patience} seconds: {}", submission.hash(), submission.known());
        bail!(Undecided::new(message));
    };
    match receipt? {
        Some(receipt) => receipt::show(context, &receipt),
        None => {
            let submitted = Submitted::from(submission.pending());
            Ok(context.output.show(&submitted, || text(&submitted))?)
        }
    }
}

/// What is said of a transaction of which nothing is known but that it was sent.
fn text(submitted: &Submitted) -> String {
    let mut lines = vec![format!("submitted  {}", submitted.hash)];
    lines.extend(submitted.nonce.map(|nonce| format!("nonce      {nonce}")));
    lines.push(match submitted.last_block {
        Some(last) => format!("valid      up to block {last}"),
        None => "valid      for ever".to_owned(),
    });
    lines.push(format!("What becomes of it was not awaited. To ask:\n  {submitted}"));
    lines.join("\n")
}
