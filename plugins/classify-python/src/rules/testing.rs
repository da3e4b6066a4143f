//! What test tools say beside a failed assertion: doctests, fixtures, plugins, reruns, other runners.

use plugin_sdk::prelude::*;

use super::rule;

/// An exception that no other rule knows; it counts below a traceback only.
pub const ANY_EXCEPTION: &str = "python.unknown-exception";

const fn test(code: &'static str) -> RuleBuilder {
    rule(code, "test-failure").strategies(&["escalate", "rollback"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    test("python.doctest")
        .pattern(r"^Failed example:$|^(?:\d+ )?.*\[doctest\] \S+ _+$|UnexpectedException: |DocTestFailure|^E\s+Expected:$")
        .confidence(0.85)
        .matches("Failed example:")
        .ignores("Trying:"),
    test("python.doctest-summary")
        .pattern(r"^\*\*\*Test Failed\*\*\* \d+ failures?|^\s*\d+ of\s+\d+ in \S+$|^[1-9]\d* items? had failures:")
        .summary()
        .matches("***Test Failed*** 2 failures.")
        .matches("1 items had failures:")
        .ignores("Test passed."),
    test("python.pytest-plugin-missing")
        .category("dependency-missing")
        .pattern(
            r"error: unrecognized arguments: (?:.* )?(?P<option>--(?:no-)?cov|--(?:numprocesses|dist|timeout|reruns|benchmark|html|self-contained-html|asyncio-mode|ds|reuse-db|nomigrations|create-db|json-report|alluredir|random-order|randomly-seed|mypy|flake8|black|pylint|ruff|disable-socket|nbval|nbmake|picked|testmon|docker-compose|snapshot-details)\b|-n\b)|^E\s+fixture '(?P<name>(?:class_|module_|session_)?mocker|benchmark|requests_mock|httpx_mock|respx_mock|httpserver|aiohttp_client|aiohttp_server|freezer|faker|fs|qtbot|qapp|(?:shared_)?datadir|(?:data|num|file)_regression|django_db_setup|django_user_model|admin_client|live_server|rf|worker_id|testrun_uid|httpbin|postgresql|subtests|docker_services|socket_enabled|snapshot|page|event_loop)' not found|async def functions are not natively supported",
        )
        .confidence(0.9)
        .specificity(95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("python -m pytest: error: unrecognized arguments: --cov=.")
        .matches("pytest: error: unrecognized arguments: -n auto")
        .matches("E       fixture 'mocker' not found")
        .matches("async def functions are not natively supported.")
        .ignores("E       fixture 'client' not found")
        .ignores("app: error: unrecognized arguments: --fast"),
    test("python.fixture-missing")
        .pattern(r"^E\s+fixture '(?P<name>[^']+)' not found|ScopeMismatch: You tried to access|In test_\w+: function uses no argument '|duplicate parametrization of '|Different tests were collected between gw\d+ and gw\d+")
        .confidence(0.87)
        .matches("E       fixture 'client' not found")
        .matches("ScopeMismatch: You tried to access the function scoped fixture client with a session scoped request object.")
        .ignores("available fixtures: cache, capsys, tmp_path"),
    test("python.pytest-settings")
        .category("configuration")
        .pattern(r"not found in `markers` configuration option|pytest\.UsageError|ERROR: while parsing the following warning configuration|ERROR: \S*(?:pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|conftest\.py)\S*: |Defining 'pytest_plugins' in a non-top-level conftest|Unknown config option: |ImportMismatchError|import file mismatch:|requires pytest-\S+, actual pytest-|ERROR: Wrong expression passed to '-[mk]'")
        .unless("Warning")
        .confidence(0.85)
        .matches("'sloww' not found in `markers` configuration option")
        .matches("ERROR: /src/app/pytest.ini: 'minversion' requires pytest-9.0, actual pytest-8.1")
        .matches("import file mismatch:")
        .ignores("PytestConfigWarning: Unknown config option: timeout"),
    test("python.usage-line")
        .category("configuration")
        .pattern(r"^ERROR: usage: ")
        .symptom()
        .confidence(0.6)
        .strategies(&["config", "escalate"])
        .matches("ERROR: usage: pytest [options] [file_or_dir] [file_or_dir] [...]")
        .ignores("usage: pytest [options]"),
    test("python.test-rerun")
        .category("flaky-test")
        .pattern(r"^\S+::\S+ RERUN\b|^RERUN \S+::|hypothesis\.errors\.(?:Flaky|FlakyFailure|FlakyReplay|DeadlineExceeded)\b|Unreliable test timings!|^=== Flaky Test Report")
        .confidence(0.62)
        .specificity(70)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("tests/test_a.py::test_b RERUN                              [ 10%]")
        .matches("hypothesis.errors.FlakyFailure: Hypothesis test_a produces unreliable results")
        .ignores("tests/test_a.py::test_b PASSED                             [ 10%]"),
    test("python.runner-summary")
        .pattern(r"^\d+ tests?, \d+ passed, [1-9]\d* failed|^Failing scenarios:|^\d+ (?:scenarios?|features?|steps?) passed, [1-9]\d* failed|^ - Failed: [1-9]|\b[1-9]\d* snapshots? failed\.|^FAILED: [1-9]\d* of|^Tests: [1-9]\d* failed")
        .summary()
        .confidence(0.75)
        .matches("12 tests, 11 passed, 1 failed")
        .matches("2 scenarios passed, 1 failed, 0 skipped")
        .ignores("12 tests, 12 passed, 0 failed"),
    test("python.unittest-import")
        .pattern(r"ImportError: Failed to import test module: |unittest\.loader\._FailedTest|^ERROR: (?:setUpClass|tearDownClass|setUpModule) \(")
        .symptom()
        .confidence(0.72)
        .matches("ImportError: Failed to import test module: test_core")
        .matches("ERROR: setUpClass (tests.test_core.CoreTest)")
        .ignores("ModuleNotFoundError: No module named 'widget'"),
    test("python.subprocess-timed-out")
        .category("resource-cpu-timeout")
        .pattern(r"TimeoutExpired: Command .* timed out after (?P<timeout>[\d.]+ seconds)|Fatal Python error: .*[Tt]imeout")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "resource", "escalate"])
        .block("python-traceback")
        .matches("subprocess.TimeoutExpired: Command '['sleep', '9']' timed out after 5 seconds")
        .ignores("subprocess.run(['sleep', '9'], timeout=5)"),
    test("python.interpreter-crashed")
        .pattern(r"^Fatal Python error: (?P<message>\S.*)")
        .unless("[Tt]imeout")
        .confidence(0.75)
        .strategies(&["escalate", "rollback"])
        .matches("Fatal Python error: Segmentation fault")
        .ignores("Fatal Python error: Timeout"),
    test(ANY_EXCEPTION)
        .pattern(r"^(?:E\s+)?(?:[a-zA-Z_]\w*\.)*(?P<name>[A-Z]\w*(?:Error|Exception|Exists|NotFound|Failure|Interrupt|Denied|Mismatch|Expired|Refused|Missing|Invalid))(?:: (?P<message>\S.*)|$)")
        .unless(r"^(?:E\s+)?(?:java|javax|jakarta|org|com|io|net|kotlin|scala|groovy|hudson|System|Microsoft)\.|^(?:E\s+)?(?:KeyboardInterrupt|(?:Reference|Range|URI|Syntax)Error|TypeError: (?:Cannot|\S+ is not)|(?:\w+\.)*CellExecutionError|ImportError: Failed to import test|CalledProcessError|subprocess\.|SystemExit)|^(?:E\s+)?AssertionError")
        .confidence(0.6)
        .specificity(44)
        .asks_plugin()
        .block("python-traceback")
        .matches("shop.cart.EmptyCartError: nothing to pay")
        .matches("StockMissing: item 7")
        .ignores("java.lang.IllegalStateException: nothing to pay"),
];
