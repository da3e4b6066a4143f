//! kubectl, the API server, pods, and clusters on a runner.

use plugin_sdk::prelude::*;

use super::rule;

const fn kubernetes(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).ecosystem("kubernetes")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    // The cluster reports probes that fail while a container starts, too: this explains a failure only where there is one.
    kubernetes("kubernetes.probe", "deployment")
        .pattern(r"(?:Readiness|Liveness|Startup) probe (?:failed|errored): ")
        .severity("warning")
        .confidence(0.8)
        .specificity(90)
        .strategies(&["rollback", "config", "retry"])
        .matches("Readiness probe failed: HTTP probe failed with statuscode: 503")
        .ignores("deployment \"widget\" successfully rolled out"),
    kubernetes("kubernetes.rollout", "deployment")
        .pattern(r"timed out waiting for the condition|exceeded its progress deadline|error: deployment .* exceeded|CrashLoopBackOff|Back-off restarting failed container|ProgressDeadlineExceeded|deployment rollout .*failed|error: (?:daemon set|statefulset|deployment) .* (?:failed|does not)|0/\d+ replicas? (?:available|ready)|Job has reached the specified backoff limit|BackoffLimitExceeded|(?i:health ?check failed (?:after|for) )|error: (?:no matching resources found|timed out waiting)|RunContainerError|CreateContainerConfigError|CreateContainerError")
        .unless(r"pod running|waiting for pod")
        .confidence(0.91)
        .strategies(&["rollback", "config", "retry"])
        .matches("error: timed out waiting for the condition on deployments/widget")
        .matches("error: deployment \"widget\" exceeded its progress deadline")
        .matches("widget-5d4f8c7b6-abcde   0/1     CrashLoopBackOff   5          3m")
        .ignores("deployment \"widget\" successfully rolled out"),
    kubernetes("kubernetes.denied", "auth-or-permission")
        .pattern(r"Error from server \((?:Forbidden|Unauthorized)\)|error: You must be logged in to the server|User \x22(?P<user>[^\x22]+)\x22 cannot \w+ resource|is forbidden: User|exec plugin: invalid apiVersion|getting credentials: exec: |Unable to connect to the server: getting credentials|the server has asked for the client to provide credentials|error: exec plugin|couldn't get current server API group list: (?:Unauthorized|the server has asked)|ServiceAccount .* cannot")
        .unless(r"quota|PodSecurity|must specify|is being (?:terminated|deleted)|PriorityClass|usage per")
        .confidence(0.94)
        .specificity(86)
        .strategies(&["escalate", "config"])
        .matches("Error from server (Forbidden): deployments.apps is forbidden: User \"system:serviceaccount:ci:runner\" cannot list resource \"deployments\" in API group \"apps\" in the namespace \"app\"")
        .matches("error: You must be logged in to the server (Unauthorized)")
        .ignores("deployment.apps/widget configured"),
    kubernetes("kubernetes.refused", "deployment")
        .pattern(r"Error from server \((?P<code>\w+)\)|error validating \x22|The (?P<object>\w+) \x22[^\x22]+\x22 is invalid: |admission webhook \S+ denied the request|exceeded quota: |error: unable to (?:decode|build kustomization)|Apply failed with \d+ conflict|field is immutable|error: error (?:parsing|converting|validating) |the path \x22[^\x22]+\x22 does not exist")
        .unless(r"Error from server \((?:Forbidden|Unauthorized|ServiceUnavailable|InternalError|Timeout|TooManyRequests)\)")
        .confidence(0.86)
        .strategies(&["rollback", "config", "escalate"])
        .matches("Error from server (NotFound): deployments.apps \"widget\" not found")
        .matches("The Deployment \"widget\" is invalid: spec.selector: Invalid value: field is immutable")
        .ignores("deployment.apps/widget configured"),
    kubernetes("kubernetes.kind-unknown", "configuration")
        .pattern(r"no matches for kind \x22(?P<name>[^\x22]+)\x22|resource mapping not found for name|unable to recognize \x22|the server doesn't have a resource type \x22(?P<target>[^\x22]+)\x22|^ensure CRDs are installed first|could not find the requested resource|error: unable to find api field|no kind \x22[^\x22]+\x22 is registered|error: no (?:context exists with the name|objects passed to|resources found to|configuration file|namespace) ?|error: (?:flag needs an argument|unknown command|must specify|at least one of|cannot use|required flag|resource\(s\) were provided|the file extension|no object named|Required resource not specified|the namespace from the provided object|a container name must be specified|current-context|context was not found)|invalid object to merge|error: error reading \S+\.ya?ml|error: (?:the path|open|stat) \S+|Object '(?:Kind|apiVersion)' is missing in")
        .confidence(0.92)
        .specificity(88)
        .strategies(&["config", "escalate"])
        .matches("error: resource mapping not found for name: \"widget\" namespace: \"\" from \"widget.yaml\": no matches for kind \"Widget\" in version \"widgets.example/v1\"")
        .matches("error: the server doesn't have a resource type \"widgets\"")
        .matches("error: no context exists with the name: \"widgets\"")
        .matches("error: unable to decode \"x.yaml\": Object 'Kind' is missing in '{}'")
        .ignores("deployment.apps/widget configured"),
    kubernetes("kubernetes.quota", "deployment")
        .pattern(r"forbidden: (?:exceeded quota|failed quota|(?:maximum|minimum) \S+ usage per|\[?(?:minimum|maximum)|violates PodSecurity|unable to validate against any|error looking up service account|no PriorityClass|\x22\S+\x22 is being (?:terminated|deleted)|unable to create new content in namespace)|(?:exceeded|failed) quota: |must specify limits")
        .confidence(0.93)
        .specificity(90)
        .strategies(&["escalate", "config"])
        .matches("Error from server (Forbidden): pods \"widget\" is forbidden: exceeded quota: spins, requested: pods=1, used: pods=2, limited: pods=2")
        .matches("Error from server (Forbidden): pods \"widget\" is forbidden: violates PodSecurity \"restricted:latest\"")
        .ignores("Error from server (Forbidden): pods is forbidden: User \"bot\" cannot list resource \"pods\""),
    kubernetes("kubernetes.api-server", "registry-or-service-outage")
        .pattern(r"Error from server \((?:ServiceUnavailable|InternalError|Timeout|TooManyRequests)\)|etcdserver: (?:request timed out|leader changed|mvcc)|the server (?:is currently unable to handle the request|was unable to return a response)|apiserver not ready|The server was unable to return a response in the time allotted")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("Error from server (ServiceUnavailable): the server is currently unable to handle the request")
        .matches("Error from server: etcdserver: request timed out")
        .ignores("Error from server (NotFound): deployments.apps \"widget\" not found"),
    kubernetes("kubernetes.unreachable", "network-transient")
        .pattern(r"Unable to connect to the server: (?:dial tcp|net/http|EOF|context deadline|read tcp|TLS)|Kubernetes cluster unreachable: .*(?:dial tcp|timeout|EOF)|couldn't get current server API group list: Get .*(?:dial tcp|timeout|EOF)|error: error upgrading connection|error: lost connection to pod|error dialing backend")
        .unless(r"localhost|127\.0\.0\.1|x509")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("Unable to connect to the server: dial tcp 192.0.2.7:6443: i/o timeout")
        .matches("Error: Kubernetes cluster unreachable: Get \"https://cluster.example/version\": dial tcp 192.0.2.7:443: i/o timeout")
        .ignores("Unable to connect to the server: x509: certificate signed by unknown authority"),
    kubernetes("kubernetes.kubeconfig", "configuration")
        .pattern(r"The connection to the server (?:localhost|127\.0\.0\.1):8080 was refused|error: (?:no|current-)context|context \x22(?P<name>[^\x22]+)\x22 does not exist|error loading config file \x22|invalid configuration: no configuration has been provided|error: (?:stat|open) \S*kubeconfig\S*: no such file|Kubernetes cluster unreachable: (?:Get \x22http://localhost:8080|invalid configuration)|namespaces? \x22(?P<target>[^\x22]+)\x22 not found|Cluster .* (?:not found|does not exist)")
        .confidence(0.91)
        .strategies(&["config", "escalate"])
        .matches("The connection to the server localhost:8080 was refused - did you specify the right host or port?")
        .matches("error: context \"ci\" does not exist")
        .ignores("Switched to context \"ci\"."),
    kubernetes("kubernetes.image", "dependency-missing")
        .pattern(r"ImagePullBackOff|ErrImagePull|ErrImageNeverPull|Failed to pull image \x22(?P<package>[^\x22]+)\x22.*(?:not found|manifest unknown)|Back-off pulling image|InvalidImageName")
        .unless(r"toomanyrequests|timeout|dial tcp")
        .confidence(0.9)
        .strategies(&["dependency", "rollback", "escalate"])
        .matches("widget-5d4f8c7b6-abcde   0/1     ImagePullBackOff   0          3m")
        .matches("Warning  Failed     12s   kubelet  Back-off pulling image \"images.example/widget:9\"")
        .ignores("Successfully pulled image \"images.example/widget:9\""),
    kubernetes("kubernetes.evicted", "infrastructure-runner")
        .pattern(r"The node was low on resource|imminent node shutdown|[Pp]od .*(?:evicted|was deleted)|DisruptionTarget|Pod was active on the node longer|FailedScheduling|\d+/\d+ nodes are available|Insufficient (?:cpu|memory|ephemeral-storage|pods)|Unschedulable|node\(s\) (?:had|didn't)|preempted by|FailedMount|FailedAttachVolume|NodeNotReady|Evicted")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "resource", "escalate"])
        .matches("Pod was terminated in response to imminent node shutdown")
        .matches("0/3 nodes are available: 3 Insufficient cpu.")
        .matches("Warning  FailedScheduling  5s  default-scheduler  no nodes available to schedule pods")
        .ignores("pod/widget created"),
    kubernetes("kubernetes.local-cluster", "infrastructure-runner")
        .pattern(r"ERROR: failed to create cluster|failed to create cluster: |Exiting due to [A-Z]\w+(?:_\w+)+|X Exiting due to|minikube: .*(?:failed|timeout)|Failed to start k3s|\[kubelet-check\]|FATA\[\d+\] |error execution phase|timed out waiting for .*control[- ]plane|node\(s\) already exist for a cluster with the name")
        .confidence(0.84)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("ERROR: failed to create cluster: failed to init node with kubeadm: command \"docker exec\" failed with error: exit status 1")
        .matches("X Exiting due to GUEST_START: failed to start node: wait 6m0s for node")
        .ignores("Set kubectl context to \"kind-ci\""),
];
