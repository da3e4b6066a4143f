//! The version of Go: what `go.mod` asks for, what is installed, and the toolchain that the go command may download.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("go.version", "toolchain-missing-or-version")
        .pattern(r"requires go ?>= ?v?(?P<wanted>[\d.]+\w*)(?: \(running go (?P<version>[\d.]+)|$|;)|note: module requires Go (?P<target>[\d.]+)|download (?P<tool>go[\d.]+\w*)(?: for \S+)?: toolchain not available|go\.mod file indicates go [\d.]+, but maximum (?:supported )?version|package requires newer Go version (?P<name>go[\d.]+)|file requires newer Go version (?P<code>go[\d.]+)|requires go(?P<requirement>1\.\d+[\d.]*) or (?:later|newer)|GOTOOLCHAIN=local\)$")
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .matches("go: go.mod requires go >= 1.24.0 (running go 1.23.7; GOTOOLCHAIN=local)")
        .matches("go: example.test/widget@v1.4.0 requires go >= 1.24.0 (running go 1.23.7; GOTOOLCHAIN=local)")
        .matches("note: module requires Go 1.21")
        .matches("go: download go1.29.0 for linux/amd64: toolchain not available")
        .matches("./spin.go:3:8: file requires newer Go version go1.23 (application built with go1.22)")
        .ignores("go: downloading go1.24.0 (linux/amd64)"),
    rule("go.directive", "toolchain-missing-or-version")
        .pattern(r"invalid go version '(?P<wanted>[^']+)': must match format|go\.mod:\d+: unknown directive: (?:toolchain|tool|godebug|ignore)\b|unknown directive: toolchain")
        .confidence(0.94)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "config"])
        .matches("/src/app/go.mod:3: invalid go version '1.22.0': must match format 1.23")
        .matches("/src/app/go.mod:5: unknown directive: toolchain")
        .ignores("go: errors parsing go.mod:"),
    rule("go.std-package-missing", "toolchain-missing-or-version")
        .pattern(r"package (?P<package>\S+) is not in (?:GOROOT|std)\b")
        .confidence(0.86)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "dependency", "config"])
        .matches("main.go:6:2: package slices is not in GOROOT (/usr/local/go/src/slices)")
        .matches("main.go:6:2: package app/internal/spin is not in std (/usr/local/go/src/app/internal/spin)")
        .ignores("main.go:4:2: no required module provides package example.test/widget; to add it:"),
    rule("go.installation", "toolchain-missing-or-version")
        .pattern(r"^go: cannot find GOROOT directory|go: no such tool .(?P<tool>\w+)|could not import \w+ \(.*(?:can't find import|unsupported version)|compile: version .go(?P<version>[\d.]+). does not match go tool version .go(?P<wanted>[\d.]+)|object file .* (?:linux|darwin|windows)\S* go[\d.]+ .*expected|go: unsupported GOOS/GOARCH pair")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "config"])
        .matches("compile: version \"go1.22.1\" does not match go tool version \"go1.21.8\"")
        .matches("go: no such tool \"covdata\"")
        .ignores("go version go1.22.1 linux/amd64"),
    rule("go.cgo-tool-missing", "toolchain-missing-or-version")
        .pattern(r"cgo: C compiler .(?P<tool>[^\x22]+). not found|go: -race (?:requires cgo|is only supported)|exec: .(?P<name>pkg-config|gcc|g\+\+|clang|cc).: executable file not found in")
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("cgo: C compiler \"gcc\" not found: exec: \"gcc\": executable file not found in $PATH")
        .matches("go: -race requires cgo; enable cgo by setting CGO_ENABLED=1")
        .ignores("# runtime/cgo")
        .ignores("CGO_ENABLED=0 go build ./..."),
];
