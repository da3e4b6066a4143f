//! Julia, its package manager and its test set.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "julia")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("julia.package-missing", "dependency-missing")
        .pattern(r"ArgumentError: Package (?P<package>\w+) (?:not found in current path|does not have \w+ in its dependencies)")
        .strategies(&["dependency", "escalate"])
        .matches("ERROR: LoadError: ArgumentError: Package Spin not found in current path.")
        .ignores("Precompiling Spin"),
    rule("julia.dependency-conflict", "dependency-conflict")
        .pattern(r"^ERROR: (?:LoadError: )?Unsatisfiable requirements detected for package (?P<package>\w+)")
        .strategies(&["dependency", "escalate"])
        .matches("ERROR: Unsatisfiable requirements detected for package Spin [1234abcd]:")
        .ignores("Resolving package versions..."),
    rule("julia.error", "compile-error")
        .pattern(r"^ERROR: (?:LoadError: )+(?:UndefVarError|syntax: |MethodError|TypeError|ParseError)|^ERROR: (?:UndefVarError|syntax: |ParseError)")
        .confidence(0.85)
        .strategies(&["escalate", "rollback"])
        .matches("ERROR: LoadError: UndefVarError: `turn` not defined")
        .ignores("ERROR: LoadError: SystemError: opening file"),
    rule("julia.test-failed", "test-failure")
        .pattern(r"^(?P<test>.+): (?:Test Failed|Error During Test) at (?P<file>\S+\.jl):(?P<line>\d+)$")
        .strategies(&["escalate", "rollback"])
        .matches("turns twice: Test Failed at /src/app/test/runtests.jl:5")
        .ignores("Test Passed"),
    rule("julia.test-summary", "test-failure")
        .pattern(r"^ERROR: (?:LoadError: )?Some tests did not pass: |^ERROR: Package \w+ errored during testing")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("ERROR: LoadError: Some tests did not pass: 1 passed, 1 failed, 0 errored, 0 broken.")
        .matches("ERROR: Package Spin errored during testing")
        .ignores("     Testing Spin tests passed"),
];
