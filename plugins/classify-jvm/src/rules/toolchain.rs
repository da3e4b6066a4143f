//! The Java, Kotlin and build tool versions that a build needs and has.

use plugin_sdk::prelude::*;

use super::rule;

/// A class that the compiler cannot read; the next line says why.
pub const CLASS_NOT_ACCESSIBLE: &str = "jvm.class-not-accessible";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule(CLASS_NOT_ACCESSIBLE, "toolchain-missing-or-version")
        .pattern(r"(?:^|[\]:] )(?:error: )?cannot access (?P<name>[\w.$]+)\s*$")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "rollback"])
        .block("compiler")
        .asks_plugin()
        .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[4,26] cannot access widget.core.Spin")
        .matches("Shape.java:4: error: cannot access Spin")
        .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol"),
    rule("jvm.class-version", "toolchain-missing-or-version")
        .pattern(
            r"class file has wrong version (?P<version>[\d.]+), should be (?P<wanted>[\d.]+)|UnsupportedClassVersionError|has been compiled by a more recent version of the Java Runtime|Unsupported (?:class file )?major(?:\.minor)? version|Java \d+ \(\d+\) is not supported by the current version of Byte Buddy|was compiled with an incompatible version of Kotlin|bad class file: .*wrong version|Module was compiled with an incompatible version|class file version \d+ is newer|requires Java \d+ .*class file",
        )
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "rollback"])
        .matches("java.lang.UnsupportedClassVersionError: app/Main has been compiled by a more recent version of the Java Runtime (class file version 65.0)")
        .matches("    class file has wrong version 61.0, should be 55.0")
        .matches("> BUG! exception in phase 'semantic analysis' in source unit '_BuildScript_' Unsupported class file major version 65")
        .matches("Module was compiled with an incompatible version of Kotlin. The binary version of its metadata is 1.9.0, expected version is 1.7.1.")
        .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol"),
    rule("jvm.java-version", "toolchain-missing-or-version")
        .pattern(
            r"(?:[Ss]ource|[Tt]arget) option (?:[\d.]+) is no longer supported|invalid (?:target|source) release: (?P<wanted>[\d.]+)|release version (?P<version>\S+) not supported|error: invalid source release|requires (?:at least )?(?:JDK|Java|JVM runtime version) ?\d+|Android Gradle plugin requires Java|Could not determine java version|Fatal error compiling: |Dependency requires at least JVM|Inconsistent JVM[- ][Tt]arget [Cc]ompatibility|Cannot inline bytecode built with JVM target|Unrecognized VM option '(?P<option>[^']+)'|Conflicting collector combinations|-(?:release|-release) (?:is )?not supported|unrecognized (?:option|flag) -?-release|compiler message file broken|you are (?:currently )?using Java [\d.]+|Unsupported Java\. ?$|Your current (?:version of )?Java .* is not",
        )
        .unless(r"^\[WARNING\]|(?i:warning: \[options\])|^WARNING:|^\[INFO\]")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("[ERROR] Fatal error compiling: error: invalid target release: 21")
        .matches("error: release version 21 not supported")
        .matches("[ERROR] Source option 6 is no longer supported. Use 8 or later.")
        .matches("Unrecognized VM option 'MaxPermSize=512m'")
        .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol"),
    rule("jvm.java-missing", "toolchain-missing-or-version")
        .pattern(
            r"JAVA_HOME (?:environment variable )?is (?:not|set to an invalid)|No compiler is provided in this environment|No matching toolchains? found|[Nn]o (?:locally installed toolchains|compatible toolchains) (?:match|found)|Cannot find a Java installation|Could not (?:find|resolve) (?:a )?(?:JDK|toolchain) (?:matching|for)|Value given for javaHome property|The JAVA_HOME environment variable is not defined correctly|(?:Unable to locate|couldn't find) a Java Runtime|Can't (?:find|locate) (?:any )?JDK|[Ff]ailed to find Java (?:version|[\d.]+)|No Java found with version|Could not find satisfied version for SemVer",
        )
        .unless(r"^\[WARNING\]|^\[INFO\]")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("ERROR: JAVA_HOME is not set and no 'java' command could be found in your PATH.")
        .matches("> No locally installed toolchains match and toolchain download repositories have not been configured.")
        .ignores("Resolved latest version as 17.0.3+7"),
    rule("jvm.java-internals", "toolchain-missing-or-version")
        .pattern(
            r"com\.sun\.tools\.javac\.(?:code|tree|main|api|processing)\.\S+.*(?:does not have|member field|ExceptionInInitializer|NoSuch)|NoSuchFieldError:? .*com[./]sun[./]tools[./]javac|IllegalAccessError: .*(?:lombok|com\.sun\.tools\.javac)|does not \x22?(?:opens|export)s? [^\x22\s]+(?: [^\x22\s]+)?\x22? to unnamed module|The Security Manager is (?:deprecated|not supported)",
        )
        .unless(r"^WARNING:|^\[WARNING\]")
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .block("jvm-trace")
        .matches("java.lang.reflect.InaccessibleObjectException: Unable to make field private final byte[] java.lang.String.value accessible: module java.base does not \"opens java.lang\" to unnamed module @1b9e1916")
        .matches("java.lang.NoSuchFieldError: Class com.sun.tools.javac.tree.JCTree$JCImport does not have member field 'com.sun.tools.javac.tree.JCTree qualid'")
        .ignores("WARNING: An illegal reflective access operation has occurred"),
    rule("jvm.build-tool-version", "toolchain-missing-or-version")
        .pattern(r"Gradle (?:version )?\S+ is required|Minimum supported Gradle version is (?P<wanted>[\d.]+)|The current Gradle version .* is not compatible with|This version of the \S.* plugin requires Gradle|Failed to (?:apply plugin|notify).*Gradle [\d.]+ (?:or|is)|The plugin \S+ requires Maven version (?P<version>\S+)|requires a newer (?:Gradle|Maven)|supports (?:only )?Gradle (?:from )?[\d.]+|unsupported Gradle version|The Android Gradle plugin supports only|Android Gradle [Pp]lugin: project \S+ .*version|sbt \S+ requires sbt")
        .strategies(&["alternative", "dependency", "config"])
        .matches("Minimum supported Gradle version is 8.4. Current version is 8.1.")
        .matches("[ERROR] The plugin com.example:widget-maven-plugin:4.0 requires Maven version 3.9.1")
        .ignores("Welcome to Gradle 8.4!"),
];
