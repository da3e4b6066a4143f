//! Which bytes must occur in every line that a pattern matches.
//!
//! The answer is a set of alternatives: each match contains at least one of them. A scan looks for these first, over whole
//! blocks, and tries the pattern only on lines that contain one.
//!
//! Letters are folded to ASCII lower case, because one filter serves case-sensitive and case-insensitive patterns. The two
//! non-ASCII letters that fold to ASCII (`ſ` and the Kelvin sign) are ignored: no tool prints them in its messages, and
//! honouring them would take the literal out of every case-insensitive pattern with an `s` or a `k`.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// Most alternatives that a part of a pattern may stand for while it is still followed exactly.
const MAX_EXACT: usize = 24;
/// Most alternatives in the final answer; more would make the filter fire everywhere.
const MAX_ALTERNATIVES: usize = 64;
/// Longest literal followed; longer ones add nothing to the filter.
const MAX_LITERAL: usize = 48;
/// Shortest literal worth looking for: shorter ones occur in nearly every line.
pub(crate) const MIN_LITERAL: usize = 3;

/// Deepest nesting of groups.
pub(crate) const MAX_NESTING: u32 = 64;

/// The literals of a pattern as its text has them, or `None` for what is no pattern.
pub(crate) fn of_pattern(pattern: &str) -> Option<Option<Vec<Vec<u8>>>> {
    let in_full = || regex_syntax::ParserBuilder::new().nest_limit(MAX_NESTING).build().parse(pattern).ok();
    Some(required(&parse_for_bytes(pattern).or_else(in_full)?))
}

/// Parses a pattern as if it were matched on bytes: the literals are the same, and no class of Unicode is written out. `None`
/// where bytes and characters are not the same, and for what is no pattern.
fn parse_for_bytes(pattern: &str) -> Option<Hir> {
    /// After a backslash: characters by number or property.
    const CHARACTERS: &[u8] = b"xuUpP";
    let names_characters = pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && CHARACTERS.contains(&pair[1]));
    if !pattern.is_ascii() || names_characters {
        return None;
    }
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).nest_limit(MAX_NESTING).build();
    parser.parse(pattern).ok()
}

/// Returns the literals of which every match contains at least one, or `None` when there is no useful set.
pub(crate) fn required(pattern: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut set = match analyse(pattern) {
        Known::Exactly(set) => usable(set)?,
        Known::Contains(set) => set?,
    };
    set.sort();
    set.dedup();
    Some(set)
}

/// What is known about the texts that a part of a pattern matches.
enum Known {
    /// The part matches these texts and no others.
    Exactly(Vec<Vec<u8>>),
    /// Each text that the part matches contains one of these, if there is such a set.
    Contains(Option<Vec<Vec<u8>>>),
}

fn analyse(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::Exactly(vec![Vec::new()]),
        HirKind::Literal(literal) => Known::Exactly(vec![literal.0.to_ascii_lowercase()]),
        HirKind::Class(class) => small_class(class),
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => analyse(&capture.sub),
        HirKind::Concat(parts) => sequence(parts),
        HirKind::Alternation(parts) => choice(parts),
    }
}

fn small_class(class: &Class) -> Known {
    const MAX_MEMBERS: u32 = 8;
    let mut members: Vec<Vec<u8>> = Vec::new();
    match class {
        Class::Unicode(class) => {
            let size: u32 = class.iter().map(|range| range.end() as u32 - range.start() as u32 + 1).sum();
            if size > MAX_MEMBERS {
                return Known::Contains(None);
            }
            for character in class.iter().flat_map(|range| range.start()..=range.end()) {
                let ascii_twin = match character {
                    '\u{17f}' => 's',
                    '\u{212a}' => 'k',
                    other => other.to_ascii_lowercase(),
                };
                members.push(ascii_twin.to_string().into_bytes());
            }
        }
        Class::Bytes(class) => {
            let size: u32 = class.iter().map(|range| u32::from(range.end() - range.start()) + 1).sum();
            if size > MAX_MEMBERS {
                return Known::Contains(None);
            }
            members.extend(
                class.iter().flat_map(|range| range.start()..=range.end()).map(|byte| vec![byte.to_ascii_lowercase()]),
            );
        }
    }
    members.sort();
    members.dedup();
    if members.is_empty() { Known::Contains(None) } else { Known::Exactly(members) }
}

fn repeated(repetition: &Repetition) -> Known {
    let part = analyse(&repetition.sub);
    match (repetition.min, repetition.max, part) {
        (1, Some(1), part) => part,
        (0, Some(1), Known::Exactly(mut set)) if set.len() < MAX_EXACT => {
            set.push(Vec::new());
            Known::Exactly(set)
        }
        (0, _, _) => Known::Contains(None),
        (min, Some(max), Known::Exactly(set))
            if min == max && set.len() == 1 && set[0].len() * min as usize <= MAX_LITERAL =>
        {
            Known::Exactly(vec![set[0].repeat(min as usize)])
        }
        (_, _, Known::Exactly(set)) => Known::Contains(usable(set)),
        (_, _, contains) => contains,
    }
}

fn sequence(parts: &[Hir]) -> Known {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut run: Vec<Vec<u8>> = vec![Vec::new()];
    let mut is_exact = true;
    for part in parts {
        match analyse(part) {
            Known::Exactly(set) => match cross(&run, &set) {
                Some(longer) => run = longer,
                None => {
                    best = better(best, usable(std::mem::replace(&mut run, set)));
                    is_exact = false;
                }
            },
            Known::Contains(set) => {
                best = better(best, usable(std::mem::replace(&mut run, vec![Vec::new()])));
                best = better(best, set);
                is_exact = false;
            }
        }
    }
    if is_exact { Known::Exactly(run) } else { Known::Contains(better(best, usable(run))) }
}

fn choice(parts: &[Hir]) -> Known {
    let known: Vec<Known> = parts.iter().map(analyse).collect();
    let exact_total: usize =
        known.iter().map(|part| if let Known::Exactly(set) = part { set.len() } else { MAX_EXACT + 1 }).sum();
    if exact_total <= MAX_EXACT {
        let union = known.into_iter().flat_map(|part| if let Known::Exactly(set) = part { set } else { Vec::new() });
        return Known::Exactly(union.collect());
    }
    let mut union = Vec::new();
    for part in known {
        let set = match part {
            Known::Exactly(set) => usable(set),
            Known::Contains(set) => set,
        };
        match set {
            Some(set) if union.len() + set.len() <= MAX_ALTERNATIVES => union.extend(set),
            _ => return Known::Contains(None),
        }
    }
    Known::Contains(Some(union))
}

/// Every text of `left` followed by every text of `right`, unless that is too much.
fn cross(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if left.len() * right.len() > MAX_EXACT {
        return None;
    }
    let longest = |set: &[Vec<u8>]| set.iter().map(Vec::len).max().unwrap_or(0);
    if longest(left) + longest(right) > MAX_LITERAL {
        return None;
    }
    Some(left.iter().flat_map(|l| right.iter().map(move |r| [l.as_slice(), r.as_slice()].concat())).collect())
}

/// The set without members that contain another one, or `None` when some member is too short to look for.
fn usable(mut set: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    if set.is_empty() || set.len() > MAX_ALTERNATIVES || set.iter().any(|literal| literal.len() < MIN_LITERAL) {
        return None;
    }
    set.sort_by_key(Vec::len);
    let mut kept: Vec<Vec<u8>> = Vec::with_capacity(set.len());
    for literal in set {
        if !kept.iter().any(|shorter| memchr::memmem::find(&literal, shorter).is_some()) {
            kept.push(literal);
        }
    }
    Some(kept)
}

fn better(left: Option<Vec<Vec<u8>>>, right: Option<Vec<Vec<u8>>>) -> Option<Vec<Vec<u8>>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(if quality(&right) > quality(&left) { right } else { left }),
        (left, right) => left.or(right),
    }
}

/// How rarely a set fires on logs that it is not meant for: its worst member decides, and many members cost.
fn quality(set: &[Vec<u8>]) -> f64 {
    let worst = set.iter().map(|literal| literal_quality(literal)).fold(f64::INFINITY, f64::min);
    worst - (set.len() as f64).log2()
}

fn literal_quality(literal: &[u8]) -> f64 {
    let bits: f64 = literal.iter().take(16).map(|byte| 8.0 - commonness(*byte)).sum();
    // The sieve needs nine bytes for its long stride; below that the whole scan slows down.
    bits - if literal.len() < 9 { 12.0 } else { 0.0 }
}

/// Rough log2 frequency of a folded byte in logs, larger for commoner bytes: letters by their rank in English, then digits
/// and the punctuation of paths and versions.
pub(crate) const fn commonness(byte: u8) -> f64 {
    match byte {
        b' ' | b'e' => 5.0,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 4.6,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' | b'.' | b'/' | b'0' | b'1' | b'2' => 4.0,
        b'b' | b'f' | b'g' | b'h' | b'v' | b'-' | b':' | b'_' | b'3'..=b'9' => 3.2,
        b'j' | b'k' | b'q' | b'w' | b'x' | b'y' | b'z' | b'[' | b']' | b'(' | b')' | b'=' | b',' | b'"' | b'\'' => 2.2,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        let hir = regex_syntax::Parser::new().parse(pattern).unwrap();
        let mut found: Vec<String> =
            required(&hir).unwrap_or_default().into_iter().map(|literal| String::from_utf8(literal).unwrap()).collect();
        found.sort();
        found
    }

    #[test]
    fn a_pattern_read_for_bytes_has_the_same_literals() {
        let patterns = [
            r"(?i)no space left on (?:disk|device)\b",
            r"^\w+: (?P<what>[^']+) 'kept' \d{2,}$",
            r"[Ee]rror: [^\s:]+ (?:is|was) not\s+found",
            r"(?:EADDRINUSE|Address already in use): \d+",
            r"naïve \w+ text",
            r"✗ failed \x41bc",
        ];
        for pattern in patterns {
            let quick = parse_for_bytes(pattern).map(|hir| required(&hir));
            let full = required(&regex_syntax::Parser::new().parse(pattern).unwrap());
            assert_eq!(quick.unwrap_or_else(|| full.clone()), full, "{pattern}");
        }
        assert!(parse_for_bytes(patterns[0]).is_some() && parse_for_bytes(patterns[4]).is_none());
        assert!(parse_for_bytes("(").is_none());
    }

    #[test]
    fn the_rarest_fixed_part_is_required() {
        assert_eq!(
            literals(r"^ModuleNotFoundError: No module named '(?P<module>[^']+)'"),
            ["modulenotfounderror: no module named '"]
        );
        assert_eq!(literals(r"\S+:\d+: error: undefined reference to"), [": error: undefined reference to"]);
    }

    #[test]
    fn alternatives_are_all_kept() {
        assert_eq!(
            literals(r"(?:EADDRINUSE|Address already in use): \d+"),
            ["address already in use: ", "eaddrinuse: "]
        );
    }

    #[test]
    fn optional_parts_do_not_become_required() {
        assert_eq!(literals(r"npm (?:ERR!|error) (?:code )?ERESOLVE").len(), 4);
        assert_eq!(literals(r"(?:fatal: )?unable to access"), ["unable to access"]);
    }

    #[test]
    fn case_insensitive_text_is_folded() {
        assert_eq!(literals(r"(?i)No Space Left On Disk"), ["no space left on disk"]);
    }

    #[test]
    fn a_pattern_without_fixed_text_has_no_literal() {
        assert!(literals(r"^\w+\s+\d+$").is_empty());
        assert!(literals(r"(?:no space left|.*)").is_empty());
    }
}
