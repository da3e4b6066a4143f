//! Compose files and the containers that they start.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("docker.compose-file", "configuration")
        .pattern(r"^(?:ERROR: )?no such service: (?P<name>\S+)|[Ss]ervice .* (?:refers to|depends on) undefined|depends on undefined service|services\.\S+ (?:must be|Additional property|has neither an image nor a build)|(?:Additional property|Additional properties are) \S+ (?:is )?not allowed|no configuration file provided: not found|Can't find a suitable configuration file|env file (?P<file>\S+) not found|external (?:volume|network) \x22[^\x22]+\x22 not found|(?:network|volume) \S+ declared as external, but could not be found|(?:The Compose file '[^']+'|validating \S+\.ya?ml).*(?:is invalid|:)|Version in \x22\./docker-compose\.yml\x22 is unsupported|yaml: (?:line \d+: |unmarshal errors|construct errors)|Unsupported config option for|required variable (?P<variable>\w+) is missing a value|invalid interpolation format|[Ii]nvalid (?:compose project|volume specification|project name)|open \S*compose\.ya?ml: no such file|Couldn't find env file")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("no such service: widget")
        .matches("service \"app\" depends on undefined service \"db\": invalid compose project")
        .matches("validating /src/app/compose.yaml: services.app.ports must be a list")
        .matches("error: yaml: line 12: did not find expected key")
        .ignores("Container app-db-1  Started"),
    rule("docker.container-unhealthy", "infrastructure-runner")
        .pattern(r"dependency failed to start: container \S+ (?:is unhealthy|exited|has no healthcheck)|[Cc]ontainer .* is unhealthy|container \S+ exited \([1-9]\d*\)|Failed to initialize container|One or more containers failed to start|Service container .* failed|Container startup failed for image|Timed out waiting for (?:container port|log output|service)|Service \S+ (?:failed to build|is not running container)|Container exited with code [1-9]|Health check (?:never|did not) (?:passed|succeed)|containers? .* didn't become (?:healthy|ready)|Wait strategy failed\. Container|Timeout: .* is not (?:up|ready)")
        .confidence(0.82)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .unless("port is already allocated|address already in use|executable file not found")
        .matches("dependency failed to start: container app-db-1 is unhealthy")
        .matches("ContainerLaunchException: Container startup failed for image widget:9")
        .matches("##[error]Failed to initialize container postgres:16")
        .ignores("Container app-db-1  Healthy"),
    rule("docker.name-taken", "port-or-concurrency-conflict")
        .pattern(r"[Cc]onflict\. The container name .(?P<name>/?[\w.-]+). is already in use|network with name \S+ already exists|Pool overlaps with other one on this address space|could not find an available, non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted|network \S+ has active endpoints|is already attached to network|removal of container \S+ is already in progress|volume is in use - \[|unable to remove repository reference .* container \S+ is using")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["config", "retry"])
        .matches("docker: Error response from daemon: Conflict. The container name \"/widget\" is already in use by container \"0123\".")
        .matches("failed to create network app_default: Error response from daemon: Pool overlaps with other one on this address space")
        .matches("ERROR: could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
        .ignores("Error response from daemon: No such container: widget"),
];
