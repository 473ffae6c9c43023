use std::sync::Arc;

use anyhow::{Result, ensure};
use clap::Args;
use futures_util::future::{try_join, try_join3};
use tensorwire::{AccountId, Subtensor, Transaction};
use tensorwire_rpc::Request;

use super::{
    follow::{Wait, Waiting, follow},
    outbox::Keep,
    overview::{Funds, Overview},
    sent::Sent,
    terms::Terms,
    words::Words,
};
use crate::{ask, context::Context, key::Key};

/// Make a transaction: show it with its fee, ask, sign, submit, and watch it until its receipt
#[derive(Args)]
pub(crate) struct Send {
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    key: Key,
    #[command(flatten)]
    terms: Terms,
    /// Show what would be signed, with its fee, and end there
    #[arg(long, conflicts_with_all = ["yes", "wait", "patience"])]
    dry_run: bool,
    /// Sign and submit without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    waiting: Waiting,
    #[command(flatten)]
    keep: Keep,
}

impl Send {
    pub(super) fn run(self, context: &Context) -> Result<()> {
        let arguments = self.words.arguments()?;
        let account = self.key.account()?;
        let outbox = self.keep.open()?;
        let (this, sent) = (Arc::new(self), Sent::default());
        let result = context.connected_to_send(outbox.as_ref(), async |subtensor| {
            let Words { pallet, call, .. } = &this.words;
            let transaction = this.terms.fill(subtensor.tx().call(pallet, call, arguments));
            let overview = this.overview(subtensor, &transaction, account).await?;
            if this.dry_run {
                return Ok(context.output.show(&overview, || &overview)?);
            }
            eprintln!("{overview}");
            // Asking takes as long as a person does: a thread may wait for that, so that Ctrl-C need not.
            let asked = Arc::clone(&this);
            let key = tokio::task::spawn_blocking(move || {
                ask::confirmed(asked.yes, "Sign and submit this?")?;
                asked.key.signer()
            });
            let submission = transaction.sign_and_submit(&sent.noting(key.await??)).await?;
            follow(context, &submission, &this.waiting, &sent).await
        });
        result.inspect_err(|error| sent.tell_if_undecided(error))
    }

    /// What is to be signed, checked as far as it can be before it is.
    async fn overview(
        &self,
        subtensor: &Subtensor,
        transaction: &Transaction,
        account: AccountId,
    ) -> Result<Overview> {
        let (payload, payment) =
            try_join(transaction.payload(&account), transaction.payment_info(&account)).await?;
        // A head that was read before could lie before the era.
        let head = subtensor.head().await?;
        let (runtime, balance, number) =
            try_join3(head.runtime(), head.balance(&account), head.number()).await?;
        self.check_nonce(subtensor, account).await?;
        let call = runtime.check_payload(&payload).map_err(tensorwire::Error::from)?;
        let funds = Funds { fee: payment.partial_fee, balance };
        funds.suffice(&payload, &call)?;
        Ok(Overview::of(&payload, Some(call)).at(number).paid_from(funds))
    }

    /// Fails where the nonce that was asked for is used, or would let the wait last until others have been used.
    async fn check_nonce(&self, subtensor: &Subtensor, account: AccountId) -> Result<()> {
        let Some(nonce) = self.terms.nonce else { return Ok(()) };
        let request = Request::new("system_accountNextIndex").param(account.to_string());
        let next: u64 = serde_json::from_str(subtensor.request(request).await?.raw())?;
        ensure!(nonce >= next, "nonce {nonce} of {account} is used: the next one is {next}");
        ensure!(
            nonce == next || matches!(self.waiting.wait, Wait::Submitted),
            "nonce {nonce} of {account} has to wait for {next} and all between: `--wait submitted` sends it \
             without waiting"
        );
        Ok(())
    }
}
