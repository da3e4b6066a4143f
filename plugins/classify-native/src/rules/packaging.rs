//! Building packages of a distribution: rpmbuild, mock, dpkg-buildpackage, patch, makepkg, Nix.

use plugin_sdk::prelude::*;

use super::rule;

const fn packaging(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).ecosystem("system")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    packaging("packaging.build-dependency", "dependency-missing")
        .pattern(r"No matching package to install: '(?P<requirement>[^']+)'|(?:^|- |: )\s*nothing provides (?P<package>\S+) needed by|error: Failed build dependencies:|^\s+(?P<name>\S+(?: [<>=]+ \S+)?) is needed by \S+|dpkg-checkbuilddeps: error: Unmet build dependencies: (?P<target>.+)|Not all dependencies satisfied|Package \S+ not available, needed for|Could not resolve all dependencies|error: target not found: |Missing build dependencies: |error: .*undefined variable '(?P<variable>\S+)'")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("No matching package to install: 'libwidget-devel >= 2'")
        .matches("- nothing provides libwidget.so.3()(64bit) needed by spin-1.0-1.x86_64 from builds")
        .matches("dpkg-checkbuilddeps: error: Unmet build dependencies: libwidget-dev (>= 2)")
        .ignores("Package libwidget-devel-2.0-1.x86_64 is already installed."),
    packaging("packaging.patch", "configuration")
        .pattern(r"^(?:Hunk #\d+ FAILED at|\d+ out of \d+ hunks? (?:FAILED|ignored))|^patch: \*\*\*\* |Reversed \(or previously applied\) patch detected!|can't find file to patch at input line|dpkg-source: error: (?:LC_ALL=C patch|unexpected upstream changes|cannot represent)|aborting due to unexpected upstream changes|patch unexpectedly ends in middle")
        .confidence(0.93)
        .strategies(&["escalate", "config", "rollback"])
        .matches("Hunk #1 FAILED at 12.")
        .matches("1 out of 3 hunks FAILED -- saving rejects to file src/spin.c.rej")
        .ignores("patching file src/spin.c"),
    packaging("packaging.spec", "configuration")
        .pattern(r"^error: (?:Bad (?:file|source): (?P<file>\S+?):|Failed to read (?:spec|\S+) file|line \d+: (?P<message>.+)|Unable to open (?P<path>\S+):|Unknown tag|Macro %\S+ (?:has empty body|failed to expand)|Empty %files file|unterminated|parse error in expression|No (?:source|patch) number|Missing build-id in|Generating build-id links failed|query of specfile|Installed \(but unpackaged\) file)|Installed \(but unpackaged\) file\(s\) found:|^\s*(?:error: )?(?:File|Directory) not found: (?P<name>/\S+)|File listed twice: .*error|Arch dependent binaries in noarch package|Architecture is (?:ex|not in)cluded|ERROR: ambiguous python shebang|\*\*\* ERROR: |ERROR   \d+: file '\S+' contains|Empty %files|dh_(?:[b-z]\w*|a[a-tv-z]\w*): error: (?P<target>.+)|dpkg-gensymbols: error|dpkg-source: error: |(?:debian/rules|dpkg-buildpackage): error|E: (?:Build killed|Build failure)|==> ERROR: (?:One or more files did not pass|A failure occurred)|error: attribute '(?P<option>[^']+)' missing")
        .unless(r"Macro expanded in comment|warning: ")
        .confidence(0.87)
        .strategies(&["config", "escalate"])
        .matches("error: Bad file: /builddir/build/SOURCES/spin.patch: No such file or directory")
        .matches("error: Installed (but unpackaged) file(s) found:")
        .matches("    File not found: /builddir/build/BUILDROOT/spin-1.0-1.x86_64/usr/bin/spin")
        .matches("dh_install: error: missing files, aborting")
        .ignores("Processing files: spin-1.0-1.x86_64"),
    packaging("packaging.source", "registry-or-service-outage")
        .pattern(r"^error: Couldn't download (?P<url>\S+)|ERROR: Could not download |hash mismatch in fixed-output derivation|==> ERROR: Failure while downloading")
        .confidence(0.84)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("error: Couldn't download https://files.example/spin-1.0.tar.gz")
        .matches("error: hash mismatch in fixed-output derivation '/nix/store/0123-spin.drv':")
        .ignores("Downloading https://files.example/spin-1.0.tar.gz"),
    packaging("packaging.summary", "unknown")
        .pattern(r"^(?:error|RPM build errors?): ?(?:Bad exit status from \S+ \(%\w+\))?|^\s+Bad exit status from \S+ \(%\w+\)|^ERROR: Exception\(\S+\.rpm\)|^dpkg-buildpackage: error: \S+ .*(?:subprocess|gave error|returned)|^dh_auto_\w+: error: .* returned exit code|^error: builder for '\S+' failed|^Child return code was: 1|^EXCEPTION: \[Error\('Command failed")
        .unless(r"^error: [^B]")
        .ecosystem("generic")
        .summary()
        .confidence(0.4)
        .strategies(&["escalate"])
        .matches("error: Bad exit status from /var/tmp/rpm-tmp.xyz (%build)")
        .matches("RPM build errors:")
        .matches("dh_auto_build: error: make -j4 returned exit code 2")
        .ignores("Wrote: /builddir/build/RPMS/spin-1.0-1.x86_64.rpm"),
];
