use crate::{Chain, Error, ErrorKind, HeadEvent, Header, Result};

/// Waiting for blocks.
impl Chain {
    /// The header of the best chain's block of that height, as soon as there is one.
    ///
    /// A height that is there already costs two requests, one that is to come what [`heads`](Self::heads) costs and one or
    /// two requests more: nothing is asked while it is waited for. A reorganisation may replace the block later on:
    /// [`finalized_from`](Self::finalized_from) waits for one that stays.
    ///
    /// This waits for as long as the chain takes to get there; put your own timeout around it.
    ///
    /// # Errors
    /// What [`heads`](Self::heads) tells first: `Connection` when an outage lasts for a timeout, what a node refuses at
    /// once. `UnknownBlock` for a height that no endpoint has though it is below the head.
    pub async fn wait_for_block(&self, number: u64) -> Result<Header> {
        loop {
            match self.at(number).await?.header().await {
                Err(error) if error.kind() == ErrorKind::NotYetImported => {}
                result => return result,
            }
            let header = self.wait_for(number, |header| Some(header.clone())).await?;
            // Blocks between may have been left out, where the chain had gone far ahead.
            if header.number == number {
                return Ok(header);
            }
        }
    }

    /// Shows the handler every best block of that height or above, as it comes, the present head first if it is high
    /// enough; ends with the first thing that the handler returns. Blocks of a branch that replaces another one are shown
    /// as well: their numbers go back.
    ///
    /// Costs what [`heads`](Self::heads) costs: nothing for a block. A handler that has to wait for something is better
    /// written as a loop over [`heads`](Self::heads).
    ///
    /// # Errors
    /// What [`heads`](Self::heads) tells first: `Connection` when an outage lasts for a timeout, what a node refuses at
    /// once.
    pub async fn wait_for<T>(&self, number: u64, mut handler: impl FnMut(&Header) -> Option<T>) -> Result<T> {
        let mut heads = self.heads();
        while let Some(event) = heads.next().await {
            if let HeadEvent::Block(header) = event?
                && header.number >= number
                && let Some(value) = handler(&header)
            {
                return Ok(value);
            }
        }
        Err(Error::new(ErrorKind::Connection, "the stream of heads has ended"))
    }
}
