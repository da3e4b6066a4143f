//! NuGet: restoring, locking, publishing.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dotnet.package-missing", "dependency-missing")
        .pattern(r"(?:error|warning as error) (?P<code>NU110[0-3]|NU1106|NETSDK1064|NETSDK1004|NETSDK1005|NU5000)\b|Unable to find package (?P<package>[\w.-]+?)[. ]|Unable to resolve '(?P<requirement>[^']+)' for|No packages exist with this id in source|This project references NuGet package\(s\) that are missing|error CS0006: |Unable to find version '(?P<wanted>[^']+)' of package '(?P<name>[^']+)'")
        .unless(r"warning NU1603|warning NU1701")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("/src/app/app.csproj : error NU1101: Unable to find package Widget. No packages exist with this id in source(s): internal")
        .matches("/src/app/app.csproj : error NU1102: Unable to find package Widget with version (>= 9.9.0)")
        .matches("error NETSDK1004: Assets file '/src/app/obj/project.assets.json' not found. Run a NuGet package restore to generate this file.")
        .ignores("warning NU1701: Package 'Widget 1.0.0' was restored using an older framework"),
    rule("dotnet.package-conflict", "dependency-conflict")
        .pattern(r"(?:error|Error as error|warning as error):? ?(?P<code>NU1(?:107|108|109|201|202|203|605|608|010))\b|[Ee]rror(?: NU1605)?: Detected package downgrade: |Version conflict detected for|Cycle detected\.|error CS1705: |is not compatible with \S+ \(\S+\)\. Package|Could not load file or assembly '(?P<package>[^',]+).*manifest definition does not match")
        .unless("warning NU1608")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("/src/app/app.csproj : error NU1605: Warning As Error: Detected package downgrade: Widget from 2.0.0 to 1.0.0. Reference the package directly from the project to select a different version.")
        .matches("/src/app/app.csproj : error NU1107: Version conflict detected for Widget.")
        .matches("error NU1202: Package Widget 9.0.0 is not compatible with net6.0 (.NETCoreApp,Version=v6.0). Package Widget 9.0.0 supports: net9.0")
        .ignores("warning NU1608: Detected package version outside of dependency constraint"),
    rule("dotnet.feed-denied", "auth-or-permission")
        .pattern(r"(?:NU1301|Unable to load the service index|Failed to (?:retrieve|fetch|download)|error :).*\b(?P<status>40[13]) \((?:Unauthorized|Forbidden)|Response status code does not indicate success: 40[13]|(?:Unauthorized|Forbidden) - No credentials|The plugin credential provider could not acquire credentials|The specified API key is invalid, has expired")
        .confidence(0.93)
        .specificity(86)
        .strategies(&["escalate", "config"])
        .matches("/src/app/app.csproj : error NU1301: Unable to load the service index for source https://nuget.example/v3/index.json. Response status code does not indicate success: 401 (Unauthorized).")
        .matches("error: Response status code does not indicate success: 403 (The specified API key is invalid, has expired, or does not have permission to access the specified package.).")
        .ignores("error NU1301: Unable to load the service index for source https://nuget.example/v3/index.json. Connection timed out"),
    rule("dotnet.feed-server", "registry-or-service-outage")
        .pattern(r"(?:NU1301|NU1300|Unable to load the service index|Failed to (?:retrieve|fetch|download)|error :).*\b(?P<status>50[0234]) \(|Response status code does not indicate success: 50[0-9]|error NU1403: |Package content hash validation failed for|The package is missing the required signature|error (?P<code>NU30\d\d): ")
        .confidence(0.93)
        .specificity(86)
        .disposition(Disposition::Never)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("error NU1301: Unable to load the service index for source https://nuget.example/v3/index.json. Response status code does not indicate success: 503 (Service Unavailable).")
        .matches("error NU1403: Package content hash validation failed for Widget.1.0.0. The package is different than the last restore.")
        .ignores("error NU1301: Unable to load the service index for source https://nuget.example/v3/index.json. Connection timed out"),
    rule("dotnet.feed-network", "network-transient")
        .pattern(r"error (?P<code>NU130[01])\b|Unable to load the service index for source (?P<url>\S+?)\.?$|Failed to (?:retrieve information about|fetch results from|download package) '[^']+' from|The HTTP request to 'GET (?P<name>\S+)' has timed out|An error occurred while sending the request.*|Retrying '\w+' .*failed")
        .unless(r"\b(?:40[134]|50[0234]) \(|(?i:warning)|^\s*Retrying|^\s*info")
        .confidence(0.86)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("error NU1301: Unable to load the service index for source https://nuget.example/v3/index.json. Connection timed out")
        .matches("error : Failed to download package 'Widget.1.0.0' from 'https://nuget.example/v3-flatcontainer/widget/1.0.0/widget.1.0.0.nupkg'.")
        .ignores("  Restored /src/app/app.csproj (in 1.2 sec)."),
    rule("dotnet.lock-outdated", "configuration")
        .pattern(r"error NU1004: |The packages lock file is inconsistent with the project dependencies|error NU1(?:008|010|011|013|507|5\d\d): |restore can't be run in locked mode")
        .confidence(0.94)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("error NU1004: The packages lock file is inconsistent with the project dependencies so restore can't be run in locked mode.")
        .ignores("  Restored /src/app/app.csproj (in 1.2 sec)."),
    rule("dotnet.package-vulnerable", "security-finding")
        .pattern(r"error (?P<code>NU190[1-4]): |error.*Package '(?P<package>[^']+)' \S+ has a known (?:low|moderate|high|critical) severity vulnerability|The following sources were used:.*vulnerab")
        .confidence(0.94)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("/src/app/app.csproj : error NU1903: Warning As Error: Package 'Widget' 1.0.0 has a known high severity vulnerability, https://advisories.example/1")
        .ignores("/src/app/app.csproj : warning NU1903: Package 'Widget' 1.0.0 has a known high severity vulnerability, https://advisories.example/1"),
    rule("dotnet.push", "deployment")
        .pattern(r"error: Response status code does not indicate success: (?:409|400)|A package with (?:id|ID) '[^']+' and version '[^']+' already exists|error: (?:File does not exist \(\S+nupkg\)|Source parameter was not specified)|The feed already contains '[^']+'")
        .confidence(0.92)
        .strategies(&["escalate", "config"])
        .matches("error: Response status code does not indicate success: 409 (A package with ID 'Widget' and version '1.0.0' already exists and cannot be modified.).")
        .ignores("Your package was pushed."),
];
