//! What Maven, Ant and sbt refuse about a build's own files, and the lines that sum up.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.pom", "configuration")
        .pattern(r"Non-parseable (?:POM|settings)|Malformed POM|Unknown lifecycle phase|No plugin found for prefix|'dependencies\.dependency\.\w+' .*is missing|'[\w.]+' (?:for \S+ )?(?:is missing|must be|with value '[^']*' (?:does not match|is invalid))|The build could not read \d+ projects?|there is no POM in this directory|Could not find the selected project in the reactor: (?P<target>\S+)|Child module (?P<path>\S+) of \S+ does not exist|is duplicated in the reactor|Could not find goal '(?P<name>[^']+)' in plugin|The parameters .* for goal \S+ are missing or invalid|Unable to parse (?:command line|configuration of mojo)|repository element was not specified in the POM inside distributionManagement|The projects in the reactor contain a cyclic reference|The specified user settings file does not exist|The requested (?:required )?profiles? .* could not be activated|Unrecognised tag: '|Cannot find (?:parent|symbol) .*pom|Undefined or null version|Buildfile: (?P<file>\S+) does not exist|Target \x22(?P<option>[^\x22]+)\x22 does not exist in the project|taskdef (?:class|A class)|Problem: failed to create task or type|Not a valid (?:command|key|project ID): |No such setting/task|Resource filtering .*failed|error: error while loading \S+, .*missing|Plugin \S+ .*has an invalid|Error parsing .*pom\.xml")
        .unless(r"^\[WARNING\]|^\[WARN\]")
        .confidence(0.88)
        .strategies(&["config", "escalate"])
        .matches("[FATAL] Non-parseable POM /src/app/pom.xml: expected START_TAG")
        .matches("[ERROR]     'dependencies.dependency.version' for com.example:widget:jar is missing. @ line 12, column 17")
        .matches("[ERROR] Child module /src/app/spin of /src/app/pom.xml does not exist")
        .matches("[ERROR] Unknown lifecycle phase \"spin\". You must specify a valid lifecycle phase or a goal in the format <plugin-prefix>:<goal>")
        .ignores("[INFO] BUILD SUCCESS"),
    rule("jvm.build-failed", "unknown")
        .pattern(r"^(?:\[ERROR\] |\[INFO\] )?(?:BUILD FAIL(?:URE|ED)|FAILURE: Build failed with an exception|FAILURE: Build completed with \d+ failures)|^\[ERROR\] Failed to execute goal |^\[ERROR\] After correcting the problems|^\* What went wrong:|^Execution failed for task |^\[error\] \(.*\) (?:sbt|java|Non)|^Build completed unsuccessfully|^> There were failing tests|^> Task :\S+ FAILED|^> Process '.+' finished with non-zero exit value")
        .unless(r"Could not (?:resolve|transfer|find)|could not be resolved")
        .summary()
        .confidence(0.35)
        .specificity(60)
        .strategies(&["escalate"])
        .matches("FAILURE: Build failed with an exception.")
        .matches("[INFO] BUILD FAILURE")
        .ignores("[INFO] BUILD SUCCESS"),
    rule("jvm.plugin-failed", "configuration")
        .pattern(r"^\[ERROR\] Failed to execute goal (?P<target>\S+) \(?.*on project (?P<name>\S+): (?P<message>.+)")
        .unless(r"Compilation failure|Could not (?:resolve|transfer)|There are (?:test|some)|could not be resolved|surefire|failsafe|compiler-plugin|enforcer|API incompatibility|required class was missing|checkstyle|spotless|gpg-plugin|deploy|staging|javadoc|release-plugin|No space left|licen[sc]e|rat:|[Vv]iolation|fmt|formatter")
        .symptom()
        .confidence(0.6)
        .strategies(&["config", "escalate"])
        .matches("[ERROR] Failed to execute goal com.example:widget-maven-plugin:1.0:exec (run) on project app: Command execution failed.: Process exited with an error: 1 (Exit value: 1)")
        .ignores("[ERROR] Failed to execute goal org.apache.maven.plugins:maven-surefire-plugin:3.2:test (default-test) on project app: There are test failures."),
];
