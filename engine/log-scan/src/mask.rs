//! What two prints of the same message have in common: the line with its changing parts replaced.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use sha2::{Digest, Sha256};

/// Longest text that is masked, in bytes; what is beyond does not tell causes apart.
const MAX_MASKED: usize = 4096;

/// The parts that change, most specific first. A group named `keep` stands before the part and stays. Digits and word ends are
/// those of ASCII, and whatever is not ASCII and no punctuation may stand in a path: tables of Unicode took each diagnosis 1.5 ms.
const PARTS: &str = r#"(?x)
    (?<uuid> (?-u:\b)[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?-u:\b) )
  | (?<time> (?-u:\b)[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}(?:[T\ ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?(?:\ ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?
           | (?-u:\b)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)? )
  | (?<address> (?-u:\b)0x[0-9a-fA-F]+(?-u:\b) | @[0-9a-f]{6,16}(?-u:\b) )
  | (?<hash> (?-u:\b)(?:sha(?:1|256|384|512)[:-])[0-9A-Za-z+/=_-]{16,} | (?-u:\b)[0-9a-f]{7,128}(?-u:\b) | (?-u:\b)[0-9A-F]{7,128}(?-u:\b) )
  | (?<url> (?-u:\b)(?<scheme>https?|ssh|git|file)://(?<host>[^\s/'"<>)\]]+)[^\s'"<>)\]]* )
  | (?<keep>^|[\s'"`=(\[<,:;|‘’“”]) (?<path> (?:[A-Za-z]:)?(?:\\|/|~/)[0-9A-Za-z_\u{80}-\u{200f}\u{2070}-\u{10ffff}.@+~-]+(?:[\\/][0-9A-Za-z_\u{80}-\u{200f}\u{2070}-\u{10ffff}.@+~-]+)*[\\/]? )
  | (?<temp> (?-u:\b)(?:tmp|temp)[._-]?[A-Za-z0-9_]*[0-9][A-Za-z0-9_]*(?-u:\b) )
  | (?<number> (?-u:\b)[0-9]+(?:[.,:_][0-9]+)* )
"#;

static ANY_PART: LazyLock<Regex> = LazyLock::new(|| Regex::new(PARTS).expect("the table of parts is tested"));

/// What happens to a number that is zero.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    /// It becomes `#` like any other.
    Masked,
    /// It stays: `0 failed` and `1 failed` are different news.
    Kept,
}

/// Returns the line with numbers, hashes, absolute paths, times, addresses, UUIDs, the paths of URLs and temporary names
/// replaced by placeholders, and white space collapsed.
///
/// Names stay, also those with digits in them (`cv2`, `E0308`), and so do relative paths: they say what is wrong.
pub fn mask_line(text: &str) -> String {
    masked(text, Zero::Masked)
}

/// As [`mask_line`], but a zero stays a zero.
pub(crate) fn template(text: &str) -> String {
    masked(text, Zero::Kept)
}

/// Returns the stable fingerprint of a finding: its code and sixteen hexadecimal digits over code and masked cause line.
pub fn signature(code: &str, cause_line: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(code.as_bytes());
    hash.update([0]);
    hash.update(mask_line(cause_line).as_bytes());
    let mut text = format!("{code}:");
    for byte in &hash.finalize()[..8] {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn masked(text: &str, zero: Zero) -> String {
    let end = (0..=MAX_MASKED.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let replaced = ANY_PART.replace_all(&text[..end], |captures: &Captures<'_>| placeholder(captures, zero));
    let mut out = String::with_capacity(replaced.len());
    for word in replaced.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn placeholder(captures: &Captures<'_>, zero: Zero) -> String {
    let has = |name: &str| captures.name(name).is_some();
    let whole = &captures[0];
    if has("path") {
        format!("{}<path>", &captures["keep"])
    } else if has("url") {
        format!("{}://{}/<path>", &captures["scheme"], &captures["host"])
    } else if has("uuid") {
        "<uuid>".to_owned()
    } else if has("time") {
        "<time>".to_owned()
    } else if has("address") {
        "<address>".to_owned()
    } else if has("temp") {
        "<temp>".to_owned()
    } else if has("hash") {
        mask_hash(whole)
    } else if zero == Zero::Kept && whole == "0" {
        "0".to_owned()
    } else {
        "#".to_owned()
    }
}

/// Words such as `defaced` are not hashes and long numbers are numbers: a hash has digits and letters.
fn mask_hash(text: &str) -> String {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    match (has_digit, has_letter) {
        (true, true) => "<hash>".to_owned(),
        (true, false) => "#".to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_changes_from_run_to_run_is_masked() {
        for (line, masked) in [
            ("2024-05-22T12:43:46.962Z took 12.5s of 300", "<time> took #s of #"),
            ("at 12:43:46 commit 9fceb02d0ae598e95dc970b74767f19372d61af8", "at <time> commit <hash>"),
            ("id 6f1f0ac2-8f0f-4a53-9d5c-0a8e5b0d7c11 at 0x7ffd3c2a", "id <uuid> at <address>"),
            ("open '/home/me/app/cfg.json': No such file", "open '<path>': No such file"),
            (r"C:\Users\me\app.cs(12,3): error CS0246", "<path>(#): error CS0246"),
            ("GET https://mirror.example/simple/pip/?v=3 failed", "GET https://mirror.example/<path> failed"),
            ("lost tmp8x2k1j_a and tmp.4Xb9", "lost <temp> and <temp>"),
            ("java.lang.Object@1b6d3586  leaked", "java.lang.Object<address> leaked"),
            ("src/app.py:12:3: E501 line too long", "src/app.py:#: E501 line too long"),
        ] {
            assert_eq!(mask_line(line), masked, "{line}");
        }
    }

    #[test]
    fn names_stay() {
        for line in [
            "ModuleNotFoundError: No module named 'PIL'",
            "ImportError: cannot import name 'cv2'",
            "error[E0308]: mismatched types",
            "Error: Cannot find module '@babel/core'",
            "cannot open './fixtures/a.json'",
            "the facade defaced beefed",
        ] {
            assert_eq!(mask_line(line), line);
        }
    }

    #[test]
    fn a_template_tells_zero_from_other_numbers() {
        assert_eq!(template("12 passed, 0 failed"), template("13 passed, 0 failed"));
        assert_ne!(template("12 passed, 0 failed"), template("12 passed, 1 failed"));
    }

    #[test]
    fn a_signature_names_the_code() {
        let one = signature("python.module-not-found", "No module named 'PIL' (line 3)");
        assert!(one.starts_with("python.module-not-found:") && one.len() == "python.module-not-found:".len() + 16);
        assert_eq!(one, signature("python.module-not-found", "No module  named 'PIL' (line 71)"));
        assert_ne!(one, signature("python.module-not-found", "No module named 'cv2' (line 3)"));
        assert_ne!(one, signature("python.other", "No module named 'PIL' (line 3)"));
    }

    proptest! {
        #[test]
        fn numbers_times_and_directories_do_not_change_a_signature(
            a in 0u32..1_000_000, b in 0u32..1_000_000,
            home in "/[a-z]{1,8}(/[a-z0-9]{1,8}){0,3}", other in "/[a-z]{1,8}(/[a-z0-9]{1,8}){0,3}",
            hour in 0u8..24, minute in 0u8..60,
        ) {
            let left = format!("12:00:00 step {a} cannot read '{home}' in time");
            let right = format!("{hour:02}:{minute:02}:07 step {b} cannot read '{other}' in time");
            prop_assert_eq!(signature("x.y", &left), signature("x.y", &right));
        }

        #[test]
        fn different_names_give_different_signatures(a in "[a-z][a-z_]{0,12}", b in "[a-z][a-z_]{0,12}") {
            prop_assume!(a != b);
            let line = |name: &str| format!("No module named '{name}'");
            prop_assert_ne!(signature("x.y", &line(&a)), signature("x.y", &line(&b)));
        }
    }
}
