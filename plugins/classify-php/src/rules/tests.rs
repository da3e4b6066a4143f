//! PHPUnit, Pest, Behat and Codeception.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("php.test-failed", "test-failure")
        .pattern(r"^\s*(?:│ )?Failed asserting that |^\s*(?:FAIL|FAILED)\s+Tests\\(?P<test>\S+)|^\s+⨯ \S|^\d+\) (?P<name>[\\\w]+Test::\w+)|^PHPUnit\\Framework\\\w+(?:Exception|Error|Failure)")
        .confidence(0.86)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("1) App\\Tests\\ShapeTest::testArea")
        .matches("Failed asserting that 1 matches expected 2.")
        .matches("   │ Failed asserting that 1 matches expected 2.")
        .ignores("OK (12 tests, 30 assertions)"),
    rule("php.test-list", "test-failure")
        .pattern(r"^There (?:was|were) [1-9]\d* (?:failure|error)s?:$")
        .summary()
        .confidence(0.8)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("There was 1 failure:")
        .ignores("There were 2 warnings:"),
    rule("php.test-summary", "test-failure")
        .pattern(r"^(?:FAILURES|ERRORS)!$|^Tests: \d+, Assertions: \d+, .*(?:Failures|Errors): [1-9]|^\s*Tests:\s+[1-9]\d* failed|^Script phpunit \S* ?(?:handling the \w+ event )?returned with error code|^\d+ scenarios? \([1-9]\d* failed")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("FAILURES!")
        .matches("Tests: 12, Assertions: 30, Failures: 1.")
        .ignores("OK (12 tests, 30 assertions)"),
    rule("php.test-setup", "configuration")
        .pattern(r"Cannot open file \x22(?P<file>[^\x22]+)\x22\.$|Could not read XML from file|No code coverage driver (?:is )?available|Test directory \x22[^\x22]+\x22 not found|Could not read \x22(?P<path>[^\x22]+)\x22\.$|SQLSTATE\[HY000\] \[(?:1049|1045)\]|No application encryption key has been specified|Class \x22\S+Test\x22 (?:could not be found|not found) in \x22")
        .unless(r"^Warning:")
        .confidence(0.85)
        .strategies(&["config", "escalate"])
        .matches("Cannot open file \"phpunit.xml.dist\".")
        .matches("No application encryption key has been specified.")
        .ignores("OK (12 tests, 30 assertions)"),
];
