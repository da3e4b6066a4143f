//! The go command and its tests; .NET, Ruby and PHP in the same breath until they have classifiers of their own.

use plugin_sdk::prelude::*;

use super::tool;

fn go(code: &str, category: &str) -> Rule {
    tool(code, category, "go")
}

/// The rules of this topic.
pub fn rules() -> Vec<Rule> {
    vec![
        go("go.version", "toolchain-missing-or-version")
            .pattern(r"requires go >= ?(?P<wanted>[\d.]+)|note: module requires Go (?P<version>[\d.]+)|invalid go version '|unknown directive: toolchain|download go[\d.]+ for \S+: toolchain not available|package (?P<package>\S+) is not in (?:GOROOT|std)")
            .disposition(Disposition::Patch)
            .strategies(["alternative", "dependency"])
            .matches("go: go.mod requires go >= 1.24.0 (running go 1.23.7; GOTOOLCHAIN=local)")
            .matches("note: module requires Go 1.21")
            .ignores("go: downloading go1.24.0 (linux/amd64)"),
        go("go.lock-outdated", "configuration")
            .pattern(r"missing go\.sum entry|go: updates to go\.(?:mod|sum) needed|inconsistent vendoring|go: inconsistent|is explicitly required in go\.mod, but not marked")
            .confidence(0.94)
            .disposition(Disposition::Patch)
            .strategies(["dependency", "config"])
            .matches("missing go.sum entry for module providing package example.test/widget; to add it:")
            .matches("go: updates to go.mod needed")
            .ignores("go: downloading example.test/widget v0.9.1"),
        go("go.module-not-found", "dependency-missing")
            .pattern(r"no required module provides package (?P<module>[^\s;]+)|cannot find (?:module|package) .?(?P<package>[\w./-]+)|unknown revision (?P<reference>\S+)|module \S+ found, but does not contain package|reading \S+/go\.mod .*: 4(?:04|10) |no matching versions for query")
            .unless(r"(?i)Cannot find (?:module|package) ['\x22]")
            .disposition(Disposition::Patch)
            .strategies(["dependency", "escalate"])
            .matches("main.go:4:2: no required module provides package example.test/widget; to add it:")
            .matches("go: example.test/widget@v9.9.9: invalid version: unknown revision v9.9.9")
            .ignores("go: finding module for package example.test/widget"),
        go("go.checksum", "registry-or-service-outage")
            .pattern(r"verifying \S+: checksum mismatch|SECURITY ERROR")
            .confidence(0.95)
            .strategies(["escalate"])
            .matches("verifying example.test/widget@v1.0.0: checksum mismatch")
            .ignores("go: downloading example.test/widget v1.0.0"),
        go("go.test-timed-out", "resource-cpu-timeout")
            .pattern(r"panic: test timed out after (?P<timeout>\S+)")
            .confidence(0.93)
            .disposition(Disposition::Retry)
            .strategies(["resource", "retry", "escalate"])
            .matches("panic: test timed out after 10m0s")
            .ignores("ok  \texample.test/widget\t0.012s"),
        go("go.test-failed", "test-failure")
            .pattern(r"^\s*--- FAIL: (?P<test>\S+)|WARNING: DATA RACE|^\s*Error Trace:|^panic: (?:runtime error|assignment to)|^fatal error: all goroutines are asleep")
            .confidence(0.88)
            .strategies(["escalate", "retry", "rollback"])
            .matches("--- FAIL: TestArea (0.00s)")
            .matches("WARNING: DATA RACE")
            .ignores("--- PASS: TestArea (0.00s)"),
        go("go.test-summary", "test-failure")
            .pattern(r"^FAIL\s+\S+\s+(?:[\d.]+s|\[build failed\]|\[setup failed\])|^FAIL$")
            .summary()
            .confidence(0.7)
            .strategies(["escalate"])
            .matches("FAIL\texample.test/widget\t0.012s")
            .ignores("ok  \texample.test/widget\t0.012s"),
        go("go.type-error", "type-error")
            .pattern(r"\.go:\d+:\d+: (?:cannot use .* (?:as|in)|invalid operation: .*mismatched types|.*does not implement|cannot convert|not enough arguments in call|too many arguments in call|impossible type)")
            .strategies(["escalate"])
            .matches("./main.go:12:9: cannot use x (variable of type int) as string value in argument to spin")
            .ignores("./main.go:12:9: undefined: spin"),
        go("go.compile-error", "compile-error")
            .pattern(r"\.go:\d+:\d+: (?:undefined: |syntax error: |declared and not used|\S+ declared (?:and|but) not used|\x22\S+\x22 imported and not used|missing return|\S+ redeclared|assignment mismatch|expected |.*undefined \(type|import cycle)|^vet: |import cycle not allowed")
            .strategies(["escalate", "rollback"])
            .matches("./main.go:12:9: undefined: spin")
            .matches("./main.go:4:2: \"fmt\" imported and not used")
            .ignores("./main.go:12:9: cannot use x (variable of type int) as string value in argument to spin"),
        go("go.lint", "lint-or-format")
            .pattern(r"\.go:\d+(?::\d+)?: .*\((?:errcheck|govet|staticcheck|gosimple|unused|ineffassign|revive|gofmt|gofumpt|goimports|gosec|lll|misspell|gocritic|stylecheck|typecheck|gocyclo|dupl|nolintlint|unparam|whitespace|wsl|prealloc|godot|exhaustive|goconst|bodyclose|depguard)\)|File is not `?(?:gofmt|gofumpt|goimports)|^\S+\.go: gofmt|exported \w+ \S+ should have comment")
            .disposition(Disposition::Patch)
            .strategies(["alternative", "config", "escalate"])
            .matches("main.go:12:9: Error return value is not checked (errcheck)")
            .matches("main.go:1: File is not `gofmt`-ed with `-s` (gofmt)")
            .ignores("./main.go:12:9: undefined: spin"),
        go("go.proxy-network", "network-transient")
            .pattern(r"(?:Get|Post|Head) \x22?https?://\S+?\x22?: (?:dial tcp|net/http|read tcp|EOF|context deadline|http2|stream error|unexpected EOF|proxyconnect)")
            .unless(r"(?i)x509|certificate|127\.0\.0\.1|localhost|\[::1\]")
            .disposition(Disposition::Retry)
            .strategies(["retry", "alternative"])
            .matches("Get \"https://proxy.example/widget/@v/list\": dial tcp 192.0.2.7:443: i/o timeout")
            .matches("Get \"https://proxy.example/widget/@v/list\": net/http: TLS handshake timeout")
            .ignores("Get \"https://proxy.example/widget/@v/list\": x509: certificate signed by unknown authority"),
        tool("dotnet.compile-error", "compile-error", "dotnet")
            .pattern(r"\.(?:cs|vb|fs)\(\d+,\d+\): error (?P<code>(?:CS|BC|FS)\d{4})")
            .strategies(["escalate", "rollback"])
            .matches("Program.cs(12,9): error CS0103: The name 'spin' does not exist in the current context")
            .ignores("Program.cs(12,9): warning CS0168: The variable 'x' is declared but never used"),
        tool("dotnet.restore", "dependency-missing", "dotnet")
            .pattern(r"error (?P<code>NU\d{4}): |error MSB4236|error NETSDK1\d{3}")
            .disposition(Disposition::Patch)
            .strategies(["dependency", "escalate"])
            .matches("/src/app/app.csproj : error NU1101: Unable to find package Widget. No packages exist with this id in source(s): internal")
            .ignores("warning NU1701: Package 'Widget 1.0.0' was restored using an older framework"),
        tool("ruby.gem-missing", "dependency-missing", "ruby")
            .pattern(r"Could not find gem '(?P<requirement>[^']+)'|Could not find (?P<package>[\w-]+-[\d.]+\S*) in (?:any of the sources|locally installed gems)|cannot load such file -- (?P<module>\S+)|Bundler::GemNotFound|An error occurred while installing (?P<name>\S+) \(")
            .disposition(Disposition::Patch)
            .strategies(["dependency", "escalate"])
            .matches("Could not find gem 'widget (~> 9)' in rubygems repository https://gems.example/ or installed locally.")
            .matches("<internal:kernel>:37:in `require': cannot load such file -- widget (LoadError)")
            .ignores("Using widget 1.0.0"),
        tool("ruby.gem-conflict", "dependency-conflict", "ruby")
            .pattern(r"Bundler could not find compatible versions for gem|Your bundle is locked to|Could not find compatible versions|You have already activated \S+ [\d.]+, but your Gemfile requires")
            .disposition(Disposition::Patch)
            .strategies(["dependency"])
            .matches("Bundler could not find compatible versions for gem \"widget\":")
            .ignores("Bundle complete! 3 Gemfile dependencies"),
        tool("ruby.test-failed", "test-failure", "ruby")
            .pattern(r"^\s+Failure/Error: |^rspec \./\S+:\d+ # |^\d+ examples?, [1-9]\d* failures?|^\s*(?:Failure|Error):$|ActionView::Template::Error|^\S*Minitest::\S+: |^\d+ runs, \d+ assertions, (?:[1-9]\d* failures|0 failures, [1-9])|undefined method [`'][^']+' for ")
            .confidence(0.82)
            .strategies(["escalate", "rollback"])
            .matches("     Failure/Error: expect(area).to eq(2)")
            .matches("NoMethodError: undefined method 'spin' for an instance of Widget")
            .ignores("12 examples, 0 failures"),
        tool("php.composer", "dependency-conflict", "php")
            .pattern(r"Your requirements could not be resolved to an installable set of packages|your php version \([\d.]+\S*\) does not satisfy that requirement|^\s+- Root composer\.json requires ")
            .disposition(Disposition::Patch)
            .strategies(["dependency", "alternative"])
            .matches("Your requirements could not be resolved to an installable set of packages.")
            .ignores("Nothing to install, update or remove"),
    ]
}
