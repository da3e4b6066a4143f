//! Perl, CPAN clients, prove and the Test::* family.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "perl")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("perl.module-missing", "dependency-missing")
        .pattern(r"^\s*(?:#\s+)?Can't locate (?P<file>\S+\.pm) in @INC|^! Couldn't find module or a distribution (?P<module>\S+)|^! Installing the dependencies failed: Module '(?P<package>[^']+)' is not installed")
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "escalate"])
        .matches("Can't locate Spin/Turn.pm in @INC (you may need to install the Spin::Turn module) (@INC entries checked: lib) at t/spin.t line 3.")
        .matches("! Couldn't find module or a distribution Spin::Turn")
        .ignores("Spin::Turn is up to date. (1.02)"),
    rule("perl.compile-error", "compile-error")
        .pattern(r"^syntax error at (?P<file>\S+\.(?:pl|pm|t)) line (?P<line>\d+)|^Global symbol \x22[^\x22]+\x22 requires explicit package name|^Bareword \x22[^\x22]+\x22 not allowed while \x22strict subs\x22|^Can't locate object method \x22")
        .strategies(&["escalate", "rollback"])
        .matches("Global symbol \"$turns\" requires explicit package name (did you forget to declare \"my $turns\"?) at lib/Spin.pm line 5.")
        .matches("syntax error at lib/Spin.pm line 5, near \"my \"")
        .ignores("lib/Spin.pm syntax OK"),
    rule("perl.test-failed", "test-failure")
        .pattern(r"^\s*#\s+Failed test (?:'(?P<test>[^']*)'|\(at )|^\s*#\s+Failed test(?: \d+)?$")
        .confidence(0.88)
        .strategies(&["escalate", "rollback"])
        .matches("#   Failed test 'turns twice'")
        .matches("# Failed test 'turns twice'")
        .ignores("ok 1 - turns twice"),
    rule("perl.test-summary", "test-failure")
        .pattern(r"^# Looks like you failed [1-9]\d* tests? of \d+|^# Looks like your test exited with [1-9]|^Failed [1-9]\d*/\d+ (?:subtests|test programs)|^\s*Failed tests?:\s+\d|^Result: FAIL$")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("# Looks like you failed 1 test of 3.")
        .matches("Failed 1/3 subtests")
        .matches("Result: FAIL")
        .ignores("Result: PASS"),
];
