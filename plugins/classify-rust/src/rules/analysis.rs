//! Tools that judge a program beside the compiler: Miri and cargo-deny.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.miri", "test-failure")
        .pattern(r"^error: (?:Undefined Behavior|memory leaked|deadlock|abnormal termination|post-monomorphization error|resource exhaustion): (?P<message>\S.*)|^error: deadlock(?:ed)?: the evaluated program deadlocked")
        .confidence(0.92)
        .strategies(&["escalate", "rollback"])
        .block("cargo-error")
        .matches("error: Undefined Behavior: out-of-bounds pointer use: alloc12 has been freed, so this pointer is dangling")
        .matches("error: memory leaked: alloc123 (Rust heap, size: 4, align: 4), allocated here:")
        .matches("error: deadlock: the evaluated program deadlocked")
        .ignores("error[E0133]: call to unsafe function is unsafe and requires unsafe function or block"),
    rule("rust.miri-unsupported", "configuration")
        .pattern(r"^error: unsupported operation: (?P<message>\S.*)")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .block("cargo-error")
        .matches("error: unsupported operation: can't call foreign function `spin` on OS `linux`")
        .ignores("error: Undefined Behavior: entering unreachable code"),
    rule("rust.deny", "security-finding")
        .pattern(r"^error\[(?:unmaintained|unsound|yanked|notice|banned|not-allowed|duplicate|wildcard|source-not-allowed|git-source-underspecified|no-license-field|rejected|build-script-not-allowed|denied-by-extension)\]: (?P<message>\S.*)")
        .strategies(&["dependency", "config", "escalate"])
        .matches("error[unmaintained]: widget is unmaintained")
        .matches("error[banned]: crate 'widget = 1.0.0' is explicitly banned")
        .matches("error[duplicate]: found 2 duplicate entries for crate 'widget'")
        .matches("error[source-not-allowed]: detected 'git' source not explicitly allowed")
        .ignores("warning[duplicate]: found 2 duplicate entries for crate 'widget'")
        .ignores("error[E0428]: the name `Widget` is defined multiple times"),
    rule("rust.deny-summary", "security-finding")
        .pattern(r"^(?:advisories|bans|licenses|sources) (?:ok|FAILED)(?:, \w+ (?:ok|FAILED))*, \w+ FAILED|^(?:advisories|bans|licenses|sources) FAILED")
        .summary()
        .confidence(0.85)
        .strategies(&["dependency", "config", "escalate"])
        .matches("advisories FAILED, bans ok, licenses ok, sources ok")
        .matches("advisories ok, bans ok, licenses FAILED, sources ok")
        .ignores("advisories ok, bans ok, licenses ok, sources ok"),
];
