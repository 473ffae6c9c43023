//! Names that a mistyped one may have meant.

/// `", did you mean a or b?"`, or nothing when no name is near.
pub(crate) fn did_you_mean<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    const NEAR: f64 = 0.8;
    const SHOWN: usize = 3;

    let lower = wanted.to_lowercase();
    let nearness = |name: &'a str| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name);
    let mut near: Vec<_> = names.map(nearness).filter(|(nearness, _)| *nearness >= NEAR).collect();
    near.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let mut near: Vec<_> = near.into_iter().map(|(_, name)| name).collect();
    near.dedup();
    near.truncate(SHOWN);
    if near.is_empty() { String::new() } else { format!(", did you mean {}?", near.join(" or ")) }
}
