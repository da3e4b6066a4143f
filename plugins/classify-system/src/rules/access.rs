//! Credentials, and files that may not be touched.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("system.auth", "auth-or-permission")
        .pattern(
            r"(?i)\b401 Unauthorized|\b403 Forbidden|(?:returned error|status(?:[ _-]?code)?|HTTP error|response code)[:= ]+40[13]\b|bad credentials|authentication (?:failed|required|is required)|invalid (?:username or password|credentials|api key|access token|authentication)|access (?:is )?denied\b|unauthorized: |(?:requested access to the resource is|pull access|push access) denied|^(?:\w+: )*denied: |Resource not accessible by integration|insufficient (?:permissions?|scopes?)|token (?:is |has )?(?:expired|invalid|revoked)|no basic auth credentials|AccessDenied(?:Exception)?\b|not authorized to perform|Permission to \S+ denied to|must have admin rights|Could not load credentials from any providers|Unable to locate credentials|ExpiredToken|gpg: signing failed|requires authentication",
        )
        .unless(r"(?i)publish over|Permission denied$|assert|npm (?:ERR!|error)|postgres")
        .confidence(0.84)
        .specificity(60)
        .strategies(&["escalate"])
        .matches("curl: (22) The requested URL returned error: 403")
        .ignores("200 OK"),
    rule("system.permission-denied", "auth-or-permission")
        .pattern(
            r"(?i)^(?:\S+: )?(?:cannot|can't|could not|unable to|failed to) [\w ]+ ['‘\x22`]?(?P<path>/?[\w./@+-]+)['’\x22`]?: (?:Permission denied|Operation not permitted|Access is denied)|\[Errno 13\] Permission denied: '(?P<file>[^']+)'|(?:PermissionError|AccessDeniedException|EACCES): |permission denied|Operation not permitted|Read-only file system|are you root\?",
        )
        .unless(r"(?i)publickey|password|docker\.sock|docker daemon|^(?:/bin/)?(?:ba|da|z)?sh: |line \d+: |^\S*\./\S+: Permission denied$|(?:is|are) expected|expected (?:error|below)|ignor(?:ed|ing)|\|\| true")
        .confidence(0.75)
        .disposition(Disposition::Auto)
        .strategies(&["config", "escalate"])
        .matches("mkdir: cannot create directory ‘/opt/widget’: Permission denied")
        .matches("PermissionError: [Errno 13] Permission denied: '/opt/widget'")
        .matches("rm: cannot remove '/opt/widget': Operation not permitted")
        .matches("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)")
        .ignores("Permission denied errors are expected below")
        .ignores("git@git.example: Permission denied (publickey)."),
    rule("system.sudo", "auth-or-permission")
        .pattern(r"sudo: (?:a password is required|no tty present and no askpass program|a terminal is required|\S+ is not in the sudoers|.* must be owned by uid 0|effective uid is not 0|The \x22no new privileges\x22 flag is set)|is not in the sudoers file|must be run as root|[Yy]ou (?:need to be|must be|cannot perform this operation unless you are) root|requires (?:superuser|root|administrator) privileges|This command has to be run (?:with superuser privileges|under the root user)|EUID is not 0|Run this (?:command|script) as root|are you root\?")
        .unless(r"lock-frontend - open \(11")
        .confidence(0.9)
        .specificity(65)
        .strategies(&["config", "alternative", "escalate"])
        .matches("sudo: a password is required")
        .matches("sudo: no tty present and no askpass program specified")
        .matches("E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?")
        .matches("Error: This command has to be run under the root user.")
        .ignores("sudo: unable to resolve host runner: Name or service not known"),
    rule("system.database-login", "auth-or-permission")
        .pattern(r"password authentication failed for user|no pg_hba\.conf entry for host|Access denied for user '(?P<user>[^']*)'@|Peer authentication failed for user|WRONGPASS |NOAUTH Authentication required|MongoServerError: Authentication failed|Login failed for user '|ORA-01017|no password supplied|fe_sendauth: |SCRAM authentication requires")
        .confidence(0.92)
        .specificity(72)
        .strategies(&["config", "escalate"])
        .matches("psql: error: FATAL:  password authentication failed for user \"app\"")
        .matches("ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)")
        .ignores("database system is ready to accept connections"),
    rule("system.database-missing", "configuration")
        .pattern(r"(?:FATAL|ERROR):? +(?:role|database) \x22(?P<name>[^\x22]+)\x22 does not exist|Unknown database '(?P<target>[^']+)'|(?:FATAL|ERROR):? +relation \x22(?P<object>[^\x22]+)\x22 does not exist|no such table: (?P<library>\w+)|Table '(?P<reference>[^']+)' doesn't exist|schema \x22[^\x22]+\x22 does not exist")
        .confidence(0.84)
        .specificity(70)
        .strategies(&["config", "escalate"])
        .matches("psql: error: FATAL:  database \"app_test\" does not exist")
        .matches("ERROR 1049 (42000): Unknown database 'app_test'")
        .ignores("CREATE DATABASE"),
];
