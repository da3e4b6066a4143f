//! The compilers of C#, F# and Visual Basic, and their analysers.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dotnet.type-error", "type-error")
        .pattern(r"(?P<file>\S+\.(?:cs|vb|fs|fsx|razor|cshtml))\((?P<line>\d+),\d+\): error (?P<code>CS(?:0019|0029|0030|0039|0266|0311|0314|0315|0407|1503|1929|8600|8601|8602|8603|8604|8618|8625|8629)|FS0001|FS0193|BC30311|BC30512|BC32006)\b")
        .confidence(0.94)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("/src/app/Program.cs(12,9): error CS0029: Cannot implicitly convert type 'int' to 'string' [/src/app/app.csproj]")
        .matches("Program.fs(3,5): error FS0001: This expression was expected to have type")
        .ignores("Program.cs(12,9): error CS0103: The name 'spin' does not exist in the current context"),
    rule("dotnet.compile-error", "compile-error")
        .pattern(r"\.(?:cs|vb|fs|fsx|razor|cshtml)\((?P<line>\d+),\d+\): error (?P<code>(?:CS|BC|FS|RZ)\d{4,5})|^CSC : error (?P<name>CS\d{4})|: error (?P<option>XA\d{4}|XLS\d{4}|MC\d{4}|AVLN\S*|BLAZOR\S*)\b|error CS5001: |error (?:ILC|LNK|AD)\d+: ")
        .unless(r"error (?:CS(?:0019|0029|0030|0039|0266|0311|0314|0315|0407|1503|1929|8600|8601|8602|8603|8604|8618|8625|8629)|FS0001|FS0193|CS0006|CS1705)\b|LNK")
        .confidence(0.93)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("Program.cs(12,9): error CS0103: The name 'spin' does not exist in the current context")
        .matches("/src/app/Spin.razor(3,1): error RZ9980: Unclosed tag 'div' with no matching end tag. [/src/app/app.csproj]")
        .ignores("Program.cs(12,9): warning CS0168: The variable 'x' is declared but never used"),
    rule("dotnet.lint", "lint-or-format")
        .pattern(r": error (?P<code>(?:CA|IDE|SA|RCS|S|SX|MA|VSTHRD|xUnit|NUnit|AsyncFixer|CS8|WHITESPACE|FINALNEWLINE|IMPORTS|CHARSET|ENDOFLINE|STYLE)\d*): |error WHITESPACE: |Format(?:ted| complete).*code file.*errors|dotnet format .*--verify-no-changes.*(?:failed|error)|Was not formatted\.|Error \S+\.cs - Was not formatted")
        .unless(r"error CS8\d{3}")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("/src/app/Program.cs(12,9): error CA1822: Member 'Spin' does not access instance data and can be marked as static [/src/app/app.csproj]")
        .matches("/src/app/Program.cs(3,1): error IDE0055: Fix formatting [/src/app/app.csproj]")
        .matches("/src/app/Program.cs(3,1): error WHITESPACE: Fix whitespace formatting. Delete 4 characters. [/src/app/app.csproj]")
        .ignores("Program.cs(12,9): warning CA1822: Member 'Spin' does not access instance data"),
];
