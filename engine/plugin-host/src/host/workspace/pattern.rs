//! File name patterns: `*` and `?` stay within one part of a path, `**` crosses parts.

/// Longest pattern in bytes; matching costs at most its length times the path's.
const MAX_PATTERN: usize = 1_024;

/// A checked pattern.
pub(super) struct Pattern {
    parts: Vec<String>,
}

impl Pattern {
    /// Checks a pattern. The error says why it is denied.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_PATTERN {
            return Err(format!("the pattern has more than {MAX_PATTERN} bytes"));
        }
        if pattern.is_empty() || pattern.contains('\0') {
            return Err("the pattern is empty or contains NUL".to_owned());
        }
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        let parts: Vec<String> = pattern.split('/').map(str::to_owned).collect();
        if parts.iter().any(|part| part.is_empty() || part == ".." || part == ".") {
            return Err("the pattern is not relative to the workspace root".to_owned());
        }
        Ok(Self { parts })
    }

    /// How deep a match can lie; `None` when as deep as it likes.
    pub(super) fn depth(&self) -> Option<usize> {
        let crosses = self.parts.iter().any(|part| part == "**");
        (!crosses).then_some(self.parts.len())
    }

    /// Whether a path relative to the root matches.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        // reached[n]: the parts of the pattern so far match the first n parts of the path.
        let mut reached = vec![false; path.len() + 1];
        reached[0] = true;
        for part in &self.parts {
            let mut next = vec![false; path.len() + 1];
            if part == "**" {
                let mut any = false;
                for (at, was_reached) in reached.iter().enumerate() {
                    any |= was_reached;
                    next[at] = any;
                }
            } else {
                for (at, name) in path.iter().enumerate() {
                    next[at + 1] = reached[at] && part_matches(part, name);
                }
            }
            reached = next;
        }
        reached[path.len()]
    }
}

/// Whether one part matches one name. Greedy with one point to return to, so that it takes at most their product.
fn part_matches(part: &str, name: &str) -> bool {
    let (part, name): (Vec<char>, Vec<char>) = (part.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match part.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    n = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    part[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::parse(pattern).expect("a pattern").matches(path)
    }

    #[test]
    fn stars_stay_within_a_part_and_double_stars_cross() {
        for (pattern, path) in [
            ("*.toml", "Cargo.toml"),
            ("**/*.rs", "lib.rs"),
            ("**/*.rs", "src/a/b.rs"),
            ("src/**", "src/a/b"),
            ("src/**/x.py", "src/x.py"),
            ("a/**/b/**/c", "a/1/b/2/3/c"),
            ("?.md", "a.md"),
            ("*a*b*", "xxaxxbxx"),
            ("./x", "x"),
            (".env*", ".env.example"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*.toml", "a/Cargo.toml"),
            ("**/*.rs", "src/a.rs.bak"),
            ("src/*", "src/a/b"),
            ("?.md", "ab.md"),
            ("a/**/b", "a/c"),
            ("*", "a/b"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn patterns_that_leave_the_root_are_denied() {
        for pattern in ["", "/etc/*", "../*", "a/../b", "a//b", "a\0b", "x/"] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern:?}");
        }
        assert!(Pattern::parse(&"a".repeat(2_000)).is_err());
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!matches(&"*a".repeat(400), &"a".repeat(399)));
        assert!(!matches(&format!("{}/z", vec!["**"; 300].join("/")), &vec!["a"; 300].join("/")));
    }

    #[test]
    fn a_pattern_without_double_stars_says_how_deep_it_goes() {
        assert_eq!(Pattern::parse("a/*/c").expect("a pattern").depth(), Some(3));
        assert_eq!(Pattern::parse("**/c").expect("a pattern").depth(), None);
    }
}
