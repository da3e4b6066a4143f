//! `go test`, gotestsum, Ginkgo and testify.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("go.test-timed-out", "resource-cpu-timeout")
        .pattern(r"panic: test timed out after (?P<timeout>\S+)|^\*\*\* Test killed(?: with \S+)?: ran too long \((?P<limit>[^)]+)\)|\[TIMEDOUT\] A suite timeout occurred|Ginkgo timed out waiting for")
        .confidence(0.93)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "escalate"])
        .matches("panic: test timed out after 10m0s")
        .matches("*** Test killed with quit: ran too long (11m0s).")
        .ignores("ok  \texample.test/widget\t0.012s"),
    rule("go.test-failed", "test-failure")
        .pattern(r"^\s*--- FAIL: (?P<test>\S+)|^=== (?:FAIL|Failed): \S+ (?P<name>\S+)|^\s*\[F(?:ail|AIL)(?:ED)?\] \S|^• Failure \[|^\S+ \[It\] .*FAILED")
        .confidence(0.88)
        .strategies(&["escalate", "retry", "rollback"])
        .matches("--- FAIL: TestArea (0.00s)")
        .matches("    --- FAIL: TestArea/negative (0.00s)")
        .matches("=== FAIL: spin TestArea (0.01s)")
        .matches("  [FAIL] Spinner [It] turns twice")
        .ignores("--- PASS: TestArea (0.00s)"),
    rule("go.panic", "test-failure")
        .pattern(r"^panic: (?P<message>.+)|^fatal error: (?:all goroutines are asleep|concurrent map|stack overflow|sync: |checkptr)|^unexpected fault address|^runtime error: ")
        .unless(r"test timed out|runtime: out of memory|^panic: .*address already in use|^panic: (?:WARN|ok)")
        .confidence(0.87)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("panic: runtime error: invalid memory address or nil pointer dereference [recovered]")
        .matches("fatal error: all goroutines are asleep - deadlock!")
        .ignores("panic: test timed out after 10m0s"),
    rule("go.panic-setting", "configuration")
        .pattern(r"^panic: (?:.*\b)?[A-Z][A-Z0-9]*_?[A-Z0-9_]+ (?:environment variable )?(?:is )?(?:not set|unset|not defined|missing|required|must be set|must not be empty)|^panic: .*(?:missing|unset|required) (?:required )?env(?:ironment)?(?: var| variable|:)|^panic: .*(?:(?:parse|read|load|open|invalid|decode|unmarshal)\w* (?:the )?config|config(?:uration)?(?: file)? .*(?:not found|no such file))|^panic: (?:open|stat) \S+\.(?:ya?ml|toml|json|env|ini|conf): ")
        .unless("runtime error|test timed out")
        .confidence(0.9)
        .specificity(88)
        .strategies(&["config", "escalate"])
        .matches("panic: WIDGET_URL is not set")
        .matches("panic: open config.yaml: no such file or directory")
        .ignores("panic: test timed out after 10m0s"),
    rule("go.data-race", "test-failure")
        .pattern(r"^WARNING: DATA RACE|testing\.go:\d+: race detected during execution of test|^Found \d+ data race")
        .confidence(0.93)
        .severity("error")
        .strategies(&["escalate"])
        .matches("WARNING: DATA RACE")
        .matches("    testing.go:1319: race detected during execution of test")
        .ignores("race detector enabled"),
    rule("go.assertion", "test-failure")
        .pattern(r"^\s+Error Trace:\s|^\s+Error:\s+(?:Not equal|Received unexpected error|An error is expected|Should |Expected |Condition never|\S+ .*should)|^\s+\w+_test\.go:\d+: ")
        .symptom()
        .confidence(0.72)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("        \tError Trace:\t/src/app/shape_test.go:12")
        .matches("    shape_test.go:12: got 1, want 2")
        .ignores("ok  \texample.test/widget\t0.012s"),
    rule("go.test-summary", "test-failure")
        .pattern(r"^FAIL\s+\S+\s+[\d.]+s|^FAIL$|^DONE \d+ tests.*, [1-9]\d* failures?|^FAIL! -- \d+ Passed \| [1-9]|^Summarizing \d+ Failures?:|^Test Suite Failed$|^Ran \d+ of \d+ Specs .*FAIL")
        .summary()
        .confidence(0.7)
        .strategies(&["escalate"])
        .matches("FAIL\texample.test/widget\t0.012s")
        .matches("DONE 120 tests, 1 failure in 4.012s")
        .ignores("ok  \texample.test/widget\t0.012s"),
];
