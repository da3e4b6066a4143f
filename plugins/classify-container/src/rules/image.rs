//! Pulling and pushing images.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("docker.image-not-found", "dependency-missing")
        .pattern(r"manifest(?: for \S+)? (?:unknown|not found)|pull access denied(?: for (?P<package>\S+?))?,|repository does not exist or may require|(?:failed to resolve (?:source metadata for|reference) |failed to load metadata for )\S+.*(?:not found|insufficient_scope)|no matching manifest for|no match for platform in manifest|Unable to find image '(?P<name>[^']+)'$|name unknown: |repository name not known to registry|failed to pull and unpack image \S+.*not found|Error: (?:initializing|unable to copy from) source docker://\S+.*(?:manifest unknown|not found)|invalid reference format|(?:docker|Error response from daemon): .*: not found$|No such image: (?P<target>\S+)|image .* could not be (?:accessed|found)|does not provide the specified platform|image with reference \S+ was found but (?:does not match|its platform)")
        .unless(r"locally|No such container|network \S+ not found|toomanyrequests|timeout|unauthorized|executable file not found")
        .strategies(&["dependency", "alternative", "escalate"])
        .confidence(0.92)
        .matches("Error response from daemon: manifest for widget:9 not found: manifest unknown: manifest unknown")
        .matches("Error response from daemon: pull access denied for acme/widget, repository does not exist or may require 'docker login'")
        .matches("ERROR: failed to solve: acme/widget:9: failed to resolve source metadata for images.example/acme/widget:9: images.example/acme/widget:9: not found")
        .matches("docker: no matching manifest for linux/arm64/v8 in the manifest list entries.")
        .matches("docker: invalid reference format.")
        .ignores("Unable to find image 'widget:9' locally"),
    rule("docker.registry-limited", "rate-limit")
        .pattern(r"toomanyrequests: |You have reached your (?:unauthenticated )?pull rate limit|429 Too Many Requests .*(?:docker|/v2/)|pull rate limit")
        .confidence(0.95)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "config"])
        .matches("Error response from daemon: toomanyrequests: You have reached your pull rate limit.")
        .matches("ERROR: failed to solve: widget:9: failed to copy: httpReadSeeker: failed open: unexpected status code https://images.example/v2/widget/manifests/sha256:01: 429 Too Many Requests - Server message: toomanyrequests: Rate exceeded")
        .ignores("Pulling from library/widget"),
    rule("docker.registry-denied", "auth-or-permission")
        .pattern(r"denied: requested access to the resource is denied|manifests/\S+: (?:unauthorized|denied)|[Ee]rror checking push permissions|: UNAUTHORIZED: |unauthorized: (?:authentication required|incorrect username or password|access token|unauthenticated|The client does not have permission|HTTP Basic: Access denied)|no basic auth credentials|(?:push|pull) access denied|denied: (?:Permission|permission_denied|Your authorization token has expired|installation not allowed|The token provided|User |access forbidden|Unauthenticated)|error getting credentials|failed to authorize: |(?:docker|Docker) login .*(?:failed|denied)|Error: Cannot perform an interactive login from a non TTY|unexpected status(?: code)? (?:from \S+ request to )?\S+: 40[13] |insufficient_scope: authorization failed|server gave HTTP response to HTTPS client|credentials not found|Error saving credentials|get credentials: |HEAD request .*40[13] (?:Unauthorized|Forbidden)")
        .unless(r"repository does not exist|docker\.sock|dial tcp|i/o timeout|connection reset|: 50\d ")
        .confidence(0.93)
        .specificity(85)
        .strategies(&["escalate"])
        .matches("denied: requested access to the resource is denied")
        .matches("unauthorized: authentication required")
        .matches("Error: Cannot perform an interactive login from a non TTY device")
        .matches("ERROR: failed to solve: failed to push images.example/acme/widget:9: unexpected status from POST request to https://images.example/v2/acme/widget/blobs/uploads/: 403 Forbidden")
        .matches("denied: permission_denied: write_package")
        .ignores("Login Succeeded"),
    rule("docker.registry-network", "network-transient")
        .pattern(r"(?:[Ee]rror response from daemon|failed to (?:solve|resolve|do request|copy|authorize|fetch|push|pull|register)|error (?:building|pushing) image|[Ee]rror pulling image|error pinging|initializing source|httpReadSeeker|Failed to pull image|cannot pull|rpc error: code = \w+).*(?:dial tcp|TLS handshake timeout|i/o timeout|connection (?:reset|refused|timed out)|context deadline exceeded|no such host|[Cc]lient\.Timeout|unexpected EOF|net/http|EOF$|server misbehaving|network is unreachable|http2:|DeadlineExceeded)|error copying from remote stream|filesystem layer verification failed|failed to retrieve OAuth|received unexpected HTTP status: 0")
        .unless(r"(?i)x509|certificate|docker\.sock|localhost|127\.0\.0\.1|daemon running|lookup docker|writing layer blob|timed out waiting for the condition|50\d ")
        .confidence(0.93)
        .specificity(84)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("Error response from daemon: Get \"https://images.example/v2/\": dial tcp [2001:db8::1]:443: connect: network is unreachable")
        .matches("ERROR: failed to solve: widget:9: failed to do request: Head \"https://images.example/v2/widget/manifests/9\": net/http: TLS handshake timeout")
        .matches("WARNING: Failed to pull image with policy \"always\": Error response from daemon: Get \"https://images.example/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)")
        .ignores("Error response from daemon: manifest for widget:9 not found: manifest unknown: manifest unknown"),
    rule("docker.registry-server", "registry-or-service-outage")
        .pattern(r"received unexpected HTTP status: 5\d\d|unexpected status(?: code)?(?: from \S+ request to)? https?://\S+: ?(?P<status>50[0-9]|52\d)\b|(?:failed to (?:solve|resolve|do request|copy|authorize|fetch|push|pull)|[Ee]rror response from daemon).*\b(?:50[0234]|52\d) (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|error parsing HTTP (?:\d+ )?response body: .*<|blob upload (?:unknown|invalid)|unknown blob|failed to copy: .*unexpected commit digest|error from registry: .*(?:internal|unavailable)|unexpected commit digest")
        .confidence(0.93)
        .specificity(85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("Error response from daemon: received unexpected HTTP status: 503 Service Unavailable")
        .matches("ERROR: failed to solve: failed to push images.example/acme/widget:9: unexpected status from PUT request to https://images.example/v2/acme/widget/blobs/uploads/0123: 502 Bad Gateway")
        .ignores("Login Succeeded"),
    rule("docker.push-image", "deployment")
        .pattern(r"error pushing image: |failed to push (?:to destination|some blobs|\S+:)|ERROR: failed to (?:solve: failed to )?push |An image does not exist locally with the tag: (?P<package>\S+)|tag does not exist: |The image tag '(?P<name>[^']+)' already exists|cannot be overwritten because the (?:repository|tag) is immutable|name invalid: Missing image name|tag invalid: The image tag|Repository .* does not exist in the registry")
        .unless(r"40[13] |50\d |denied|timeout|unauthorized|dial tcp")
        .confidence(0.87)
        .strategies(&["retry", "config", "escalate"])
        .matches("error pushing image: failed to push to destination images.example/widget:9")
        .matches("An image does not exist locally with the tag: acme/widget")
        .matches("tag invalid: The image tag '1.0' already exists in the 'widget' repository and cannot be overwritten because the repository is immutable.")
        .ignores("The push refers to repository [images.example/widget]"),
];
