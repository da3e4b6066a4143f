//! Bazel.

use plugin_sdk::prelude::*;

use super::rule;

const fn bazel(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).ecosystem("generic")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    bazel("bazel.target", "configuration")
        .pattern(r"ERROR: (?:.*: )?no such (?:package|target) '(?P<target>[^']+)'|no such (?:package|target) '(?P<name>[@/][^']+)': |ERROR: (?:Skipping '[^']+': |.*/(?:BUILD|WORKSPACE|MODULE)(?:\.bazel)?:\d+:\d+: (?:name '|syntax error|.*in deps attribute|Label '|//))|ERROR: Analysis of target '[^']+' failed|ERROR: The '\S+' command is only supported from within a workspace|Unrecognized option: --|--\S+ :: Unrecognized option|is not visible from (?:target|package)|Encountered error while reading extension file|cycle in dependency graph|ERROR: Error computing the main repository mapping|ERROR: Config value '?\S+'? is not defined in any \.rc file")
        .unless(r"dial tcp|timed out|Error downloading|failed: \(Exit")
        .confidence(0.84)
        .strategies(&["config", "escalate"])
        .matches("ERROR: no such package 'spin/turn': BUILD file not found in any of the following directories.")
        .matches("ERROR: Config value 'ci' is not defined in any .rc file")
        .ignores("INFO: Analyzed target //app:app (12 packages loaded)."),
    bazel("bazel.fetch", "network-transient")
        .pattern(r"(?:Error downloading|An error occurred during the fetch of repository).*(?:[Tt]imed out|[Cc]onnection|Unknown host|Connect|Tried to reconnect|Premature EOF|GET returned 50\d)|java\.io\.IOException: Error downloading \[|ERROR: .*Failed to query remote execution capabilities|UNAVAILABLE: .*(?:io exception|connection)|Remote (?:Cache|Execution)[^:]*: .*UNAVAILABLE")
        .unless(r"Checksum was|returned 404|returned 40[13]")
        .confidence(0.88)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("java.io.IOException: Error downloading [https://files.example/widget.tar.gz] to /root/.cache/bazel/widget.tar.gz: connect timed out")
        .ignores("Error downloading [https://files.example/widget.tar.gz] to /x: Checksum was 01 but wanted 02"),
    bazel("bazel.checksum", "registry-or-service-outage")
        .pattern(r"Checksum was \w+ but wanted \w+")
        .confidence(0.95)
        .strategies(&["escalate"])
        .matches("Error downloading [https://files.example/widget.tar.gz] to /x: Checksum was 01 but wanted 02")
        .ignores("Loading: 0 packages loaded"),
    bazel("bazel.test-failed", "test-failure")
        .pattern(r"^(?P<test>//\S+)\s+(?:\(cached\) )?FAILED(?: in \d+ out of \d+)? in [\d.]+s|^FAIL: (?P<name>//\S+)|^(?P<target>//\S+) +FAILED TO BUILD")
        .confidence(0.85)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("//app:spin_test                                FAILED in 0.4s")
        .matches("FAIL: //app:spin_test (see /root/.cache/bazel/testlogs/app/spin_test/test.log)")
        .ignores("//app:spin_test                                PASSED in 0.4s"),
    bazel("bazel.test-timed-out", "resource-cpu-timeout")
        .pattern(r"^(?P<test>//\S+)\s+TIMEOUT in [\d.]+s|^TIMEOUT: (?P<name>//\S+)")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "escalate"])
        .matches("TIMEOUT: //app:spin_test (Summary)")
        .ignores("//app:spin_test                                PASSED in 0.4s"),
    bazel("bazel.flaky", "flaky-test")
        .pattern(r"^(?P<test>//\S+)\s+FLAKY, failed in \d+ out of \d+|^FLAKY: (?P<name>//\S+)")
        .confidence(0.9)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("//app:spin_test          FLAKY, failed in 1 out of 2 in 0.4s")
        .ignores("//app:spin_test                                PASSED in 0.4s"),
    bazel("bazel.action", "compile-error")
        .pattern(r"^ERROR: \S+/BUILD(?:\.bazel)?:\d+:\d+: .* failed: \((?:Exit|Killed|Aborted|Segmentation)")
        .symptom()
        .confidence(0.72)
        .strategies(&["escalate"])
        .matches("ERROR: /src/app/BUILD:3:10: Compiling app/main.cc failed: (Exit 1): gcc failed: error executing command")
        .ignores("INFO: Build completed successfully, 12 total actions"),
    bazel("bazel.summary", "unknown")
        .pattern(r"^(?:ERROR|FAILED): Build did NOT complete successfully|^Executed \d+ out of \d+ tests?: .*fails? |^INFO: Build completed, \d+ tests? FAILED")
        .summary()
        .confidence(0.4)
        .strategies(&["escalate"])
        .matches("ERROR: Build did NOT complete successfully")
        .matches("INFO: Build completed, 1 test FAILED, 12 total actions")
        .ignores("INFO: Build completed successfully, 12 total actions"),
];
