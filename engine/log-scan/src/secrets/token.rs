//! What tokens look like, whoever issued them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::bytes::Regex;

/// A text without any of these, in any case, has no token; this is the only test that ordinary lines pay for.
const MARKERS: &[&str] = &[
    "akia",
    "asia",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "xoxa-",
    "xoxb-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "npm_",
    "private key",
    "eyj",
    "authorization",
    "bearer",
    "private-token",
    "://",
    "aws_secret_access_key",
    "sk_live_",
    "rk_live_",
    "sk-ant-",
    "sk-proj-",
    "pypi-",
    "dop_v1_",
    "hvs.",
];

/// The documented shapes. A group named `keep` stays: it says what was masked.
const SHAPES: &[&str] = &[
    // AWS access key ids, and secret keys where their name gives them away.
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r#"(?i)(?<keep>aws_secret_access_key["']?\s*[=:]\s*["']?)[A-Za-z0-9/+=]{40}"#,
    // GitHub, GitLab, Slack, npm, PyPI, Stripe, DigitalOcean, Vault, model providers.
    r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b",
    r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
    r"\bgl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,255}",
    r"\bxox[abprs]-[A-Za-z0-9-]{10,255}",
    r"\bxapp-[A-Za-z0-9-]{10,255}",
    r"\bnpm_[A-Za-z0-9]{36}\b",
    r"\bpypi-[A-Za-z0-9_-]{50,}",
    r"\b[sr]k_live_[A-Za-z0-9]{16,255}\b",
    r"\bsk-(?:ant|proj)-[A-Za-z0-9_-]{20,255}",
    r"\bdop_v1_[0-9a-f]{64}\b",
    r"\bhvs\.[A-Za-z0-9_-]{24,255}",
    // JSON web tokens: two objects in base64, then the signature.
    r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    // Headers.
    r#"(?i)(?<keep>\bauthorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token|digest|negotiate)\s+)?)[^\s"',;]{6,}"#,
    r#"(?i)(?<keep>\bprivate-token["']?\s*[:=]\s*["']?)[^\s"',;]{6,}"#,
    r"(?i)(?<keep>\bbearer\s+)[A-Za-z0-9._~+/=-]{16,}",
    // Passwords in addresses.
    r#"(?<keep>\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"']*:)[^\s/@"']+(?<after>@)"#,
    // Private keys on one or several lines; one that does not end hides the rest.
    r"(?s)(?<keep>-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----).+?(?<after>-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\z)",
];

static MARKER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(MARKERS)
        .expect("a short list of short texts is within every limit")
});

static SHAPE: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SHAPES.iter().map(|shape| Regex::new(shape).expect("the table of shapes is tested")).collect());

/// Whether a text has anything that tokens or their headers have.
pub(crate) fn may_hold(text: &[u8]) -> bool {
    MARKER.is_match(text)
}

/// Where something stands that looks like a token.
pub(crate) fn spans(text: &[u8]) -> Vec<(usize, usize)> {
    if !may_hold(text) {
        return Vec::new();
    }
    let mut spans = Vec::new();
    for shape in SHAPE.iter() {
        for captures in shape.captures_iter(text) {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            let start = captures.name("keep").map_or(whole.start(), |keep| keep.end());
            let end = captures.name("after").map_or(whole.end(), |after| after.start());
            let hides_something = !matches!(&text[start..end], b"***" | b"[MASKED]" | b"");
            if hides_something && start < end {
                spans.push((start, end));
            }
        }
    }
    spans
}

/// Where a private key starts that does not end in this text.
pub(crate) fn open_key(text: &[u8]) -> Option<usize> {
    static BEGIN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").expect("a literal pattern"));
    let begin = BEGIN.find_iter(text).last()?;
    key_end(&text[begin.end()..]).is_none().then(|| begin.end())
}

/// Where a private key's last line starts.
pub(crate) fn key_end(text: &[u8]) -> Option<usize> {
    static END: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----").expect("a literal pattern"));
    END.find(text).map(|end| end.start())
}
