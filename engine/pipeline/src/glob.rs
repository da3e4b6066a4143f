//! Patterns of paths, as `inputs` and `outputs` of a stage name them.
//!
//! `*` and `?` stay within one part of a path, `**` crosses parts. A pattern that matches a directory matches all that is
//! in it: `dist` says the same as `dist/**`.

/// Longest pattern in bytes; matching costs at most its length times the path's.
pub const MAX_PATTERN: usize = 1_024;

/// A checked pattern, relative to the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    parts: Vec<String>,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It names nothing.
    #[error("it is empty")]
    Empty,
    /// It takes too long to match.
    #[error("it has more than {MAX_PATTERN} bytes")]
    TooLong,
    /// It is absolute, or leads out of the workspace or to nowhere in it.
    #[error("it is not a relative path with `/` between its parts and without `..`")]
    NotRelative,
    /// It leads into version control's own folder.
    #[error("it leads into `.git`")]
    Git,
}

impl PathPattern {
    /// Checks a pattern. `./` at its beginning and `/` at its end say nothing.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let plain = text.strip_prefix("./").unwrap_or(text);
        let plain = plain.strip_suffix('/').unwrap_or(plain);
        if plain.trim().is_empty() || plain == "." {
            return Err(PatternError::Empty);
        }
        if plain.len() > MAX_PATTERN {
            return Err(PatternError::TooLong);
        }
        let parts: Vec<String> = plain.split('/').map(str::to_owned).collect();
        let leads_away = |part: &String| part.is_empty() || part == "." || part == "..";
        if parts.iter().any(leads_away) || plain.contains(['\0', '\\']) {
            return Err(PatternError::NotRelative);
        }
        if parts.iter().any(|part| part == ".git") {
            return Err(PatternError::Git);
        }
        Ok(Self { parts })
    }

    /// The path above everything that can match: the parts before the first one with a wildcard; empty for the root.
    pub fn base(&self) -> String {
        let plain: Vec<&str> =
            self.parts.iter().map(String::as_str).take_while(|part| !part.contains(['*', '?'])).collect();
        plain.join("/")
    }

    /// Whether a path relative to the workspace, or a directory above it, matches.
    pub fn matches(&self, path: &str) -> bool {
        // Zero parts would be the workspace itself, which `**` alone reaches too.
        prefixes(&self.parts, path)[1..].contains(&true)
    }
}

/// How far the parts of a pattern reach into a path: element `n` says whether they match its first `n` parts, so the last one
/// says whether they match all of it. Takes at most the pattern's length times the path's.
pub fn prefixes(parts: &[String], path: &str) -> Vec<bool> {
    let path: Vec<&str> = path.split('/').collect();
    // reached[n]: the parts of the pattern so far match the first n parts of the path.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in parts {
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
    reached
}

/// Whether one of the patterns matches.
pub fn any_matches(patterns: &[PathPattern], path: &str) -> bool {
    patterns.iter().any(|pattern| pattern.matches(path))
}

/// Patterns that the definition has checked before; one that is none all the same matches nothing.
pub fn checked(texts: &[String]) -> Vec<PathPattern> {
    texts.iter().filter_map(|text| PathPattern::parse(text).ok()).collect()
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
        PathPattern::parse(pattern).expect("a pattern").matches(path)
    }

    #[test]
    fn stars_stay_within_a_part_and_double_stars_cross() {
        for (pattern, path) in [
            ("*.toml", "Cargo.toml"),
            ("**/*.rs", "lib.rs"),
            ("**/*.rs", "src/a/b.rs"),
            ("src/**", "src/a/b"),
            ("src/**/x.py", "src/x.py"),
            ("?.md", "a.md"),
            ("./x", "x"),
            ("**", "a/b"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("*.toml", "a/Cargo.toml"), ("**/*.rs", "src/a.rs.bak"), ("?.md", "ab.md"), ("a/**/b", "a/c")]
        {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        assert!(!matches(&"*a".repeat(400), &"a".repeat(399)));
        assert!(!matches(&format!("{}/z", vec!["**"; 300].join("/")), &vec!["a"; 300].join("/")));
    }

    #[test]
    fn a_directory_means_all_that_is_in_it() {
        assert!(matches("dist", "dist/a/b.js"));
        assert!(matches("dist/", "dist/a"));
        assert!(matches("*/target", "web/target/debug/x"));
        assert!(!matches("dist", "distant/a"));
        assert!(!matches("web/dist", "dist/a"));
    }

    #[test]
    fn patterns_that_lead_out_of_the_workspace_are_refused() {
        for pattern in ["", ".", "./", "/etc/*", "../*", "a/../b", "a//b", "a\0b", ".git/config", "a\\b"] {
            assert!(PathPattern::parse(pattern).is_err(), "{pattern:?}");
        }
        assert!(PathPattern::parse(&"a".repeat(2_000)).is_err());
    }

    #[test]
    fn the_base_is_what_comes_before_the_first_wildcard() {
        let base = |pattern| PathPattern::parse(pattern).expect("a pattern").base();
        assert_eq!(base("web/dist/**/*.js"), "web/dist");
        assert_eq!(base("*.js"), "");
        assert_eq!(base("a/b"), "a/b");
    }
}
