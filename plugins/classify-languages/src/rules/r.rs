//! R, its package checks, testthat and lintr.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "r")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("r.package-missing", "dependency-missing")
        .pattern(r"there is no package called [‘'](?P<package>[\w.]+)['’]|^ERROR: dependenc(?:y|ies) [‘'](?P<name>[\w.]+)['’].* (?:is|are) not available for package|^Packages? required but not available:|package [‘']\S+['’] is not available for this version of R")
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "escalate"])
        .matches("Error in library(spin) : there is no package called ‘spin’")
        .matches("ERROR: dependency ‘spin’ is not available for package ‘app’")
        .ignores("* DONE (spin)"),
    rule("r.dependency-conflict", "dependency-conflict")
        .pattern(r"namespace [‘'](?P<package>[\w.]+)['’] [\d.-]+ is (?:already loaded|being loaded), but >= (?P<wanted>[\d.-]+) is required|^Error: Can't install dependency |^\* deps::\.: Conflicts with ")
        .strategies(&["dependency", "escalate"])
        .matches("  namespace ‘spin’ 1.0.2 is already loaded, but >= 1.1.0 is required")
        .ignores("namespace ‘spin’ 1.1.0 is already loaded"),
    rule("r.test-failed", "test-failure")
        .pattern(r"^(?:──|--) (?:\d+\. )?(?:Failure|Error) \((?P<test>[^)]+)\)|^\[ FAIL [1-9]\d* \| WARN \d+")
        .strategies(&["escalate", "rollback"])
        .matches("── Failure (test-spin.R:5:3): turns twice ──────────────────")
        .matches("[ FAIL 1 | WARN 0 | SKIP 0 | PASS 12 ]")
        .ignores("[ FAIL 0 | WARN 0 | SKIP 0 | PASS 12 ]"),
    rule("r.check-summary", "test-failure")
        .pattern(r"^Error: Test failures$|^Status: [1-9]\d* ERRORs?|^── R CMD check results .*$|^Error: R CMD check found (?:ERRORs|WARNINGs)")
        .summary()
        .confidence(0.7)
        .strategies(&["escalate"])
        .matches("Status: 1 ERROR, 2 NOTEs")
        .matches("Error: R CMD check found ERRORs")
        .ignores("Status: OK"),
    rule("r.build-failed", "compile-error")
        .pattern(r"^ERROR: (?:compilation|lazy loading) failed for package [‘'](?P<package>[\w.]+)['’]|^Error: unexpected (?:symbol|string constant|'\S') in |^Error in parse\(")
        .confidence(0.85)
        .strategies(&["escalate", "rollback"])
        .matches("ERROR: lazy loading failed for package ‘spin’")
        .matches("Error: unexpected symbol in \"turn twice\"")
        .ignores("** byte-compile and prepare package for lazy loading"),
];
