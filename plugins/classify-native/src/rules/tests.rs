//! CTest, GoogleTest, Catch2, Boost.Test, Meson's and automake's test harnesses, TAP.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.test-failed", "test-failure")
        .pattern(r"^\[  FAILED  \] (?P<test>\S+)|^\s*\d+/\d+ Test +#\d+: (?P<name>\S+) \.*\*+(?:Failed|Exception|Not Run)|^\S+:\d+: Failure$|^\S+\(\d+\): error: (?:Value of|Expected)|^\S+:\d+: FAILED:|^\S+:\d+: ERROR: (?:CHECK|REQUIRE|WARN|FAIL)\w*\(|^(?:\S+|unknown location)\(\d+\): (?:fatal )?error: in \x22|^FAIL: (?P<script>\S+)$|^\s*\d+/\d+ \S.* (?:exit status [1-9]|killed by signal)|^(?:fatal )?error: in \x22\S+\x22: check|^\*\*\* [1-9]\d* failures? (?:is|are) detected|Test case '\S+' failed \(|^\S+\.swift:\d+: error: -\[")
        .unless(r"# (?:TODO|SKIP)|^FAIL: //")
        .confidence(0.86)
        .strategies(&["escalate", "retry", "rollback"])
        .matches("[  FAILED  ] SpinTest.TurnsTwice (2 ms)")
        .matches(" 3/12 Test  #3: spin_test ........................***Failed    0.01 sec")
        .matches("FAIL: spin_test")
        .matches("spin_test.cpp:12: FAILED:")
        .matches("spin_test.cpp:12: ERROR: CHECK( turns == 3 ) is NOT correct!")
        .matches("spin_test.cpp(12): error: in \"spin/turns\": check turns == 3 has failed [2 != 3]")
        .matches("unknown location(0): fatal error: in \"spin/turns\": memory access violation at address: 0x00000000")
        .ignores("spin.cpp(12): error C2065: 'turns': undeclared identifier")
        .ignores("[       OK ] SpinTest.TurnsTwice (2 ms)"),
    rule("c.test-timed-out", "resource-cpu-timeout")
        .pattern(r"^\s*\d+/\d+ Test +#\d+: (?P<test>\S+) \.*\*+Timeout")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "escalate"])
        .matches(" 3/12 Test  #3: spin_test ........................***Timeout 300.02 sec")
        .ignores(" 3/12 Test  #3: spin_test ........................   Passed    0.01 sec"),
    rule("c.test-summary", "test-failure")
        .pattern(r"^\d+% tests passed, [1-9]\d* tests failed out of|^The following tests FAILED:|^Errors while running CTest|^\[  FAILED  \] [1-9]\d* tests?|^ ?[1-9]\d* FAILED TESTS?$|^# FAIL: +[1-9]|^(?:\[doctest\] )?(?:test cases|assertions): .*\b[1-9]\d* failed|^\[==========\] .*FAILED|^\*\* TEST FAILED \*\*|^Executed \d+ tests?, with [1-9]\d* failures?|^make(?:\[\d+\])?: \*\*\* \[\S+ (?:check|test)\S*\] Error|^Failed [1-9]\d*/\d+ (?:subtests|test programs)|^Result: FAIL$")
        .summary()
        .confidence(0.72)
        .strategies(&["escalate"])
        .matches("92% tests passed, 1 tests failed out of 12")
        .matches("The following tests FAILED:")
        .matches("# FAIL:  1")
        .matches("[doctest] test cases: 12 | 11 passed | 1 failed | 0 skipped")
        .ignores("[doctest] test cases: 12 | 12 passed | 0 failed | 0 skipped")
        .ignores("100% tests passed, 0 tests failed out of 12"),
    rule("c.sanitizer", "test-failure")
        .pattern(r"==\d+==ERROR: (?P<tool>(?:Address|HWAddress|Leak|Memory|Thread|UndefinedBehavior)Sanitizer):? (?P<message>\S+)|==\d+==WARNING: MemorySanitizer: |WARNING: ThreadSanitizer: |^\S+:\d+:\d+: runtime error: |==\d+== (?:Invalid (?:read|write|free)|Conditional jump or move depends|Use of uninitialised)|ERROR: libFuzzer: ")
        .confidence(0.9)
        .strategies(&["escalate", "rollback"])
        .matches("==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010")
        .matches("WARNING: ThreadSanitizer: data race (pid=4711)")
        .matches("cart.cpp:7:13: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'")
        .matches("cart.cpp:9:3: runtime error: load of value 42, which is not a valid value for type 'bool'")
        .matches("==4711==WARNING: MemorySanitizer: use-of-uninitialized-value")
        .matches("==4711==ERROR: UndefinedBehaviorSanitizer: SEGV on unknown address 0x000000000010")
        .ignores("panic: runtime error: index out of range [3] with length 2")
        .ignores("==4711== HEAP SUMMARY:"),
    rule("c.sanitizer-memory-map", "infrastructure-runner")
        .pattern(r"FATAL: \w+Sanitizer: unexpected memory mapping|Shadow memory range interleaves with an existing memory mapping|FATAL: \w+Sanitizer: failed to (?:mmap|allocate|intercept)|LeakSanitizer has encountered a fatal error|LeakSanitizer does not work under ptrace")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "config", "escalate"])
        .matches("FATAL: ThreadSanitizer: unexpected memory mapping 0x62d1 - 0x62d2")
        .matches("==4711==LeakSanitizer has encountered a fatal error.")
        .ignores("==4711==ERROR: LeakSanitizer: detected memory leaks"),
    rule("c.sanitizer-preload", "configuration")
        .pattern(r"ASan runtime does not come first in initial library list|Your application is linked against incompatible ASan runtimes?|Interceptors are not working\. This may be because \w+Sanitizer is loaded too late")
        .strategies(&["config", "escalate"])
        .matches("==4711==ASan runtime does not come first in initial library list; you should either link runtime to your application or manually preload it with LD_PRELOAD.")
        .ignores("==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010"),
    rule("c.sanitizer-summary", "test-failure")
        .pattern(r"^SUMMARY: \w+Sanitizer: |==\d+== ERROR SUMMARY: [1-9]\d* errors")
        .summary()
        .strategies(&["escalate", "rollback"])
        .matches("SUMMARY: AddressSanitizer: heap-use-after-free cart.cpp:7 in total")
        .matches("==4711== ERROR SUMMARY: 2 errors from 2 contexts (suppressed: 0 from 0)")
        .ignores("==4711== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)"),
];
