/// Of those names the ones a mistyped one most likely meant, best first, at most three.
pub(crate) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted: Vec<char> = wanted.to_lowercase().chars().take(MAX_LENGTH).collect();
    // A third may be wrong: of a short name anything is near otherwise.
    let limit = (wanted.len() + 1) / 3;
    let mut found: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let candidate: Vec<char> = name.to_lowercase().chars().take(MAX_LENGTH).collect();
            let distance = distance(&wanted, &candidate);
            let holds = wanted.len() >= 4
                && candidate.len() <= wanted.len() * 3
                && candidate.windows(wanted.len()).any(|part| part == wanted);
            (distance <= limit || holds).then_some((distance, name))
        })
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The end of an error message about a mistyped name: `", did you mean a or b?"` with the nearest of the names, at most
/// three, or an empty text when none is near.
pub fn did_you_mean<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names = nearest(wanted, names);
    if names.is_empty() { String::new() } else { format!(", did you mean {}?", names.join(" or ")) }
}

/// Comparing is quadratic, and no name worth suggesting is longer.
const MAX_LENGTH: usize = 128;

/// Levenshtein's edit distance.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests;
