//! Which failures may be retried, and which nobody may touch whatever a rule says.

/// Categories that pass by themselves: a retry may help.
pub const TRANSIENT_CATEGORIES: &[&str] =
    &["network-transient", "registry-or-service-outage", "rate-limit", "infrastructure-runner"];

/// Categories that are transient only where the rule that matched says `retry`: a git server that hangs up, a port that its
/// last owner has not yet let go, a test that ran out of time.
pub const TRANSIENT_IF_RULE_SAYS_SO: &[&str] = &[
    "git-or-checkout",
    "port-or-concurrency-conflict",
    "resource-cpu-timeout",
    "flaky-test",
    "deployment",
    "resource-memory",
    "resource-disk",
    "dependency-missing",
    "dependency-conflict",
    "toolchain-missing-or-version",
    "configuration",
];

/// Codes that are transient in any category. Exit code 75 (`EX_TEMPFAIL` of sysexits.h) is a command's own word for it.
pub const TRANSIENT_CODES: &[&str] = &["system.tempfail"];

/// Categories in which nothing but a person helps, even if a rule says less. A compile error inside a dependency's source is
/// a matter of dependencies and has a category of theirs.
pub const NEVER_CATEGORIES: &[&str] = &["compile-error", "type-error", "test-failure", "security-finding"];

/// Categories in which the cause is not known.
pub const UNKNOWN_CATEGORIES: &[&str] = &["unknown", ""];

/// Pieces of a code between dots and hyphens that mean a broken seal or a real bug. A finding with one of them and the
/// disposition `never` stops healing even when it is not the root cause.
pub const SEALS: &[&str] = &[
    "integrity",
    "checksum",
    "hash",
    "hashes",
    "signature",
    "tls",
    "ssl",
    "certificate",
    "cert",
    "credentials",
    "credential",
    "unauthorized",
    "forbidden",
    "auth",
    "race",
    "snapshot",
    "sanitizer",
    "secret",
    "secrets",
];
