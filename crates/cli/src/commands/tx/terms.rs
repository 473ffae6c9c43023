use std::str::FromStr;

use anyhow::{Context as _, Error, anyhow};
use clap::Args;
use tensorwire::{Balance, ExtensionValue, Transaction};

use crate::argument;

/// What a transaction says besides its call.
#[derive(Args)]
pub(super) struct Terms {
    /// For how many blocks it is valid, 4 to 65536 (the next power of two), or immortal [default: 128]
    #[arg(long, value_name = "BLOCKS")]
    pub(super) era: Option<Validity>,
    /// How many transactions the signer has made before [default: as the node counts]
    #[arg(long, value_name = "NUMBER")]
    pub(super) nonce: Option<u64>,
    /// What the block's author is offered above the fee: 0.001, or '1000 rao'
    #[arg(long, value_name = "AMOUNT", default_value = "0", hide_default_value = true)]
    pub(super) tip: Balance,
    /// What a transaction extension carries, where it is not known here: its name, and its value as JSON; may be repeated
    #[arg(long, value_name = "NAME=JSON")]
    pub(super) extension: Vec<Extension>,
}

impl Terms {
    pub(super) fn fill(&self, transaction: Transaction) -> Transaction {
        let transaction = match self.era {
            None => transaction,
            Some(Validity::Forever) => transaction.immortal(),
            Some(Validity::Blocks(blocks)) => transaction.mortal(blocks),
        };
        let transaction = transaction.tip(self.tip.rao().into());
        let transaction =
            self.extension.iter().fold(transaction, |transaction, Extension { name, value }| {
                transaction.extension(name, value.clone())
            });
        match self.nonce {
            None => transaction,
            Some(nonce) => transaction.nonce(nonce),
        }
    }
}

/// What an extension is filled with.
#[derive(Clone)]
pub(super) struct Extension {
    pub(super) name: String,
    pub(super) value: ExtensionValue,
}

impl FromStr for Extension {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, value) =
            text.split_once('=').context("a name and a value are expected, as in NAME=JSON")?;
        Ok(Self { name: name.to_owned(), value: ExtensionValue::explicit(argument::value(value)?) })
    }
}

/// For how long a transaction is valid.
#[derive(Clone, Copy)]
pub(super) enum Validity {
    Forever,
    Blocks(u64),
}

impl FromStr for Validity {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "immortal" {
            return Ok(Self::Forever);
        }
        let blocks = text.parse().ok().filter(|blocks| (4..=1 << 16).contains(blocks));
        blocks
            .map(Self::Blocks)
            .ok_or_else(|| anyhow!("a number of blocks from 4 to 65536 is expected, or immortal"))
    }
}
