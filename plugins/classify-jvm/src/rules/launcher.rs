//! The `java` launcher, programs that end with an exception, and the command line of kotlinc.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.launcher", "configuration")
        .pattern(r"^Error: (?:Could not find or load main class (?P<name>\S+)|Main method (?:not found|is not static|must return)|Unable to (?:access jarfile|initialize main class) (?P<path>\S+)|JNI error|Could not find agent|Invalid or corrupt jarfile|Could not open argument file|Unable to initialize)|no main manifest attribute, in (?P<file>\S+)|^Error (?:opening zip file or JAR manifest missing|occurred during initialization of (?:VM|boot layer))|^Unrecognized option: |^Invalid (?:maximum|initial) heap size: |^Invalid thread stack size|^Error: (?:-\w\S* requires|Conflicting collector|Could not find module)|^Unsupported VM option|^agent library failed|^error: (?:source file or directory not found|invalid argument: |no source files|class, interface, enum, or record expected in|file not found: )")
        .unless(r"[wW]rapper|enough space|memory|UnsupportedClassVersion|error: file not found: \S+\.java")
        .confidence(0.9)
        .specificity(84)
        .strategies(&["config", "escalate"])
        .matches("Error: Could not find or load main class app.Spin")
        .matches("no main manifest attribute, in build/spin.jar")
        .matches("Unrecognized option: --fast-spin")
        .matches("error: source file or directory not found: src/Spin.kt")
        .ignores("Error: Could not find or load main class org.gradle.wrapper.GradleWrapperMain")
        .ignores("Picked up JAVA_TOOL_OPTIONS: -Xmx1g"),
    rule("jvm.uncaught", "test-failure")
        .pattern(r"^Exception in thread \x22[^\x22]+\x22 (?P<name>[\w.$]+(?:Exception|Error))\b|^\*{3} java\.lang\.instrument ASSERTION FAILED")
        .unless(r"OutOfMemory|ClassNotFound|NoClassDef|UnsupportedClassVersion|UnknownHost|ConnectException|BindException|NoSuch(?:Method|Field)|SSL|SocketTimeout|AccessDenied|FileNotFound|IncompatibleClass|LinkageError|IOException|ServiceConfigurationError|TimeoutException")
        .confidence(0.74)
        .strategies(&["escalate", "rollback"])
        .block("jvm-trace")
        .matches("Exception in thread \"main\" java.lang.StackOverflowError")
        .matches("Exception in thread \"main\" java.lang.IllegalStateException: no widget")
        .ignores("Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space"),
    rule("jvm.kotlin-error", "compile-error")
        .pattern(r"^(?:file://)?(?P<file>[\w./\\:$@+-]+\.kts?):(?P<line>\d+):\d+: error: |^e: (?:java\.lang|org\.jetbrains)\.\S+|^e: warnings found and -Werror|^exception: org\.jetbrains\.kotlin")
        .unless(r"(?i:mismatch)|\] \(|incompatible types|cannot be a value of|Only safe \(")
        .confidence(0.9)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("src/Spin.kt:3:14: error: expecting ')'")
        .ignores("src/Spin.kt:3:14: warning: variable 'turns' is never used"),
    rule("jvm.kotlin-type", "type-error")
        .pattern(r"\.kts?:(?:\d+:\d+:?| ?\(\d+, \d+\):) (?:error: )?(?:\w+ type mismatch|[Tt]ype mismatch|[Nn]ull can ?not be a value|Only safe \(\?\.\)|The expression cannot be|Operator call corresponds to a dot-qualified|Inferred type is|Cannot infer type|Not enough information to infer|Type argument is not within|No value passed for parameter|Too many arguments for|None of the following|Initializer type mismatch|Condition type mismatch)")
        .unless(r"warning: ")
        .confidence(0.92)
        .specificity(84)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("src/Spin.kt:3:14: error: null cannot be a value of a non-null type 'Spin'")
        .ignores("src/Spin.kt:3:14: error: expecting ')'"),
    rule("jvm.kotlin-style", "lint-or-format")
        .pattern(r"^(?:> )?Lint error > \[|^Summary error count \(descending\) by rule:|KtLint found code style violations|KtLint .*found [1-9]\d* (?:errors|violations)|\.kts?:\d+:\d+:? .*\((?:standard|[\w-]+):[\w-]+\)$|^(?:Found|Overall debt:) .*(?:code smells?|\d+(?:min|h))|Invalid detekt config|\[ktlint\] |needs to be (?:formatted|ktfmt)|^Error: \[ktfmt\]")
        .unless(r"[Oo]verall debt: 0|w: ")
        .confidence(0.88)
        .strategies(&["alternative", "escalate"])
        .disposition(Disposition::Patch)
        .matches("Overall debt: 1h 20min")
        .ignores("detekt finished in 1 s"),
];
