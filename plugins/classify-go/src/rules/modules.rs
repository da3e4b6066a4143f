//! Modules: what is missing, what does not fit together, and what the proxy or the version control answered.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("go.lock-outdated", "configuration")
        .pattern(r"missing go\.sum entry|go: updates to go\.(?:mod|sum|work) needed|(?:go: )?inconsistent vendoring in|is explicitly required in go\.mod, but not marked|is replaced in go\.mod, but not marked|is marked as (?:explicit|replaced) in vendor/modules\.txt|import lookup disabled by -mod=(?:vendor|readonly)|-mod=vendor may only be used|go\.(?:mod|sum)[^:]* (?:is|are) (?:not tidy|out of (?:date|sync))|(?:[Pp]lease|You (?:need|must)) run .?go mod (?:tidy|vendor)|needs to be updated.*go mod tidy|go: existing contents have changed since last read")
        .confidence(0.94)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("main.go:4:2: missing go.sum entry for module providing package example.test/widget; to add it:")
        .matches("go: updates to go.mod needed")
        .matches("go: inconsistent vendoring in /src/app:")
        .matches("go.mod or go.sum is out of date. Please run 'go mod tidy'")
        .ignores("go: downloading example.test/widget v0.9.1"),
    rule("go.module-not-found", "dependency-missing")
        .pattern(r"no required module provides package (?P<module>[^\s;]+)|cannot find module providing package (?P<package>[^\s:;]+)|cannot find package .(?P<name>[\w./-]+). in(?: any of)?:?|unknown revision (?P<reference>\S+)|module \S+ found(?: \([^)]*\))?, but does not contain package|no matching versions for query|reading \S+(?:\.mod|\.info|\.zip|/@v/list|\?go-get=1)(?: at revision \S+)?: (?:404|410)|(?:unrecognized import path|no go-import meta tags)|no such module|server response: not found|replacement directory \S+ does not exist|is replaced but not required; to add it|go: module \S+: not a known dependency|pattern .*: directory .* outside (?:main module|available modules)|invalid version: missing \S+/go\.mod at revision|missing dot in first path element|no packages loaded from")
        .unless(r"(?i)unknown revision or path not in|import lookup disabled|dial tcp|timeout|: 50\d |could not read Username")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("main.go:4:2: no required module provides package example.test/widget; to add it:")
        .matches("go: example.test/widget@v9.9.9: invalid version: unknown revision v9.9.9")
        .matches("main.go:4:2: cannot find package \"example.test/widget\" in any of:")
        .matches("go: module example.test/widget@latest found (v0.3.0), but does not contain package example.test/widget/spin")
        .matches("go: example.test/widget@v1.0.0: reading https://proxy.example/example.test/widget/@v/v1.0.0.mod: 404 Not Found")
        .ignores("go: finding module for package example.test/widget")
        .ignores("fatal: ambiguous argument 'origin/main': unknown revision or path not in the working tree."),
    rule("go.module-conflict", "dependency-conflict")
        .pattern(r"module declares its path as: (?P<module>\S+)|but was required as: |ambiguous import: found package (?P<package>\S+) in multiple modules|go: conflicting replacements|requires \S+@\S+, not \S+@|should be v[01], not v\d|go\.mod has (?:non-\.\.\.|post-v\d) ?.*module path|invalid version: (?:module contains a go\.mod file|go\.mod has|should be)|version .* invalid: (?:module contains|go\.mod has|should be|unknown revision)|found packages \w+ \(\S+\) and \w+ \(\S+\) in ")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("\tmodule declares its path as: example.test/widget/v2")
        .matches("main.go:5:2: ambiguous import: found package example.test/widget/spin in multiple modules:")
        .matches("go: example.test/widget@v2.0.0+incompatible: invalid version: module contains a go.mod file, so module path must match major version")
        .ignores("go: upgraded example.test/widget v1.0.0 => v1.1.0"),
    rule("go.checksum", "registry-or-service-outage")
        .pattern(r"verifying \S+: (?:checksum mismatch|.*invalid GOSUMDB|.*reading .*: (?:50\d|410|404))|^SECURITY ERROR|initializing sumdb\.Client: checksum mismatch|sumdb.*(?:downloaded inconsistent tile|invalid)")
        .confidence(0.95)
        .strategies(&["escalate"])
        .matches("verifying example.test/widget@v1.0.0: checksum mismatch")
        .matches("SECURITY ERROR")
        .ignores("go: downloading example.test/widget v1.0.0"),
    rule("go.proxy-network", "network-transient")
        .pattern(r"(?:Get|Post|Head|POST|GET) \x22?https?://(?P<host>[^/\x22:]+)\S*?\x22?: (?:dial tcp|net/http|read tcp|write tcp|EOF|context deadline|http2|stream error|unexpected EOF|proxyconnect|read: connection|remote error: tls|http: server closed|lookup )|(?:go: |@v\S+: )read \x22https?://\S+: (?:stream error|unexpected EOF|read tcp|connection)")
        .unless(r"(?i)x509|certificate|127\.0\.0\.1|localhost|\[::1\]|unauthorized|daemon")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("Get \"https://proxy.example/widget/@v/list\": dial tcp 192.0.2.7:443: i/o timeout")
        .matches("go: example.test/widget@v1.0.0: Get \"https://proxy.example/widget/@v/list\": net/http: TLS handshake timeout")
        .ignores("Get \"https://proxy.example/widget/@v/list\": x509: certificate signed by unknown authority"),
    rule("go.proxy-server", "registry-or-service-outage")
        .pattern(r"(?:reading|verifying|fetch:|Get) \x22?https?://(?P<host>[^/\x22:]+)\S*(?:/@v/|/@latest|go-get=1|/lookup/)\S*: (?P<status>50[0-9]) ")
        .confidence(0.94)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("go: example.test/widget@v1.0.0: reading https://proxy.example/example.test/widget/@v/v1.0.0.mod: 502 Bad Gateway")
        .ignores("go: example.test/widget@v1.0.0: reading https://proxy.example/example.test/widget/@v/v1.0.0.mod: 404 Not Found"),
    rule("go.proxy-refused", "auth-or-permission")
        .pattern(r"reading https?://(?P<host>[^/\x22:]+)\S*(?:/@v/|/@latest|go-get=1)\S*: (?P<status>40[13]) |invalid version: git (?:ls-remote|fetch) .*: exit status 128|If this is a private repository, see https")
        .strategies(&["escalate", "config"])
        .matches("go: example.test/widget@v1.0.0: reading https://proxy.example/example.test/widget/@v/v1.0.0.mod: 403 Forbidden")
        .matches("go: example.test/widget@v1.0.0: invalid version: git ls-remote -q origin in /go/pkg/mod/cache/vcs/0123: exit status 128:")
        .ignores("go: example.test/widget@v1.0.0: reading https://proxy.example/example.test/widget/@v/v1.0.0.mod: 502 Bad Gateway"),
    rule("go.no-module", "configuration")
        .pattern(r"go: go\.mod file not found in current directory|go: cannot find main module|go: no modules were found in the current workspace|directory prefix \S+ does not contain (?:main module|modules listed)|current directory outside (?:main module|modules listed)|is in a module other than main|go: 'go install' requires a version|version is required when current directory is not in a module|go: errors parsing go\.(?:mod|work):|go\.(?:mod|work):\d+: (?:unknown directive|syntax error|usage:|invalid module version)|go: cannot load module \S+ listed in go\.work|go: modules disabled by GO111MODULE=off|package \S+ is not a main package|^no Go files in |no non-test Go files in|build constraints exclude all Go files in|flag provided but not defined: (?P<option>-\S+)|matched no packages$|go: warning: ignoring go\.mod in \$GOPATH")
        .unless(r"unknown directive: (?:toolchain|tool|godebug|ignore)\b|^go: warning: .* matched no packages")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("go: go.mod file not found in current directory or any parent directory; see 'go help modules'")
        .matches("main.go:5:2: build constraints exclude all Go files in /src/app/internal/spin")
        .matches("/src/app/go.mod:9: invalid module version \"v1.x\": version \"v1.x\" invalid")
        .ignores("go: creating new go.mod: module example.test/app"),
];
