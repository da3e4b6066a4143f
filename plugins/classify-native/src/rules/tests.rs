//! CTest, GoogleTest, Catch2, Boost.Test, Meson's and automake's test harnesses, TAP.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.test-failed", "test-failure")
        .pattern(r"^\[  FAILED  \] (?P<test>\S+)|^\s*\d+/\d+ Test +#\d+: (?P<name>\S+) \.*\*+(?:Failed|Exception|Not Run)|^\S+:\d+: Failure$|^\S+\(\d+\): error: (?:Value of|Expected)|^\S+[:(]\d+\)?: (?:FAILED:|error: in \x22)|^FAIL: (?P<script>\S+)$|^\s*\d+/\d+ \S.* (?:exit status [1-9]|killed by signal)|^(?:fatal )?error: in \x22\S+\x22: check|^\*\*\* [1-9]\d* failures? (?:is|are) detected|Test case '\S+' failed \(|^\S+\.swift:\d+: error: -\[")
        .unless(r"# (?:TODO|SKIP)|^FAIL: //")
        .confidence(0.86)
        .strategies(&["escalate", "retry", "rollback"])
        .matches("[  FAILED  ] SpinTest.TurnsTwice (2 ms)")
        .matches(" 3/12 Test  #3: spin_test ........................***Failed    0.01 sec")
        .matches("FAIL: spin_test")
        .matches("spin_test.cpp:12: FAILED:")
        .ignores("[       OK ] SpinTest.TurnsTwice (2 ms)"),
    rule("c.test-timed-out", "resource-cpu-timeout")
        .pattern(r"^\s*\d+/\d+ Test +#\d+: (?P<test>\S+) \.*\*+Timeout")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "escalate"])
        .matches(" 3/12 Test  #3: spin_test ........................***Timeout 300.02 sec")
        .ignores(" 3/12 Test  #3: spin_test ........................   Passed    0.01 sec"),
    rule("c.test-summary", "test-failure")
        .pattern(r"^\d+% tests passed, [1-9]\d* tests failed out of|^The following tests FAILED:|^Errors while running CTest|^\[  FAILED  \] [1-9]\d* tests?|^ ?[1-9]\d* FAILED TESTS?$|^# FAIL: +[1-9]|^test cases: .*[1-9]\d* failed|^\[==========\] .*FAILED|^\*\* TEST FAILED \*\*|^Executed \d+ tests?, with [1-9]\d* failures?|^make(?:\[\d+\])?: \*\*\* \[\S+ (?:check|test)\S*\] Error|^Failed [1-9]\d*/\d+ (?:subtests|test programs)|^Result: FAIL$")
        .summary()
        .confidence(0.72)
        .strategies(&["escalate"])
        .matches("92% tests passed, 1 tests failed out of 12")
        .matches("The following tests FAILED:")
        .matches("# FAIL:  1")
        .ignores("100% tests passed, 0 tests failed out of 12"),
    rule("c.sanitizer", "test-failure")
        .pattern(r"==\d+==ERROR: (?P<tool>AddressSanitizer|LeakSanitizer|MemorySanitizer): (?P<message>\S+)|WARNING: ThreadSanitizer: |: runtime error: .*(?:overflow|out of bounds|null pointer|misaligned|outside the range)|SUMMARY: \w+Sanitizer: |==\d+== ERROR SUMMARY: [1-9]\d* errors|==\d+== (?:Invalid (?:read|write|free)|Conditional jump or move depends|Use of uninitialised)|ERROR: libFuzzer: ")
        .confidence(0.9)
        .strategies(&["escalate", "rollback"])
        .matches("==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010")
        .matches("WARNING: ThreadSanitizer: data race (pid=4711)")
        .matches("==4711== ERROR SUMMARY: 2 errors from 2 contexts (suppressed: 0 from 0)")
        .ignores("==4711== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)"),
];
