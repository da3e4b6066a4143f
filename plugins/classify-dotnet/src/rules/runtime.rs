//! Programs on .NET and Mono that end with an exception.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("dotnet.exception-thrown", "test-failure")
        .pattern(r"^\s*System\.(?:NullReference|InvalidOperation|Argument\w*|IndexOutOfRange|DivideByZero|Format|InvalidCast|KeyNotFound|Overflow|NotImplemented|NotSupported|ObjectDisposed|AggregateE|Collections\.Generic\.KeyNotFound|Aggregate)\w*Exception: |FATAL UNHANDLED EXCEPTION: System\.\w+|^Unhandled exception: System\.\w+")
        .unless("No space left|OutOfMemory|being used by another process|Permission denied|UnauthorizedAccess")
        .symptom()
        .confidence(0.74)
        .strategies(&["escalate", "rollback"])
        .matches("System.NullReferenceException: Object reference not set to an instance of an object")
        .matches("[ERROR] FATAL UNHANDLED EXCEPTION: System.InvalidOperationException: Sequence contains no elements")
        .ignores("System.OutOfMemoryException: Out of memory"),
];
