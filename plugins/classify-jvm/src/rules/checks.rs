//! Checkstyle, Spotless, PMD, SpotBugs, ktlint, detekt, API and licence-header checks.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.lint", "lint-or-format")
        .pattern(
            r"\[(?:ERROR|WARN)\] \S+\.(?:java|kt|scala|xml|properties):\[?\d+.*\((?:sizes|whitespace|imports|javadoc|naming|indentation|blocks|coding|design|misc|regexp|modifier|extension|annotation|header)\)|\[(?:ERROR|WARN)\] \S+\.(?:java|kt|xml|properties):\d+(?::\d+)?: .*\[[A-Z]\w+\]$|You have \d+ (?:Checkstyle|PMD|CPD) violations?|Checkstyle rule violations were found|Checkstyle (?:files|violations) (?:with violations|by severity): (?:[1-9]|\[error)|[Tt]he following files had format violations|Run '\S* ?:?spotlessApply'|Run 'mvn spotless:apply'|Too many files with unapproved license|Some files do not have the expected license header|Missing header in: |License header (?:is )?missing|PMD Failure: |PMD (?:found|Failure:) \d*|failed with [1-9]\d* bugs|SpotBugs (?:violations|rule violations) were found|FindBugs rule violations were found|Found \d+ non-complying files|has not been previously formatted\.\s+Please format",
        )
        .unless(r"^\[WARN(?:ING)?\] (?:Unused declared|Used undeclared)|\[INFO\]")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("[ERROR] src/main/java/app/Shape.java:[3,8] (imports) UnusedImports: Unused import - java.util.List.")
        .matches("[ERROR] /src/app/src/main/java/app/Shape.java:12:5: Missing a Javadoc comment. [MissingJavadocMethod]")
        .matches("[ERROR] Failed to execute goal com.diffplug.spotless:spotless-maven-plugin:2.43.0:check (default) on project app: The following files had format violations:")
        .matches("[ERROR] Failed to execute goal org.apache.rat:apache-rat-plugin:0.13:check (default) on project app: Too many files with unapproved license: 3 See RAT report")
        .ignores("> Task :app:checkstyleMain"),
    rule("jvm.lint-other", "lint-or-format")
        .pattern(
            r"API (?:changes|problems): [1-9]|The following API problems caused the build to fail|There is at least one incompatibility: |Analysis failed with \d+ weighted issues|\.kts?:\d+:\d+:? .*\((?:standard|experimental):[\w-]+\)|\.kts?:\d+:\d+: .* \[\w+\]$|Forbidden (?:method|class|field|annotation)(?:/interface)? (?:invocation|use|access)|Undefined reference: \S+|Signature errors found|Dependency problems found|(?:Unused declared|Used undeclared) dependencies found|is not formatted properly|scalafmt: .*(?:must|need|aren't)|\((?:\S+ / )*scalafmt\w*Check\w*\)|^\[error\] \d+ files? must be formatted|scalafix\.sbt\.ScalafixFailed|Unnecessary stubbings detected|Architecture Violation",
        )
        .unless(r"^\[WARN(?:ING)?\] (?:Unused declared|Used undeclared)|\[INFO\]")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("src/main/kotlin/app/Shape.kt:3:1: Unused import (standard:no-unused-imports)")
        .matches("API problems: 2 (see the report)")
        .matches("Forbidden method invocation: java.lang.String#toLowerCase() [Uses default locale]")
        .ignores("> Task :app:checkstyleMain"),
    rule("jvm.lint-task", "lint-or-format")
        .pattern(r"Execution failed for task ':\S*(?:[cC]heckstyle|[sS]potless|[pP]md|[kK]t[lL]int|[dD]etekt|[lL]int|[fF]indbugs|[sS]potbugs|[lL]icense|[rR]at|[eE]rrorprone|[fF]orbiddenApis|[jJ]apicmp|apiCheck|[sS]calafmt|googleJavaFormat|verifyGoogleJavaFormat)\w*'|Failed to execute goal \S+:(?:maven-checkstyle-plugin|maven-pmd-plugin|spotbugs-maven-plugin|findbugs-maven-plugin|spotless-maven-plugin|fmt-maven-plugin|formatter-maven-plugin|license-maven-plugin|apache-rat-plugin|revapi-maven-plugin|japicmp-maven-plugin|impsort-maven-plugin|forbiddenapis|animal-sniffer-maven-plugin|detekt\S*|ktlint\S*|sortpom-maven-plugin|modernizer-maven-plugin)\S*")
        .symptom()
        .confidence(0.88)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("Execution failed for task ':app:checkstyleMain'.")
        .matches("[ERROR] Failed to execute goal org.apache.maven.plugins:maven-checkstyle-plugin:3.3:check (validate) on project app: Failed during checkstyle execution")
        .ignores("> Task :app:checkstyleMain"),
];
