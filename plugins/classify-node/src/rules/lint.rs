//! ESLint, Prettier, Biome, Stylelint and friends.

use plugin_sdk::prelude::*;

use super::rule;

const fn lint(code: &'static str) -> RuleBuilder {
    rule(code, "lint-or-format").strategies(&["alternative", "config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    lint("node.lint")
        .pattern(
            r"^\s*\d+:\d+\s+error\s+\S.*\s\s+@?[\w/-]+$|^\s*\S+\.[cm]?[jt]sx?:\d+:\d+: .*\(?(?:Error|error)[/:]\S+\)?|^\s*\d+:\d+\s+Error: .*\s\s?@?[\w/-]+$",
        )
        .confidence(0.88)
        .disposition(Disposition::Patch)
        .matches("  12:5  error  'widget' is assigned a value but never used  no-unused-vars")
        .matches("  12:5  error  Missing semicolon  @typescript-eslint/semi")
        .matches("12:5  Error: 'widget' is assigned a value but never used.  @typescript-eslint/no-unused-vars")
        .ignores("  12:5  warning  Unexpected console statement  no-console"),
    lint("node.lint-summary")
        .pattern(
            r"✖ \d+ problems? \([1-9]\d* errors?|^\s*[1-9]\d* errors? and \d+ warnings? potentially fixable with the `--fix` option|✖ ESLint found too many warnings|ESLint found too many warnings|^\d+ errors? found\. Fix|standard: Run `standard --fix`",
        )
        .summary()
        .disposition(Disposition::Patch)
        .matches("✖ 3 problems (2 errors, 1 warning)")
        .matches("  2 errors and 0 warnings potentially fixable with the `--fix` option.")
        .matches("ESLint found too many warnings (maximum: 0).")
        .ignores("✖ 3 problems (0 errors, 3 warnings)"),
    lint("node.lint-config")
        .category("configuration")
        .pattern(
            r#"ESLint couldn't find (?:(?P<file>an eslint\.config)|a\b|the (?:config "(?P<name>[^"]+)"|plugin "(?P<package>[^"]+)"|config|plugin))|ESLint: \d+\.\d+\.\d+\.? ?ESLint couldn't|Failed to load (?:config|plugin|parser) .* (?:to extend from|declared in)(?:.*Cannot find module '(?P<module>[^']+)')?"#,
        )
        .confidence(0.85)
        .disposition(Disposition::Patch)
        .strategies(&["config", "dependency", "escalate"])
        .matches("ESLint couldn't find an eslint.config.(js|mjs|cjs) file.")
        .matches("ESLint couldn't find the plugin \"eslint-plugin-widget\".")
        .matches("Error: Failed to load plugin 'widget' declared in '.eslintrc.json': Cannot find module 'eslint-plugin-widget'")
        .ignores("✖ 3 problems (2 errors, 1 warning)"),
    lint("node.eslint-stopped")
        .category("configuration")
        .pattern(r"^Oops! Something went wrong! :\(")
        .summary()
        .confidence(0.8)
        .strategies(&["config", "dependency", "escalate"])
        .matches("Oops! Something went wrong! :(")
        .ignores("ESLint: 9.1.0"),
    lint("node.prettier")
        .pattern(
            r"Code style issues? (?:were )?found in (?:the above file|(?P<file>\S+\.\w+)|\d+ files)|Forgot to run Prettier\?|\sprettier/prettier$|^\[error\] .*\.\w+: SyntaxError",
        )
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .matches("[warn] Code style issues found in 3 files. Run Prettier with --write to fix.")
        .matches("[warn] Code style issues found in the above file. Run Prettier with --write to fix.")
        .matches("[warn] Code style issues found in the above file(s). Forgot to run Prettier?")
        .matches("   3:5  error  Insert `;`  prettier/prettier")
        .ignores("All matched files use Prettier code style!"),
    lint("node.biome")
        .pattern(
            r"^\S+ (?:lint/\w+/\w+|format|organizeImports)\b.*(?:FIXABLE|━)|Formatter would have printed the following content|File content differs from formatting output",
        )
        .confidence(0.75)
        .disposition(Disposition::Patch)
        .matches("src/a.ts:1:1 lint/style/useConst  FIXABLE  ━━━━━━━━━━━")
        .matches("  × Formatter would have printed the following content:")
        .ignores("Checked 12 files in 20ms. No fixes applied."),
    lint("node.stylelint")
        .pattern(r"^\s*\d+:\d+\s+✖\s+\S.*\s\s+[\w/-]+$")
        .disposition(Disposition::Patch)
        .matches(" 3:5  ✖  Expected indentation of 2 spaces  indentation")
        .ignores("✖ 3 problems (2 errors, 1 warning)"),
    lint("node.commitlint")
        .pattern(r"^✖\s+.*\[(?:subject|type|scope|header|body|footer)-[\w-]+\]")
        .strategies(&["escalate"])
        .matches("✖   subject may not be empty [subject-empty]")
        .ignores("✖   found 2 problems, 0 warnings"),
];
