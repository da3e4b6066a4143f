//! Building images: Dockerfiles, BuildKit, Kaniko and Buildah.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("docker.dockerfile", "configuration")
        .pattern(r"failed to (?:read dockerfile|solve with frontend)|[Dd]ockerfile parse error|unknown instruction: (?P<option>\S+)|COPY failed: |ADD failed: |failed to (?:compute cache key|calculate checksum of ref)[^\x22]*\x22(?P<path>[^\x22]+)\x22: not found|failed to compute cache key: .*not found|failed to process \x22[^\x22]+\x22: |invalid from flag value|target stage \x22?(?P<target>[^\x22 ]+)\x22? could not be found|cannot copy from stage|circular dependency detected on stage|unable to prepare context: |unable to evaluate symlinks in Dockerfile path|[Ff]ailed to read [Dd]ockerfile|base name \(\S+\) should not be blank|failed to parse (?:stage name|platform)|pull access denied, repository does not exist .*stage|Forbidden path outside the build context|no build stage in current context|file with no instructions|requires at least one argument|the Dockerfile \(\S+\) (?:cannot be empty|must be within)|ERROR: (?:unable to prepare context|failed to build: (?:resolve|failed to read)|Multi-?platform build is not supported|Cache export is not supported|multiple platforms feature)|docker exporter does not currently support exporting manifest lists|secret \S+: not found|invalid argument \x22[^\x22]+\x22 for \x22-t|failed to solve: (?:process .* did not match|.* is not a valid)|dockerfile not found|open Dockerfile: no such file|lstat \S+: no such file or directory$|docker buildx build\x22? requires (?:exactly )?1 argument|failed to checksum file")
        .unless(r"dial tcp|timeout|toomanyrequests|manifest unknown|did not complete successfully|no space left")
        .confidence(0.91)
        .strategies(&["config", "escalate"])
        .matches("ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref 0123: \"/widget\": not found")
        .matches("COPY failed: file not found in build context or excluded by .dockerignore: stat widget: file does not exist")
        .matches("ERROR: failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory")
        .matches("unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /src/app/Dockerfile: no such file or directory")
        .matches("ERROR: Multi-platform build is not supported for the docker driver.")
        .ignores("#5 [2/3] COPY widget /widget"),
    rule("docker.platform", "configuration")
        .pattern(r"exec (?P<path>\S+): exec format error|exec format error$|cannot execute binary file: Exec format error|qemu: uncaught target signal|qemu-\w+(?:-static)?: (?:Could not open|Unable)|image's platform \(\S+\) does not match the detected host platform \(\S+\).*error|no match for platform in manifest sha256")
        .confidence(0.9)
        .strategies(&["config", "alternative", "escalate"])
        .matches("exec /usr/local/bin/spin: exec format error")
        .matches("qemu: uncaught target signal 11 (Segmentation fault) - core dumped")
        .ignores("WARNING: The requested image's platform (linux/amd64) does not match the detected host platform (linux/arm64/v8)"),
    rule("docker.build-step", "unknown")
        .pattern(r"did not complete successfully: exit code: [1-9]|returned a non-zero code: [1-9]|^(?:ERROR: )?failed to solve: (?:process|executor failed)|error building image: error building stage: failed to execute command|^Error: (?:building at STEP|error building at STEP)|^ERROR: Service '\S+' failed to build|executor failed running \[|Docker (?:build|pull|start) fail(?:ed)? with exit code|buildx failed with: (?:error|ERROR): failed to solve: process|^target \S+: failed to solve: process")
        .unless(r"exit code: (?:137|143|127|126|124)\b|non-zero code: (?:137|143|127|126|124)\b|no space left")
        .ecosystem("generic")
        .summary()
        .confidence(0.35)
        .specificity(60)
        .strategies(&["escalate"])
        .matches("ERROR: failed to solve: process \"/bin/sh -c make\" did not complete successfully: exit code: 2")
        .matches("The command '/bin/sh -c make' returned a non-zero code: 2")
        .ignores("#5 [2/3] RUN make"),
    rule("docker.build-cache", "registry-or-service-outage")
        .pattern(r"failed to (?:configure|import|export) (?:\w+ )?cache (?:importer|exporter|manifest)|error writing (?:layer blob|manifest blob)|ERROR: .*cache export.*(?:failed|error)|failed to parse error response 5\d\d|exporting to GitHub (?:Actions )?[Cc]ache.*ERROR|failed to get (?:layer|credential).*cache")
        .confidence(0.84)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config"])
        .matches("ERROR: failed to solve: failed to configure gha cache exporter: Unauthenticated")
        .matches("ERROR: failed to solve: error writing layer blob: failed to copy: unexpected EOF")
        .ignores("importing cache manifest from images.example/widget:cache"),
];
