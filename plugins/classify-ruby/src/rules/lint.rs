//! RuboCop, Standard, Sorbet, Brakeman and bundler-audit.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ruby.lint", "lint-or-format")
        .pattern(r"^(?P<file>\S+\.(?:rb|rake|gemspec|ru|erb)):(?P<line>\d+):\d+: [CWEFR]: (?:\[\w+\] )?(?P<code>[\w/]+): |^standard: Use Ruby Standard Style|^\s+\S+\.rb:\d+:\d+: (?P<name>[A-Z]\w+/\w+): ")
        .confidence(0.94)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("app/spin.rb:3:1: C: [Correctable] Layout/TrailingWhitespace: Trailing whitespace detected.")
        .matches("  app/spin.rb:3:1: Style/StringLiterals: Prefer double-quoted strings")
        .ignores("12 files inspected, no offenses detected"),
    rule("ruby.lint-summary", "lint-or-format")
        .pattern(r"^\d+ files? inspected, [1-9]\d* offenses? detected|^RuboCop failed!|^Error: unrecognized cop|unrecognized cop or department|^Error: RuboCop found unknown Ruby version")
        .summary()
        .confidence(0.86)
        .strategies(&["alternative", "config", "escalate"])
        .matches("12 files inspected, 2 offenses detected, 1 offense autocorrectable")
        .ignores("12 files inspected, no offenses detected"),
    rule("ruby.types", "type-error")
        .pattern(r"^\S+\.rbi?:\d+: .* https://srb\.help/(?P<code>\d{4})|\[(?:error|hint)\] .*Ruby::\w+$|^Errors: [1-9]\d*$.*srb")
        .confidence(0.9)
        .strategies(&["escalate"])
        .matches("app/spin.rb:12: Expected `Integer` but found `String` for argument `turns` https://srb.help/7002")
        .ignores("No errors! Great job."),
];
