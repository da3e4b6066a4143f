//! JUnit, TestNG, Surefire, Spock, ScalaTest and the assertions around them.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.test-failed", "test-failure")
        .pattern(r"<<< (?:FAILURE|ERROR)!|^\S.* > \S.*\(?\)? FAILED$|^\[ERROR\] +\w[\w.$]*(?:\.\w+|:\d+)(?:->\S+)*:?\d* (?:»|.*expected|Expected|Unexpected)|^(?:Failed tests:|Tests in error:)|^Test \S+ FAILED$|\*\*\* FAILED \*\*\*$|^FAILED: (?:test\w*|[a-z]+[A-Z]\w*)$|^\[error\] (?:Test \S+ failed: |Failed tests:)|^\[info\] - .* \*\*\* FAILED|^Condition not satisfied:|^==> X \S+ ")
        .unless(r"Tests run: .*(?:Failures: 0, Errors: 0)")
        .confidence(0.88)
        .strategies(&["escalate", "rollback", "retry"])
        .block("jvm-trace")
        .matches("[ERROR] app.ShapeTest.areaIsPositive  Time elapsed: 0.129 s  <<< FAILURE!")
        .matches("areaIsPositive(app.ShapeTest)  Time elapsed: 0.014 sec  <<< ERROR!")
        .matches("ShapeTest > areaIsPositive() FAILED")
        .matches("FAILED: areaIsPositive")
        .ignores("FAILED: check")
        .matches("[error] Test app.ShapeTest.areaIsPositive failed: expected:<1> but was:<2>, took 0.004 sec")
        .ignores("[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0"),
    rule("jvm.test-list", "test-failure")
        .pattern(r"^(?:\[ERROR\] )?(?:Failures|Errors): *$")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate", "rollback", "retry"])
        .block("jvm-trace")
        .matches("[ERROR] Failures: ")
        .ignores("[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0"),
    rule("jvm.assertion", "test-failure")
        .pattern(r"^(?:\[ERROR\] )?(?:Caused by: )?\s*(?:java\.lang\.AssertionError|org\.opentest4j\.\w+|junit\.framework\.\w+(?:Error|Failure)|org\.junit\.\w+(?:Failure|Exception)|org\.mockito\.exceptions\.\S+|org\.hamcrest\.\S+|kotlin\.AssertionError|org\.spockframework\.\S+|org\.scalatest\.exceptions\.\S+|io\.kotest\.assertions\.\S+|Wanted but not invoked)(?::|$)")
        .confidence(0.76)
        .symptom()
        .strategies(&["escalate", "rollback"])
        .block("jvm-trace")
        .matches("java.lang.AssertionError: expected:<1> but was:<2>")
        .matches("org.opentest4j.AssertionFailedError: expected: <1> but was: <2>")
        .ignores("\tat app.ShapeTest.areaIsPositive(ShapeTest.java:12)"),
    rule("jvm.test-exception", "test-failure")
        .pattern(r"^(?:Caused by: )?(?:java\.(?:lang\.(?:IllegalState|IllegalArgument|NullPointer|ClassCast|Runtime|IndexOutOfBounds|ArrayIndexOutOfBounds|UnsupportedOperation)Exception|util\.\w+Exception|io\.\w+Exception|lang\.StackOverflowError)|org\.springframework\.\S+Exception|org\.hibernate\.\S+Exception|jakarta\.\S+Exception|javax\.\S+Exception)(?::|$)|Failed to load ApplicationContext|^APPLICATION FAILED TO START")
        .unless(r"(?i:connection (?:was )?(?:refused|reset))|UnknownHost|[Tt]imed out|No space left|IOException: (?:Permission|Downloading|Server returned)|JAVA_HOME|Docker|lock")
        .symptom()
        .confidence(0.6)
        .strategies(&["escalate", "rollback"])
        .block("jvm-trace")
        .matches("java.lang.IllegalStateException: Failed to load ApplicationContext for [WebMergedContextConfiguration@1b9e1916]")
        .matches("Caused by: java.lang.NullPointerException: Cannot invoke \"app.Shape.area()\" because \"shape\" is null")
        .ignores("\tat app.ShapeTest.areaIsPositive(ShapeTest.java:12)")
        .ignores("java.io.IOException: connection reset"),
    rule("jvm.test-timed-out", "resource-cpu-timeout")
        .pattern(r"There was a timeout (?:or other error )?in the fork|Timeout has been exceeded\. Requesting stop|Surefire is going to kill self fork JVM")
        .confidence(0.88)
        .disposition(Disposition::Retry)
        .strategies(&["resource", "retry", "escalate"])
        .matches("[ERROR] There was a timeout in the fork")
        .ignores("Tests run: 10, Failures: 0"),
    rule("jvm.test-ran-long", "test-failure")
        .pattern(r"TestTimedOut(?:Exception)?:? test timed out after|java\.util\.concurrent\.TimeoutException: \S+\(.*\) timed out after|ThreadTimeoutException: Method \S+ didn't finish within|execution timed out after \d+ ms|execution exceeded timeout of \d+ ms")
        .confidence(0.9)
        .specificity(84)
        .strategies(&["retry", "resource", "escalate"])
        .matches("org.junit.runners.model.TestTimedOutException: test timed out after 300 milliseconds")
        .matches("java.util.concurrent.TimeoutException: spins() timed out after 5 seconds")
        .ignores("Tests run: 10, Failures: 0"),
    rule("jvm.flaky-test", "flaky-test")
        .pattern(r"^(?:\[(?:WARNING|ERROR|INFO)\] )?(?:Flakes|Flaky tests): *$|Flakes: [1-9]\d*|There (?:are|were) \d+ flakes|failOnFlakeCount|ConditionTimeoutException: .*(?:within|not fulfilled)")
        .unless("failOnFlakeCount is set")
        .confidence(0.8)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("[WARNING] Flakes: ")
        .matches("[ERROR] Tests run: 14, Failures: 0, Errors: 0, Skipped: 0, Flakes: 2")
        .matches("org.awaitility.core.ConditionTimeoutException: Condition with alias 'spinning' didn't complete within 10 seconds")
        .ignores("[INFO] Tests run: 14, Failures: 0, Errors: 0, Skipped: 0"),
    rule("jvm.no-tests", "configuration")
        .pattern(r"No tests (?:were executed!|matching pattern .* (?:were|was) executed|found for given includes)|There are no tests to run\. .*fail|No tests found (?:in|for|matching)")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("> No tests found for given includes: [app.SpinTest](--tests filter)")
        .matches("[ERROR] No tests were executed!  (Set -DfailIfNoTests=false to ignore this error.)")
        .ignores("There are no tests to run."),
    rule("jvm.coverage", "test-failure")
        .pattern(r"Rule violated for (?:bundle|package|class) (?P<name>[^:]+): |Coverage checks have not been met|Coverage minimum is not satisfied|Statement coverage .* is below|Rule '[^']+' violated: .*covered percentage")
        .confidence(0.85)
        .strategies(&["escalate", "rollback"])
        .matches("Rule violated for bundle app: lines covered ratio is 0.72, but expected minimum is 0.80")
        .ignores("All coverage checks have been met."),
    rule("jvm.test-summary", "test-failure")
        .pattern(r"There (?:are|were) (?:test failures|failing tests)|^(?:\[ERROR\] |\[WARNING\] )?Tests run: \d+, (?:Failures: [1-9]|Failures: \d+, Errors: [1-9])|Execution failed for task ':\S*[tT]est\w*'|\d+ tests? completed, [1-9]\d* failed|maven-(?:surefire|failsafe)-plugin\S*:(?:test|verify|integration-test) |Failed: Total \d+, Failed [1-9]|sbt\.TestsFailed|\*\*\* [1-9]\d* TESTS? FAILED \*\*\*|^FAILURES!!!$|^> Task :\S*[tT]est\w* FAILED|There was an error in the forked process")
        .unless(r"^\[INFO\] ")
        .summary()
        .confidence(0.75)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("[ERROR] Tests run: 12, Failures: 1, Errors: 0, Skipped: 0")
        .matches("Execution failed for task ':app:test'.")
        .matches("There are test failures.")
        .ignores("[INFO] Tests run: 12, Failures: 0, Errors: 0, Skipped: 0")
        .ignores("[INFO] --- maven-surefire-plugin:3.2:test (default-test) @ app ---"),
];
