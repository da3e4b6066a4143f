//! The TypeScript compiler, and checkers that speak like it.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("node.typescript-error", "type-error")
        .pattern(r"\berror TS(?P<code>[2-9]\d{3,4}|18\d{3}): |^\s*TS2\d{3}: |^(?:\./)?\S+\.tsx?:\d+:\d+\n?Type error: |^Type error: ")
        .unless(r"error TS(?:2307|7016|2688|5\d{3}|6\d{3}|18003|2792): ")
        .confidence(0.92)
        .strategies(&["escalate", "rollback"])
        .matches("src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'.")
        .matches("src/a.ts:3:5 - error TS2345: Argument of type 'unknown' is not assignable to parameter of type 'string'.")
        .matches("TS2339: Property 'name' does not exist on type '{}'.")
        .matches("Type error: Property 'name' does not exist on type '{}'.")
        .ignores("src/a.ts(3,5): error TS1005: ';' expected.")
        .ignores("src/a.ts(1,20): error TS7016: Could not find a declaration file for module 'widget'."),
    rule("node.typescript-syntax", "compile-error")
        .pattern(r"\berror TS1\d{3}: ")
        .strategies(&["escalate"])
        .matches("src/a.ts(3,5): error TS1005: ';' expected.")
        .ignores("src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'."),
    rule("node.typescript-config", "configuration")
        .pattern(r"\berror TS(?:5\d{3}|6\d{3}|18003): |Cannot find (?:a )?tsconfig")
        .strategies(&["config", "escalate"])
        .matches("error TS18003: No inputs were found in config file '/src/app/tsconfig.json'.")
        .matches("error TS5058: The specified path does not exist: 'tsconfig.build.json'.")
        .ignores("src/a.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'."),
    rule("node.types-missing", "dependency-missing")
        .pattern(
            r"(?:error )?TS(?:7016|2688|2580|2582|2591|2593): (?:Could not find a declaration file for module '(?P<module>[^']+)'|Cannot find type definition file for '(?P<package>[^']+)'|Cannot find name '(?P<name>[^']+)'\. Do you need to install type definitions)",
        )
        .confidence(0.92)
        .specificity(92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("src/a.ts(1,20): error TS7016: Could not find a declaration file for module 'widget'. '/src/app/node_modules/widget/index.js' implicitly has an 'any' type.")
        .matches("error TS2688: Cannot find type definition file for 'node'.")
        .matches("src/a.ts(2,1): error TS2580: Cannot find name 'process'. Do you need to install type definitions for node? Try `npm i --save-dev @types/node`.")
        .ignores("src/a.ts(3,5): error TS2304: Cannot find name 'widget'."),
    rule("node.typescript-module", "dependency-missing")
        .pattern(
            r"TS(?:2307|2792): Cannot find module '(?P<module>@?\w[^']*)'(?: or its corresponding type declarations)?",
        )
        .unless(r"Cannot find module '(?:src|app|lib|components|pages|utils|types)/")
        .confidence(0.85)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("src/a.ts(1,20): error TS2307: Cannot find module 'widget' or its corresponding type declarations.")
        .ignores("src/a.ts(1,20): error TS2307: Cannot find module './widget' or its corresponding type declarations."),
    rule("node.typescript-file", "type-error")
        .pattern(r"TS(?:2307|2792): Cannot find module '(?P<file>\.[^']*)'")
        .strategies(&["escalate"])
        .matches("src/a.ts(1,20): error TS2307: Cannot find module './widget' or its corresponding type declarations.")
        .ignores("src/a.ts(1,20): error TS2307: Cannot find module 'widget' or its corresponding type declarations."),
    rule("node.typescript-summary", "type-error")
        .pattern(r"^Found \d+ errors?(?: in (?:\d+ files|the same file).*|\.)?$")
        .summary()
        .confidence(0.55)
        .specificity(50)
        .strategies(&["escalate"])
        .matches("Found 3 errors in 2 files.")
        .ignores("Found 0 warnings."),
    rule("node.flow-error", "type-error")
        .pattern(r"^Error -{20,} \S+:\d+:\d+")
        .strategies(&["escalate"])
        .matches("Error ---------------------------------------- src/app.js:3:5")
        .ignores("Error: src/app.js:3:5"),
];
