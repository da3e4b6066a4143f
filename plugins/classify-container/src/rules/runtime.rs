//! Starting and running a container.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("docker.runtime", "infrastructure-runner")
        .pattern(r"OCI runtime (?:create|exec|start) failed|failed to create (?:shim|task for container|endpoint)|driver failed programming external connectivity|error creating overlay mount|failed to (?:mount|start) (?:overlay|shim)|error mounting \x22[^\x22]+\x22 to rootfs|cgroups?: (?:cannot|cgroup mountpoint)|could not select device driver|nvidia-container-cli: |runc (?:did not terminate|run failed)|containerd: .*(?:deadline|failed)|failed to start shim|error while creating mount source path|io\.containerd\.\S+: .*failed|crun: |Unable to find (?:user|group) \S+: no matching entries|invalid mount config for type|docker: Error response from daemon: (?:failed|error)")
        .unless(r"port is already allocated|address already in use|executable file not found|no such file or directory: unknown|permission denied: unknown|toomanyrequests|not found: manifest|iptables|no space left|is a directory")
        .confidence(0.8)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("docker: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: unknown")
        .matches("docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]].")
        .ignores("Container app-db-1  Started"),
    rule("docker.entrypoint", "toolchain-missing-or-version")
        .pattern(r"(?:runtime (?:create|exec|start) failed|runc (?:create|run) failed|starting container process caused|unable to start container process).*(?:exec: .(?P<command>[^\x22]+).: (?:executable file not found|stat \S+: no such file)|no such file or directory)|exec (?P<path>/\S+): no such file or directory$")
        .confidence(0.92)
        .strategies(&["config", "alternative", "escalate"])
        .matches("docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"spin\": executable file not found in $PATH: unknown.")
        .matches("exec /docker-entrypoint.sh: no such file or directory")
        .ignores("Container app-db-1  Started"),
    rule("docker.mount-type", "configuration")
        .pattern(r"Are you trying to mount a directory onto a file|not a directory: unknown: Are you|is not a directory: unknown|Mounts denied: |bind source path does not exist: (?P<path>\S+)|invalid mount path: |invalid volume specification")
        .confidence(0.93)
        .strategies(&["config", "escalate"])
        .matches("not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type")
        .matches("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /src/app/widget.conf")
        .ignores("Container app-db-1  Started"),
    rule("docker.firewall", "infrastructure-runner")
        .pattern(r"iptables(?: --wait)?(?: -t \w+)? .*: iptables: (?:No chain|Chain .* does not exist)|iptables: No chain/target/match by that name|Failed to (?:Setup|program|set up) (?:IP tables|FILTER chain|NAT chain)|unable to enable (?:SKIP DNAT|DROP INCOMING) rule|modprobe: FATAL: Module ip_tables not found")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("Error response from daemon: driver failed programming external connectivity on endpoint app (0123): (iptables failed: iptables --wait -t nat -A DOCKER: iptables: No chain/target/match by that name.")
        .ignores("Container app-db-1  Started"),
    rule("docker.container-killed", "resource-memory")
        .pattern(r"OOMKilled(?:\x22?: ?\x22?true|[^\x22:]|\x22?[,}]|$)|Memory limit exceeded .*container|\bexit code: 137\b|non-zero code: 137\b|Container killed due to memory usage|container .* (?:was )?killed .*out of memory")
        .confidence(0.94)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry"])
        .exit_codes(&[137])
        .matches("ERROR: failed to solve: process \"/bin/sh -c make\" did not complete successfully: exit code: 137")
        .matches("    Reason: OOMKilled")
        .matches("\"OOMKilled\": true,")
        .ignores("OOMKilled: false")
        .ignores("ERROR: failed to solve: process \"/bin/sh -c make\" did not complete successfully: exit code: 2"),
];
