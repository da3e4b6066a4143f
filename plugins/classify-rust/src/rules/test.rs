//! The test harness, nextest and panics.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.test-failed", "test-failure")
        .pattern(
            r"^test (?P<test>\S.*?) \.\.\. FAILED|^\s*(?:FAIL|SIG[A-Z]+|TRY \d+ FAIL|ABORT) \[ *>?[\d.]+s\] ",
        )
        .strategies(&["escalate"])
        .matches("test shapes::tests::area_is_positive ... FAILED")
        .matches("        FAIL [   0.005s] app shapes::tests::area_is_positive")
        .ignores("test shapes::tests::area_is_positive ... ok"),
    rule("rust.test-timed-out", "resource-cpu-timeout")
        .pattern(r"^\s*(?:TIMEOUT|TERMINATING) \[ *>? *[\d.]+s\] ")
        .confidence(0.85)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry", "escalate"])
        .matches("     TIMEOUT [  60.005s] app shapes::tests::area_is_positive")
        .ignores("        SLOW [> 60.000s] app shapes::tests::area_is_positive"),
    rule("rust.panic", "test-failure")
        .pattern(r"^thread '(?P<test>[^']+)'(?: \(\d+\))? (?:panicked at|has overflowed its stack)")
        .unless(r"^thread 'rustc'")
        .confidence(0.75)
        .symptom()
        .strategies(&["escalate"])
        .matches("thread 'main' panicked at src/main.rs:2:5:")
        .matches("thread 'shapes::tests::area_is_positive' (4711) panicked at src/shapes.rs:9:9:")
        .ignores("thread 'rustc' panicked at compiler/rustc_middle/src/ty/context.rs:10:5:"),
    rule("rust.test-summary", "test-failure")
        .pattern(
            r"^test result: FAILED\.|^error: (?:test|doctest|bench) failed, to rerun pass|^error: \d+ targets? failed:|^error: test run failed$|^\s*Summary \[.*\b[1-9]\d* failed",
        )
        .summary()
        .confidence(0.8)
        .strategies(&["escalate"])
        .matches("test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s")
        .matches("error: test failed, to rerun pass `--lib`")
        .ignores("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s"),
];
