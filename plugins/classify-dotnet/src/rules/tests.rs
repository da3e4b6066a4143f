//! `dotnet test`: xUnit, NUnit, MSTest and the test host.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dotnet.test-failed", "test-failure")
        .pattern(r"^\[xUnit\.net [\d:.]+\]\s+(?P<test>\S.*) \[FAIL\]|^\s*Failed (?P<name>[\w.+]+\S*(?:\(.*\))?) \[(?:< )?\d+ ?m?s|^\d+\) Failed : (?P<target>\S+)|^\s*failed (?P<script>[\w.]+) \(\d+(?:\.\d+)?m?s")
        .confidence(0.9)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("[xUnit.net 00:00:01.23]     App.ShapeTests.AreaIsPositive [FAIL]")
        .matches("  Failed App.ShapeTests.AreaIsPositive [12 ms]")
        .ignores("  Passed App.ShapeTests.AreaIsPositive [12 ms]"),
    rule("dotnet.assertion", "test-failure")
        .pattern(r"^\s*(?:Xunit\.Sdk\.\w+Exception|NUnit\.Framework\.AssertionException|Microsoft\.VisualStudio\.TestTools\.UnitTesting\.AssertFailedException|FluentAssertions\.\S+Exception|Shouldly\.\w+)\b|^\s*Assert\.\w+\(\) Failure|^\s*Assert\.\w+ failed\. ")
        .symptom()
        .confidence(0.78)
        .strategies(&["escalate", "rollback"])
        .matches("   Assert.Equal() Failure: Values differ")
        .matches("  Assert.AreEqual failed. Expected:<1>. Actual:<2>.")
        .ignores("   at App.ShapeTests.AreaIsPositive() in /src/app/ShapeTests.cs:line 12"),
    rule("dotnet.test-host-crashed", "test-failure")
        .pattern(r"The active test run was aborted\. Reason: (?P<message>.+)|Test host process crashed|Testhost process .* exited with error|The test running when the crash occurred|Data collector 'Blame' message: The specified inactivity time")
        .confidence(0.85)
        .strategies(&["escalate", "retry", "resource"])
        .matches("The active test run was aborted. Reason: Test host process crashed")
        .ignores("Test Run Successful."),
    rule("dotnet.unhandled", "test-failure")
        .pattern(r"^Unhandled exception\. (?P<name>[\w.]+Exception)|^Unhandled Exception: System\.\w+")
        .unless("No space left|OutOfMemory|being used by another process|Permission denied|UnauthorizedAccess")
        .symptom()
        .confidence(0.7)
        .strategies(&["escalate", "rollback"])
        .matches("Unhandled exception. System.InvalidOperationException: Sequence contains no elements")
        .ignores("System.IO.IOException: No space left on device"),
    rule("dotnet.out-of-memory", "resource-memory")
        .pattern(r"System\.OutOfMemoryException|^Out of memory\.$|Insufficient memory to continue the execution of the program|GC heap initialization failed|Failed to create CoreCLR, HRESULT: 0x8007000E")
        .confidence(0.94)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .matches("System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' was thrown.")
        .matches("Failed to create CoreCLR, HRESULT: 0x8007000E")
        .ignores("Test Run Successful."),
    rule("dotnet.test-summary", "test-failure")
        .pattern(r"^Test Run Failed\.|^Failed! +- Failed: +[1-9]|^Test Run Aborted|^\s*Total tests: \d+\. .*Failed: [1-9]|error TESTERROR|^Test summary: total: \d+, failed: [1-9]|^\s+Failed: [1-9]\d*$")
        .summary()
        .confidence(0.72)
        .strategies(&["escalate"])
        .matches("Test Run Failed.")
        .matches("Failed!  - Failed:     1, Passed:    11, Skipped:     0, Total:    12, Duration: 120 ms - App.Tests.dll (net8.0)")
        .ignores("Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total:    12"),
];
