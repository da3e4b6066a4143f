//! File name patterns of plugins, read as those of `inputs` and `outputs` are. Unlike there, a directory's pattern matches the
//! directory alone, and one that ends in `/` is denied: a plugin that lists files is told exactly what it asked for.

use pipeline::glob::{MAX_PATTERN, prefixes};

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
        prefixes(&self.parts, path).last() == Some(&true)
    }
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
