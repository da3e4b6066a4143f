//! The Android SDK and its build tools.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.android-sdk", "toolchain-missing-or-version")
        .pattern(r"SDK location not found|Failed to (?:find|install) (?:target with hash string|the following (?:Android )?SDK|Build Tools revision)|[Ll]icen[cs]es? (?:for package .* )?(?:have )?not (?:been )?accepted|No (?:toolchains found in the NDK|version of NDK matched)|NDK (?:not configured|is not installed|at \S+ did not have)|CMake '[\d.]+' was not found in|Installed Build Tools revision \S+ is corrupted|sdkmanager: (?:command )?not found|The SDK directory '(?P<path>[^']+)' does not exist|compileSdkVersion is not specified|Android SDK (?:not found|is missing)|is (?:currently )?compiled against android-\d+")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "config", "alternative"])
        .matches("> SDK location not found. Define a valid SDK location with an ANDROID_HOME environment variable")
        .matches("> Failed to install the following Android SDK packages as some licences have not been accepted.")
        .ignores("Checking the license for package Android SDK Build-Tools 34 in /opt/sdk/licenses"),
    rule("jvm.android-resources", "compile-error")
        .pattern(r"AAPT: error: |Android resource (?:linking|compilation) failed|error: resource (?P<name>[\w:.]+/\S+) (?:\(.*\) )?not found|Manifest merger failed|Cannot fit requested classes in a single dex file|R8: Missing class|Missing class(?:es)? (?:detected|\S+ \(referenced from)|Duplicate resources$|ERROR: \S+ Resource entry \S+ is already defined")
        .strategies(&["escalate", "dependency"])
        .matches("ERROR: /src/app/src/main/res/values/themes.xml:3: AAPT: error: resource style/Widget.Spin not found.")
        .matches("> Manifest merger failed : uses-sdk:minSdkVersion 16 cannot be smaller than version 19 declared in library [widget]")
        .ignores("> Task :app:processDebugResources"),
    rule("jvm.android-lint", "lint-or-format")
        .pattern(r"Lint found (?:[1-9]\d* )?(?:fatal )?errors(?: in the project|,)|Lint found \d+ errors?|> Lint found errors in the project; aborting build")
        .unless(r"Lint found (?:0|no) errors")
        .strategies(&["escalate", "config"])
        .matches("> Lint found errors in the project; aborting build.")
        .matches("Lint found 2 errors, 5 warnings")
        .ignores("Lint found no errors"),
    rule("jvm.android-device", "infrastructure-runner")
        .pattern(r"INSTALL_FAILED_\w+|(?:No connected|no online) devices!?|adb: (?:device offline|no devices/emulators found|failed to install)|Timeout waiting for emulator|emulator: ERROR: |PANIC: (?:Missing emulator|Cannot find AVD|Broken AVD)|Test run failed to complete\. (?:Expected \d+ tests|Instrumentation run failed)|Instrumentation run failed due to '|ShellCommandUnresponsiveException|Timeout waiting for (?:device|emulator|boot)|device '(?:null|emulator-\d+)' not found|Emulator did not finish booting")
        .confidence(0.85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("com.android.builder.testing.api.DeviceException: No connected devices!")
        .matches("Test run failed to complete. Instrumentation run failed due to 'Process crashed.'")
        .ignores("emulator: INFO: boot completed"),
];
