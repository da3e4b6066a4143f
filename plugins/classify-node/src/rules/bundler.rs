//! webpack, Vite, Rollup, esbuild, Babel, style sheets, and the frameworks that build with them.

use plugin_sdk::prelude::*;

use super::rule;

const fn compile(code: &'static str) -> RuleBuilder {
    rule(code, "compile-error").strategies(&["escalate", "rollback"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    compile("node.rollup-error")
        .pattern(r#"RollupError: |^"[^"]+" is not exported by "[^"]+", imported by "|export '[^']+' \(imported as '[^']+'\) was not found in '|is not exported (?:by|from) ['"]\.|No matching export in "[^"]+" for import|MISSING_EXPORT\]|PARSE_ERROR\] "#)
        .unless(r"Could not resolve|failed to resolve import|^(?i:warn)|Cannot resolve entry module")
        .confidence(0.86)
        .matches("[!] RollupError: src/main.js (1:9): \"spin\" is not exported by \"src/wheel.js\", imported by \"src/main.js\".")
        .matches("export 'spin' (imported as 'spin') was not found in './wheel' (possible exports: turn)")
        .ignores("[!] RollupError: Could not resolve \"./wheel\" from \"src/main.js\""),
    compile("node.esbuild-error")
        .pattern(r"^(?:✘|X) \[ERROR\] \S|^\s*> \S+:\d+:\d+: error: |error: Transform failed with \d+ error")
        .unless("Could not resolve|No matching export")
        .confidence(0.86)
        .matches("✘ [ERROR] Expected \")\" but found \"return\"")
        .matches(" > src/main.ts:3:8: error: Unexpected \"}\"")
        .ignores("✘ [ERROR] Could not resolve \"widget\""),
    compile("node.transform-error")
        .pattern(r"^(?:\[?(?:vite|plugin|commonjs|unplugin|rollup|swc|esbuild)[:\w-]*\] ).*(?:Error|error|Unexpected|Failed to parse|Invalid end tag)|Transform failed with \d+ error|\[vue/compiler-sfc\] |\[postcss\] .*(?:Unknown word|Unclosed)|CssSyntaxError: |SassError: |Error: (?:Undefined (?:variable|mixin|function)|Can't find stylesheet to import|expected \x22[;{})])|\bLessError: |^Syntax Error: |error  ?in \./src/|×  ?(?:Expected|Unexpected|Expression expected|Unterminated)|Failed to parse source for import analysis|Export '\w+' doesn't exist in target module|the name `\w+` is (?:defined|exported) multiple times|^\s*× the name `|Parsing ecmascript source code failed")
        .unless(r"(?i)^\s*warn|failed to resolve import|RollupError")
        .confidence(0.8)
        .matches("Transform failed with 1 error:")
        .matches("SassError: Undefined variable.")
        .matches("CssSyntaxError: /src/app/main.css:3:1: Unclosed block")
        .matches("[vite:vue] Invalid end tag.")
        .ignores("[vite]: Rollup failed to resolve import \"widget\" from \"/src/app/main.ts\"."),
    compile("node.bundler-settings")
        .category("configuration")
        .pattern(r"Invalid configuration object\. Webpack has been initialised|\[webpack-cli\] (?:Failed to load|Error: Unknown|Error: Invalid|Unable to load)|[Ff]ailed to load config from|Could not resolve entry module|Cannot resolve entry module|Failed to load next\.config|Couldn't find any `pages` or `app` directory|Build optimization failed: found page|\[BABEL\] .*(?:Unknown option|not allowed|Cannot|Requires)|Plugin/Preset files are not allowed to export|Support for the experimental syntax '|Cannot find (?:preset|plugin) '|Schema validation failed with the following errors|is not available when running the Angular CLI outside a workspace|bundle initial exceeded maximum budget|exceeded maximum budget\. Budget|Entry module not found: |Task never defined: |Warning: Task \x22[^\x22]+\x22 not found|Project target does not exist|Unknown (?:loader|preset) \x22|Data path \x22\x22 must|Invalid options object\. |Cannot load \x22karma-|Can not load \x22|should be wrapped in a suspense boundary|requires a peer of|No entrypoint found|Must use import to load ES Module.*config|Unable to resolve preset|Validation Error:$|Cannot find config file|Could not find (?:a )?config")
        .unless(r"(?i)^warn(?:ing)?[: ]+(?:exceeded|bundle)|(?i:continuing|using (?:the )?defaults?|falling back)")
        .confidence(0.84)
        .strategies(&["config", "escalate"])
        .matches("Error: Could not resolve entry module \"src/mian.js\".")
        .matches("[webpack-cli] Invalid configuration object. Webpack has been initialised using a configuration object that does not match the API schema.")
        .matches("failed to load config from /src/app/vite.config.ts")
        .matches("● Validation Error:")
        .ignores("Could not find config file, continuing with defaults")
        .ignores("vite v5.0.0 building for production..."),
    compile("node.bundler-missing")
        .category("dependency-missing")
        .pattern(r"Unable to resolve module (?P<module>@?\w\S*) from|Could not find the '[^']+' builder's node package|MISSING DEPENDENCY +Cannot find dependency '(?P<package>[^']+)'|Loading PostCSS Plugin failed: Cannot find|Failed to load url (?P<name>\S+) \(resolved|Module \S+ in the \S+ option was not found|^\s*Preset (?P<requirement>\S+) not found|Cannot find Babel (?:preset|plugin)|Cannot find dependency '|[Pp]reprocessor dependency \x22(?P<tool>[^\x22]+)\x22 not found|Test environment (?P<option>\S+) cannot be found|^(?P<command>terser) not found\. Since Vite|^CLI for webpack must be installed|It looks like you're trying to use TypeScript but do not have|peer dependency .* (?:must be|is not) installed")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .confidence(0.9)
        .specificity(92)
        .matches(" MISSING DEPENDENCY  Cannot find dependency 'jsdom'")
        .matches("  Preset shop-preset not found.")
        .matches("  Test environment jest-environment-shop cannot be found. Make sure the testEnvironment configuration option points to an existing node module.")
        .matches("CLI for webpack must be installed.")
        .matches("error: Error: Unable to resolve module widget from /src/app/index.js: widget could not be found within the project")
        .ignores("Resolving dependencies"),
    compile("node.bundler-versions")
        .category("dependency-conflict")
        .pattern(r"BREAKING CHANGE: webpack < 5 used to include polyfills|requires PostCSS \d|directly as a PostCSS plugin|The Angular Compiler requires TypeScript|context\.get(?:Scope|Ancestors|DeclaredVariables|SourceCode) is not a function|Invalid hook call|tapPromise is not a function|compiler\.plugin is not a function|This version of CLI is only compatible with Angular|Error while loading rule '|TypeError: \S+ is not a constructor.*plugin|was configured with a version range|You are using TypeScript .* which is not supported")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Error: The Angular Compiler requires TypeScript >=5.4.0 and <5.6.0 but 4.9.5 was found instead.")
        .matches("TypeError: context.getScope is not a function")
        .ignores("webpack 5.90.0 compiled successfully in 200 ms"),
    compile("node.angular-error")
        .pattern(r"\berror NG(?P<code>\d{3,4}): |\[ERROR\] NG\d+: ")
        .category("type-error")
        .matches("src/app/page.html:3:1 - error NG8001: 'shop-cart' is not a known element:")
        .ignores("src/app/page.html:3:1 - warning NG8107: the left side of this optional chain"),
    compile("node.prerender")
        .pattern(r"Error occurred prerendering page \x22|Failed to collect page data for|Export encountered (?:an error|errors) on|Build error occurred$")
        .symptom()
        .confidence(0.7)
        .matches("Error occurred prerendering page \"/cart\". Read more: https://framework.example/errors")
        .ignores("Generating static pages (12/12)"),
    compile("node.bundler-summary")
        .pattern(r"^ERROR in \./|webpack \S*\s?compiled with [1-9]\d* errors?|^Failed to compile\.?$|^error during build:|🚨 Build failed|^\[!\] \(plugin |HookWebpackError|Build failed with [1-9]\d* errors?|^Aborted due to warnings\.|'[\w:-]+' errored after|^> Build failed because of webpack errors|svelte-check found [1-9]\d* errors?|Application bundle generation failed")
        .summary()
        .confidence(0.7)
        .specificity(70)
        .matches("webpack 5.90.0 compiled with 2 errors in 812 ms")
        .matches("Failed to compile.")
        .ignores("webpack 5.90.0 compiled successfully in 812 ms"),
];
