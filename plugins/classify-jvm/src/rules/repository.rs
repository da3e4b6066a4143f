//! Artifacts: what a repository does not have, and what it answered instead.
//!
//! One prefix, many remedies: `Could not transfer artifact` ends in a time-out, a status, a certificate or a blocked mirror.
//! Each rule names its half, and the rule for missing artifacts steps back for all of them.

use plugin_sdk::prelude::*;

use super::rule;

/// How Maven and Gradle begin to say that a transfer went wrong.
const TRANSFER: &str = r"(?:Could not (?:transfer|resolve (?:dependencies|all |plugin|[\w.-]+:)|GET|HEAD|PUT|get resource|download|install Gradle)|Failed to (?:transfer|collect|read artifact descriptor|deploy|resolve)|failed to transfer|Transfer failed for|Unable to (?:load Maven meta-data|find/open)|Original error: |Downloading from \S+ failed|Error transferring|server access error at url).*";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("jvm.dependency-missing", "dependency-missing")
        .pattern(
            r"Could not (?:resolve dependencies for project|find artifact (?P<package>[\w.:${}-]+)|find (?P<name>[\w.-]+:[\w.-]+:[\w.+${}-]+)|find any (?:version that )?match(?:es|ing) (?P<requirement>\S+))|The following artifacts could not be resolved|Plugin (?P<target>\S+) or one of its dependencies could not be resolved|Failure to (?:find|transfer) \S+:\S+|Non-resolvable (?:parent|import) POM|Plugin \[id: '[^']+'.*\] was not found|Failed to collect dependencies (?:at|for)|was not found in \S+ during a previous attempt|No versions available for \S+|has not been downloaded from it before|unresolved dependency: \S+: not found|Couldn't find artifact|The POM for \S+ is missing, no dependency information|Unresolveable build extension|Could not resolve plugin artifact|Unable to resolve (?:class path|artifact)|Missing artifact \S+:\S+|impossible to resolve dependencies|not found: https?://\S+\.pom$",
        )
        .unless(
            r"(?i)timed out|timeout|Connection (?:reset|refused)|[^:]refused|unknown host|status code: ?(?:40[13]|429|5\d\d)|\b(?:40[13]|429|50[0234])\b|http-blocker|handshake|PKIX|Name or service not known|temporary failure|certificate|Premature end|No route to host|^\[WARNING\] The POM|Failed to deploy|unauthorized|forbidden|Remote host (?:closed|terminated)|Checksum validation",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "retry", "escalate"])
        .block("compiler")
        .matches("[ERROR] Failed to execute goal on project app: Could not resolve dependencies for project com.example:app:jar:1.0: Could not find artifact com.example:widget:jar:9.9 in central")
        .matches("   > Could not find com.example:widget:9.9.")
        .matches("[ERROR] Plugin com.example:widget-maven-plugin:9.9 or one of its dependencies could not be resolved")
        .matches("[ERROR]     Non-resolvable parent POM for com.example:app:1.0: Could not find artifact com.example:parent:pom:2.0 in central")
        .matches("Plugin [id: 'com.example.widget', version: '9.9'] was not found in any of the following sources:")
        .matches("[error] sbt.librarymanagement.ResolveException: unresolved dependency: com.example#widget;9.9: not found")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
    rule("jvm.dependency-unresolved", "dependency-missing")
        .pattern(r"Could not resolve all (?:files|dependencies|artifacts|task dependencies) for configuration|Could not resolve (?P<package>[\w.-]+:[\w.-]+:[\w.+-]+)\.?$|Could not determine the dependencies of task|^\[error\] (?:\((?:\S+ / )*update\) )?sbt\.librarymanagement\.ResolveException|Error resolving plugin \[id:")
        .symptom()
        .confidence(0.78)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "retry", "escalate"])
        .matches("> Could not resolve all files for configuration ':app:compileClasspath'.")
        .matches("[error] (app / update) sbt.librarymanagement.ResolveException: Error downloading org.widget:core_2.13:9.9.9")
        .matches("   > Could not resolve com.example:widget:1.0.")
        .ignores("> Task :app:compileJava"),
    rule("jvm.transfer-network", "network-transient")
        .pattern(joined!(
            r"(?:",
            TRANSFER,
            r"(?:[Tt]imed out|[Tt]imeout|Connection (?:reset|refused|closed)|connection was closed|terminated the handshake|closed connection|Premature end|[Uu]nknown ?[Hh]ost|Name or service not known|[Tt]emporary failure|nodename nor servname|[Uu]nreachable|Remote host (?:closed|terminated)|SocketException|No route to host|Broken pipe|failed to respond|unexpected end of (?:file|stream)|stream was reset|PROTOCOL_ERROR))|Exception in thread \x22main\x22 java\.(?:net\.(?:UnknownHost|SocketTimeout|Connect|Socket)Exception|io\.IOException: Downloading from)|Downloading from (?P<url>\S+) failed: timeout|I/O exception \(\S+\) caught when (?:processing request|connecting)"
        ))
        .unless(r"(?i)certificat|PKIX|localhost|status code: ?\d|^INFO|\[INFO\]|daemon")
        .confidence(0.92)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): Connect timed out")
        .matches("   > Could not GET 'https://maven.example/m2/widget-1.0.pom'. Connection reset")
        .matches("[ERROR] Failed to execute goal on project app: Could not resolve dependencies for project com.example:app:jar:1.0: Failed to collect dependencies at com.example:widget:jar:1.0: Failed to read artifact descriptor for com.example:widget:jar:1.0: Could not transfer artifact com.example:widget:pom:1.0 from/to central (https://maven.example/m2): maven.example: Name or service not known: Unknown host maven.example")
        .matches("Exception in thread \"main\" java.io.IOException: Downloading from https://gradle.example/gradle-8.5-bin.zip failed: timeout (10000ms)")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to internal (https://maven.example/m2): status code: 401"),
    rule("jvm.transfer-server", "registry-or-service-outage")
        .pattern(joined!(
            TRANSFER,
            r"(?:status code:? ?|[Rr]eceived status code |Return code is: ?|HTTP response code: |\b)(?P<status>5(?:0[02-9]|2\d))\b|Received status code 5\d\d from server|Server returned HTTP response code: 5\d\d|java\.util\.zip\.ZipException: (?:error in opening zip file|zip END header not found|invalid)|error reading \S+\.jar; (?:zip|invalid|error in opening)"
        ))
        .unless(r"^\[WARN(?:ING)?\] ")
        .confidence(0.92)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): status code: 503, reason phrase: Service Unavailable (503)")
        .matches("   > Could not GET 'https://maven.example/m2/widget-1.0.pom'. Received status code 502 from server: Bad Gateway")
        .matches("Exception in thread \"main\" java.io.IOException: Server returned HTTP response code: 504 for URL: https://gradle.example/gradle-8.5-bin.zip")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
    // A seal: whatever else the log says, nothing is tried again or moved until a person has looked.
    rule("jvm.checksum-mismatch", "registry-or-service-outage")
        .pattern(joined!(
            TRANSFER,
            r"Checksum validation failed|Checksum validation failed, expected|Verification of Gradle distribution failed|Your Gradle distribution may have been tampered with|Could not validate integrity of download"
        ))
        .unless(r"^\[WARN(?:ING)?\] |no checksums available")
        .confidence(0.92)
        .specificity(88)
        .disposition(Disposition::Never)
        .strategies(&["escalate"])
        .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): Checksum validation failed, expected 0123 but is 4567")
        .matches("Verification of Gradle distribution failed!")
        .ignores("[WARNING] Could not validate integrity of download from https://maven.example/m2/widget-1.0.jar: Checksum validation failed, no checksums available")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
    rule("jvm.transfer-refused", "auth-or-permission")
        .pattern(joined!(
            r"(?:",
            TRANSFER,
            r"(?:status code:? ?|[Rr]eceived status code |Return code is: ?|HTTP response code: |\b)(?P<status>40[13])\b)|Not authorized ?[,:]|ReasonPhrase: ?(?:Unauthorized|Forbidden)|Received status code 40[13] from server|Auth(?:entication|orization) failed for https?://|Access denied to: https?://|Username must not be null!|Credentials (?:are missing|were not supplied)"
        ))
        .confidence(0.93)
        .specificity(85)
        .strategies(&["escalate"])
        .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to internal (https://maven.example/m2): status code: 401, reason phrase: Unauthorized (401)")
        .matches("   > Could not PUT 'https://maven.example/m2/widget-1.0.pom'. Received status code 403 from server: Forbidden")
        .matches("[ERROR] Could not resolve dependencies for project com.example:app:jar:1.0: Authentication failed for https://maven.example/m2/widget-1.0.pom 401 Unauthorized")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
    rule("jvm.transfer-limited", "rate-limit")
        .pattern(joined!(
            TRANSFER,
            r"(?:status code:? ?|[Rr]eceived status code |Return code is: ?|HTTP response code: |\b)(?P<status>429)\b|Received status code 429 from server"
        ))
        .confidence(0.95)
        .specificity(90)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "config"])
        .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): status code: 429, reason phrase: Too Many Requests (429)")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central (https://maven.example/m2): status code: 503, reason phrase: Service Unavailable (503)"),
    rule("jvm.transfer-tls", "network-transient")
        .pattern(joined!(
            TRANSFER,
            r"(?:PKIX|unable to find valid certification path|certificate|handshake_failure|protocol_version|peer not authenticated|SSLHandshakeException)|Unexpected error: java\.security\.InvalidAlgorithmParameterException: the trustAnchors"
        ))
        .confidence(0.94)
        .specificity(86)
        .strategies(&["escalate", "config"])
        .matches("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to internal (https://maven.example/m2): PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target")
        .ignores("[ERROR] Could not transfer artifact com.example:widget:jar:1.0 from/to central: Connect timed out"),
    rule("jvm.http-blocked", "configuration")
        .pattern(r"maven-default-http-blocker|Blocked mirror for repositories|Using insecure protocols with repositories|(?:Return code is: 501|501 HTTPS Required|ReasonPhrase: ?HTTPS Required)")
        .confidence(0.94)
        .specificity(90)
        .strategies(&["config", "escalate"])
        .matches("Could not transfer artifact com.example:widget:pom:1.0 from/to maven-default-http-blocker (http://0.0.0.0/): Blocked mirror for repositories")
        .matches("[ERROR] Could not transfer artifact com.example:widget:pom:1.0 from/to central (http://maven.example/m2): Failed to transfer file: http://maven.example/m2/widget-1.0.pom. Return code is: 501 , ReasonPhrase:HTTPS Required.")
        .ignores("Downloading from central: https://maven.example/m2/"),
    rule("jvm.deploy", "deployment")
        .pattern(r"Failed to deploy artifacts|maven-deploy-plugin\S*:deploy .*(?:[Ff]ailed|[Cc]ould not)|Failed to publish publication '|Execution failed for task ':\S*(?:publish|upload|closeAndRelease|signMavenJava|release)\w*'|nexus-staging-maven-plugin\S*:\w+ |Nexus Staging Rules Failure Report|Remote staging (?:failed|finished with a failure)|Deployment .* (?:failed|FAILED) (?:validation|with)|[Rr]epository does not allow updating assets|ReasonPhrase: ?(?:Conflict|Bad Request)|Can't release project due to non released dependencies|Cannot prepare the release because you have local modifications|You don't have a SNAPSHOT project in the reactor|Component with coordinates '[^']+' already exists|maven-release-plugin\S*:(?:prepare|perform) ")
        .unless(r"\b40[13]\b|[Tt]imed out|\b50[0234]\b|^\[INFO\]|Unauthorized|Forbidden|Connection (?:reset|refused)")
        .strategies(&["escalate", "config", "retry"])
        .matches("[ERROR] Failed to execute goal org.apache.maven.plugins:maven-deploy-plugin:3.1:deploy (default-deploy) on project app: Failed to deploy artifacts: Could not find artifact com.example:app:pom:1.0 in releases")
        .matches("Execution failed for task ':app:publishMavenJavaPublicationToReleasesRepository'.")
        .ignores("[INFO] --- maven-deploy-plugin:3.1:deploy (default-deploy) @ app ---"),
    rule("jvm.signing", "auth-or-permission")
        .pattern(r"maven-gpg-plugin\S*:sign .*(?:Exit code: [1-9]|failed|[Uu]nable)|Cannot perform signing task|no configured signatory|Could not read PGP secret key|Keystore file '(?P<file>[^']+)' not found for signing config|Keystore was tampered with, or password was incorrect|Failed to read key \S+ from store")
        .strategies(&["escalate", "config"])
        .matches("[ERROR] Failed to execute goal org.apache.maven.plugins:maven-gpg-plugin:3.1.0:sign (sign-artifacts) on project app: Exit code: 2")
        .matches("> Cannot perform signing task ':app:signMavenJavaPublication' because it has no configured signatory")
        .ignores("[INFO] --- maven-gpg-plugin:3.1.0:sign (sign-artifacts) @ app ---"),
];
