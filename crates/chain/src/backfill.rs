use tensorwire_rpc::{Answer, Request};

use crate::{BlockRef, Error, ErrorKind, Hash, Header, Result, node::Node, pool::Needs};

/// The hashes of blocks of the best chain, as they are numbered: one request. `None` for those the node has not; an
/// endpoint whose hashes do not fit is passed over if there is another.
///
/// # Errors
/// `Protocol` if a node gives more or fewer than were asked for.
pub(crate) async fn hashes(
    node: &Node,
    numbers: &[u64],
    fits: impl Fn(&[Option<Hash>]) -> bool + Send,
) -> Result<Vec<Option<Hash>>> {
    let highest = numbers.iter().copied().max().unwrap_or_default();
    let request = Request::new("chain_getBlockHash").param(numbers);
    let accept = move |answer: &Answer| answer.json::<Vec<_>>().is_ok_and(|hashes| fits(&hashes));
    let read = async {
        let hashes: Vec<_> = node.request_where(request, Needs::Block(highest), accept).await?.json()?;
        if hashes.len() == numbers.len() {
            return Ok(hashes);
        }
        let (given, asked) = (hashes.len(), numbers.len());
        Err(Error::new(ErrorKind::Protocol, format!("the node gave {given} hashes for {asked} blocks")))
    };
    node.bounded(|| format!("hashes of {} blocks up to {highest}", numbers.len()), read).await
}

/// The header of this block: one request. `None` if no endpoint has it.
///
/// # Errors
/// `Protocol` if a node gives another block's.
pub(crate) async fn header(node: &Node, block: BlockRef) -> Result<Option<Header>> {
    let read = by_hash(node, block.hash, Needs::Block(block.number));
    let header = node.bounded(|| format!("header of block {block}"), read).await?;
    match header {
        Some(header) if header.number != block.number => Err(Error::new(
            ErrorKind::Protocol,
            format!("the block {} was said to have the number {}", header.block(), block.number),
        )),
        header => Ok(header),
    }
}

/// The header of the newest best block, one request, or of the newest finalized one, two.
pub(crate) async fn newest(node: &Node, finalized: bool) -> Result<Header> {
    let read = async {
        let header = if finalized {
            let head = node.request(Request::new("chain_getFinalizedHead"), Needs::Head).await?;
            by_hash(node, head.json()?, Needs::Head).await?
        } else {
            Header::read(&node.request(Request::new("chain_getHeader"), Needs::Head).await?)?
        };
        header.ok_or_else(|| Error::new(ErrorKind::Protocol, "the node has no header of its own head"))
    };
    node.bounded(|| "header of the head".into(), read).await
}

/// The header of the block of that hash: one request. `None` if no endpoint has it.
///
/// # Errors
/// `Protocol` if a node gives another block's.
pub(crate) async fn by_hash(node: &Node, hash: Hash, needs: Needs) -> Result<Option<Header>> {
    let request = Request::new("chain_getHeader").param(hash);
    let is_it = |answer: &Answer| matches!(Header::read(answer), Ok(Some(header)) if header.hash == hash);
    let answer = node.request_where(request, needs, is_it).await?;
    match Header::read(&answer)? {
        Some(header) if header.hash != hash => Err(Error::new(
            ErrorKind::Protocol,
            format!("asked for the header of {hash}, the node gave one whose hash is {}", header.hash),
        )),
        header => Ok(header),
    }
}
