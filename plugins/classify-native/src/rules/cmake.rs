//! CMake's own files and cache.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    // The healers know this code by its first name.
    rule("system.cmake-cache-stale", "configuration")
        .pattern(r"The current CMakeCache\.txt directory (?P<path>\S+) is different than the directory|The source \x22[^\x22]+\x22 does not match the source \x22[^\x22]+\x22 used to generate cache|CMake Error: Error: generator : \S.* Does not match the generator used previously|Does not match the generator used previously|Error: could not load cache|CMake Error: Error: toolset|generator platform: .* Does not match the platform used previously")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["config"])
        .matches("CMake Error: The current CMakeCache.txt directory /a/CMakeCache.txt is different than the directory /b where CMakeCache.txt was created.")
        .matches("CMake Error: The source \"/a/CMakeLists.txt\" does not match the source \"/b/CMakeLists.txt\" used to generate cache.  Re-run cmake with a different source directory.")
        .ignores("-- Configuring done"),
    rule("c.cmake-project", "configuration")
        .pattern(r"CMake Error: The source directory \x22(?P<directory>[^\x22]+)\x22 does not (?:exist|appear to contain CMakeLists)|The source directory\s*$|does not contain a CMakeLists\.txt file|Cannot find source file:|Unknown CMake command \x22(?P<command>[^\x22]+)\x22|No SOURCES given to target|Cannot specify .* for target|cannot create (?:imported )?target \x22(?P<target>[^\x22]+)\x22 because another target|add_subdirectory given source .(?P<path>[^\x22]+). which is not an existing|Parse error\.  Expected|Could not (?:read presets|use .* preset)|No such preset in|CMake Error: (?:Unknown argument|Could not create named generator|CMAKE_\w+ not set, after EnableLanguage|Run '?cmake --help)|Policy CMP\d+ is not set: .*FATAL|include called with wrong number|given target \x22[^\x22]+\x22 which is not built by this project|CMake Error: install\(EXPORT|export called with target|Manually-specified variables were not used.*error|Flow control statements are not properly nested|file (?:INSTALL|COPY|STRINGS) (?:cannot find|file \x22)|error: unknown target '(?P<name>[^']+)'")
        .unless(r"(?i)warning|deprecat|/dev/")
        .confidence(0.88)
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .matches("CMake Error: The source directory \"/src/app/build\" does not appear to contain CMakeLists.txt.")
        .matches("  Unknown CMake command \"add_widget\".")
        .matches("  Cannot find source file:")
        .ignores("-- Configuring done"),
    rule("c.fetch-content", "network-transient")
        .pattern(r"Failed to (?:clone|checkout|update) (?:repository|tag|submodules|remote)|Each download failed!|error: downloading '(?P<url>[^']+)' failed|status_code: (?:6|7|28|35|56)$|status_string: \x22(?:Couldn't (?:resolve|connect)|Timeout|Could not (?:resolve|connect)|SSL connect|Failure when receiving)")
        .confidence(0.82)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("  error: downloading 'https://files.example/widget.tar.gz' failed")
        .matches("  status_string: \"Couldn't resolve host name\"")
        .ignores("-- Downloading widget... done"),
    rule("c.fetch-hash", "registry-or-service-outage")
        .pattern(r"(?:SHA\d+|MD5|sha\d+) (?:hash|checksum)? ?(?:of|for)? ?.*does not match (?:expected|the)|error: (?:SHA\d+|MD5|SHA1) hash of|HASH mismatch for file:|Hash mismatch|Incorrect hash for source|expected hash: \[|Expected SHA512: ")
        .unless(r"Hash Sum mismatch|npm|pip|Integrity|(?i:assert|test)")
        .confidence(0.88)
        .strategies(&["escalate"])
        .matches("  HASH mismatch for file: /src/app/build/widget.tar.gz")
        .matches("ERROR: Incorrect hash for source widget-patch:")
        .ignores("-- verifying file... ok"),
    rule("c.cmake-error", "configuration")
        .pattern(r"^CMake Error(?: \(dev\))? at (?P<file>\S+?):(?P<line>\d+)|^CMake Error in |^CMake Error: |^-- Configuring incomplete, errors occurred|^CMake (?:Generate|Configure) step failed|^CMake was unable to")
        .symptom()
        .confidence(0.7)
        .strategies(&["config", "dependency", "escalate"])
        .matches("CMake Error at CMakeLists.txt:12 (find_package):")
        .matches("-- Configuring incomplete, errors occurred!")
        .ignores("CMake Warning at CMakeLists.txt:12 (message):"),
];
