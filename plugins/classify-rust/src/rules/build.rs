//! Build scripts and linking.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.system-library-missing", "dependency-missing")
        .pattern(
            r"The system library `(?P<library>[^`]+)` required by crate `(?P<package>[^`]+)` was not found|Could not find directory of OpenSSL installation|Unable to find libclang|Could not find `protoc`|pkg-config has not been configured to support cross-compilation|The pkg-config command could not be found",
        )
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("  The system library `openssl` required by crate `openssl-sys` was not found.")
        .matches("  Could not find directory of OpenSSL installation, and this `-sys` crate cannot")
        .matches("  Unable to find libclang: \"couldn't find any valid shared libraries matching: ['libclang.so']\"")
        .ignores("  The file `openssl.pc` needs to be installed"),
    rule("rust.build-script-failed", "compile-error")
        .pattern(r"failed to run custom build command for `(?P<package>[^`]+)`")
        .symptom()
        .confidence(0.75)
        .strategies(&["escalate"])
        .block("cargo-error")
        .matches("error: failed to run custom build command for `widget-sys v1.2.3`")
        .ignores("   Compiling widget-sys v1.2.3"),
    rule("rust.link-failed", "compile-error")
        .pattern(r"^error: linking with `(?P<tool>[^`]+)` failed: ")
        .symptom()
        .confidence(0.85)
        .strategies(&["escalate"])
        .block("cargo-error")
        .matches("error: linking with `cc` failed: exit status: 1")
        .ignores("error: linker `cc` not found"),
    rule("rust.compiler-killed", "resource-memory")
        .pattern(r"process didn't exit successfully: .*\(signal: 9, SIGKILL: kill\)")
        .confidence(0.8)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "escalate"])
        .matches("process didn't exit successfully: `rustc --crate-name app src/lib.rs` (signal: 9, SIGKILL: kill)")
        .ignores("process didn't exit successfully: `/src/app/target/debug/app` (exit status: 1)"),
    rule("rust.process-crashed", "test-failure")
        .pattern(
            r"process didn't exit successfully: .*\((?P<signal>signal: (?:4|6|7|8|11), SIG[A-Z]+: [^)]+)\)|cargo_tarpaulin: .*segfault",
        )
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("  process didn't exit successfully: `/src/app/target/debug/deps/app-0123` (signal: 11, SIGSEGV: invalid memory reference)")
        .ignores("process didn't exit successfully: `rustc --crate-name app` (signal: 9, SIGKILL: kill)"),
    rule("rust.process-failed", "unknown")
        .pattern(r"^(?:error: |\s*)process didn't exit successfully: .*\(exit (?:status|code): (?P<exit_code>\d+)\)")
        .summary()
        .confidence(0.4)
        .strategies(&["escalate"])
        .matches("error: process didn't exit successfully: `target/debug/app` (exit status: 1)")
        .ignores("process didn't exit successfully: `rustc --crate-name app` (signal: 9, SIGKILL: kill)"),
    rule("rust.system-library", "dependency-missing")
        .pattern(r"[Cc]ould not find (?:system )?(?:library|package) [`'](?P<package>[^`']+)[`'] required by|is `(?P<tool>[\w.+-]+)` not installed\?|Could not find `protoc`|failed to find tool \x22(?P<target>[^\x22]+)\x22|The file `(?P<file>[\w.+-]+\.pc)` needs to be installed|No suitable system version of|failed to execute command: No such file or directory.*is `|pkg-config exited with|could not (?:find|locate) (?:lib\w+|openssl|sqlite3|zlib|protoc|cmake|clang|nasm|perl)\b")
        .confidence(0.92)
        .specificity(88)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("  could not find system library 'widget' required by the 'widget-sys' crate")
        .ignores("  cargo:rerun-if-changed=build.rs"),
    rule("rust.compile-error-macro", "compile-error")
        .pattern(r"^\s*\d+ \|\s+(?:\w+::)*compile_error!\(|^\d+ \| compile_error!\(")
        .symptom()
        .confidence(0.8)
        .strategies(&["escalate", "config"])
        .block("cargo-error")
        .matches("2 | compile_error!(\"choose one of the features spin and turn\");")
        .ignores("2 | println!(\"spin\");"),
];
