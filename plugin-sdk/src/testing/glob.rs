//! The patterns of `workspace.glob`: `*` and `?` stay within one part of a path, `**` crosses parts.

/// Whether a path matches a pattern.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    parts_match(&pattern, &path)
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts_match(rest, path) || path.split_first().is_some_and(|(_, tail)| parts_match(pattern, tail))
        }
        (Some((part, rest)), Some((name, tail))) => {
            part_matches(part.as_bytes(), name.as_bytes()) && parts_match(rest, tail)
        }
        _ => false,
    }
}

fn part_matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            part_matches(rest, name) || name.split_first().is_some_and(|(_, tail)| part_matches(pattern, tail))
        }
        (Some((b'?', rest)), Some((_, tail))) => part_matches(rest, tail),
        (Some((wanted, rest)), Some((found, tail))) => wanted == found && part_matches(rest, tail),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stays_within_one_part() {
        assert!(matches("*.toml", "Cargo.toml"));
        assert!(!matches("*.toml", "crates/a/Cargo.toml"));
        assert!(matches("src/?.rs", "src/a.rs"));
        assert!(!matches("src/?.rs", "src/ab.rs"));
    }

    #[test]
    fn two_stars_cross_parts_and_also_none() {
        assert!(matches("**/Cargo.toml", "Cargo.toml"));
        assert!(matches("**/Cargo.toml", "crates/a/Cargo.toml"));
        assert!(matches("src/**", "src/a/b.rs"));
        assert!(!matches("src/**/x.rs", "lib/x.rs"));
    }
}
