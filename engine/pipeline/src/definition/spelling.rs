//! Did you mean …?

/// The candidate that `word` is most likely a misspelling of: at most a third of its letters may be added, left
/// out, changed or swapped with their neighbour; capitals and `_` for `-` count nothing.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded: Vec<char> = fold(word);
    let allowed = (folded.len() / 3).min(3);
    let near = candidates.into_iter().filter_map(|candidate| {
        let other = fold(candidate);
        let cannot_be_near = other.len().abs_diff(folded.len()) > allowed;
        (!cannot_be_near).then(|| (distance(&folded, &other), candidate))
    });
    near.filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> Vec<char> {
    // Longer words than this are no key, and the distance costs the product of both lengths.
    word.chars().take(100).flat_map(char::to_lowercase).map(|c| if c == '_' || c == ' ' { '-' } else { c }).collect()
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let changed = last[j] + usize::from(from != to);
            let mut best = changed.min(last[j + 1] + 1).min(row[j] + 1);
            let is_swap = i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to;
            if is_swap {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_word_finds_the_one_that_was_meant() {
        let known = ["name", "timeout", "max-parallel", "needs", "env"];
        assert_eq!(nearest("timout", known), Some("timeout"));
        assert_eq!(nearest("tiemout", known), Some("timeout"));
        assert_eq!(nearest("max_parallel", known), Some("max-parallel"));
        assert_eq!(nearest("Needs", known), Some("needs"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("G", ["A", "B"]), None, "a word of one letter is no misspelling of another");
    }
}
