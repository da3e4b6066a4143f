//! Checkers beside ESLint and Prettier, and the settings that they refuse.

use plugin_sdk::prelude::*;

use super::rule;

const fn style(code: &'static str) -> RuleBuilder {
    rule(code, "lint-or-format").strategies(&["alternative", "config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    style("node.text-lint")
        .pattern(r"^\S+:\d+(?::\d+)? (?:error )?MD\d{3}(?:/[\w-]+)+ |^\S+:\d+:\d+ - (?:Unknown|Forbidden) word \(|^\S+:\d+:\d+: \[error\] .*\([\w-]+\)$")
        .confidence(0.9)
        .matches("README.md:3:81 MD013/line-length Line length [Expected: 80; Actual: 120]")
        .matches("docs/guide.md:4:7 - Unknown word (wierd)")
        .ignores("CSpell: Files checked: 12, Issues found: 0 in 0 files."),
    style("node.oxlint")
        .pattern(r"^\s*[×x] (?:eslint|typescript|unicorn|oxc|import|react|jsx|promise|jest|vitest)[\w-]*\([\w/-]+\): ")
        .confidence(0.9)
        .matches("  × eslint(no-unused-vars): Variable 'a' is declared but never used.")
        .ignores("  ⚠ eslint(no-unused-vars): Variable 'a' is declared but never used."),
    style("node.style-summary")
        .pattern(r"Some errors were emitted while (?:running checks|applying fixes)|^Found [1-9]\d* (?:not formatted files?|errors?\.$)|Issues found: [1-9]\d* in |Summary: [1-9]\d* error\(s\)|^Unused (?:files|dependencies|devDependencies|exports|exported types) \([1-9]|Package size limit has exceeded|lint-staged (?:failed|prevented)|^✖ [1-9]\d* (?:problems?|errors?)(?: \(|$)")
        .unless(r"\(0 errors|problems? \([1-9]")
        .summary()
        .confidence(0.75)
        .specificity(70)
        .matches("  × Some errors were emitted while running checks.")
        .matches("CSpell: Files checked: 12, Issues found: 3 in 2 files.")
        .matches("Unused dependencies (2)")
        .ignores("CSpell: Files checked: 12, Issues found: 0 in 0 files."),
    style("node.prettier-file")
        .pattern(r"^\[warn\] (?P<file>\S+\.(?:[cm]?[jt]sx?|json5?|ya?ml|md|mdx|s?css|less|html|vue|svelte|graphql))$")
        .symptom()
        .confidence(0.8)
        .specificity(70)
        .disposition(Disposition::Patch)
        .matches("[warn] src/shapes.ts")
        .ignores("[warn] Ignored unknown option"),
    style("node.style-settings")
        .category("configuration")
        .pattern(r"\[error\] (?:No parser could be inferred|No files matching the pattern|Invalid configuration|Cannot find|Couldn't resolve)|^No files matching (?:the pattern )?['\x22]|Invalid option '--?[\w-]+' - |^Configuration for rule \x22|\x22?extends\x22? key, which is not supported in flat config|No configuration provided for |Definition for rule '[^']+' not found|ConfigurationError: |^\s*Key \x22\w+\x22: |The configuration file .* (?:is invalid|contains errors)|Found an unknown key `|biome\.json\S* deserialize|ConfigError: .*[Ee]slint|was not found by the project service|Parsing error: \x22?parserOptions\.project|Parsing error: Cannot find module|Failed to load (?:plugin|config|parser) |Unknown rule \S+|eslint\.config\.\w+ .*(?:must|should) (?:export|be)|Config \(unnamed\): |Unexpected undefined config")
        .unless(r"(?i)^\s*warn|declared in|to extend from")
        .confidence(0.86)
        .strategies(&["config", "dependency", "escalate"])
        .matches("[error] No parser could be inferred for file \"/src/app/LICENSE\".")
        .matches("Invalid option '--ext' - perhaps you meant '-c'?")
        .matches("A config object is using the \"extends\" key, which is not supported in flat config system.")
        .matches("ConfigurationError: No configuration provided for /src/app/main.css")
        .ignores("All matched files use Prettier code style!"),
];
