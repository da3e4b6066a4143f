//! MSBuild itself.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dotnet.project", "configuration")
        .pattern(r"error (?P<code>MSB(?:1001|1003|1006|1008|1009|1011|1025|1050|3202|4025|4041|4057|4067|4068|4100|4126|4184|5009|5023)|NETSDK1(?:013|022|046|047|086|100|148|152|194)|CS2001)\b|Specify a project or solution file|Project file does not exist|The project file \x22(?P<file>[^\x22]+)\x22 was not found|Couldn't find a project to run|error : (?:Project|The) '?\S+'? (?:does not exist|property|TargetFramework)")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("MSBUILD : error MSB1003: Specify a project or solution file. The current working directory does not contain a project or solution file.")
        .matches("MSBUILD : error MSB1009: Project file does not exist.")
        .ignores("Build succeeded."),
    rule("dotnet.file-locked", "port-or-concurrency-conflict")
        .pattern(r"(?:error|warning) (?P<code>MSB302[1267]): .*(?:being used by another process|is locked by|locked by: )|error CS2012: .*being used by another process")
        .unless(r"warning MSB3026")
        .confidence(0.94)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("error MSB3021: Unable to copy file \"/src/app/obj/app.dll\" to \"bin/app.dll\". The process cannot access the file 'bin/app.dll' because it is being used by another process.")
        .ignores("Build succeeded."),
    rule("dotnet.summary", "unknown")
        .pattern(r"^Build FAILED\.$|^\s+[1-9]\d* Error\(s\)$|error (?P<code>MSB3073|MSB6006|MSB4181|MSB3077|MSB4018): |^Build failed with [1-9]\d* error|^Restore failed with [1-9]\d* error|^\s+\S+ failed with [1-9]\d* error\(s\)|Failed to restore \S+ \(in ")
        .summary()
        .confidence(0.45)
        .strategies(&["escalate"])
        .matches("Build FAILED.")
        .matches("/src/app/app.csproj(12,5): error MSB3073: The command \"spin\" exited with code 1.")
        .ignores("Build succeeded."),
];
