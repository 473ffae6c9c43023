use anyhow::Result;
use clap::Args;
use tensorwire::{BlockId, Event, Phase};

use crate::context::Context;

/// Show what happened in a block
#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Events {
    /// HEAD, FINALIZED, a number or a 0x-hash; by default the block that --at names
    block: Option<BlockId>,
    /// Only those of this pallet, as in Balances
    #[arg(long)]
    pallet: Option<String>,
    /// Only those of the extrinsic in this place, from 0
    #[arg(long, value_name = "INDEX")]
    extrinsic: Option<u32>,
}

const NOTES: &str = "\
A line for each event: the place of the extrinsic that it belongs to, or the part of the block's \
execution, then the event.

JSON: an array of {\"position\", \"phase\", \"extrinsic\", \"pallet\", \"event\", \"fields\", \"topics\"}.

Examples:
  tw events
  tw events 5000000 --network archive --pallet SubtensorModule
  tw --json events finalized --extrinsic 2 | jq '.[].event'
  tw metadata Balances  # lists the events that there are";

impl Events {
    pub(crate) fn run(self, context: &Context) -> Result<()> {
        let events = context.at(self.block, async |at| {
            if let Some(pallet) = &self.pallet {
                at.executed_by().await?.pallet(pallet).map_err(tensorwire::Error::from)?;
            }
            Ok(at.events().await?)
        })?;
        let events: Vec<_> = events.into_iter().filter(|event| self.wants(event)).collect();
        Ok(context.output.show(&events, || text(&events))?)
    }

    fn wants(&self, event: &Event) -> bool {
        self.pallet.as_ref().is_none_or(|pallet| event.pallet() == pallet)
            && self.extrinsic.is_none_or(|index| event.phase().extrinsic() == Some(index))
    }
}

fn text(events: &[Event]) -> String {
    match events {
        [] => "no events".to_owned(),
        events => events.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}

fn line(event: &Event) -> String {
    let phase = match event.phase() {
        Phase::ApplyExtrinsic(index) => index.to_string(),
        other => format!("{other:?}").to_lowercase(),
    };
    format!("{phase:<14}  {event}")
}
