//! mix, Hex, ExUnit, Credo, Dialyzer, rebar3 and Common Test.

use plugin_sdk::prelude::*;

use super::rule as of;

const fn rule(code: &'static str, category: &'static str) -> RuleBuilder {
    of(code, category, "elixir")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("elixir.compile-error", "compile-error")
        .pattern(r"^\s*\*\* \((?:CompileError|SyntaxError|TokenMissingError|MismatchedDelimiterError)\) |^\s+error: undefined (?:function|variable) |^===> Compiling \S+\.erl failed|^\S+\.erl:\d+(?::\d+)?: (?:syntax error|function \S+ undefined|can't find include)")
        .strategies(&["escalate", "rollback"])
        .matches("** (CompileError) lib/spin.ex:3: undefined function turn/0 (there is no such import)")
        .matches("    error: undefined function turn/0 (expected Spin to define such a function or for it to be imported before)")
        .matches("===> Compiling src/spin.erl failed")
        .ignores("** (RuntimeError) spinning too fast"),
    rule("elixir.compile-summary", "compile-error")
        .pattern(r"^== Compilation error in file \S+ ==|^\s*\*\* \(Mix\) Can't (?:continue|compile)|^could not compile dependency :\w+")
        .summary()
        .confidence(0.7)
        .strategies(&["escalate"])
        .matches("== Compilation error in file lib/spin.ex ==")
        .matches("could not compile dependency :spin, \"mix compile\" failed.")
        .ignores("Generated spin app"),
    rule("elixir.warnings-as-errors", "lint-or-format")
        .pattern(r"^Compilation failed due to warnings while using the --warnings-as-errors option")
        .strategies(&["escalate"])
        .matches("Compilation failed due to warnings while using the --warnings-as-errors option")
        .ignores("warning: variable \"x\" is unused"),
    rule("elixir.test-failed", "test-failure")
        .pattern(r"^\s+(?:Assertion|Refute|match \(=\)|Expected) with (?:==|!=|=~|<|>|<=|>=|===|in|=) (?:failed|succeeded)|^\s+Assertion failed, no matching (?:message|value)|^\s+Expected truthy, got |^\s+\d+\) test .+ \((?P<test>[\w.]+)\)$|^%%% \S+ ==> .*: FAILED")
        .confidence(0.86)
        .strategies(&["escalate", "rollback"])
        .matches("  1) test turns twice (SpinTest)")
        .matches("     Assertion with == failed")
        .ignores("  * test turns twice (1.2ms)"),
    rule("elixir.test-summary", "test-failure")
        .pattern(r"^\d+ (?:doctests?, \d+ )?(?:propert(?:y|ies), \d+ )?tests?, [1-9]\d* failures?|^Failed [1-9]\d* tests\. Passed \d+ tests")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("12 tests, 1 failure")
        .matches("2 doctests, 12 tests, 3 failures, 1 excluded")
        .ignores("12 tests, 0 failures"),
    rule("elixir.format", "lint-or-format")
        .pattern(r"^\*\* \(Mix\) mix format failed due to --check-formatted|mix format failed due to --check-formatted")
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("** (Mix) mix format failed due to --check-formatted.")
        .ignores("mix format"),
    rule("elixir.credo", "lint-or-format")
        .pattern(r"^\d+ mods/funs, found [1-9]\d* |^\s*┃ \[[RWCFD]\] [↗↑→↘↓] ")
        .confidence(0.85)
        .strategies(&["escalate"])
        .matches("  ┃ [W] ↗ There should be no calls to IO.inspect/1.")
        .matches("140 mods/funs, found 2 warnings.")
        .ignores("140 mods/funs, found no issues."),
    rule("elixir.dialyzer", "type-error")
        .pattern(r"^\S+\.exs?:\d+(?::\d+)?:(?:no_return|call|pattern_match|invalid_contract|callback_type_mismatch|unknown_function|unknown_type|no_match|guard_fail|extra_range)$|^Halting VM with exit status 2$")
        .confidence(0.85)
        .strategies(&["escalate"])
        .matches("lib/spin.ex:12:no_return")
        .ignores("done (passed successfully)"),
    rule("elixir.dependency-missing", "dependency-missing")
        .pattern(r"^Unchecked dependencies for environment \w+:|the dependency is not available, run \x22mix deps\.get\x22|^\*\* \(Mix\) (?:No package with name |Can't continue due to errors on dependencies|The task \x22(?P<command>[\w.]+)\x22 could not be found)|^No package with name (?P<package>\S+)|\(UndefinedFunctionError\) function (?P<module>\S+) is undefined \(module \S+ is not available\)|^===> (?:Package not found in registry: |Dependency failure: )")
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "escalate"])
        .matches("Unchecked dependencies for environment test:")
        .matches("** (Mix) The task \"credo\" could not be found")
        .matches("** (UndefinedFunctionError) function Spin.turn/0 is undefined (module Spin is not available)")
        .ignores("* Getting spin (Hex package)"),
    rule("elixir.dependency-conflict", "dependency-conflict")
        .pattern(r"^Failed to use \x22(?P<package>\w+)\x22 (?:\(version|because)|^\*\* \(Mix\) Hex dependency resolution failed|the dependency is out of date, run \x22mix deps\.get\x22|lock mismatch: the dependency is out of date|^Dependencies have diverged:|^the dependency :\w+ in \S+ is overriding a child dependency")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("** (Mix) Hex dependency resolution failed")
        .matches("  lock mismatch: the dependency is out of date. To fetch locked version run \"mix deps.get\"")
        .ignores("Resolving Hex dependencies..."),
    rule("elixir.version", "toolchain-missing-or-version")
        .pattern(r"^\*\* \(Mix\) You're trying to run :\w+ on Elixir v?(?P<version>\S+) but it has declared in its mix\.exs file it supports only Elixir (?P<wanted>.+)$|requires Erlang/OTP (?:[\d.]+)\+?|^\*\* \(Mix\) Could not find (?:Hex|an SCM|\x22rebar3\x22)|Could not find Hex, which is needed to build dependency")
        .strategies(&["alternative", "config", "escalate"])
        .matches("** (Mix) You're trying to run :spin on Elixir v1.11.4 but it has declared in its mix.exs file it supports only Elixir ~> 1.14")
        .matches("Could not find Hex, which is needed to build dependency :spin")
        .ignores("Elixir 1.14.0 (compiled with Erlang/OTP 25)"),
];
