//! Test runners that find nothing to run, cannot start, or speak another dialect; tools for repositories of many packages.

use plugin_sdk::prelude::*;

use super::rule;

const fn runner(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).strategies(&["config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    runner("node.no-tests", "configuration")
        .pattern(r"No tests found, exiting with code [1-9]|No test files found, exiting with code [1-9]|Error: No tests? (?:files? )?found|Couldn’t find any files to test|No tests found in |Cannot find any files matching pattern|because no spec files were found|Your test suite must contain at least one test|No specs found|Executed 0 of 0 ERROR|No test suite found in file")
        .confidence(0.86)
        .matches("No tests found, exiting with code 1")
        .matches("No test files found, exiting with code 1")
        .matches("Error: No test files found: \"test\"")
        .matches("  ✘ No tests found in test.js")
        .ignores("No tests found, exiting with code 0"),
    runner("node.runner-settings", "configuration")
        .pattern(r"Jest encountered an unexpected token|Could not locate module \S+ mapped as|Multiple configurations found|Jest: Got error running global(?:Setup|Teardown)|Got error running globalSetup|Your configFile (?:threw an error|is invalid)|Your `?\S*configFile`? |Could not find a Cypress configuration file|Cypress failed to verify that your server is running|Process from config\.webServer (?:was not able to start|exited)|Timed out waiting \d+ms from config\.webServer|Playwright Test did not expect \S+ to be called here|Jest failed to parse|Cannot find matching package for reporter|Invalid testPattern|Test environment .* cannot be found|did not find a (?:test )?runner|Unknown option: `|invalid reporter|Error: 'test(?:Match|Regex)|testEnvironment .* (?:was not found|not found)|Must provide a configuration file")
        .confidence(0.86)
        .matches("    Jest encountered an unexpected token")
        .matches("Cypress failed to verify that your server is running.")
        .matches("Error: Timed out waiting 60000ms from config.webServer.")
        .ignores("Using config file /src/app/jest.config.js"),
    runner("node.port-taken", "port-or-concurrency-conflict")
        .pattern(r"https?://\S+:(?P<port>\d+)\S* is already used, make sure that nothing is running|Another next build process is already running")
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry", "config"])
        .unless("(?i)trying another|using available port|instead")
        .matches("Error: http://localhost:3000 is already used, make sure that nothing is running on the port/url")
        .ignores("Port 5173 is in use, trying another one..."),
    runner("node.ava-failed", "test-failure")
        .pattern(r"^\s*✘ \[fail\]: (?P<test>\S.*)|^\s*(?:Chrome|Firefox|Safari|HeadlessChrome|Chrome Headless|Electron|jsdom|Edge)\b.*\) .* FAILED$|^\s*(?:TestingLibraryElement|Jest)?(?:Assertion|Element)Error: \S|^\s*Error: expect\(\w+\)|Unable to find an? (?:accessible )?element|strict mode violation: |^\s*Uncaught error (?:in|outside)|was called \d+ times?, expected|done\(\) called multiple times|Resolution method is overspecified|^\s*Rejected promise returned by test|New snapshot was not written|^\s*Error: Jasmine")
        .unless(r"Timed out retrying|ERR_ASSERTION|^\s*AssertionError: expected .* to ")
        .specificity(78)
        .confidence(0.84)
        .strategies(&["escalate", "rollback"])
        .matches("  ✘ [fail]: area is positive")
        .matches("Chrome Headless 119.0.0.0 (Linux x86_64) shapes area FAILED")
        .matches("TestingLibraryElementError: Unable to find an element with the text: Cart")
        .ignores("  ✔ area is positive"),
    runner("node.runner-summary", "test-failure")
        .pattern(r"^\s*[1-9]\d* tests? failed$|^\s*✘ .* exited with a non-zero exit code|^ℹ fail [1-9]|^# (?:failed|fail) [1-9]|^\s*[1-9]\d* (?:uncaught exceptions?|unhandled rejections?)$|caught [1-9]\d* unhandled errors? during the test run|^Spec Files:.*\b[1-9]\d* failed|✖ [1-9]\d* of \d+ failed|^\s*[1-9]\d* of \d+ failed|^Randomized with seed.*failures|^\d+ specs?, [1-9]\d* failures?")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate", "rollback"])
        .matches("  2 tests failed")
        .matches("ℹ fail 1")
        .matches("12 specs, 1 failure")
        .ignores("12 specs, 0 failures"),
    runner("node.flaky", "flaky-test")
        .pattern(r"^\s*[1-9]\d* flaky$|\(retry #\d+\).*(?:passed|✓)|flaky tests? (?:detected|found)")
        // Playwright and vitest end with success where every flaky test passed in the end.
        .severity("warning")
        .confidence(0.8)
        .specificity(88)
        .strategies(&["retry", "escalate"])
        .matches("  2 flaky")
        .ignores("  0 flaky"),
    runner("node.driver-version", "toolchain-missing-or-version")
        .pattern(r"session not created: This version of ChromeDriver only supports|Your system is missing the dependency: Xvfb|Missing X server or \$DISPLAY|cannot find Chrome binary|error: Unable to find (?:node|Node)")
        .strategies(&["alternative", "dependency", "config"])
        .matches("session not created: This version of ChromeDriver only supports Chrome version 114")
        .matches("Your system is missing the dependency: Xvfb")
        .ignores("Starting ChromeDriver 114.0.5735.90 on port 9515"),
    runner("node.workspace-tool", "configuration")
        .pattern(r"NX +(?:Cannot find|Could not find|Failed to process project graph|Unable to resolve|The following projects|Invalid|Project \S+ does not)|Could not find task `|Could not find \x22\S+#\S+\x22|Missing `?packageManager`? field|[Cc]yclic dependency detected|turbo\.json.* (?:not found|could not)|Could not find turbo\.json|turbo_json_parse_error|lerna ERR! (?:ENOCONFIG|ENOLERNA|EWORKSPACES|ENOPKG|ECYCLE|ECHANGES|EUSAGE|ENOWORKSPACES)|Some packages have been changed but no changesets were found|Unable to find (?:package manager binary|`?turbo)|Workspaces? .* not found in project|No package found with name '")
        .matches(" NX   Cannot find configuration for task shop:buld")
        .matches("  × Could not find task `buld` in project")
        .matches("lerna ERR! ENOCONFIG `lerna.json` does not exist, have you run `lerna init`?")
        .ignores(" NX   Successfully ran target build for project shop"),
    runner("node.workspace-summary", "unknown")
        .pattern(r"NX +(?:Ran target|Running target) .* failed|^Failed tasks:$|lerna ERR! \S.* exited \d+ in '|ERROR +run failed: command +exited|^ ?\S+#\S+: command \(.*\) .* exited \(\d+\)|Lerna \(powered by Nx\) .* failed|husky - .*(?:hook|script) (?:exited|failed)|^✖ \S.*:$")
        .summary()
        .confidence(0.4)
        .specificity(50)
        .strategies(&["escalate"])
        .matches("lerna ERR! npm run build exited 1 in 'shop'")
        .matches(" ERROR  run failed: command  exited (2)")
        .matches("husky - pre-commit hook exited with code 1 (error)")
        .ignores(" NX   Successfully ran target build for 3 projects"),
];
