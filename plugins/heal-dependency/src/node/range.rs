//! Ranges of versions as npm writes them: `^1.2 || >=3 <5`, `1.x`, `1.2 - 2.0`.

use std::cmp::Ordering;

type Numbers = [u64; 3];

/// Whether a final version lies in a range. What cannot be read as a range (a tag, an address) holds nothing.
pub fn holds(range: &str, version: &str) -> bool {
    let Some((version, _)) = numbers(version.trim_start_matches(['v', '^', '~', '=', ' '])) else { return false };
    range.split("||").any(|alternative| all_hold(alternative.trim(), version))
}

fn all_hold(alternative: &str, version: Numbers) -> bool {
    if let Some((from, to)) = alternative.split_once(" - ") {
        return all_hold(&format!(">={from} <={to}"), version);
    }
    // An operator may stand apart from its number.
    let mut text = alternative.to_owned();
    for operator in [">=", "<=", ">", "<", "=", "^", "~"] {
        while text.contains(&format!("{operator} ")) {
            text = text.replace(&format!("{operator} "), operator);
        }
    }
    text.split_whitespace().all(|part| holds_one(part, version))
}

fn holds_one(part: &str, version: Numbers) -> bool {
    let digits = part.find(|c: char| c.is_ascii_digit() || "*xX".contains(c)).unwrap_or(part.len());
    let (operator, text) = part.split_at(digits);
    let Some((bound, given)) = numbers(text) else { return false };
    let order = version.cmp(&bound);
    // Behind the last number that is given anything goes.
    let below_next = |place: usize| version < next(bound, place);
    match operator.trim_end_matches('v') {
        ">=" => order != Ordering::Less,
        ">" if given < 3 => version >= next(bound, given.saturating_sub(1)),
        ">" => order == Ordering::Greater,
        "<" => order == Ordering::Less,
        "<=" if given < 3 => given == 0 || below_next(given - 1),
        "<=" => order != Ordering::Greater,
        "^" => {
            let first = bound.iter().position(|number| *number > 0).unwrap_or(2).min(given.saturating_sub(1));
            given == 0 || (order != Ordering::Less && below_next(first))
        }
        "~" => given == 0 || (order != Ordering::Less && below_next(given.min(2) - 1)),
        "" | "=" => given == 0 || (order != Ordering::Less && below_next(given - 1)),
        _ => false,
    }
}

/// The first version behind those that share the numbers up to a place.
fn next(mut bound: Numbers, place: usize) -> Numbers {
    bound[place] += 1;
    bound[place + 1..].fill(0);
    bound
}

/// Three numbers, and how many of them were given.
fn numbers(text: &str) -> Option<(Numbers, usize)> {
    let mut numbers = [0; 3];
    let main = text.split(['-', '+']).next().unwrap_or_default();
    for (place, part) in main.split('.').enumerate() {
        if ["*", "x", "X"].contains(&part) {
            return Some((numbers, place.min(3)));
        }
        *numbers.get_mut(place)? = part.parse().ok()?;
    }
    Some((numbers, main.split('.').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_npm_says_they_hold() {
        for (range, inside, outside) in [
            ("^17.0.0 || ^18.0.0", "18.3.1", "19.0.0"),
            ("^0.2.3", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("^1", "1.9.9", "2.0.0"),
            ("~1.2.3", "1.2.9", "1.3.0"),
            ("~1", "1.9.0", "2.0.0"),
            (">=17 <19", "18.2.0", "19.0.0"),
            (">= 14", "14.0.0", "13.9.9"),
            ("1.x", "1.5.0", "2.0.0"),
            ("16.0.0", "16.0.0", "16.0.1"),
            ("1.2 - 2.0", "2.0.7", "2.1.0"),
            (">4", "5.0.0", "4.9.0"),
            ("<=3", "3.9.9", "4.0.0"),
            (">=22.19.0", "22.19.0", "20.20.2"),
        ] {
            assert!(holds(range, inside), "{range} holds {inside}");
            assert!(!holds(range, outside), "{range} does not hold {outside}");
        }
        assert!(holds("*", "3.1.4") && holds("", "3.1.4") && !holds("latest", "3.1.4"));
    }
}
