//! Docker, Kubernetes and what deploys to them.

use plugin_sdk::prelude::*;

use super::tool;

/// The rules of this topic.
pub fn rules() -> Vec<Rule> {
    vec![
        tool("system.docker-daemon", "infrastructure-runner", "docker")
            .pattern(r"Cannot connect to the Docker daemon|Is the docker daemon running|error during connect: .*(?:docker|pipe)|(?:dial|permission denied).*docker\.sock|DOCKER_HOST.*not|Could not find a valid Docker environment|failed to start daemon|Cannot connect to Podman")
            .confidence(0.93)
            .disposition(Disposition::Retry)
            .strategies(["retry", "alternative", "escalate"])
            .matches("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")
            .matches("java.lang.IllegalStateException: Could not find a valid Docker environment. Please see logs and check configuration")
            .ignores("Error response from daemon: No such container: widget"),
        tool("system.image-not-found", "dependency-missing", "docker")
            .pattern(r"manifest(?: for \S+)? (?:unknown|not found)|pull access denied for (?P<package>\S+?),|repository does not exist or may require|failed to resolve (?:source metadata for|reference) \S+.*not found|no matching manifest for|Error: ImagePullBackOff|ErrImagePull|Unable to find image '(?P<name>[^']+)'$")
            .unless("(?i)locally")
            .disposition(Disposition::Never)
            .strategies(["dependency", "alternative", "escalate"])
            .matches("Error response from daemon: manifest for widget:9 not found: manifest unknown: manifest unknown")
            .matches("Error response from daemon: pull access denied for acme/widget, repository does not exist or may require 'docker login'")
            .ignores("Unable to find image 'widget:9' locally"),
        tool("system.dockerfile", "configuration", "docker")
            .pattern(r"failed to (?:read dockerfile|solve with frontend)|Dockerfile parse error|unknown instruction: |dockerfile parse error|COPY failed: |failed to compute cache key: .*not found|ADD failed: |no such service: |service .* refers to undefined|yaml: line \d+: |services\.\S+ (?:must be|Additional property)")
            .strategies(["config", "escalate"])
            .matches("ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref 0123: \"/widget\": not found")
            .matches("COPY failed: file not found in build context or excluded by .dockerignore: stat widget: file does not exist")
            .ignores("#5 [2/3] COPY widget /widget"),
        tool("system.container-unhealthy", "infrastructure-runner", "docker")
            .pattern(r"dependency failed to start: container \S+ (?:is unhealthy|exited)|[Cc]ontainer .* is unhealthy|Failed to initialize container|One or more containers failed to start|Service container .* failed|Container startup failed for image|OCI runtime (?:create|exec) failed|driver failed programming external connectivity")
            .confidence(0.78)
            .disposition(Disposition::Retry)
            .strategies(["retry", "config", "escalate"])
            .unless("port is already allocated|address already in use|executable file not found")
            .matches("dependency failed to start: container app-db-1 is unhealthy")
            .matches("ContainerLaunchException: Container startup failed for image widget:9")
            .ignores("Container app-db-1  Healthy"),
        tool("system.deploy-failed", "deployment", "kubernetes")
            .pattern(
                r"(?:UPGRADE|INSTALLATION|ROLLBACK) FAILED|timed out waiting for the condition|exceeded its progress deadline|Error: release \S+ failed|another operation \(install/upgrade/rollback\) is in progress|CrashLoopBackOff|error: deployment .* exceeded|Error from server \(|Deployment failed|deployment rollout .*failed|ROLLBACK_COMPLETE|(?i:health ?check failed (?:after|for) )",
            )
            .confidence(0.9)
            .strategies(["rollback", "config", "retry"])
            .matches("Error: UPGRADE FAILED: timed out waiting for the condition")
            .matches("error: deployment \"widget\" exceeded its progress deadline")
            .ignores("deployment \"widget\" successfully rolled out"),
        tool("system.deploy-command", "deployment", "kubernetes")
            .pattern(r"(?:CalledProcessError: Command|failed:? |ERROR: .*)\S*\W+(?:'?helm'?,? '?(?:upgrade|install)|'?kubectl'?,? '?(?:apply|rollout))")
            .confidence(0.8)
            .strategies(["rollback", "config", "escalate"])
            .matches("subprocess.CalledProcessError: Command '['helm', 'upgrade', '--install']' returned non-zero exit status 1.")
            .ignores("Running: helm upgrade --install"),
        tool("system.push-image", "deployment", "docker")
            .pattern(r"error pushing image: |failed to push (?:to destination|some blobs|\S+:)|ERROR: failed to (?:solve: failed to )?push ")
            .confidence(0.85)
            .strategies(["retry", "config", "escalate"])
            .matches("error pushing image: failed to push to destination images.example/widget:9")
            .ignores("The push refers to repository [images.example/widget]"),
        tool("system.evicted", "infrastructure-runner", "kubernetes")
            .pattern(r"(?:The node was low on resource|imminent node shutdown|[Pp]od .*(?:evicted|deleted|not found)|DisruptionTarget|pod status is failed|Pod was active on the node longer|FailedScheduling|Insufficient (?:cpu|memory)$|prepare environment: |ERROR: Job failed \(system failure\))")
            .disposition(Disposition::Retry)
            .strategies(["retry", "escalate"])
            .matches("Pod was terminated in response to imminent node shutdown")
            .matches("ERROR: Job failed (system failure): prepare environment: waiting for pod running: timed out")
            .ignores("pod/widget created"),
        tool("system.terraform", "deployment", "terraform")
            .pattern(r"^(?:│ )?Error: (?:creating|updating|deleting|reading|Invalid provider|Failed to (?:query|install|get)|Unsupported|Reference to undeclared|error configuring|Error (?:creating|acquiring)|Provider)")
            .confidence(0.8)
            .strategies(["escalate", "rollback"])
            .matches("│ Error: creating Widget (w-1): operation error")
            .ignores("Apply complete! Resources: 1 added, 0 changed, 0 destroyed."),
        tool("system.vulnerability-scan", "security-finding", "docker")
            .pattern(r"^Vulnerability #\d+: |^Total: [1-9]\d* \(.*(?:HIGH|CRITICAL): [1-9]|Your code is affected by [1-9]\d* vulnerabilit|(?:leaks found: [1-9]|WRN leaks found)|\bCVE-\d{4}-\d{4,}\b.*\b(?:HIGH|CRITICAL|High|Critical)\b|One or more dependencies were identified with vulnerabilities|(?:Tested \d+ dependencies .*|, )found [1-9]\d* (?:issues|vulnerabilities)|Secret (?:detected|scanning found)|push declined due to repository rule violations|GITHUB PUSH PROTECTION|denied license|discovered vulnerabilities in the image")
            .confidence(0.86)
            .strategies(["dependency", "escalate"])
            .matches("Vulnerability #1: GO-2099-0001")
            .matches("Total: 3 (HIGH: 2, CRITICAL: 1)")
            .matches("One or more dependencies were identified with vulnerabilities that have a CVSS score greater than or equal to '7.0':")
            .ignores("Total: 0 (HIGH: 0, CRITICAL: 0)"),
    ]
}
