//! Rules about dependencies that a build enforces: Maven's enforcer, Gradle's constraints, locks and verification.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.enforcer", "dependency-conflict")
        .pattern(r"Rule \d+: \S*(?:BannedDependencies|DependencyConvergence|RequireUpperBoundDeps|BanDuplicate\w*|BanTransitive\w*|RequireSameVersions|EnforceBytecodeVersion|BanDynamicVersions|BanDistributionManagement|RequireReleaseDeps|ReactorModuleConvergence|BanDuplicatePomDependencyVersions|BanCircularDependencies|RequirePluginVersions)(?:\([\w-]*\))? failed with message|Require upper bound dependencies error for|Dependency convergence error for|Failed while enforcing (?:releasability|RequireUpperBoundDeps)|Found Banned Dependency: |Restricted to JDK \S+ yet|Duplicate class(?:es)? (?:found|\S+ found in modules)|banned via the exclude/include list")
        .confidence(0.95)
        .specificity(90)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .block("compiler")
        .matches("[ERROR] Rule 2: org.apache.maven.plugins.enforcer.RequireUpperBoundDeps failed with message:")
        .matches("[WARNING] Rule 0: org.apache.maven.enforcer.rules.dependency.BannedDependencies failed with message:")
        .matches("[ERROR] Rule 1: org.codehaus.mojo.extraenforcer.dependencies.EnforceBytecodeVersion failed with message:")
        .matches("Require upper bound dependencies error for com.example:widget:1.3 paths to dependency are:")
        .ignores("[INFO] Rule 2: org.apache.maven.plugins.enforcer.RequireUpperBoundDeps passed"),
    rule("jvm.enforcer-toolchain", "toolchain-missing-or-version")
        .pattern(r"Rule \d+: \S*(?:RequireJavaVersion|RequireMavenVersion|RequireOS|RequireJavaVendor)(?:\([\w-]*\))? failed with message|Detected (?:JDK|Maven|Java) [Vv]ersion:?.* is not in the allowed range")
        .confidence(0.95)
        .specificity(90)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "config", "escalate"])
        .matches("[ERROR] Rule 0: org.apache.maven.enforcer.rules.version.RequireJavaVersion failed with message:")
        .matches("Detected JDK version 11.0.2 (JAVA_HOME=/opt/jdk) is not in the allowed range [17,).")
        .ignores("[INFO] Rule 0: org.apache.maven.enforcer.rules.version.RequireJavaVersion passed"),
    rule("jvm.enforcer-configuration", "configuration")
        .pattern(r"Rule \d+: \S*(?:RequireEnvironmentVariable|RequireProperty|RequireActiveProfile|RequireFiles\w*|RequireReleaseVersion|RequireSnapshotVersion|RequireNoRepositories|AlwaysFail|BannedPlugins|BannedRepositories|RequireFileChecksum|RequireProfileIdsExist|RequireEncoding)(?:\([\w-]*\))? failed with message|maven-enforcer-plugin\S*:enforce .*Some Enforcer rules have failed")
        .confidence(0.82)
        .strategies(&["config", "escalate"])
        .matches("[ERROR] Rule 3: org.apache.maven.enforcer.rules.property.RequireProperty failed with message:")
        .ignores("[INFO] Rule 3: org.apache.maven.enforcer.rules.property.RequireProperty passed"),
    rule("jvm.version-conflict", "dependency-conflict")
        .pattern(r"Cannot find a version of '(?P<package>[^']+)' that satisfies the version constraints|Conflict found for (?:the following module|module)|Conflict\(s\) found for the following module|conflict(?:s|ing) (?:with|on) .*(?:strictly|version)|Module '[^']+' has been rejected|Cannot choose between (?:the following|\S+) .*variants|found version conflict\(s\) in library dependencies|Program type already present: |More than one file was found with OS independent path|Cannot select module with conflict on capability|Dependency resolution is looking for a library compatible with")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("   > Cannot find a version of 'com.example:widget' that satisfies the version constraints:")
        .matches("[error] (update) found version conflict(s) in library dependencies; some are suspected to be binary incompatible:")
        .ignores("com.example:widget:1.0 -> 1.1 (*)"),
    rule("jvm.no-matching-variant", "toolchain-missing-or-version")
        .pattern(r"No matching (?:variant|configuration) of (?:project )?(?P<package>\S+) was found|Dependency resolution .*compatible with JVM runtime version|its dependency .* requires (?:at least )?(?:Java|JVM)")
        .confidence(0.88)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "dependency", "config"])
        .matches("> No matching variant of com.example:widget:2.0 was found. The consumer was configured to find a library for use during compile-time, compatible with Java 8, but:")
        .ignores("> Task :app:compileJava"),
    rule("jvm.lock-outdated", "configuration")
        .pattern(r"^\[ERROR\] +Expected \S+:\S+ but found \S+|Dependency lock state for configuration|is locked but does not have lock state|is not part of the dependency lock state|Dependency verification failed for (?:configuration|\S+ artifacts)|artifact checksum (?:is missing|expected)|artifacts? failed verification|is missing from verification metadata|was signed with key .* but it wasn't found|LockOutOfDateException|Locking strict mode|Did not find lock state|requirements? not found in lock ?file|lock ?file is out of (?:date|sync).*gradle")
        .confidence(0.93)
        .disposition(Disposition::Never)
        .strategies(&["config", "dependency", "escalate"])
        .matches("> Dependency lock state for configuration ':app:compileClasspath' is out of date:")
        .matches("> Dependency verification failed for configuration ':app:compileClasspath'")
        .matches("[ERROR]   Expected com.example:widget:jar:1.8.4:compile:jar but found com.example:widget:jar:1.8.5:compile:jar")
        .ignores("> Task :app:dependencies"),
    rule("jvm.api-changed-under-it", "dependency-conflict")
        .pattern(r"(?:java\.lang\.)(?:NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError|NoClassDefFoundError|ClassNotFoundException|LinkageError|VerifyError|BootstrapMethodError|ExceptionInInitializerError|IllegalAccessError)\b|An API incompatibility was encountered while executing|A required class was missing while executing|java\.util\.ServiceConfigurationError|TestEngine with ID '[^']+' failed to discover tests")
        .unless(r"com[./]sun[./]tools[./]javac|lombok\.javac|MavenWrapperMain|GradleWrapperMain|^Caused by: java\.lang\.ClassNotFoundException: \S+Main$")
        .confidence(0.72)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "rollback", "escalate"])
        .block("jvm-trace")
        .matches("java.lang.NoSuchMethodError: 'void widget.core.Spin.turn(int)'")
        .matches("Caused by: java.lang.NoClassDefFoundError: widget/core/Spin")
        .matches("[ERROR] Failed to execute goal com.example:widget-maven-plugin:1.0:spin (default) on project app: Execution default of goal com.example:widget-maven-plugin:1.0:spin failed: An API incompatibility was encountered while executing com.example:widget-maven-plugin:1.0:spin: java.lang.ExceptionInInitializerError: null")
        .ignores("java.lang.AssertionError: expected:<1> but was:<2>"),
];
