//! Conan and vcpkg.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.conan-missing", "dependency-missing")
        .pattern(r"ERROR: (?:Missing (?:prebuilt package|binary)|Package '(?P<package>[^']+)' not resolved|Unable to find '(?P<name>[^']+)' in remotes|Can't find a '(?P<target>[^']+)' package)|Missing prebuilt package for '|Package '\S+' not resolved: |Recipe not found: |Binary for '[^']+' not found")
        .confidence(0.94)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "config", "escalate"])
        .matches("ERROR: Missing prebuilt package for 'widget/1.2.3'")
        .matches("ERROR: Package 'widget/9.9' not resolved: Unable to find 'widget/9.9' in remotes.")
        .ignores("widget/1.2.3: Already installed!"),
    rule("c.conan-conflict", "dependency-conflict")
        .pattern(r"ERROR: (?:Version conflict|Conflict (?:in|between)|Configuration conflict)|Version conflict: Conflict between|Provide Conflict: |ERROR: \S+: Invalid (?:ID|configuration)|ERROR: There are invalid packages")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("ERROR: Version conflict: Conflict between widget/1.0 and widget/2.0 in the graph.")
        .ignores("widget/1.2.3: Already installed!"),
    rule("c.conan-failed", "configuration")
        .pattern(r"ERROR: (?:\S+/\S+: Error in (?P<name>build|package|source|generate|validate|configure|requirements|package_info)\(\) method|Error loading conanfile|The default build profile|Invalid setting|Conanfile not found|Profile not found|Error reading '\S+' profile)|ConanException: ")
        .symptom()
        .confidence(0.75)
        .strategies(&["config", "escalate"])
        .matches("ERROR: widget/1.2.3: Error in build() method, line 40")
        .matches("ERROR: The default build profile '/root/.conan2/profiles/default' doesn't exist.")
        .ignores("widget/1.2.3: Already installed!"),
    rule("c.vcpkg-failed", "dependency-missing")
        .pattern(r"error: building (?P<package>\S+) failed with: |error: (?P<name>\S+) (?:does not exist|is only supported on)|vcpkg install failed|error: while (?:loading|looking for) .*(?:baseline|port|version)|error: no version database entry|error: the baseline .* (?:is not|was not|does not)|error: failed to (?:load port|git show|fetch ref)|-- Running vcpkg install - failed|Could not locate a manifest \(vcpkg\.json\)")
        .confidence(0.86)
        .strategies(&["dependency", "retry", "escalate"])
        .matches("error: building widget:x64-linux failed with: BUILD_FAILED")
        .matches("-- Running vcpkg install - failed")
        .ignores("-- Running vcpkg install - done"),
];
