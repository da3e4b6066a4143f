//! Jest, Vitest, Mocha, the test runner of Node.js, Playwright, Cypress and Karma.

use plugin_sdk::prelude::*;

use super::rule;

const fn test(code: &'static str) -> RuleBuilder {
    rule(code, "test-failure").strategies(&["escalate", "rollback"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    test("node.test-failed")
        .pattern(
            r"^\s*● (?P<test>\S.* › .*\S)|^\s*(?:✕|✗|×) (?P<name>\S.*)\(\d+ ?m?s\)|^\s*not ok \d+ |^\s*✖ \S.* \([\d.]+ms\)|^\s*FAIL\s+\S+\.(?:[cm]?[jt]sx?|vue)\b.* > |^\s*AssertionError(?: \[ERR_ASSERTION\]: |: expected .* to (?:equal|be|have|deeply|include|match|throw))|^\s*(?:Error: )?expect\(.*\)\.(?:not\.)?to\w+\(|^\s*(?:Error: )?Timed out \d+ms waiting for expect\(|^\s*\d+\) \[\w+\] › ",
        )
        .unless(r"# (?:TODO|SKIP)|Timed out retrying")
        .confidence(0.86)
        .matches("  ● shapes › area is positive")
        .matches("    ✕ area is positive (3 ms)")
        .matches("not ok 3 - area is positive")
        .matches("AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:")
        .matches(" FAIL  src/shapes.test.ts > shapes > area is positive")
        .matches("    expect(received).toBe(expected) // Object.is equality")
        .matches("    Error: Timed out 5000ms waiting for expect(locator).toBeVisible()")
        .ignores("    ✓ area is positive (3 ms)")
        .ignores("not ok 3 - area is positive # TODO later"),
    test("node.test-file-failed")
        .pattern(r"^\s*FAIL\s+(?:\[?\w+\]? )?\S+\.(?:[cm]?[jt]sx?|vue)\b|Test suite failed to run")
        .confidence(0.7)
        .symptom()
        .matches("FAIL src/shapes.test.js")
        .matches("  ● Test suite failed to run")
        .ignores("PASS src/shapes.test.js"),
    test("node.snapshot-failed")
        .pattern(r"› [1-9]\d* snapshots? (?:failed|obsolete)|toMatchSnapshot\(|does not match stored snapshot|Snapshot `[^`]+` mismatched")
        .confidence(0.8)
        .matches(" › 1 snapshot failed.")
        .matches("Error: Snapshot `shapes 1` mismatched")
        .ignores(" › 1 snapshot written."),
    test("node.test-timed-out")
        .category("resource-cpu-timeout")
        .pattern(
            r"Exceeded timeout of (?P<timeout>\d+ ?ms) for a (?:test|hook)|Timeout of \d+ms exceeded\. For async|Test timeout of \d+ms exceeded|Error: Test timed out in \d+ms|Async callback was not invoked within",
        )
        .confidence(0.85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "resource", "escalate"])
        .matches("thrown: \"Exceeded timeout of 5000 ms for a test.")
        .matches("Error: Timeout of 2000ms exceeded. For async tests and hooks, ensure \"done()\" is called")
        .matches("Test timeout of 30000ms exceeded.")
        .matches("Error: Test timed out in 5000ms.")
        .ignores("Test timeout configured as 5000"),
    test("node.ui-wait-timed-out")
        .category("flaky-test")
        .pattern(
            r"Timed out while waiting for element|TimeoutError: (?:Waiting (?:for selector|failed)|locator\.|page\.)|Timed out retrying after \d+ms|waiting for selector .* failed: timeout|element .* still not (?:existing|displayed|visible) after \d+ ?ms",
        )
        .confidence(0.75)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("Timed out while waiting for element <.menu> to be present for 10000 milliseconds.")
        .matches("TimeoutError: locator.click: Timeout 30000ms exceeded.")
        .matches("AssertionError: Timed out retrying after 4000ms: Expected to find element: `.menu`, but never found it.")
        .ignores("AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:"),
    test("node.playwright-browser-missing")
        .category("dependency-missing")
        .pattern(
            r"Executable doesn't exist at (?P<path>\S+)|Looks like Playwright (?:Test or Playwright )?was just installed or updated|Could not find (?:Chrome|Chromium|browser) \(ver|Host system is missing dependencies to run browsers|The Cypress binary is missing|Cannot find Chrome|No binary for Chrome|Cypress executable (?:not found|was not found)",
        )
        .confidence(0.93)
        .specificity(92)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative"])
        .matches("browserType.launch: Executable doesn't exist at /cache/ms-playwright/chromium-1091/chrome-linux/chrome")
        .matches("║ Looks like Playwright Test or Playwright was just installed or updated. ║")
        .matches("Error: Could not find Chrome (ver. 119.0.6045.105).")
        .matches("No binary for ChromeHeadless browser on your platform.")
        .ignores("browserType.launch: Browser closed"),
    test("node.browser-crashed")
        .category("infrastructure-runner")
        .pattern(
            r"ChromeHeadless (?:have|has) not captured in|Disconnected, because no message in \d+ ms|Cannot start Chrome|Failed to launch the browser process|session deleted because of page crash|DevToolsActivePort file doesn't exist|We detected that the (?:Chromium|Electron) Renderer process just crashed",
        )
        .confidence(0.8)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "resource", "escalate"])
        .matches("ChromeHeadless have not captured in 60000 ms, killing.")
        .matches("Error: Failed to launch the browser process!")
        .ignores("No binary for ChromeHeadless browser on your platform."),
    test("node.coverage-below-threshold")
        .pattern(r"(?:coverage threshold for \w+ \(|ERROR: Coverage for \w+ \()(?P<size>[\d.]+%)\)? (?:not met|does not meet)")
        .category("configuration")
        .confidence(0.85)
        .strategies(&["escalate"])
        .matches("Jest: \"global\" coverage threshold for statements (80%) not met: 71.4%")
        .matches("ERROR: Coverage for lines (71.4%) does not meet global threshold (80%)")
        .ignores("All files |   71.4 |     60 |"),
    test("node.test-summary")
        .pattern(r"^Tests:\s+.*\b[1-9]\d* failed|^\s*[1-9]\d* failing$|^\s*[1-9]\d* failed$|^# fail [1-9]|^\s*Tests\s+[1-9]\d* failed|Executed \d+ of \d+ .*\([1-9]\d* FAILED\)|^Test Suites: .*\b[1-9]\d* failed")
        .summary()
        .confidence(0.75)
        .matches("Tests:       1 failed, 11 passed, 12 total")
        .matches("  2 failing")
        .matches("Chrome Headless 119.0.0.0 (Linux x86_64): Executed 12 of 12 (1 FAILED) (0.2 secs / 0.1 secs)")
        .ignores("Tests:       12 passed, 12 total"),
];
