//! Modules that cannot be found or loaded, by Node.js and by bundlers.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("node.module-not-found", "dependency-missing")
        .pattern(
            r#"(?:Error: |^\s*\[?)?Cannot find (?:module|package) ['"](?P<module>(?:node:)?@?[\w][^'"]*)['"](?: imported from|$|\s|\.|,)|Module not found: (?:Error: )?Can't resolve ['"](?P<package>@?\w[^'"]*)['"]|Could not resolve ['"](?P<name>@?\w[^'"]*)['"](?: from|$)|failed to resolve import ['"](?P<requirement>@?\w[^'"]*)['"]|Cannot resolve module ['"]"#,
        )
        .unless(r"error TS\d+|TS2307|or its corresponding type declarations|Cannot find module '/|warning|from '\.|/dist/|^npm |Failed to load (?:config|plugin|parser)")
        .confidence(0.87)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Error: Cannot find module 'widget'")
        .matches("Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'widget' imported from /src/app/index.mjs")
        .matches("Cannot find module 'widget' from 'src/app.test.js'")
        .matches("Module not found: Error: Can't resolve 'widget' in '/src/app/src'")
        .matches("[vite]: Rollup failed to resolve import \"widget\" from \"/src/app/main.ts\".")
        .ignores("Error: Cannot find module './lib/shapes'")
        .ignores("src/a.ts(3,5): error TS2307: Cannot find module 'widget' or its corresponding type declarations."),
    rule("node.file-not-found", "compile-error")
        .pattern(
            r#"Cannot find module ['"](?P<file>[./][^'"]*)['"]|Module not found: (?:Error: )?Can't resolve ['"](?P<path>\.[^'"]*)['"]|Could not resolve ['"](?P<name>\.[^'"]*)['"]"#,
        )
        .unless(r"error TS\d+|TS2307")
        .confidence(0.8)
        .specificity(75)
        .strategies(&["escalate"])
        .matches("Error: Cannot find module './lib/shapes'")
        .matches("Module not found: Error: Can't resolve './shapes' in '/src/app/src'")
        .ignores("Error: Cannot find module 'widget'"),
    rule("node.module-not-found-code", "dependency-missing")
        .pattern(r"^\s*code: 'MODULE_NOT_FOUND'|^\s*code: 'ERR_MODULE_NOT_FOUND'")
        .symptom()
        .confidence(0.7)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("  code: 'MODULE_NOT_FOUND',")
        .ignores("  code: 'ECONNREFUSED',"),
    rule("node.esm-required", "dependency-conflict")
        .pattern(
            r"ERR_REQUIRE_ESM|require\(\) of ES Module .* not supported|ERR_PACKAGE_PATH_NOT_EXPORTED|Package subpath '(?P<path>[^']+)' is not defined by .exports.|does not provide an export named '(?P<name>[^']+)'",
        )
        .confidence(0.8)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Error [ERR_REQUIRE_ESM]: require() of ES Module /src/app/node_modules/widget/index.js from /src/app/index.js not supported.")
        .matches("Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath './lib/x' is not defined by \"exports\" in /src/app/node_modules/widget/package.json")
        .ignores("Error: Cannot find module 'widget'"),
    rule("node.esm-outside-module", "configuration")
        .pattern(r"Cannot use import statement outside a module|Unexpected token 'export'|require is not defined in ES module scope")
        .confidence(0.8)
        .strategies(&["config", "escalate"])
        .matches("SyntaxError: Cannot use import statement outside a module")
        .matches("ReferenceError: require is not defined in ES module scope, you can use import instead")
        .ignores("SyntaxError: Unexpected identifier"),
    rule("node.native-module", "dependency-conflict")
        .pattern(
            r"was compiled against a different Node\.js version|Could not locate the bindings file|ERR_DLOPEN_FAILED|Node Sass does not yet support your current environment|Missing binding .*node-sass|Cannot find module @rollup/rollup-|(?:The package|package) .@esbuild/[\w-]+. could not be found|You installed esbuild for another platform",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .matches("was compiled against a different Node.js version using")
        .matches("Error: Could not locate the bindings file. Tried:")
        .matches("Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug related to optional dependencies")
        .ignores("Error: Cannot find module 'widget'"),
    rule("node.tool-not-installed", "dependency-missing")
        .pattern(
            r"npm (?:ERR!|error) could not determine executable to run|(?:ERR_PNPM_RECURSIVE_EXEC_FIRST_FAIL|ERR_PNPM_EXEC).*Command .(?P<command>[^\x22]+). not found|This is not the tsc command you are looking for|sh: (?:1: |line 1: )?(?P<tool>tsc|jest|vite|webpack|eslint|prettier|next|nuxt|ng|vue-cli-service|react-scripts|mocha|rollup|tsup|turbo|lerna|cross-env|rimraf|husky|nx|vitest|ts-node|tsx|esbuild|concurrently|nodemon|gulp|grunt|playwright|cypress|storybook|parcel|babel|ava|tap|nyc|c8|standard|xo): (?:command )?not found",
        )
        .specificity(95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("sh: 1: tsc: not found")
        .matches("sh: line 1: webpack: command not found")
        .matches("npm ERR! could not determine executable to run")
        .ignores("sh: 1: protoc: not found"),
];
