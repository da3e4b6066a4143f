//! RSpec, Minitest, Test::Unit and Cucumber.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ruby.test-failed", "test-failure")
        .pattern(r"^\s+Failure/Error: |^\s*\d+\) (?:Failure|Error):$|^(?:Failure|Error):$|^(?:Failure|Error): (?P<test>test\w*\(?.*)|^\S*Minitest::(?:Assertion|UnexpectedError|Reporters\S*): |^\s*(?:FAIL|ERROR) \S.* \(\d+\.\d+s\)")
        .confidence(0.86)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("     Failure/Error: expect(area).to eq(2)")
        .matches("  1) Failure:")
        .ignores("12 examples, 0 failures"),
    rule("ruby.test-named", "test-failure")
        .pattern(r"^(?P<name>\w+(?:::\w+)*#test_\S+) \[[^\]]+\]:$")
        .confidence(0.86)
        .strategies(&["escalate", "rollback", "retry"])
        .asks_plugin()
        .matches("ShapeTest#test_area [test/shape_test.rb:12]:")
        .ignores("ShapeTest#test_area = 0.00 s = ."),
    rule("ruby.test-summary", "test-failure")
        .pattern(r"^rspec '?\./\S+[:\[]\S+ # |^\d+ examples?, [1-9]\d* failures?|^\d+ (?:runs|tests), \d+ assertions, (?:[1-9]\d* failures|0 failures, [1-9])|^\d+ scenarios? \(.*[1-9]\d* failed|^An error occurred while loading \./|^\d+ examples?, 0 failures, [1-9]\d* errors? occurred outside of examples|SimpleCov failed with exit|[Ll]ine coverage \([\d.]+%\) is below the expected minimum")
        .summary()
        .confidence(0.76)
        .strategies(&["escalate"])
        .matches("rspec ./spec/shape_spec.rb:12 # Shape has a positive area")
        .matches("12 examples, 1 failure")
        .matches("12 runs, 30 assertions, 1 failures, 0 errors, 0 skips")
        .ignores("12 examples, 0 failures"),
];
