//! The OCaml compilers, dune and opam.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "ocaml")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ocaml.library-missing", "dependency-missing")
        .pattern(r"^Error: Library \x22(?P<package>[\w.-]+)\x22 not found|^\[ERROR\] No package named (?P<name>\S+) found")
        .strategies(&["dependency", "escalate"])
        .matches("Error: Library \"spin\" not found.")
        .matches("[ERROR] No package named spin found.")
        .ignores("Library \"spin\" found in /src/app"),
    rule("ocaml.type-error", "type-error")
        .pattern(r"^Error: This (?:expression|pattern|variant expression) (?:has type|was expected|is expected)|^Error: The implementation \S+ does not match the interface|^Error: Signature mismatch")
        .strategies(&["escalate", "rollback"])
        .matches("Error: This expression has type string but an expression was expected of type")
        .ignores("Error: Unbound value turn"),
    rule("ocaml.compile-error", "compile-error")
        .pattern(r"^Error: (?:Unbound (?:value|module|type|constructor|record field)|Syntax error|Some type variables|Unused|Multiple definition)|^Error \(warning \d+ \[[\w-]+\]\): ")
        .strategies(&["escalate", "rollback"])
        .matches("Error: Unbound value turn")
        .matches("Error (warning 32 [unused-value-declaration]): unused value turn.")
        .ignores("Warning 32 [unused-value-declaration]: unused value turn."),
    rule("ocaml.dependency-conflict", "dependency-conflict")
        .pattern(r"^\[ERROR\] Package conflict!|^The following dependencies couldn't be met:")
        .strategies(&["dependency", "escalate"])
        .matches("[ERROR] Package conflict!")
        .ignores("[NOTE] Package spin is already installed"),
];
