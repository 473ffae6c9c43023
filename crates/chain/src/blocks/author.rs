use tensorwire_scale::{AccountId, Value};

use crate::{At, DigestItem, Error, ErrorKind, Result};

/// Whose turn the block was, by its header.
enum Turn {
    /// The slot's, of so many authorities in turn: of the parent's state, from which the author took them.
    Aura { slot: u64 },
    /// The authority in this place: of the block's own state, as an epoch's first block puts its authorities in force.
    Babe { place: u64 },
    /// Whoever found the proof.
    Work { author: AccountId },
}

/// Source: `sp_consensus_aura::digests` (the slot, u64), `sp_consensus_babe::digests::PreDigest` (its variants begin with
/// the authority's place, u32), `sc_consensus_pow` (the author's account).
fn turn(item: &DigestItem) -> Option<Turn> {
    let DigestItem::PreRuntime { engine, data } = item else { return None };
    match engine.as_str() {
        "aura" => Some(Turn::Aura { slot: u64::from_le_bytes(*data.first_chunk()?) }),
        "BABE" => {
            let place = data.get(1..)?.first_chunk()?;
            Some(Turn::Babe { place: u32::from_le_bytes(*place).into() })
        }
        "pow_" => Some(Turn::Work { author: AccountId(data.as_slice().try_into().ok()?) }),
        _ => None,
    }
}

pub(super) async fn of(at: &At) -> Result<Option<AccountId>> {
    let header = at.header().await?;
    let (authorities, place) = match header.digest_items().iter().find_map(turn) {
        None => return Ok(None),
        Some(Turn::Work { author }) => return Ok(Some(author)),
        Some(Turn::Aura { slot }) => {
            let authorities = authorities(&at.parent().await?, "Aura").await?;
            let place = slot.checked_rem(authorities.len() as u64);
            (authorities, place)
        }
        Some(Turn::Babe { place }) => (authorities(at, "Babe").await?, Some(place)),
    };
    Ok(place.and_then(|place| authorities.get(usize::try_from(place).ok()?).copied()))
}

/// Those who make blocks in turn, in their order.
async fn authorities(at: &At, engine: &str) -> Result<Vec<AccountId>> {
    let (pallet, item) = match at.executed_by().await?.storage("Session", "Validators") {
        Ok(_) => ("Session", "Validators"),
        Err(_) => (engine, "Authorities"),
    };
    let list = at.query(pallet, item, ()).await?;
    // Babe's are pairs of key and weight.
    let key =
        |value: &Value| value.as_bytes().or_else(|| value[0].as_bytes())?.try_into().ok().map(AccountId);
    list.iter().map(key).collect::<Option<_>>().ok_or_else(|| {
        Error::new(ErrorKind::Decode, format!("{pallet}.{item} is no list of keys of 32 bytes: {list}"))
    })
}
