//! apt, dnf, apk, Homebrew and what they do not find.

use plugin_sdk::prelude::*;

use super::tool;

const fn package(code: &'static str) -> RuleBuilder {
    tool(code, "dependency-missing", "system").strategies(&["dependency", "alternative", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    package("system.package-not-found")
        .pattern(
            r"E: Unable to locate package (?P<package>\S+)|E: Package '(?P<name>[^']+)' has no installation candidate|E: Version '(?P<version>[^']+)' for '[^']+' was not found|^(?:No match for argument: |Error: Unable to find a match: |No package (?P<requirement>\S+) available)|^\s*(?P<target>\S+) \(no such package\):|error: target not found: |Error: No (?:available|formulae?) .*(?:formula|found)|E: Couldn't find any package by",
        )
        .disposition(Disposition::Patch)
        .matches("E: Unable to locate package libwidget-dev")
        .matches("E: Package 'libwidget-dev' has no installation candidate")
        .matches("Error: Unable to find a match: libwidget-devel")
        .matches("  widget (no such package):")
        .ignores("Reading package lists..."),
    package("system.package-conflict")
        .category("dependency-conflict")
        .pattern(r"E: Unable to correct problems, you have held broken packages|The following packages have unmet dependencies|(?:^|: )\s*Problem(?: \d+)?: (?:conflicting requests|package .* (?:requires|conflicts)|nothing provides|cannot install)|E: Unmet dependencies|error: failed to prepare transaction \(could not satisfy|dpkg: dependency problems prevent")
        .disposition(Disposition::Patch)
        .matches("E: Unable to correct problems, you have held broken packages.")
        .matches("The following packages have unmet dependencies:")
        .matches(" Problem: nothing provides requested (widget < 2)")
        .matches("DEBUG util.py:459:  Problem: nothing provides requested (widget < 2)")
        .ignores("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded."),
    package("system.package-mirror")
        .category("registry-or-service-outage")
        .pattern(
            r"Hash Sum mismatch|File has unexpected size|Mirror sync in progress|E: The repository '.*' (?:does not have|no longer has) a Release file|Release file for .* is (?:not valid yet|expired)|(?:E|W|Err): ?Failed to fetch \S+ +(?:40[34]|5\d\d) |repomd\.xml|Cannot (?:download|prepare internal mirrorlist)|All mirrors were tried|BADSIG|NO_PUBKEY|is not signed\.|Some index files failed to download",
        )
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "config"])
        .matches("E: Failed to fetch http://deb.example/pool/w/widget_1.0_amd64.deb  Hash Sum mismatch")
        .matches("E: Failed to fetch http://deb.example/pool/w/widget_1.0_amd64.deb  404  Not Found [IP: 192.0.2.7 80]")
        .matches("E: The repository 'http://deb.example stable Release' does not have a Release file.")
        .matches("Error: Failed to download metadata for repo 'base': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried")
        .ignores("Get:1 http://deb.example stable InRelease [151 kB]"),
    package("system.package-network")
        .category("network-transient")
        .pattern(
            r"Could not connect to \S+(?: \([^)]*\))?,? .*connection timed out|(?:E|Err|W): ?Failed to fetch \S+ +(?:Could not (?:connect|resolve)|Temporary failure|Connection (?:failed|timed out)|Unable to connect|Error reading from server|Undetermined Error)|Cannot initiate the connection to|^ERROR: .*(?:temporary error|network error|IO ERROR)",
        )
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("Could not connect to deb.example:80 (192.0.2.7), connection timed out")
        .matches("E: Failed to fetch http://deb.example/pool/w/widget_1.0_amd64.deb  Temporary failure resolving 'deb.example'")
        .matches("ERROR: http://apk.example/main: temporary error (try again later)")
        .ignores("E: Failed to fetch http://deb.example/pool/w/widget_1.0_amd64.deb  Hash Sum mismatch"),
    package("system.apt-summary")
        .category("registry-or-service-outage")
        .pattern(r"^E: (?:Unable to fetch some archives|Some files failed to download|Sub-process /usr/bin/dpkg returned an error code)")
        .summary()
        .confidence(0.6)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?")
        .ignores("E: Unable to locate package libwidget-dev"),
    package("system.missing-shared-library")
        .pattern(
            r"(?P<library>[\w.+-]+\.(?:so|dylib)[\w.]*): cannot open shared object file|Library not loaded: (?P<path>\S+)|error while loading shared libraries: |version `GLIBC(?:XX)?_[\d.]+' not found|symbol lookup error: ",
        )
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .matches("./app: error while loading shared libraries: libwidget.so.1: cannot open shared object file: No such file or directory")
        .matches("ImportError: libGL.so.1: cannot open shared object file: No such file or directory")
        .matches("./app: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by ./app)")
        .ignores("loading shared libraries"),
    package("system.package-summary")
        .category("dependency-conflict")
        .pattern(r"ERROR: unable to select packages|^Errors were encountered while processing:|Chocolatey installed \d+/\d+ packages\. [1-9]\d* packages? failed|^error: failed to commit transaction|^Error: Transaction (?:test error|failed)")
        .symptom()
        .confidence(0.66)
        .disposition(Disposition::Patch)
        .matches("ERROR: unable to select packages:")
        .matches("Chocolatey installed 0/1 packages. 1 packages failed.")
        .ignores("OK: 12 MiB in 20 packages"),
    package("system.package-broken")
        .category("infrastructure-runner")
        .pattern(r"dpkg was interrupted, you must manually run|dpkg: error processing (?:package|archive) (?P<package>\S+)|dpkg: error: |trying to overwrite '(?P<path>[^']+)', which is also in package|post-installation script subprocess returned error|invoke-rc\.d: initscript \S+, action \x22start\x22 failed|error: rpmdb: |rpmdb open failed|Database disk image is malformed|Error: The `brew link` step did not complete|Error: Failure while executing; `git |Error: (?P<name>\S+): Failed to download resource|Snap(?:d)? .*(?:error|failed)|snap \x22[^\x22]+\x22 has .* change in progress")
        .confidence(0.82)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem.")
        .matches("dpkg: error processing package widget (--configure):")
        .matches("Error: The `brew link` step did not complete successfully")
        .ignores("Setting up widget (1.0) ..."),
];
