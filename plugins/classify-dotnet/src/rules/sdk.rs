//! The .NET SDK, runtimes and workloads.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dotnet.sdk", "toolchain-missing-or-version")
        .pattern(r"error (?P<code>NETSDK1(?:045|141|147|073|082|083|127|139|226)|MSB4236|MSB4019|MSB3644|MSB8020|MSB4062|MSB4216|MSB3843)\b|A compatible (?:installed )?\.NET (?:Core )?SDK (?:was not found|for global\.json)|Requested SDK version: (?P<wanted>\S+)|The framework '(?P<name>[^']+)', version '(?P<version>[^']+)'.* was not found|You must install (?:or update )?\.NET to run|It was not possible to find any (?:compatible framework version|installed \.NET)|The current \.NET SDK does not support targeting|To install missing framework, download|the following workloads must be installed|No \.NET SDKs were found|Couldn't find a project to run.*SDK|The reference assemblies for \S+ were not found|No usable version of libssl was found|Couldn't find a valid ICU package|mono: (?:command )?not found")
        .confidence(0.94)
        .strategies(&["alternative", "dependency", "config"])
        .matches("/usr/share/dotnet/sdk/6.0.400/Sdks/Microsoft.NET.Sdk/targets/Microsoft.NET.TargetFrameworkInference.targets(144,5): error NETSDK1045: The current .NET SDK does not support targeting .NET 8.0.")
        .matches("The framework 'Microsoft.NETCore.App', version '6.0.0' (x64) was not found.")
        .matches("A compatible .NET SDK was not found.")
        .matches("error NETSDK1147: To build this project, the following workloads must be installed: widget")
        .ignores(".NET SDK 8.0.100"),
];
