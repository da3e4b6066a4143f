//! Dart, pub and Flutter.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "dart")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dart.sdk-version", "toolchain-missing-or-version")
        .pattern(r"^The current (?:Dart|Flutter) SDK version is (?P<version>[\w.+-]+)|requires (?:Flutter )?SDK version (?P<wanted>.+), version solving failed|^Error: The current Flutter SDK version ")
        .specificity(86)
        .strategies(&["alternative", "config", "escalate"])
        .matches("The current Dart SDK version is 2.19.6.")
        .matches("Because app requires SDK version ^3.2.0, version solving failed.")
        .ignores("Dart SDK version: 3.2.0 (stable)"),
    rule("dart.package-missing", "dependency-missing")
        .pattern(r"which doesn't exist \(could not find package (?P<package>\w+) at|^Error: Couldn't resolve the package '(?P<name>\w+)' in 'package:|Error when reading '[^']*': No such file or directory$|Target of URI doesn't exist: '(?P<module>[^']+)'")
        .specificity(95)
        .confidence(0.94)
        .strategies(&["dependency", "escalate"])
        .matches("Because app depends on spin any which doesn't exist (could not find package spin at https://pub.example), version solving failed.")
        .matches("Error: Couldn't resolve the package 'spin' in 'package:spin/spin.dart'.")
        .ignores("+ spin 1.2.0"),
    // What the solver says (`… version solving failed.`) is word for word what Poetry's says, and stands there.
    rule("dart.dependency-conflict", "dependency-conflict")
        .pattern(r"^The lockfile is out of date|Unable to satisfy `\S+` using `pubspec\.lock`")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Unable to satisfy `pubspec.yaml` using `pubspec.lock`.")
        .ignores("Resolving dependencies..."),
    rule("dart.compile-error", "compile-error")
        .pattern(r"^(?P<file>\S+\.dart):(?P<line>\d+):\d+: Error: |^\s*error • .* • \S+\.dart:\d+:\d+ • |^\s*error - \S+\.dart:\d+:\d+ - ")
        .strategies(&["escalate", "rollback"])
        .matches("lib/spin.dart:3:5: Error: Expected ';' after this.")
        .matches("  error • The method 'turn' isn't defined for the type 'Spin' • lib/spin.dart:3:5 • undefined_method")
        .ignores("   info • Unused import • lib/spin.dart:3:5 • unused_import"),
    rule("dart.test-failed", "test-failure")
        .pattern(r"^\d\d:\d\d \+\d+(?: ~\d+)? -[1-9]\d*: (?P<test>.+) \[E\]$")
        .confidence(0.88)
        .strategies(&["escalate", "rollback"])
        .matches("00:01 +3 -1: spins turns twice [E]")
        .ignores("00:01 +3: spins turns twice"),
    rule("dart.test-summary", "test-failure")
        .pattern(r"^\d\d:\d\d \+\d+(?: ~\d+)? -[1-9]\d*: Some tests failed\.")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("00:02 +3 -1: Some tests failed.")
        .ignores("00:02 +4: All tests passed!"),
    rule("dart.format", "lint-or-format")
        .pattern(r"^Formatted \d+ files? \([1-9]\d* changed\) in |^Changed (?P<file>\S+\.dart)$")
        // Without `--set-exit-if-changed` it is no failure.
        .severity("warning")
        .confidence(0.6)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "escalate"])
        .matches("Formatted 3 files (1 changed) in 0.20 seconds.")
        .ignores("Formatted 3 files (0 changed) in 0.20 seconds."),
];
