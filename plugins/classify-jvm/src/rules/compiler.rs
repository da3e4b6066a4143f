//! javac, the compilers of Kotlin, Scala and Groovy, and Javadoc.

use plugin_sdk::prelude::*;

use super::rule;

/// A compiler's error line as Maven, Gradle, sbt and Ant print it.
const AT_SOURCE: &str = r"(?:^|\s)(?:\[ERROR\] |\[error\] |e: )?(?:file://)?(?P<file>[\w./\\:$@+ -]+\.(?:java|kts?|scala|groovy)): ?\[?\(?(?P<line>\d+)(?:[,:] ?\d+)?\)?\]?:? (?:error: )?";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.type-error", "type-error")
        .pattern(joined!(
            r"(?:",
            AT_SOURCE,
            r"(?:incompatible types|inconvertible types|bad operand types?|type mismatch|Type mismatch|[\w ]*type mismatch|Argument type mismatch|Return type mismatch|Assignment type mismatch|inference variable|incomparable types|None of the following (?:functions|candidates)|Unresolved reference\. None|Operator '\S+' cannot be applied|required: |(?:int|String|Object|\S+) cannot be dereferenced|Null can not be a value|Only safe \(\?\.\)|incompatible (?:bounds|equality|parameter)|overloaded method .* cannot be applied|\S+ is not a functional interface|type argument \S+ is not within|Smart cast to))|-- \[E007\] Type Mismatch Error: "
        ))
        .unless(r"(?i:\bwarning: )|^\[WARN|^w: ")
        .confidence(0.94)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[147,78] incompatible types: int cannot be converted to java.lang.String")
        .matches("Shape.java:12: error: incompatible types: String cannot be converted to int")
        .matches("e: file:///src/app/Shape.kt:3:5 Type mismatch: inferred type is String but Int was expected")
        .matches("e: /src/app/Shape.kt: (3, 5): Type mismatch: inferred type is String but Int was expected")
        .matches("[error] /src/app/Shape.scala:12:5: type mismatch;")
        .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol"),
    rule("jvm.compile-error", "compile-error")
        .pattern(joined!(
            r"(?:^|\s)\[ERROR\] [^\[\]]+\.(?:java|kt|scala|groovy):\[\d+,\d+\] |^(?:\s*\[javac\] )?\S[^:]*\.(?:java|groovy):\d+: error: |^e: (?:file://)?\S+\.kts?:|\[error\] \S+\.scala:\d+(?::\d+)?: |^(?:\[error\] )?-- (?:\[E\d+\] )?(?:\w+ )*Error: \S+\.scala|error: package (?P<package>\S+) does not exist|warnings found and -Werror specified|startup failed:$|",
            AT_SOURCE,
            r"(?:cannot find symbol|package \S+ does not exist|unreported exception|unable to resolve class|';' expected|'\S+' expected|illegal start of|reached end of file|not a statement|\S+ is not abstract and does not override|method does not override|[Uu]nresolved reference|not found: |value \S+ is not a member|[Mm]odule not found|package \S+ is not visible)|error: module not found: |^error: (?:cannot find symbol|duplicate class|file not found: \S+\.java)|Internal compiler error|An exception has occurred in the compiler"
        ))
        .unless(r"incompatible types|cannot access [\w.$]+$|No space left|[Tt]ype mismatch|\] \(\w+\) \w+: |\] \[\w+\] |: error: \[\w+\] |(?i:\bwarning: )|^\[WARN|\[deprecation\]")
        .confidence(0.91)
        .strategies(&["escalate", "rollback", "dependency"])
        .block("compiler")
        .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol")
        .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[21,33] package widget.core does not exist")
        .matches("Shape.java:12: error: ';' expected")
        .matches("    [javac] /src/app/Shape.java:12: error: cannot find symbol")
        .matches("e: file:///src/app/Shape.kt:3:5 Unresolved reference: spin")
        .matches("[error] /src/app/Shape.scala:12:5: not found: value spin")
        .matches("[ERROR] /src/app/src/main/java/app/Shape.java: warnings found and -Werror specified")
        .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[147,78] incompatible types: int cannot be converted to java.lang.String")
        .ignores("[ERROR] src/main/java/app/Shape.java:[3,8] (imports) UnusedImports: Unused import - java.util.List.")
        .ignores("[INFO] BUILD SUCCESS"),
    rule("jvm.errorprone", "lint-or-format")
        .pattern(r"\.java:(?:\d+: error: |\[\d+,\d+\] (?:error: )?)\[(?P<code>[A-Z]\w+)\] ")
        .confidence(0.93)
        .strategies(&["escalate", "config"])
        .matches("Shape.java:12: error: [DeadException] Exception created but not thrown")
        .ignores("Shape.java:12: warning: [deprecation] spin() in Widget has been deprecated"),
    rule("jvm.javadoc", "compile-error")
        .pattern(r"Error while generating Javadoc|MavenReportException: Error while|Execution failed for task ':\S*(?:[jJ]avadoc|dokka)\w*'|Javadoc generation failed|maven-javadoc-plugin\S*:\w+ .*(?:[Ee]rror|Exit code)")
        .unless(r"^\[INFO\]")
        .confidence(0.76)
        .strategies(&["escalate"])
        .matches("[ERROR] Failed to execute goal org.apache.maven.plugins:maven-javadoc-plugin:3.6:jar (attach-javadocs) on project app: MavenReportException: Error while generating Javadoc: ")
        .matches("Execution failed for task ':app:javadoc'.")
        .ignores("[INFO] --- maven-javadoc-plugin:3.6:jar (attach-javadocs) @ app ---"),
    rule("jvm.compile-summary", "compile-error")
        .pattern(r"COMPILATION ERROR|Compilation failure|Execution failed for task ':\S*[cC]ompile\w*'|[Cc]ompilation failed; see the compiler|\([^)]*[cC]ompile\w*\) Compilation failed|^> Task :\S*[cC]ompile\w* FAILED|Compilation error\. See log for more details|Compile failed; see the compiler error output|^\[error\] (?:one|two|three|four|five|\d+) errors? found$")
        .symptom()
        .confidence(0.75)
        .strategies(&["escalate", "rollback"])
        .matches("[ERROR] COMPILATION ERROR :")
        .matches("Execution failed for task ':app:compileJava'.")
        .matches("[error] one error found")
        .matches("[error] (Compile / compileIncremental) Compilation failed")
        .ignores("[INFO] BUILD SUCCESS"),
];
