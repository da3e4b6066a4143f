//! Credentials, and files that may not be touched.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub fn rules() -> Vec<Rule> {
    vec![
        rule("system.auth", "auth-or-permission")
            .pattern(
                r"(?i)\b401 Unauthorized|\b403 Forbidden|(?:returned error|status(?:[ _-]?code)?|HTTP error|response code)[:= ]+40[13]\b|bad credentials|authentication (?:failed|required|is required)|invalid (?:username or password|credentials|api key|access token|authentication)|access (?:is )?denied\b|unauthorized: |(?:requested access to the resource is|pull access|push access) denied|^(?:\w+: )*denied: |Resource not accessible by integration|insufficient (?:permissions?|scopes?)|token (?:is |has )?(?:expired|invalid|revoked)|no basic auth credentials|AccessDenied(?:Exception)?\b|not authorized to perform|Permission to \S+ denied to|must have admin rights|Could not load credentials from any providers|Unable to locate credentials|ExpiredToken|gpg: signing failed|requires authentication",
            )
            .unless(r"(?i)publish over|Permission denied$|assert|npm (?:ERR!|error)|postgres")
            .confidence(0.84)
            .specificity(60)
            .strategies(["escalate"])
            .matches("curl: (22) The requested URL returned error: 403")
            .matches("denied: requested access to the resource is denied")
            .matches("Error: Resource not accessible by integration")
            .matches("unauthorized: authentication required")
            .ignores("200 OK"),
        rule("system.permission-denied", "auth-or-permission")
            .pattern(
                r"(?i)^(?:\S+: )?(?:cannot|can't|could not|unable to|failed to) [\w ]+ ['‘\x22`]?(?P<path>/?[\w./@+-]+)['’\x22`]?: (?:Permission denied|Operation not permitted|Access is denied)|\[Errno 13\] Permission denied: '(?P<file>[^']+)'|(?:PermissionError|AccessDeniedException|EACCES): |permission denied|Operation not permitted|Read-only file system|are you root\?",
            )
            .unless(r"(?i)publickey|password|docker\.sock|docker daemon|^(?:/bin/)?(?:ba|da|z)?sh: |line \d+: |^\S*\./\S+: Permission denied$")
            .confidence(0.75)
            .disposition(Disposition::Auto)
            .strategies(["config", "escalate"])
            .matches("mkdir: cannot create directory ‘/opt/widget’: Permission denied")
            .matches("PermissionError: [Errno 13] Permission denied: '/opt/widget'")
            .matches("rm: cannot remove '/opt/widget': Operation not permitted")
            .matches("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)")
            .ignores("git@git.example: Permission denied (publickey)."),
    ]
}
