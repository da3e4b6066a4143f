//! GHC, cabal, Stack, Hspec, tasty and HLint.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "haskell")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("haskell.module-missing", "dependency-missing")
        .pattern(r"^\s+Could not (?:find|load) module [‘`'](?P<module>[\w.]+)['’]")
        .specificity(85)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("    Could not find module ‘Data.Spin’")
        .matches("    Could not load module `Data.Spin'")
        .ignores("[1 of 3] Compiling Data.Spin"),
    rule("haskell.type-error", "type-error")
        .pattern(r"^\s+(?:• )?(?:Couldn't match (?:expected )?type|No instance for \(|Ambiguous type variable|Couldn't deduce \()")
        .confidence(0.9)
        .strategies(&["escalate", "rollback"])
        .matches("    • Couldn't match expected type ‘Int’ with actual type ‘[Char]’")
        .matches("    • No instance for (Show Spin) arising from a use of ‘print’")
        .ignores("    • Defaulting the type variable"),
    rule("haskell.compile-error", "compile-error")
        .pattern(r"^(?P<file>\S+\.l?hs):(?P<line>\d+):\d+(?:-\d+)?: error:(?: \[GHC-\d+\])?|^(?P<module>\S+\.l?hs):\(\d+,\d+\)-\(\d+,\d+\): error:")
        .confidence(0.85)
        .strategies(&["escalate", "rollback"])
        .matches("src/Spin.hs:5:10: error:")
        .matches("src/Spin.hs:5:10: error: [GHC-88464]")
        .ignores("src/Spin.hs:5:10: warning: [-Wunused-imports]"),
    rule("haskell.compile-summary", "compile-error")
        .pattern(r"^(?:Error: )?(?:cabal: |\[Cabal-\d+\] )?Failed to build \S+-[\d.]+|^Error: \[S-\d+\]$|^--  While building package \S+")
        .summary()
        .confidence(0.6)
        .strategies(&["escalate"])
        .matches("Error: cabal: Failed to build spin-0.1.0.0.")
        .matches("--  While building package spin-0.1.0.0 using:")
        .ignores("Build profile: -w ghc-9.4.7 -O1"),
    rule("haskell.dependency-conflict", "dependency-conflict")
        .pattern(r"^(?:Error: )?(?:cabal: |\[Cabal-\d+\] )?Could not resolve dependencies:|^\[__\d+\] (?:rejecting: .*conflict|fail \(backjumping)|^Error: While constructing the build plan, the following exceptions were encountered|^In the dependencies for \S+-[\d.]+")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Error: cabal: Could not resolve dependencies:")
        .matches("Error: While constructing the build plan, the following exceptions were encountered:")
        .ignores("Resolving dependencies..."),
    rule("haskell.test-failed", "test-failure")
        .pattern(r"^\s+(?P<test>\S.*) FAILED \[\d+\]$|^\s+\S.*:\s+FAIL(?: \([\d.]+s\))?$|^\*\*\* Failed! Falsified")
        .confidence(0.85)
        .strategies(&["escalate", "rollback"])
        .matches("    turns twice FAILED [1]")
        .matches("*** Failed! Falsified (after 3 tests):")
        .ignores("    turns twice [✔]"),
    rule("haskell.test-summary", "test-failure")
        .pattern(r"^\d+ examples?, [1-9]\d* failures?(?:, \d+ pending)?$|^Test suite \S+: FAIL$|^[1-9]\d* out of \d+ tests failed")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("Test suite spin-test: FAIL")
        .matches("1 out of 12 tests failed (0.02s)")
        .ignores("Test suite spin-test: PASS"),
];
