//! pytest, unittest, tox, nox, coverage and Django's test runner.

use plugin_sdk::prelude::*;

use super::rule;

const fn test(code: &'static str) -> RuleBuilder {
    rule(code, "test-failure").strategies(&["escalate", "rollback"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    test("python.assertion")
        .pattern(r"^(?:E\s+)?AssertionError(?::|$)|^E\s+assert \S|^E\s+(?:Failed: |AssertionError)")
        .unless(r"Failed: Timeout >|\[ERR_ASSERTION\]|Timed out retrying|expected .* to (?:equal|be|have)")
        .confidence(0.86)
        .specificity(75)
        .matches("E       assert 1 == 2")
        .matches("AssertionError: 1 != 2")
        .matches("E   Failed: DID NOT RAISE <class 'ValueError'>")
        .ignores("E   Failed: Timeout >5.0s"),
    test("python.test-failed")
        .pattern(
            r"^FAILED (?P<test>\S+::\S.*?)(?: - (?P<message>.*))?$|^(?:FAIL|ERROR): (?P<name>test\w*) \(|^_{3,} (?P<requirement>test\S*|\S+\.test\S*) _{3,}$|^\S+::\S+ FAILED",
        )
        .confidence(0.8)
        .symptom()
        .matches("FAILED tests/test_a.py::test_b - assert 1 == 2")
        .matches("FAIL: test_area (tests.test_shapes.ShapesTest.test_area)")
        .matches("tests/test_a.py::test_b FAILED                          [ 50%]")
        .ignores("PASSED tests/test_a.py::test_b"),
    test("python.test-error")
        .pattern(r"^ERROR (?P<test>\S+\.py(?:::\S+)?)(?: - (?P<message>.*))?$|^_{3,} ERROR (?:collecting|at (?:setup|teardown) of) |^ImportError while (?:importing test module|loading conftest)")
        .confidence(0.72)
        .symptom()
        .matches("ERROR tests/test_a.py::test_b - widget.Stuck: cannot turn")
        .matches("_____________ ERROR collecting tests/test_a.py _____________")
        .ignores("ERROR: test_area (tests.test_shapes.ShapesTest.test_area)"),
    test("python.test-timed-out")
        .category("resource-cpu-timeout")
        .pattern(r"(?:^|\s)(?:Failed: )?Timeout \(?>\s*(?P<timeout>\d+(?:\.\d+)?s)|\+{10,} Timeout \+{10,}")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "resource", "escalate"])
        .matches("E   Failed: Timeout >5.0s")
        .matches("E   Failed: Timeout (>5.0s) from pytest-timeout.")
        .matches("+++++++++++++++++++++++++++++ Timeout +++++++++++++++++++++++++++++")
        .ignores("slowest durations 5.0s"),
    test("python.pytest-usage")
        .category("configuration")
        .pattern(r"^(?:ERROR: )?(?:usage: )?\S*: error: (?:unrecognized arguments: (?P<option>.*)|argument )|^ERROR: (?:file or directory not found|not found): (?P<file>\S+)|^ERROR: (?:file or directory not found): |^pytest\.PytestConfigWarning|INTERNALERROR> ")
        .confidence(0.75)
        .specificity(70)
        .exit_codes(&[4])
        .strategies(&["config", "dependency", "escalate"])
        .matches("pytest: error: unrecognized arguments: --fast")
        .matches("ERROR: file or directory not found: tests/unit")
        .ignores("FAILED tests/test_a.py::test_b - assert 1 == 2"),
    test("python.no-tests")
        .category("configuration")
        .pattern(r"^(?:=+ )?no tests ran in|^collected 0 items$|^NO TESTS RAN")
        .confidence(0.5)
        .exit_codes(&[5])
        .strategies(&["config", "escalate"])
        .matches("============ no tests ran in 0.01s ============")
        .ignores("collected 12 items"),
    test("python.coverage-below-threshold")
        .category("configuration")
        .pattern(r"(?:FAIL|ERROR:?) ?Required test coverage of (?P<limit>[\d.]+%) not reached|Coverage failure: total of [\d.]+ is less than fail-under")
        .strategies(&["escalate"])
        .matches("FAIL Required test coverage of 80% not reached. Total coverage: 71.40%")
        .matches("Coverage failure: total of 71 is less than fail-under=80")
        .ignores("Required test coverage of 80% reached. Total coverage: 91.40%"),
    test("python.test-summary")
        .pattern(
            r"^(?:=+ )?.*\b[1-9]\d* (?:failed|errors?)\b.* in [\d.]+ ?s|^FAILED \((?:failures|errors|unexpected successes)=|^!+ (?:Interrupted|stopping|_pytest\.outcomes\.Exit)|^(?:=+ )?short test summary info|^ERROR:\s+\S+: commands failed|^\s*\S+: FAIL (?:code \d+|✖)",
        )
        .summary()
        .confidence(0.75)
        .specificity(70)
        .matches("===== 1 failed, 11 passed in 0.52s =====")
        .matches("FAILED (failures=1, errors=2)")
        .matches("!!!!!!!! Interrupted: 1 error during collection !!!!!!!!")
        .ignores("===== 12 passed in 0.52s ====="),
    test("python.database-refused")
        .category("port-or-concurrency-conflict")
        .pattern(r"sqlite3\.OperationalError: database is locked|django\.db\.utils\.OperationalError: database is locked")
        .confidence(0.85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("sqlite3.OperationalError: database is locked")
        .ignores("sqlite3.OperationalError: no such table: widgets"),
];
