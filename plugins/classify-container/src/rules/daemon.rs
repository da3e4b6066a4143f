//! The daemon of Docker, containerd and Podman.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("docker.daemon", "infrastructure-runner")
        .pattern(r"Cannot connect to the Docker daemon|[Cc]annot connect to the Docker daemon|Is the docker daemon running|[Ii]s 'docker daemon' running on this host|error during connect: .*(?:docker|pipe|dial)|dial unix \S*docker\.sock|DOCKER_HOST.*not|Could not find a valid Docker environment|failed to start daemon|Cannot connect to Podman|[Cc]ould not connect to (?:the )?docker|Couldn't connect to Docker daemon|Error while fetching server API version|docker\.errors\.DockerException|Failed to initialize: unable to resolve docker endpoint|unable to connect to Podman socket|failed to connect to the docker API|Error response from daemon: (?:grpc: the client connection is closing|transport is closing|dial unix .*containerd)|rpc error: code = Unavailable desc = .*(?:buildkit|buildx|transport|connection|EOF)|failed to dial gRPC|listing workers for Build: failed to list workers|Docker is not running|dockerDesktopLinuxEngine|ERROR: Error response from daemon: Docker Desktop|ERROR: failed to initialize builder|buildkitd? .*(?:did not start|not running)|ERROR: Docker daemon")
        .unless(r"permission denied|no space left|toomanyrequests")
        .confidence(0.94)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative", "escalate"])
        .matches("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?")
        .matches("java.lang.IllegalStateException: Could not find a valid Docker environment. Please see logs and check configuration")
        .matches("error during connect: Get \"http://docker:2375/v1.24/info\": dial tcp: lookup docker on 192.0.2.2:53: no such host")
        .matches("ERROR: failed to solve: rpc error: code = Unavailable desc = error reading from server: EOF buildkit")
        .ignores("Error response from daemon: No such container: widget"),
    rule("docker.socket-denied", "auth-or-permission")
        .pattern(r"permission denied while trying to connect to the (?:Docker daemon socket|docker API)|(?:dial|connect).*docker\.sock: connect: permission denied|Got permission denied while trying to connect to the Docker")
        .confidence(0.95)
        .strategies(&["config", "alternative", "escalate"])
        .matches("permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version\": dial unix /var/run/docker.sock: connect: permission denied")
        .ignores("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"),
    rule("docker.client-version", "toolchain-missing-or-version")
        .pattern(r"client version (?P<version>[\d.]+) is too (?:new|old)\. (?:Maximum|Minimum) supported API version is (?P<wanted>[\d.]+)|Version in \x22\S+\x22 is unsupported|unknown docker command: \x22compose|docker: '(?P<command>compose|buildx)' is not a docker command|unknown flag: --(?:mount|platform|secret)$|the --(?:mount|chmod|link) option requires BuildKit|BuildKit is enabled but the buildx component is missing|(?:client|server) and server don't have same version|Min required docker engine API|docker-compose: (?:command )?not found$")
        .unless(r"^(?:ba|z|da)?sh: |line \d+:")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("Error response from daemon: client version 1.22 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")
        .matches("docker: 'compose' is not a docker command.")
        .ignores("Docker version 26.1.0, build 0123456"),
    rule("docker.daemon-storage", "resource-disk")
        .pattern(r"(?:failed to register layer|[Ee]rror processing tar file|failed to copy files|error creating overlay mount|write /var/lib/(?:docker|containerd)\S*).*no space left on device|Thin Pool has \d+ free data blocks")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .matches("failed to register layer: write /usr/lib/libwidget.so: no space left on device")
        .ignores("Pulling fs layer"),
];
