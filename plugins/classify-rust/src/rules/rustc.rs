//! What the compiler, rustfmt and Clippy say about the code.

use plugin_sdk::prelude::*;

use super::rule;

/// A lint of Clippy was denied; the lint's own message stands above the matched line.
pub const CLIPPY: &str = "rust.clippy";
/// A lint of the compiler was denied; the lint's own message stands above the matched line.
pub const DENIED_LINT: &str = "rust.denied-lint";

/// Something that a crate only has with a feature that is off; a derive macro may also be the project's own mistake.
pub const FEATURE_OFF: &str = "rust.feature-off";

/// Error codes of the compiler that are about types.
const TYPE_CODES: &str = r"0(?:023|029|040|053|054|055|057|060|061|069|107|220|271|277|282|283|284|308|326|369|599|600|604|605|606|607|608|610|614|618|631|689|728|746)";

/// An error of the compiler that is about types.
const TYPE_ERROR: &str = joined!(r"^error\[(?P<code>E", TYPE_CODES, r")\]: ");

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.unresolved-import", "dependency-missing")
        .pattern(
            r"^error\[(?P<code>E0432|E0433|E0463)\]: (?:unresolved import `|failed to resolve: (?:use of (?:undeclared (?:crate or module|type or module|crate)|unresolved module or unlinked crate)|maybe a missing crate|could not find) `|cannot find (?:module or )?crate `|can't find crate for `)(?P<module>[\w:]+)",
        )
        .unless(r"`(?:crate|self|super|std|core|alloc)(?:::|`)|in `")
        .confidence(0.85)
        .specificity(90)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .block("cargo-error")
        .matches("error[E0432]: unresolved import `widget`")
        .matches("error[E0433]: failed to resolve: use of undeclared crate or module `widget`")
        .matches("error[E0433]: failed to resolve: use of unresolved module or unlinked crate `widget`")
        .matches("error[E0463]: can't find crate for `widget`")
        .ignores("error[E0432]: unresolved import `crate::widget`")
        .ignores("error[E0463]: can't find crate for `std`"),
    rule(FEATURE_OFF, "dependency-missing")
        .pattern(
            r"^\s*\|.*the item is gated behind the `(?P<option>[^`]+)` feature|^error: cannot find derive macro `(?P<name>\w+)` in this scope|^error\[E04\d\d\]: cannot find `main` in `(?P<package>tokio)`|^error\[E0433\]: (?:failed to resolve: could not find|cannot find) `(?:main|test)` in `(?P<module>tokio)`|^error\[E0599\]: no (?:function or associated item|method) named `(?:new_v[1-7]|now_v7|with_env_filter)` found for ",
        )
        .confidence(0.87)
        .specificity(95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .asks_plugin()
        .block("cargo-error")
        .matches("    |                   ---------------- the item is gated behind the `time` feature")
        .matches("error: cannot find derive macro `Serialize` in this scope")
        .matches("error[E0433]: cannot find `main` in `tokio`")
        .matches("error[E0433]: failed to resolve: could not find `main` in `tokio`")
        .ignores("error[E0433]: failed to resolve: could not find `main` in `widget`"),
    rule("rust.type-error", "type-error")
        .pattern(TYPE_ERROR)
        .unless(r"^error\[E0599\]: no (?:variant|associated item|function or associated item)")
        .strategies(&["escalate"])
        .block("cargo-error")
        .matches("error[E0308]: mismatched types")
        .matches("error[E0277]: the trait bound `Widget: Clone` is not satisfied")
        .ignores("error[E0382]: borrow of moved value: `widget`"),
    rule("rust.compile-error", "compile-error")
        .pattern(
            r"^error(?:\[(?P<code>E\d{4})\])?: (?:\S.*`.*`|expected .+, found|this file contains an unclosed|unclosed delimiter|mismatched closing|unexpected (?:closing|end of)|cannot find (?:macro|attribute|derive)|no rules expected|unknown start of token|unterminated|unused (?:doc comment|attribute)|proc[- ]macro (?:derive )?panicked|borrow|cannot borrow|reached the (?:recursion|type-length) limit|recursion limit reached|non-exhaustive patterns|environment variable)|^error\[E\d{4}\]: ",
        )
        .unless(
            r"could not compile `|linking with `|linker `|failed to (?:run|parse|select|get|download|fetch|load|read|publish|verify|compile|remove|create|write|open|execute|determine|install|update)|no matching package|no such command|toolchain|lock file|--locked|^error: unsupported operation: |^error: (?:package|crate|checksum|the package|none of|no (?:bin|example|test|bench|token|target|matching)|could not|target|test|doctest|process didn't exit|unexpected argument|manifest path|profile|options|incorrect value|unknown codegen|cannot (?:install|update|create)|`cargo|'|unable to|the listed|the option|command `|Recipe|recipe|invalid|the following required)",
        )
        .confidence(0.82)
        .specificity(80)
        .strategies(&["escalate"])
        .block("cargo-error")
        .matches("error[E0382]: borrow of moved value: `widget`")
        .matches("error: expected one of `!` or `::`, found `wiget`")
        .matches("error: this file contains an unclosed delimiter")
        .matches("error: cannot find macro `prinln` in this scope")
        .ignores("error: could not compile `app` (lib) due to 1 previous error")
        .ignores("error: failed to parse manifest at `/src/app/Cargo.toml`")
        .ignores("error: 2 vulnerabilities found!"),
    rule("rust.compile-summary", "compile-error")
        .pattern(
            r"^error: (?:could not compile `(?P<package>[^`]+)`|aborting due to (?:\d+ )?previous error|Could not document `|build failed$)|^Some errors have detailed explanations: |^For more information about this error, try `rustc --explain",
        )
        .summary()
        .confidence(0.7)
        .strategies(&["escalate"])
        .matches("error: could not compile `app` (lib) due to 2 previous errors; 1 warning emitted")
        .matches("error: aborting due to 2 previous errors")
        .matches("For more information about this error, try `rustc --explain E0308`.")
        .ignores("warning: build failed, waiting for other jobs to finish..."),
    rule("rust.fmt", "lint-or-format")
        .pattern(r"^Diff in (?P<file>.+?)(?: at line |:)(?P<line>\d+):?$")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("Diff in /src/app/src/main.rs:10:")
        .matches("Diff in /src/app/src/main.rs at line 10:")
        .ignores("Diff in behaviour is documented below"),
    rule(CLIPPY, "lint-or-format")
        .pattern(
            r"`-D clippy::(?P<option>[\w-]+)`(?: implied by|$)|requested on the command line with `-D clippy::|rust-clippy/\S+index\.html#|^\s*\|?.*#!?\[deny\(clippy::",
        )
        .confidence(0.9)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "escalate"])
        .asks_plugin()
        .block("cargo-error")
        .matches("   = note: `-D clippy::needless-return` implied by `-D warnings`")
        .matches("  = note: requested on the command line with `-D clippy::pedantic`")
        .ignores("   = note: `-D unused-variables` implied by `-D warnings`"),
    rule(DENIED_LINT, "lint-or-format")
        .pattern(r"= note: `-D (?P<option>[a-z_-]+)` implied by `-D warnings`|note: the lint level is defined here|= note: `#\[deny\((?P<name>[a-z_:]+)\)\]` (?:\(part of `#\[deny\([a-z_:]+\)\]`\) )?on by default")
        .confidence(0.85)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "escalate"])
        .asks_plugin()
        .block("cargo-error")
        .matches("  = note: `-D unused-variables` implied by `-D warnings`")
        .matches("  = note: `#[deny(unconditional_panic)]` on by default")
        .ignores("  = note: `#[warn(unused_variables)]` on by default"),
];
