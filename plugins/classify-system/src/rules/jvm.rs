//! Maven, Gradle, javac, Surefire and the Java virtual machine.

use plugin_sdk::prelude::*;

use super::tool;

fn jvm(code: &str, category: &str) -> Rule {
    tool(code, category, "jvm")
}

/// A Java or Kotlin compiler's error line as Maven and Gradle print it.
const AT_SOURCE: &str = r"(?:^|\s)(?:\[ERROR\] |e: )?(?:file://)?[\w./\\:$ -]+\.(?:java|kt|scala|groovy)(?::\[?\d+[,:]?\d*\]?| ?\(?\d+[,:] ?\d+\)?)?:? ?";

/// The rules of this topic.
pub fn rules() -> Vec<Rule> {
    vec![
        jvm("jvm.type-error", "type-error")
            .pattern(format!(r"{AT_SOURCE}(?:error: )?(?:incompatible types|inconvertible types|(?:method|constructor) .* cannot be applied to|no suitable (?:method|constructor) found|bad operand types?|type mismatch|Type mismatch|unchecked .* error|inference variable|incomparable types)"))
            .confidence(0.93)
            .strategies(["escalate", "rollback"])
            .block("compiler")
            .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[147,78] incompatible types: int cannot be converted to java.lang.String")
            .matches("Shape.java:12: error: incompatible types: String cannot be converted to int")
            .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol"),
        jvm("jvm.class-not-accessible", "toolchain-missing-or-version")
            .pattern(r"\bcannot access (?P<name>[\w.$]+)\s*$|class file has wrong version (?P<version>[\d.]+)|UnsupportedClassVersionError|has been compiled by a more recent version of the Java Runtime|(?:invalid|release version|[Ss]ource option) (?:target release: |source release: )?(?P<wanted>[\d.]+) (?:is no longer supported|not supported)?|invalid (?:target|source) release: |error: release version \S+ not supported|Unsupported class file major version|requires (?:at least )?(?:JDK|Java|JVM runtime version) ?\d+|Could not determine java version|JAVA_HOME (?:environment variable )?is (?:not|set to an invalid)|No compiler is provided in this environment|Fatal error compiling: |No matching toolchains? found|Cannot find a Java installation|Dependency requires at least JVM|java\.lang\.UnsupportedClassVersion|Detected JDK Version: .* is not in the allowed range|Detected Maven Version: .* is not in the allowed")
            .confidence(0.9)
            .strategies(["alternative", "dependency", "rollback"])
            .block("compiler")
            .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[4,26] cannot access widget.core.Spin")
            .matches("java.lang.UnsupportedClassVersionError: app/Main has been compiled by a more recent version of the Java Runtime (class file version 65.0)")
            .matches("[ERROR] Fatal error compiling: error: invalid target release: 21")
            .matches("ERROR: JAVA_HOME is not set and no 'java' command could be found in your PATH.")
            .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol"),
        jvm("jvm.compile-error", "compile-error")
            .pattern(format!(r"{AT_SOURCE}(?:error: )?(?:cannot find symbol|package \S+ does not exist|unreported exception|(?:class, )?interface,? (?:enum,? )?or|';' expected|'\S+' expected|illegal start of|reached end of file|not a statement|\S+ is already defined|\S+ is not abstract and does not override|method does not override|unclosed|variable \S+ (?:might|is already)|\S+ has (?:private|protected) access|warnings found and -Werror|non-static|exception \S+ is never|static import only|duplicate class|missing return|call to super|modifier|\S+ is not public in|reference to \S+ is ambiguous|local variables referenced|as of release|Unresolved reference|unresolved reference|error while writing|generic array|cannot be dereferenced|no enclosing instance|cannot inherit from|annotation)|^e: (?:file://)?\S+\.kts?:|^\S+\.java:\d+: error: |error: package \S+ does not exist|^\[ERROR\] +(?:symbol|location):"))
            .unless(r"incompatible types|cannot access|No space left|cannot be applied to")
            .confidence(0.91)
            .strategies(["escalate", "rollback", "dependency"])
            .block("compiler")
            .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[136,18] cannot find symbol")
            .matches("[ERROR] /src/app/src/main/java/app/Shape.java:[21,33] package widget.core does not exist")
            .matches("Shape.java:12: error: ';' expected")
            .matches("e: file:///src/app/Shape.kt:3:5 Unresolved reference: spin")
            .ignores("[ERROR] /src/app/src/main/java/app/Shape.java:[147,78] incompatible types: int cannot be converted to java.lang.String")
            .ignores("[INFO] BUILD SUCCESS"),
        jvm("jvm.compile-summary", "compile-error")
            .pattern(r"COMPILATION ERROR|Compilation failure|Execution failed for task ':\S*compile\w*'|Compilation failed; see the compiler")
            .symptom()
            .confidence(0.75)
            .strategies(["escalate", "rollback"])
            .matches("[ERROR] COMPILATION ERROR :")
            .matches("Execution failed for task ':app:compileJava'.")
            .ignores("[INFO] BUILD SUCCESS"),
        jvm("jvm.dependency-missing", "dependency-missing")
            .pattern(
                r"Could not (?:resolve dependencies for project|find artifact (?P<package>[\w.:-]+)|resolve (?:all (?:files|dependencies|artifacts|task dependencies) for configuration|plugin artifact)|find (?P<name>[\w.-]+:[\w.-]+:[\w.+-]+))|The following artifacts could not be resolved|Plugin \S+ or one of its dependencies could not be resolved|Failure to (?:find|transfer) \S+:\S+|Non-resolvable (?:parent|import) POM|Plugin \[id: '[^']+'.*\] was not found|Failed to collect dependencies at|was not found in \S+ during a previous attempt",
            )
            .unless(r"(?i)timed out|Connection reset|refused|unknown host|status code: ?(?:40[13]|5\d\d)|\b(?:401|403|50[0234])\b|http-blocker|handshake")
            .disposition(Disposition::Patch)
            .strategies(["dependency", "retry", "escalate"])
            .block("compiler")
            .matches("[ERROR] Failed to execute goal on project app: Could not resolve dependencies for project com.example:app:jar:1.0: Could not find artifact com.example:widget:jar:9.9 in central")
            .matches("   > Could not find com.example:widget:9.9.")
            .matches("[ERROR] Plugin com.example:widget-maven-plugin:9.9 or one of its dependencies could not be resolved")
            .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
        jvm("jvm.transfer-network", "network-transient")
            .pattern(r"(?:Could not (?:transfer|resolve|GET|get resource|HEAD|download)|Failed to (?:transfer|collect|read artifact descriptor)|Unable to load Maven meta-data).*(?:[Tt]imed out|Connection (?:reset|refused)|terminated the handshake|Premature end|[Uu]nknown host|unreachable|Remote host closed|SocketException|peer not authenticated|No route to host|Broken pipe)|Exception in thread \x22main\x22 java\.(?:net\.(?:UnknownHost|SocketTimeout|Connect)Exception|io\.IOException: Downloading from)|Downloading from \S+ failed: timeout")
            .unless(r"(?i)certificat|PKIX|localhost")
            .confidence(0.92)
            .specificity(85)
            .disposition(Disposition::Retry)
            .strategies(["retry", "alternative"])
            .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): Connect timed out")
            .matches("   > Could not GET 'https://maven.example/m2/widget-1.0.pom'. Connection reset")
            .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to internal (https://maven.example/m2): status code: 401"),
        jvm("jvm.transfer-server", "registry-or-service-outage")
            .pattern(r"(?:Could not (?:transfer|resolve|GET|get resource|HEAD)|Failed to (?:transfer|collect|read)).*(?:status code:? ?|Received status code |\b)(?P<status>50[0-9])\b|Received status code 5\d\d from server|Checksum validation failed")
            .confidence(0.92)
            .specificity(85)
            .disposition(Disposition::Retry)
            .strategies(["retry", "alternative"])
            .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): status code: 503, reason phrase: Service Unavailable (503)")
            .matches("   > Could not GET 'https://maven.example/m2/widget-1.0.pom'. Received status code 502 from server: Bad Gateway")
            .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
        jvm("jvm.transfer-refused", "auth-or-permission")
            .pattern(r"(?:Could not (?:transfer|resolve|GET|get resource)|Failed to (?:transfer|collect|read|deploy)).*(?:status code:? ?|Received status code |\b)(?P<status>40[13])\b|Not authorized ?[,:]|Received status code 40[13] from server")
            .confidence(0.92)
            .specificity(85)
            .strategies(["escalate"])
            .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to internal (https://maven.example/m2): status code: 401, reason phrase: Unauthorized (401)")
            .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
        jvm("jvm.http-blocked", "configuration")
            .pattern(r"maven-default-http-blocker|Blocked mirror for repositories|Using insecure protocols with repositories")
            .confidence(0.94)
            .specificity(90)
            .strategies(["config", "escalate"])
            .matches("Could not transfer artifact com.example:widget:pom:1.0 from/to maven-default-http-blocker (http://0.0.0.0/): Blocked mirror for repositories")
            .ignores("Downloading from central: https://maven.example/m2/"),
        jvm("jvm.enforcer", "dependency-conflict")
            .pattern(r"^(?:\[(?:ERROR|WARNING)\] )?Rule \d+: \S*(?:BannedDependencies|DependencyConvergence|RequireUpperBoundDeps|BanDuplicate\S*|BanTransitive\S*|RequireSameVersions) failed with message|Require upper bound dependencies error for|Dependency convergence error for|Failed while enforcing releasability|Found Banned Dependency: |conflict(?:s|ing) (?:with|on) .*(?:strictly|version)|Conflict found for (?:the following module|module)")
            .confidence(0.94)
            .specificity(90)
            .disposition(Disposition::Patch)
            .strategies(["dependency", "escalate"])
            .block("compiler")
            .matches("[ERROR] Rule 2: org.apache.maven.plugins.enforcer.RequireUpperBoundDeps failed with message:")
            .matches("[WARNING] Rule 0: org.apache.maven.enforcer.rules.dependency.BannedDependencies failed with message:")
            .ignores("[INFO] Rule 2: org.apache.maven.plugins.enforcer.RequireUpperBoundDeps passed"),
        jvm("jvm.api-changed-under-it", "dependency-conflict")
            .pattern(r"(?:java\.lang\.)(?:NoSuchMethodError|NoSuchFieldError|AbstractMethodError|IncompatibleClassChangeError|NoClassDefFoundError|ClassNotFoundException|LinkageError|VerifyError)\b")
            .confidence(0.72)
            .disposition(Disposition::Patch)
            .strategies(["dependency", "rollback", "escalate"])
            .block("jvm-trace")
            .matches("java.lang.NoSuchMethodError: 'void widget.core.Spin.turn(int)'")
            .matches("Caused by: java.lang.NoClassDefFoundError: widget/core/Spin")
            .ignores("java.lang.AssertionError: expected:<1> but was:<2>"),
        jvm("jvm.lint", "lint-or-format")
            .pattern(r"Execution failed for task ':\S*(?:checkstyle|spotless|pmd|ktlint|detekt|lint|findbugs|spotbugs|license|rat|errorprone)\w*'|maven-(?:checkstyle|pmd|spotbugs)-plugin\S*:check|You have \d+ Checkstyle violations?|Checkstyle rule violations were found|The following files had format violations|\[(?:ERROR|WARN)\] \S+\.java:\[?\d+.*\((?:sizes|whitespace|imports|javadoc|naming|indentation|blocks|coding|design|misc|regexp|modifier|extension|annotation)\)|spotbugs.*failed with \d+ bugs|Too many files with unapproved license|PMD (?:Failure|found \d+)|Failed to execute goal \S+:(?:spotless|fmt|formatter|license|apache-rat|revapi|japicmp|checkstyle|impsort)-maven\S*|API (?:changes|problems)(?::| found)|The following API problems caused the build to fail|Running 'gradlew :?spotlessApply'|detekt.*weighted issues")
            .confidence(0.9)
            .disposition(Disposition::Patch)
            .strategies(["alternative", "config", "escalate"])
            .matches("Execution failed for task ':app:checkstyleMain'.")
            .matches("[ERROR] Failed to execute goal com.diffplug.spotless:spotless-maven-plugin:2.43.0:check (default) on project app: The following files had format violations:")
            .matches("[ERROR] src/main/java/app/Shape.java:[3,8] (imports) UnusedImports: Unused import - java.util.List.")
            .ignores("> Task :app:checkstyleMain"),
        jvm("jvm.test-failed", "test-failure")
            .pattern(r"<<< (?:FAILURE|ERROR)!|^\S.* > \S.*\(?\)? FAILED$|^\[ERROR\] +\w[\w.$]*(?:\.\w+|:\d+)(?:->\S+)*:?\d* (?:»|.*expected|Expected|Unexpected)|^(?:Failed tests:|Tests in error:)|^(?:\[ERROR\] )?(?:Failures|Errors): *$")
            .unless(r"Tests run: .*(?:Failures: 0, Errors: 0)")
            .confidence(0.88)
            .strategies(["escalate", "rollback", "retry"])
            .block("jvm-trace")
            .matches("[ERROR] app.ShapeTest.areaIsPositive  Time elapsed: 0.129 s  <<< FAILURE!")
            .matches("areaIsPositive(app.ShapeTest)  Time elapsed: 0.014 sec  <<< ERROR!")
            .matches("ShapeTest > areaIsPositive() FAILED")
            .ignores("[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0"),
        jvm("jvm.assertion", "test-failure")
            .pattern(r"^(?:\[ERROR\] )?(?:Caused by: )?\s*(?:java\.lang\.AssertionError|org\.opentest4j\.\w+|junit\.framework\.\w+Error|org\.junit\.ComparisonFailure|org\.mockito\.exceptions\.\S+|org\.hamcrest\.\S+)(?::|$)")
            .confidence(0.76)
            .symptom()
            .strategies(["escalate", "rollback"])
            .block("jvm-trace")
            .matches("java.lang.AssertionError: expected:<1> but was:<2>")
            .matches("org.opentest4j.AssertionFailedError: expected: <1> but was: <2>")
            .ignores("\tat app.ShapeTest.areaIsPositive(ShapeTest.java:12)"),
        jvm("jvm.test-summary", "test-failure")
            .pattern(r"There (?:are|were) (?:test failures|failing tests)|^(?:\[ERROR\] )?Tests run: \d+, (?:Failures: [1-9]|Failures: \d+, Errors: [1-9])|Execution failed for task ':\S*[tT]est\w*'|\d+ tests? completed, [1-9]\d* failed|maven-(?:surefire|failsafe)-plugin\S*:(?:test|verify|integration-test) ")
            .unless(r"^\[INFO\] ")
            .summary()
            .confidence(0.75)
            .strategies(["escalate", "rollback", "retry"])
            .matches("[ERROR] Tests run: 12, Failures: 1, Errors: 0, Skipped: 0")
            .matches("Execution failed for task ':app:test'.")
            .matches("There are test failures.")
            .ignores("[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0")
            .ignores("[INFO] --- maven-surefire-plugin:3.2:test (default-test) @ app ---"),
        jvm("jvm.out-of-memory", "resource-memory")
            .pattern(r"java\.lang\.OutOfMemoryError|os::commit_memory\(.*failed|There is insufficient memory for the Java Runtime|GC overhead limit exceeded|Gradle build daemon disappeared unexpectedly|Expiring Daemon because JVM heap space is exhausted")
            .unless("unable to create (?:new )?native thread")
            .confidence(0.93)
            .disposition(Disposition::Auto)
            .strategies(["resource", "config"])
            .block("jvm-trace")
            .matches("java.lang.OutOfMemoryError: Java heap space")
            .matches("Java HotSpot(TM) 64-Bit Server VM warning: INFO: os::commit_memory(0x0000000792aa0000, 1431699456, 0) failed; error='Cannot allocate memory' (errno=12)")
            .matches("Gradle build daemon disappeared unexpectedly (it may have been killed or may have crashed)")
            .ignores("java.lang.OutOfMemoryError: unable to create native thread"),
        jvm("jvm.fork-died", "resource-memory")
            .pattern(r"The forked VM terminated without (?:properly )?saying (?:properly )?goodbye|ExecutionException The forked VM|Process 'Gradle Test Executor \d+' finished with non-zero exit value|Could not reserve enough space for|Could not create the Java Virtual Machine")
            .confidence(0.7)
            .disposition(Disposition::Auto)
            .strategies(["resource", "retry"])
            .matches("The forked VM terminated without properly saying goodbye. VM crash or System.exit called?")
            .ignores("Tests run: 10, Failures: 0"),
        jvm("jvm.build-failed", "unknown")
            .pattern(r"^(?:\[ERROR\] )?(?:BUILD FAIL(?:URE|ED)|FAILURE: Build failed with an exception)|^\[ERROR\] Failed to execute goal |^\[ERROR\] After correcting the problems|^\* What went wrong:|^Execution failed for task ")
            .summary()
            .confidence(0.35)
            .specificity(60)
            .strategies(["escalate"])
            .matches("[ERROR] Failed to execute goal com.example:widget-maven-plugin:1.0:spin (default) on project app: spinning failed")
            .matches("FAILURE: Build failed with an exception.")
            .ignores("[INFO] BUILD SUCCESS"),
        jvm("jvm.build-script", "configuration")
            .pattern(r"A problem occurred (?:evaluating|configuring) (?:root )?(?:project|script|settings)|Non-parseable POM|Unknown lifecycle phase|No plugin found for prefix|Malformed POM|'dependencies\.dependency\.version' .*is missing|The build could not read \d+ projects?|Project '\S+' not found in root project|Task '\S+' not found in|there is no POM in this directory|Could not find method \w+\(\) for arguments|Gradle (?:version )?\S+ is required|Minimum supported Gradle version is|Version mismatch|SDK location not found|Failed to (?:find|install) (?:target|the following (?:Android )?SDK)|Expected \S+:\S+ but found \S+")
            .confidence(0.86)
            .strategies(["config", "escalate"])
            .matches("A problem occurred evaluating root project 'app'.")
            .matches("Task 'spin' not found in root project 'app'.")
            .matches("[FATAL] Non-parseable POM /src/app/pom.xml: expected START_TAG")
            .ignores("[INFO] BUILD SUCCESS"),
    ]
}
