//! Matching names against the tables' patterns.

/// Whether `text` matches `pattern`, in which `*` stands for any text, also none. Letters count as written.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().expect("split yields at least one piece");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether a name matches one of the patterns. A pattern without capitals matches a name in any letter case, because file
/// systems and readers of names differ in what they accept.
pub(super) fn matches_name(patterns: &[&str], name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    patterns.iter().any(|pattern| matches(pattern, name) || matches(pattern, &lower))
}

/// Program name of a command word: without directories, without `.exe`, without a version suffix (`python3.12` is
/// `python`, `gcc-13` is `gcc`), in lower case.
pub(super) fn program_name(word: &str) -> String {
    let base = word.rsplit(['/', '\\']).next().expect("rsplit yields at least one piece").to_ascii_lowercase();
    let base = [".exe", ".cmd", ".bat"].iter().find_map(|end| base.strip_suffix(end)).unwrap_or(&base);
    let stem = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    // `7z` or `:` would lose everything or nothing; a name of digits alone stays as it is.
    if stem.is_empty() { base.to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("*_test.go", "a_test.go", true),
            ("*_test.go", "a_test.rs", false),
            ("test_*.py", "test_.py", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("ab*ab", "ab", false),
            ("same", "same", true),
            ("same", "same?", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        }
    }

    #[test]
    fn a_program_is_known_by_its_name_alone() {
        for (word, name) in [
            ("/usr/bin/python3.12", "python"),
            ("Bash.EXE", "bash"),
            (".venv/bin/pip3", "pip"),
            ("gcc-13", "gcc"),
            (":", ":"),
        ] {
            assert_eq!(program_name(word), name);
        }
    }
}
