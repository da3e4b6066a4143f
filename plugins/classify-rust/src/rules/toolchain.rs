//! The compiler, a component or a target is absent or of another version.

use plugin_sdk::prelude::*;

use super::rule;

/// The standard library of the target is not there; the target's name is on a line below.
pub const TARGET_MISSING: &str = "rust.toolchain-target-missing";

const fn toolchain(code: &'static str) -> RuleBuilder {
    rule(code, "toolchain-missing-or-version").strategies(&["alternative", "dependency", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    toolchain("rust.msrv")
        .pattern(
            r"^(?:error: )?\s*(?:package `)?(?P<package>[\w-]+)(?:@| v)[\w.+-]+(?: \([^)]*\))?`? (?:cannot be built because it )?requires rustc (?P<wanted>(?P<version>\d[\w.-]*\w))",
        )
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .block("cargo-error")
        .matches("  app@0.1.0 requires rustc 1.99")
        .matches("error: package `widget v1.2.3` cannot be built because it requires rustc 1.99 or newer, while the currently active rustc version is 1.75.0")
        .matches("error: package `app v0.1.0 (/src/app)` cannot be built because it requires rustc 1.99.0 or newer, while the currently active rustc version is 1.75.0")
        .ignores("error: rustc 1.75.0 is not supported by the following package:"),
    toolchain("rust.msrv-heading")
        .pattern(r"^error: rustc [\w.-]+ is not supported by the following packages?:")
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .block("cargo-error")
        .matches("error: rustc 1.75.0 is not supported by the following package:")
        .ignores("  app@0.1.0 requires rustc 1.99"),
    toolchain("rust.cargo-too-old")
        .pattern(
            r"feature `(?P<feature>\w+)` is required|that feature is not stabilized in this version of Cargo|this version of Cargo is older than the `|lock file version `?\d+`? (?:was found, but this version of Cargo does not understand|requires `-Znext-lockfile-bump`)",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .block("cargo-error")
        .matches("  feature `edition2024` is required")
        .matches("  this version of Cargo is older than the `2024` edition, and only supports `2015`, `2018`, and `2021` editions.")
        .matches("lock file version `4` was found, but this version of Cargo does not understand this lock file, perhaps Cargo needs to be updated?")
        .matches("lock file version 4 requires `-Znext-lockfile-bump`")
        .ignores("error: the package 'app' does not contain this feature: fast"),
    toolchain(TARGET_MISSING)
        .pattern(
            r"can't find crate for `(?:std|core|alloc)`|the `(?P<target>[\w.-]+)` target may not be installed",
        )
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .asks_plugin()
        .block("cargo-error")
        .matches("error[E0463]: can't find crate for `std`")
        .matches("  = note: the `wasm32-wasip2` target may not be installed")
        .ignores("error[E0463]: can't find crate for `widget`"),
    toolchain("rust.toolchain-missing")
        .pattern(
            r"toolchain '(?P<version>[^']+)' is not installed|rustup could not choose a version of \w+ to run|no default toolchain (?:is )?configured|toolchain '[^']+' does not support components|invalid toolchain name: ",
        )
        .disposition(Disposition::Auto)
        .matches("error: toolchain 'nightly-2024-01-01-x86_64-unknown-linux-gnu' is not installed")
        .matches("error: rustup could not choose a version of cargo to run, because one wasn't specified explicitly, and no default is configured.")
        .ignores("info: installing component 'rustc'"),
    toolchain("rust.component-missing")
        .pattern(
            r"^error: '(?P<tool>[^']+)' is not installed for the (?:custom )?toolchain|toolchain '[^']+' does not contain component '(?P<name>[^']+)'",
        )
        .disposition(Disposition::Auto)
        .matches("error: 'cargo-fmt' is not installed for the toolchain 'stable-x86_64-unknown-linux-gnu'.")
        .matches("error: toolchain 'nightly-x86_64-unknown-linux-gnu' does not contain component 'clippy' for target 'x86_64-unknown-linux-gnu'")
        .ignores("error: toolchain 'nightly' is not installed"),
    toolchain("rust.subcommand-missing")
        .pattern(r"^error: no such (?:sub)?command: `(?P<command>[^`]+)`")
        .disposition(Disposition::Auto)
        .matches("error: no such command: `nextest`")
        .ignores("error: no bin target named `nextest`."),
    toolchain("rust.nightly-needed")
        .pattern(
            r"error\[E0554\]: |the option `[^`]+` is only accepted on the nightly compiler|the `-Z` flag is only accepted on the nightly channel|use of unstable (?:library )?feature",
        )
        .matches("error[E0554]: `#![feature]` may not be used on the stable release channel")
        .matches("error: the option `Z` is only accepted on the nightly compiler")
        .matches("error[E0658]: use of unstable library feature 'let_chains'")
        .ignores("error[E0432]: unresolved import `widget`"),
    toolchain("rust.linker-missing")
        .pattern(r"linker `(?P<tool>[^`]+)` not found")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .matches("error: linker `cc` not found")
        .ignores("error: linking with `cc` failed: exit status: 1"),
    toolchain("rust.compiled-by-another-version")
        .pattern(r"error\[E0514\]: found crate `(?P<package>[^`]+)` compiled by an incompatible version of rustc")
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .matches("error[E0514]: found crate `widget` compiled by an incompatible version of rustc")
        .ignores("error[E0432]: unresolved import `widget`"),
    toolchain("rust.compiler-crashed")
        .category("compile-error")
        .pattern(
            r"^error: internal compiler error|^thread 'rustc'(?: \(\d+\))? (?:has overflowed its stack|panicked at)|rustc interrupted by SIG|the compiler unexpectedly panicked",
        )
        .strategies(&["retry", "alternative", "escalate"])
        .matches("error: internal compiler error: unexpected panic")
        .matches("thread 'rustc' panicked at compiler/rustc_middle/src/ty/context.rs:10:5:")
        .matches("error: rustc interrupted by SIGSEGV, printing backtrace")
        .ignores("thread 'main' panicked at src/main.rs:2:5:"),
];
