//! SwiftPM, XCTest, Swift Testing, CocoaPods and SwiftLint; the compiler itself is with the C family.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "swift")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("swift.test-failed", "test-failure")
        .pattern(r"^(?P<file>\S+\.swift):(?P<line>\d+): error: (?:-\[)?(?P<test>[\w.]+[ .]\w+)\]? : |^✘ Test .* (?:recorded an issue|failed after)|^Test Case '[^']+' failed \(")
        .specificity(92)
        .confidence(0.93)
        .strategies(&["escalate", "rollback"])
        .matches("/src/app/Tests/SpinTests.swift:12: error: -[AppTests.SpinTests testTurns] : XCTAssertEqual failed: (\"1\") is not equal to (\"2\")")
        .matches("/src/app/Tests/SpinTests.swift:12: error: SpinTests.testTurns : XCTAssertTrue failed")
        .matches("✘ Test turnsTwice() recorded an issue at SpinTests.swift:12:5: Expectation failed: (a → 1) == 2")
        .ignores("Test Case 'SpinTests.testTurns' passed (0.001 seconds)"),
    rule("swift.test-summary", "test-failure")
        .pattern(r"^\s*Executed \d+ tests?, with [1-9]\d* failures?|^✘ Test run with \d+ tests? failed|^\*\* TEST FAILED \*\*")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("\t Executed 12 tests, with 1 failure (0 unexpected) in 0.123 (0.125) seconds")
        .matches("** TEST FAILED **")
        .ignores("\t Executed 12 tests, with 0 failures (0 unexpected) in 0.123 (0.125) seconds"),
    rule("swift.dependency-missing", "dependency-missing")
        .pattern(r"error: no such module '(?P<module>\w+)'|^\[!\] Unable to find a (?:specification|pod with name)|: error: product '(?P<package>\S+)' required by package '\S+' target '\S+' not found")
        .specificity(92)
        .confidence(0.93)
        .strategies(&["dependency", "escalate"])
        .matches("/src/app/Sources/App/Spin.swift:1:8: error: no such module 'Spinner'")
        .matches("[!] Unable to find a specification for `Spinner`")
        .ignores("Fetching https://git.example/spinner"),
    rule("swift.dependency-conflict", "dependency-conflict")
        .pattern(r"^error: Dependencies could not be resolved because |^\[!\] CocoaPods could not find compatible versions for pod \x22(?P<package>[^\x22]+)\x22|^error: an out-of-date resolved file was detected")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("[!] CocoaPods could not find compatible versions for pod \"Spinner\":")
        .matches("error: Dependencies could not be resolved because root depends on 'spinner' 2.0.0..<3.0.0.")
        .ignores("Analyzing dependencies"),
    rule("swift.tools-version", "toolchain-missing-or-version")
        .pattern(r"is using Swift tools version (?P<wanted>[\d.]+) but the installed version is (?P<version>[\d.]+)|^xcode-select: error: tool '\w+' requires Xcode")
        .strategies(&["alternative", "config", "escalate"])
        .matches("error: package 'app' is using Swift tools version 5.9.0 but the installed version is 5.7.0")
        .ignores("// swift-tools-version:5.9"),
    rule("swift.lint", "lint-or-format")
        .pattern(r"^\S+\.swift:\d+:\d+: error: .+ Violation: .* \((?P<code>\w+)\)$|^Done linting! Found \d+ violations?, [1-9]\d* serious")
        .specificity(92)
        .confidence(0.93)
        .strategies(&["alternative", "escalate"])
        .matches("/src/app/Spin.swift:3:1: error: Line Length Violation: Line should be 120 characters or less (line_length)")
        .ignores("/src/app/Spin.swift:3:1: warning: Todo Violation: TODOs should be resolved (todo)"),
    rule("swift.simulator", "infrastructure-runner")
        .pattern(r"^xcodebuild: error: Unable to find a (?:destination|device) matching|Failed to boot the simulator|Unable to boot device due to|The test runner (?:crashed before establishing connection|failed to initialize for UI testing)|Lost connection to the test(?:ing)? (?:manager|runner)")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("xcodebuild: error: Unable to find a destination matching the provided destination specifier:")
        .ignores("Booting the simulator"),
    rule("swift.code-signing", "auth-or-permission")
        .pattern(r"error: No profiles? for '[^']+' (?:were|was) found|Code ?[Ss]ign(?:ing)? [Ee]rror: |error: No signing certificate |errSecInternalComponent|requires a provisioning profile")
        .disposition(Disposition::Never)
        .strategies(&["escalate"])
        .matches("error: No profiles for 'example.app' were found: Xcode couldn't find any iOS App Development provisioning profiles")
        .matches("error: No signing certificate \"iOS Distribution\" found")
        .ignores("Signing Identity:     \"Sign to Run Locally\""),
];
