use super::source::Key;

#[cfg(test)]
mod tests;

/// A part of the keys: those behind `after`, up to `until` and with it; without `until`, to the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) after: Key,
    pub(super) until: Option<Key>,
}

/// Fewer keys say too little about all the others, and their parts would be too many.
const TELLING: usize = 256;

/// The most parts that something is split into at once: the last one can be split again.
const MOST: u128 = 64;

/// Splits what is left of a span by what a full page of it tells: where the keys of the page lie densely, those that
/// follow are taken to lie as densely, as far as they begin with what all keys of the page begin with.
///
/// Each part holds somewhat less than a page if that is right. If it is not, nothing but requests is lost.
pub(super) fn split(span: Span, page: &[Key], page_size: usize, prefix: &[u8]) -> Vec<Span> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return vec![span] };
    let common = first.iter().zip(last).take_while(|(left, right)| left == right).count();
    let passed = position(last, common).saturating_sub(position(first, common));
    let shared = &last[..common];
    if page.len() < TELLING || passed == 0 || !span.after.starts_with(shared) {
        return vec![span];
    }
    // Five deviations of a number that is left to chance.
    let per_part = page_size.saturating_sub(5 * page_size.isqrt()).max(1);
    let width = (u128::from(passed) * per_part as u128 / page.len() as u128).max(1);
    let within = span.until.as_deref().filter(|until| until.starts_with(shared));
    let end = within.map_or(1 << 64, |until| u128::from(position(until, common)));
    let begin = u128::from(position(&span.after, common));
    let parts = end.saturating_sub(begin).div_ceil(width).clamp(1, MOST);

    let inner = (1..parts).map_while(|part| u64::try_from(begin + part * width).ok());
    let mut borders: Vec<Key> = inner.map(|at| [shared, &at.to_be_bytes()].concat()).collect();
    if within.is_none() && parts < MOST {
        borders.extend(following(shared));
    }
    borders.retain(|border| {
        border.starts_with(prefix)
            && *border > span.after
            && span.until.as_ref().is_none_or(|until| border < until)
    });
    let mut spans = Vec::with_capacity(borders.len() + 1);
    let mut after = span.after;
    for border in borders {
        spans.push(Span { after, until: Some(border.clone()) });
        after = border;
    }
    spans.push(Span { after, until: span.until });
    spans
}

/// The eight bytes behind the first ones, as a number.
pub(super) fn position(key: &[u8], behind: usize) -> u64 {
    let bytes = key.iter().skip(behind).chain(std::iter::repeat(&0)).take(8);
    bytes.fold(0, |position, byte| position << 8 | u64::from(*byte))
}

/// The first key that comes after all that begin so.
pub(super) fn following(prefix: &[u8]) -> Option<Key> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut next = prefix[..=last].to_vec();
    next[last] += 1;
    Some(next)
}
