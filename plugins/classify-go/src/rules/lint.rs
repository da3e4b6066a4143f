//! gofmt, golangci-lint and staticcheck.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("go.lint", "lint-or-format")
        .pattern(r"(?P<file>[\w./\\-]+\.go):(?P<line>\d+)(?::\d+)?:? .*\((?:asasalint|asciicheck|bidichk|bodyclose|containedctx|contextcheck|cyclop|copyloopvar|deadcode|depguard|dogsled|dupl|dupword|durationcheck|errcheck|errchkjson|errname|errorlint|exhaustive|exhaustruct|exportloopref|forbidigo|forcetypeassert|funlen|gci|ginkgolinter|gochecknoglobals|gochecknoinits|gocognit|goconst|gocritic|gocyclo|godot|godox|goerr113|gofmt|gofumpt|goimports|golines|golint|gomnd|gomoddirectives|goprintffuncname|gosec|gosimple|govet|importas|ineffassign|interfacebloat|intrange|ireturn|lll|loggercheck|maintidx|makezero|mirror|misspell|mnd|musttag|nakedret|nestif|nilerr|nilnil|nlreturn|noctx|nolintlint|nonamedreturns|paralleltest|perfsprint|prealloc|predeclared|promlinter|protogetter|reassign|recvcheck|revive|rowserrcheck|scopelint|sloglint|spancheck|sqlclosecheck|staticcheck|structcheck|stylecheck|tagliatelle|tenv|testableexamples|testifylint|testpackage|thelper|tparallel|typecheck|unconvert|unparam|unused|usestdlibvars|usetesting|varcheck|varnamelen|wastedassign|whitespace|wrapcheck|wsl|wsl_v5|SA\d{4}|ST\d{4}|S1\d{3}|U1000|QF\d{4})(?:,\w+)*\)$|File is not (?:properly formatted|.?(?:gofmt|gofumpt|goimports|gci))|exported \w+ \S+ should have comment")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("main.go:12:9: Error return value is not checked (errcheck)")
        .matches("main.go:1: File is not `gofmt`-ed with `-s` (gofmt)")
        .matches("spin/spin.go:4:1: File is not properly formatted (gofumpt)")
        .matches("main.go:7:2: SA4006: this value of `x` is never used (staticcheck)")
        .ignores("./main.go:12:9: undefined: spin"),
    rule("go.format", "lint-or-format")
        .pattern(r"(?i)(?:go files|following files) (?:must be|are not|is not|aren't) (?:gofmt|go ?fmt|formatted with gofmt|properly formatted)|please run .?(?:gofmt|go fmt|goimports|make fmt)|^diff (?:-u )?(?:a/)?(?P<file>\S+\.go)(?:\.orig)? |^gofmt (?:needs running|check failed)|gofmt -[sldw]+ .*(?:failed|needed)")
        .unless(r"^diff --git")
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "escalate"])
        .matches("The following files are not gofmt'ed: spin.go")
        .matches("diff -u spin.go.orig spin.go")
        .matches("Please run 'gofmt -w' on your code")
        .ignores("gofmt ok"),
    rule("go.lint-timeout", "resource-cpu-timeout")
        .pattern(r"Timeout exceeded: try increasing it by passing --timeout option")
        .confidence(0.95)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "config"])
        .matches("level=error msg=\"Timeout exceeded: try increasing it by passing --timeout option\"")
        .ignores("level=info msg=\"Memory: 120 samples\""),
    rule("go.lint-toolchain", "toolchain-missing-or-version")
        .pattern(r"the Go language version \(go(?P<version>[\d.]+)\) used to build golangci-lint is lower than the targeted Go version \(\D*(?P<wanted>[\d.]+)|golangci-lint.*built with go[\d.]+ .*(?:requires|lower)")
        .confidence(0.95)
        .strategies(&["alternative", "config"])
        .matches("can't load config: the Go language version (go1.22) used to build golangci-lint is lower than the targeted Go version (1.23.1)")
        .ignores("golangci-lint has version 1.60.1 built with go1.23.0"),
    rule("go.lint-config", "configuration")
        .pattern(r"level=error msg=\x22(?:\[config_reader\]|Running error: (?:can't|unknown linters|context loading failed))|Error: can't load config: |can't load config: (?:unsupported version|can't|unknown)|unknown linters?: '|you are using a configuration file for golangci-lint v\d|context loading failed: |invalid version string .*golangci-lint|jsonschema: .*golangci")
        .unless("used to build golangci-lint")
        .strategies(&["config", "escalate"])
        .matches("Error: can't load config: unsupported version of the configuration: \"\" See the product documentation for migration instructions")
        .matches("level=error msg=\"Running error: unknown linters: 'spinlint', run 'golangci-lint help linters' to see the list of supported linters\"")
        .ignores("level=info msg=\"[config_reader] Used config file .golangci.yml\""),
    rule("go.lint-summary", "lint-or-format")
        .pattern(r"^(?:Error: )?issues found$|golangci-lint exit with code 1|^[1-9]\d* issues?:$")
        .summary()
        .confidence(0.7)
        .strategies(&["alternative", "escalate"])
        .matches("golangci-lint exit with code 1")
        .matches("3 issues:")
        .ignores("0 issues."),
];
