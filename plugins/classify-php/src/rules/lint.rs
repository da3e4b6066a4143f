//! PHPStan, Psalm, PHP_CodeSniffer, PHP-CS-Fixer, Pint and Rector.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("php.types", "type-error")
        .pattern(r"^\s*\[ERROR\] Found [1-9]\d* errors?\s*$|^ERROR: (?P<code>[A-Z]\w+) - \S+\.php:\d+|^[1-9]\d* errors? found$|^\s*🪪 +(?P<name>[\w.]+)")
        .confidence(0.84)
        .strategies(&["escalate", "rollback"])
        .matches(" [ERROR] Found 3 errors")
        .matches("ERROR: InvalidArgument - src/spin.php:12:9 - Argument 1 of turn expects int, but 'x' provided")
        .ignores(" [OK] No errors"),
    rule("php.lint", "lint-or-format")
        .pattern(r"^FOUND [1-9]\d* ERRORS?(?: AND \d+ WARNINGS?)? AFFECTING \d+ LINES?|^Found [1-9]\d* of \d+ files that can be fixed|^\s+\d+\) \S+\.php \([\w, ]+\)$|^\s*(?:FAIL|⨯)\s+\.* ?\d+ files?, [1-9]\d* style issues?|PHPCBF CAN FIX THE \d+ MARKED|^\[ERROR\] \d+ files? (?:would have|have been) changed|^\s*\[OK\] \d+ files? would have been? changed")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("FOUND 3 ERRORS AFFECTING 2 LINES")
        .matches("Found 1 of 20 files that can be fixed in 0.512 seconds, 16.00 MB memory used")
        .matches("   1) src/spin.php (braces, no_unused_imports)")
        .ignores("Found 0 of 20 files that can be fixed in 0.512 seconds, 16.00 MB memory used"),
];
