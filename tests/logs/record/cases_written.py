"""Excerpts of tools that cannot run here, written by hand in the tools' own formats with made-up names."""
from recorder import written


def w(id, eco, tool, cat, heal, root, text, second=None): written(eco + "-w-" + id, eco, tool, cat, heal, text, root, second)


BX, DC, HELM, GH, GL, JK = "docker buildx", "docker compose v2", "helm 3", "GitHub Actions runner", "GitLab runner", "Jenkins"
# --- Docker
w("apt-not-found", "docker", BX, "dependency-missing", "dependency", "E: Unable to locate package", """
#7 [builder 3/6] RUN apt-get update && apt-get install -y libshopcoin-dev
#7 0.412 Get:1 http://mirror.shop.example/debian bookworm InRelease [151 kB]
#7 3.201 Fetched 9063 kB in 3s (3145 kB/s)
#7 3.850 Reading package lists...
#7 4.512 Building dependency tree...
#7 4.701 E: Unable to locate package libshopcoin-dev
#7 ERROR: process "/bin/sh -c apt-get update && apt-get install -y libshopcoin-dev" did not complete successfully: exit code: 100
------
 > [builder 3/6] RUN apt-get update && apt-get install -y libshopcoin-dev:
4.701 E: Unable to locate package libshopcoin-dev
------""")
w("manifest-unknown", "docker", BX, "dependency-missing", "dependency", r"ERROR: failed to solve", """
#2 [internal] load metadata for registry.shop.example/base/runtime:4.2-slim
#2 ERROR: registry.shop.example/base/runtime:4.2-slim: not found
------
 > [internal] load metadata for registry.shop.example/base/runtime:4.2-slim:
------
Dockerfile:1
--------------------
   1 | >>> FROM registry.shop.example/base/runtime:4.2-slim
   2 |     WORKDIR /app
--------------------
ERROR: failed to solve: registry.shop.example/base/runtime:4.2-slim: failed to resolve source metadata for registry.shop.example/base/runtime:4.2-slim: not found""", (None, "^#2 ERROR", "config"))
w("pull-denied", "docker", "docker 27", "auth-or-permission", "escalate", "pull access denied", """
$ docker pull registry.shop.example/team/ledger:7
Error response from daemon: pull access denied for registry.shop.example/team/ledger, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
ERROR: Job failed: exit code 1""", ("dependency-missing", None, "config"))
w("copy-missing", "docker", BX, "configuration", "config", r"ERROR: failed to solve", """
#9 [5/7] COPY dist/server.js /app/
#9 ERROR: failed to calculate checksum of ref 4mz1q::t8yw2: "/dist/server.js": not found
------
 > [5/7] COPY dist/server.js /app/:
------
ERROR: failed to build: failed to solve: failed to compute cache key: failed to calculate checksum of ref 4mz1q::t8yw2: "/dist/server.js": not found""".replace("ERROR: failed to build: failed to solve", "ERROR: failed to solve"), ("compile-error", "^#9 ERROR", "escalate"))
w("dockerfile-parse", "docker", BX, "configuration", "config", "dockerfile parse error", """
#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 412B done
#1 DONE 0.0s
Dockerfile:4
--------------------
   4 | >>> RUNN npm ci
--------------------
ERROR: failed to solve: dockerfile parse error on line 4: unknown instruction: RUNN (did you mean RUN?)""", ("compile-error", None, "escalate"))
w("npm-in-run", "docker", BX, "configuration", "dependency", "can only install packages when", """
#11 [deps 4/4] RUN npm ci --omit=dev
#11 2.918 npm error code EUSAGE
#11 2.919 npm error
#11 2.919 npm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.
#11 2.920 npm error Missing: tallyjs@2.3.1 from lock file
#11 ERROR: process "/bin/sh -c npm ci --omit=dev" did not complete successfully: exit code: 1
ERROR: failed to solve: process "/bin/sh -c npm ci --omit=dev" did not complete successfully: exit code: 1""", ("dependency-conflict", "Missing: tallyjs", "config"))
w("build-oom", "docker", BX, "resource-memory", "resource", "exit code: 137", """
#14 [build 5/5] RUN npm run build
#14 1.204 > shop@1.4.0 build
#14 1.204 > webpack --mode production
#14 96.41 Killed
#14 ERROR: process "/bin/sh -c npm run build" did not complete successfully: exit code: 137
------
 > [build 5/5] RUN npm run build:
96.41 Killed
------""", (None, "^#14 96.41 Killed", None))
w("disk", "docker", BX, "resource-disk", "resource", "no space left on device", """
#16 exporting to image
#16 exporting layers
#16 exporting layers 18.2s done
#16 ERROR: failed to copy: write /var/lib/buildkit/runc-overlayfs/content/ingest/7fd1/data: no space left on device
------
 > exporting to image:
------
ERROR: failed to solve: failed to copy: write /var/lib/buildkit/runc-overlayfs/content/ingest/7fd1/data: no space left on device""", (None, "^ERROR: failed to solve|^#16 ERROR", None))
w("rate", "docker", BX, "rate-limit", "retry", "429 Too Many Requests", """
#3 [internal] load metadata for hub.shop.example/library/node:20-alpine
#3 ERROR: failed to copy: httpReadSeeker: failed open: unexpected status code https://hub.shop.example/v2/library/node/manifests/sha256:77aa: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit.
------
 > [internal] load metadata for hub.shop.example/library/node:20-alpine:
------""")
w("push-unauthorized", "docker", "docker 27", "auth-or-permission", "escalate", "unauthorized", """
The push refers to repository [registry.shop.example/team/ledger]
5f70bf18a086: Preparing
9c1b6dd6c1e6: Preparing
unauthorized: authentication required
##[error]Process completed with exit code 1.""", ("deployment", None, "config"))
w("push-denied", "docker", BX, "auth-or-permission", "escalate", "failed to push", """
#21 pushing layers
#21 pushing layers 1.3s done
#21 ERROR: failed to push registry.shop.example/team/ledger:main: denied: permission_denied: write_package
------
 > exporting to image:
------
ERROR: failed to solve: failed to push registry.shop.example/team/ledger:main: denied: permission_denied: write_package""", ("deployment", "^ERROR: failed to solve|^#21 ERROR", "config"))
w("tls-timeout", "docker", "docker 27", "network-transient", "retry", "TLS handshake timeout", """
Step 1/9 : FROM registry.shop.example/base/python:3.12
Get "https://registry.shop.example/v2/": net/http: TLS handshake timeout
make: *** [Makefile:31: image] Error 1""")
w("registry-500", "docker", BX, "registry-or-service-outage", "retry", "500 Internal Server Error", """
#18 pushing manifest for registry.shop.example/team/ledger:1.9
#18 ERROR: failed to push registry.shop.example/team/ledger:1.9: unexpected status from PUT request to https://registry.shop.example/v2/team/ledger/manifests/1.9: 500 Internal Server Error
------
 > pushing registry.shop.example/team/ledger:1.9 with docker:
------""")
w("compose-port", "docker", DC, "port-or-concurrency-conflict", "config", "port is already allocated", """
 Network ledger_default  Created
 Container ledger-db-1  Created
 Container ledger-db-1  Starting
Error response from daemon: driver failed programming external connectivity on endpoint ledger-db-1 (9ab1f0d2): Bind for 0.0.0.0:5432 failed: port is already allocated""", (None, None, "retry"))
w("compose-name", "docker", "docker 27", "port-or-concurrency-conflict", "config", "is already in use by container", """
+ docker run -d --name shop-redis redis-base:7
docker: Error response from daemon: Conflict. The container name "/shop-redis" is already in use by container "4e1c0a77d1b2". You have to remove (or rename) that container to be able to reuse that name.

Run 'docker run --help' for more information""", (None, None, "retry"))
w("compose-unhealthy", "docker", DC, "infrastructure-runner", "retry", "dependency failed to start", """
 Container ledger-db-1  Started
 Container ledger-db-1  Waiting
 Container ledger-db-1  Error
dependency failed to start: container ledger-db-1 is unhealthy
##[error]Process completed with exit code 1.""", ("configuration", None, "config"))
w("compose-env", "docker", DC, "configuration", "config", "required variable", """
$ docker compose -f compose.ci.yaml up -d
error while interpolating services.api.environment.DB_URL: required variable SHOP_DB_URL is missing a value: set it in the CI settings""")
w("compose-yaml", "docker", DC, "configuration", "config", "yaml: line", """
$ docker compose config -q
yaml: line 14: did not find expected key
make: *** [Makefile:8: compose-check] Error 15""")
w("exec-format", "docker", "docker 27", "configuration", "config", "exec format error", """
Status: Downloaded newer image for registry.shop.example/team/ledger:arm64
exec /usr/local/bin/entrypoint.sh: exec format error
##[error]Process completed with exit code 255.""", ("infrastructure-runner", None, None))
w("runc-exec", "docker", "docker 27", "configuration", "config", "OCI runtime create failed", """
$ docker run --rm shop:ci serve
docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "serve": executable file not found in $PATH: unknown.""", ("dependency-missing", None, "dependency"))
w("dial-registry", "docker", "docker 27", "network-transient", "retry", "i/o timeout", """
Using default tag: latest
Error response from daemon: Get "https://registry.shop.example/v2/": dial tcp: lookup registry.shop.example on 10.0.0.2:53: read udp 10.0.3.14:41172->10.0.0.2:53: i/o timeout""")
w("trivy", "docker", "trivy", "security-finding", "dependency", "CVE-", """
registry.shop.example/team/ledger:main (debian 12.5)
====================================================
Total: 2 (HIGH: 1, CRITICAL: 1)

┌───────────┬────────────────┬──────────┬────────┬───────────────────┬───────────────┐
│  Library  │ Vulnerability  │ Severity │ Status │ Installed Version │ Fixed Version │
├───────────┼────────────────┼──────────┼────────┼───────────────────┼───────────────┤
│ libcoin3  │ CVE-2099-10001 │ CRITICAL │ fixed  │ 3.1-2             │ 3.1-2+deb12u1 │
│ libtally1 │ CVE-2099-10002 │ HIGH     │ fixed  │ 1.0-1             │ 1.0-1+deb12u2 │
└───────────┴────────────────┴──────────┴────────┴───────────────────┴───────────────┘
Error: Process completed with exit code 1.""", (None, "^Total", "escalate"))
# --- Kubernetes
w("image-pull", "kubernetes", "kubectl", "dependency-missing", "config", "ImagePullBackOff", """
$ kubectl -n staging get pods
NAME                      READY   STATUS             RESTARTS   AGE
ledger-6c9f7b7d7c-2xk8p   0/1     ImagePullBackOff   0          4m12s
ledger-5b6d5f4c9d-qq7zl   1/1     Running            0          9d
deployment "ledger" is not ready, giving up
ERROR: Job failed: exit code 1""", ("deployment", None, "rollback"))
w("crashloop", "kubernetes", "kubectl", "deployment", "rollback", "CrashLoopBackOff", """
Waiting for deployment "ledger" rollout to finish: 1 out of 3 new replicas have been updated...
ledger-7d5f9-abcde   0/1   CrashLoopBackOff   5 (41s ago)   6m
error: deployment "ledger" exceeded its progress deadline""", (None, "progress deadline", "escalate"))
w("progress-deadline", "kubernetes", "kubectl", "deployment", "rollback", "exceeded its progress deadline", """
+ kubectl rollout status deployment/kettle-api --timeout=600s
Waiting for deployment "kettle-api" rollout to finish: 0 of 4 updated replicas are available...
error: deployment "kettle-api" exceeded its progress deadline
##[error]Process completed with exit code 1.""", ("resource-cpu-timeout", None, "retry"))
w("oomkilled", "kubernetes", "kubectl describe", "resource-memory", "resource", "OOMKilled", """
Containers:
  worker:
    State:          Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Restart Count:  3
    Limits:
      memory:  256Mi
Job shop-import failed: BackoffLimitExceeded""", (None, "Exit Code|BackoffLimit", None))
w("evicted", "kubernetes", "kubectl describe", "resource-disk", "resource", "ephemeral-storage", """
Status:   Failed
Reason:   Evicted
Message:  The node was low on resource: ephemeral-storage. Threshold quantity: 2145Mi, available: 1803Mi. Container build was using 9Gi, request is 0, has larger consumption of ephemeral-storage.
pod "build-7f" was terminated before the job finished""", ("infrastructure-runner", "Evicted", "retry"))
w("unschedulable", "kubernetes", "kubectl describe", "infrastructure-runner", "retry", "FailedScheduling", """
Events:
  Type     Reason            Age   From               Message
  ----     ------            ----  ----               -------
  Warning  FailedScheduling  92s   default-scheduler  0/6 nodes are available: 6 Insufficient memory. preemption: 0/6 nodes are available: 6 No preemption victims found for incoming pod.
timed out waiting for the runner pod to start""", ("resource-memory", None, "resource"))
w("forbidden", "kubernetes", "kubectl", "auth-or-permission", "escalate", "is forbidden", """
$ kubectl apply -f k8s/
Error from server (Forbidden): error when retrieving current configuration of: deployments.apps "ledger" is forbidden: User "system:serviceaccount:ci:deployer" cannot get resource "deployments" in API group "apps" in the namespace "prod" """, ("deployment", None, "config"))
w("quota", "kubernetes", "kubectl", "deployment", "config", "exceeded quota", """
deployment.apps/ledger configured
Error from server (Forbidden): error when creating "k8s/job.yaml": pods "migrate" is forbidden: exceeded quota: team-quota, requested: limits.memory=2Gi, used: limits.memory=7Gi, limited: limits.memory=8Gi""", ("rate-limit", None, "resource"))
w("validation", "kubernetes", "kubectl", "configuration", "config", "error validating data", """
service/ledger unchanged
error: error validating "k8s/deploy.yaml": error validating data: [ValidationError(Deployment.spec.template.spec.containers[0]): unknown field "resource" in io.k8s.api.core.v1.Container]; if you choose to ignore these errors, turn validation off with --validate=false""", ("deployment", None, None))
w("no-kind", "kubernetes", "kubectl", "configuration", "config", "no matches for kind", """
configmap/ledger configured
error: resource mapping not found for name: "ledger" namespace: "" from "k8s/ingress.yaml": no matches for kind "Ingress" in version "extensions/v1beta1"
ensure CRDs are installed first""", ("dependency-missing", None, "dependency"))
w("webhook", "kubernetes", "kubectl", "registry-or-service-outage", "retry", "failed calling webhook", """
Error from server (InternalError): error when creating "k8s/ingress.yaml": Internal error occurred: failed calling webhook "validate.ingress.shop.example": failed to call webhook: Post "https://ingress-admission.ingress.svc:443/check?timeout=10s": context deadline exceeded""", ("deployment", None, None))
w("helm-timeout", "kubernetes", HELM, "deployment", "rollback", "UPGRADE FAILED", """
Release "ledger" does not exist. Installing it now.
history.go:56: [debug] getting history for release ledger
Error: UPGRADE FAILED: context deadline exceeded
helm.go:84: [debug] context deadline exceeded""", ("resource-cpu-timeout", None, "retry"))
w("helm-lock", "kubernetes", HELM, "port-or-concurrency-conflict", "retry", "another operation", """
+ helm upgrade --install ledger ./chart -n staging
Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress""", ("deployment", None, "rollback"))
w("helm-nil", "kubernetes", HELM, "configuration", "config", "nil pointer evaluating", """
==> Linting ./chart
[INFO] Chart.yaml: icon is recommended
[ERROR] templates/: template: ledger/templates/deploy.yaml:21:28: executing "ledger/templates/deploy.yaml" at <.Values.image.tag>: nil pointer evaluating interface {}.tag

Error: 1 chart(s) linted, 1 chart(s) failed""", ("lint-or-format", None, "escalate"))
w("helm-chart-missing", "kubernetes", HELM, "dependency-missing", "dependency", "not found in", """
+ helm dependency update ./chart
...Successfully got an update from the "shop" chart repository
Error: chart "postgres-ha" matching 14.9.x not found in shop index. (try 'helm repo update'): no chart version found for postgres-ha-14.9.x""".replace("not found in shop", "not found in shop"))
# --- Terraform with providers
w("tf-credentials", "terraform", "terraform aws provider", "auth-or-permission", "config", "No valid credential sources", """
Initializing the backend...
╷
│ Error: No valid credential sources found
│
│   with provider["tf.shop.example/shop/aws"],
│   on main.tf line 9, in provider "aws":
│    9: provider "aws" {
│
│ Error: failed to refresh cached credentials, no EC2 IMDS role found
╵""", (None, None, "escalate"))
w("tf-denied", "terraform", "terraform aws provider", "auth-or-permission", "escalate", "AccessDenied", """
aws_s3_bucket.reports: Creating...
╷
│ Error: creating S3 Bucket (shop-reports): operation error S3: CreateBucket, https response error StatusCode: 403, RequestID: 7Q, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: s3:CreateBucket
│
│   with aws_s3_bucket.reports,
│   on s3.tf line 1, in resource "aws_s3_bucket" "reports":
╵""", ("deployment", None, "config"))
w("tf-exists", "terraform", "terraform aws provider", "deployment", "config", "AlreadyExists", """
aws_iam_role.worker: Creating...
╷
│ Error: creating IAM Role (shop-worker): operation error IAM: CreateRole, https response error StatusCode: 409, EntityAlreadyExists: Role with name shop-worker already exists.
│
│   with aws_iam_role.worker,
╵""", ("configuration", None, "escalate"))
w("tf-lock-remote", "terraform", "terraform s3 backend", "port-or-concurrency-conflict", "retry", "Error acquiring the state lock", """
╷
│ Error: Error acquiring the state lock
│
│ Error message: operation error DynamoDB: PutItem, ConditionalCheckFailedException: The conditional request failed
│ Lock Info:
│   ID:        0f9f9c1e-2222-4b4b-9d9d-1234567890ab
│   Operation: OperationTypeApply
│   Who:       ci@runner-12
╵""", ("deployment", None, "config"))
w("tf-throttle", "terraform", "terraform aws provider", "rate-limit", "retry", "Throttling", """
aws_route53_record.www["de"]: Still creating... [1m20s elapsed]
╷
│ Error: updating Route 53 Record (Z0SHOP_de.shop.example_A): operation error Route 53: ChangeResourceRecordSets, exceeded maximum number of attempts, 25, https response error StatusCode: 400, Throttling: Rate exceeded
╵""", ("deployment", None, None))
w("tf-quota", "terraform", "terraform aws provider", "deployment", "escalate", "LimitExceeded", """
aws_eip.nat[2]: Creating...
╷
│ Error: creating EC2 EIP: operation error EC2: AllocateAddress, https response error StatusCode: 400, api error AddressLimitExceeded: The maximum number of addresses has been reached.
╵""", ("rate-limit", None, "resource"))
# --- .NET
w("cs0246", "dotnet", "dotnet build 8", "dependency-missing", "dependency", "error CS0246", """
  Determining projects to restore...
  All projects are up-to-date for restore.
/src/Shop/Rates.cs(3,7): error CS0246: The type or namespace name 'CoinRates' could not be found (are you missing a using directive or an assembly reference?) [/src/Shop/Shop.csproj]

Build FAILED.
    0 Warning(s)
    1 Error(s)""", ("compile-error", None, "escalate"))
w("cs1002", "dotnet", "dotnet build 8", "compile-error", "escalate", "error CS1002", """
  Shop.Core -> /src/Shop.Core/bin/Release/net8.0/Shop.Core.dll
/src/Shop/Cart.cs(18,32): error CS1002: ; expected [/src/Shop/Shop.csproj]

Build FAILED.

/src/Shop/Cart.cs(18,32): error CS1002: ; expected [/src/Shop/Shop.csproj]
    0 Warning(s)
    1 Error(s)

Time Elapsed 00:00:06.14""")
w("cs0266", "dotnet", "dotnet build 8", "type-error", "escalate", "error CS0266", """
/src/Shop/Price.cs(9,16): error CS0266: Cannot implicitly convert type 'double' to 'decimal'. An explicit conversion exists (are you missing a cast?) [/src/Shop/Shop.csproj]
    2 Warning(s)
    1 Error(s)""", ("compile-error", None, None))
w("nu1101", "dotnet", "dotnet restore 8", "dependency-missing", "dependency", "error NU1101", """
  Determining projects to restore...
/src/Shop/Shop.csproj : error NU1101: Unable to find package Shop.CoinRates. No packages exist with this id in source(s): shop-feed
  Failed to restore /src/Shop/Shop.csproj (in 1.02 sec).""")
w("nu1102", "dotnet", "dotnet restore 8", "dependency-missing", "dependency", "error NU1102", """
/src/Shop/Shop.csproj : error NU1102: Unable to find package Shop.Tally with version (>= 9.0.0)
/src/Shop/Shop.csproj : error NU1102:   - Found 12 version(s) in shop-feed [ Nearest version: 4.2.1 ]
  Failed to restore /src/Shop/Shop.csproj (in 812 ms).""")
w("nu1107", "dotnet", "dotnet restore 8", "dependency-conflict", "dependency", "error NU1107", """
/src/Shop/Shop.csproj : error NU1107: Version conflict detected for Shop.Coin. Install/reference Shop.Coin 2.0.0 directly to project Shop to resolve this issue.
/src/Shop/Shop.csproj : error NU1107:  Shop -> Shop.Tally 2.0.0 -> Shop.Coin (>= 2.0.0)
/src/Shop/Shop.csproj : error NU1107:  Shop -> Shop.Ledger 1.0.0 -> Shop.Coin (= 1.8.0).""")
w("nu1301", "dotnet", "dotnet restore 8", "registry-or-service-outage", "retry", "error NU1301", """
  Determining projects to restore...
  Retrying 'FindPackagesByIdAsync' for source 'https://nuget.shop.example/v3/index.json'.
  Response status code does not indicate success: 503 (Service Unavailable).
/src/Shop/Shop.csproj : error NU1301: Unable to load the service index for source https://nuget.shop.example/v3/index.json.
/src/Shop/Shop.csproj : error NU1301:   Response status code does not indicate success: 503 (Service Unavailable).""", (None, "503", None))
w("nu1004", "dotnet", "dotnet restore 8", "configuration", "dependency", "error NU1004", """
/src/Shop/Shop.csproj : error NU1004: The packages lock file is inconsistent with the project dependencies so restore can't be run in locked mode. Disable the RestoreLockedMode MSBuild property or pass an explicit --force-evaluate option to run restore to update the lock file.""", ("dependency-conflict", None, "config"))
w("sdk-version", "dotnet", "dotnet CLI", "toolchain-missing-or-version", "config", "A compatible .NET SDK was not found", """
$ dotnet build -c Release
The command could not be loaded, possibly because:
  * You intended to run a .NET SDK command:
      A compatible .NET SDK was not found.

Requested SDK version: 9.0.300
global.json file: /src/global.json

Installed SDKs:
8.0.404 [/usr/share/dotnet/sdk]""", (None, "Requested SDK version", "dependency"))
w("netsdk1045", "dotnet", "dotnet build 8", "toolchain-missing-or-version", "dependency", "error NETSDK1045", """
/usr/share/dotnet/sdk/8.0.404/Sdks/Microsoft.NET.Sdk/targets/Microsoft.NET.TargetFrameworkInference.targets(166,5): error NETSDK1045: The current .NET SDK does not support targeting .NET 9.0.  Either target .NET 8.0 or lower, or use a version of the .NET SDK that supports .NET 9.0. [/src/Shop/Shop.csproj]

Build FAILED.""", (None, None, "config"))
w("xunit", "dotnet", "dotnet test 8", "test-failure", "escalate", r"Assert.Equal\(\) Failure", """
Starting test execution, please wait...
A total of 1 test files matched the specified pattern.
[xUnit.net 00:00:00.61]     Shop.Tests.CartTests.AddsTwoPrices [FAIL]
  Failed Shop.Tests.CartTests.AddsTwoPrices [12 ms]
  Error Message:
   Assert.Equal() Failure: Values differ
Expected: 5
Actual:   6
  Stack Trace:
     at Shop.Tests.CartTests.AddsTwoPrices() in /src/Shop.Tests/CartTests.cs:line 14

Failed!  - Failed:     1, Passed:    41, Skipped:     0, Total:    42, Duration: 380 ms - Shop.Tests.dll (net8.0)""", (None, r"Failed Shop.Tests|\[FAIL\]", None))
w("msb1003", "dotnet", "dotnet build 8", "configuration", "config", "MSB1003", """
$ dotnet build
MSBUILD : error MSB1003: Specify a project or solution file. The current working directory does not contain a project or solution file.""")
w("format", "dotnet", "dotnet format 8", "lint-or-format", "alternative", "error WHITESPACE", """
$ dotnet format --verify-no-changes
/src/Shop/Cart.cs(12,1): error WHITESPACE: Fix whitespace formatting. Replace 8 characters with '\\n\\s\\s\\s\\s'. [/src/Shop/Shop.csproj]
/src/Shop/Cart.cs(19,5): error IDE0055: Fix formatting [/src/Shop/Shop.csproj]""")
w("nuget-push", "dotnet", "dotnet nuget push", "deployment", "config", "409", """
Pushing Shop.Tally.2.1.0.nupkg to 'https://nuget.shop.example/api/v2/package'...
  PUT https://nuget.shop.example/api/v2/package/
  Conflict https://nuget.shop.example/api/v2/package/ 214ms
error: Response status code does not indicate success: 409 (A package with ID 'Shop.Tally' and version '2.1.0' already exists and cannot be modified.).""", (None, None, "escalate"))
w("testhost-crash", "dotnet", "dotnet test 8", "infrastructure-runner", "retry", "Test host process crashed", """
The active test run was aborted. Reason: Test host process crashed : Out of memory.
Test Run Aborted with error System.Exception: One or more errors occurred.
Passed!  - Failed:     0, Passed:   118, Skipped:     0, Total:   118""", ("resource-memory", None, "resource"))
# --- CI services
w("gh-lost", "CI", GH, "infrastructure-runner", "retry", "lost communication", """
Current runner version: '2.328.0'
Complete job name: build (ubuntu, 3.12)
##[error]The hosted runner lost communication with the server. Anything in your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network access can cause this error.""")
w("gh-shutdown", "CI", GH, "infrastructure-runner", "retry", "shutdown signal", """
   Compiling ledger v0.9.1
##[error]The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.
##[error]The operation was canceled.""", (None, "operation was canceled", None))
w("gh-timeout", "CI", GH, "resource-cpu-timeout", "resource", "maximum execution time", """
test sync::full_import ... 
##[error]The job running on runner GitHub Actions 14 has exceeded the maximum execution time of 60 minutes.
##[error]The operation was canceled.
Post job cleanup.""")
w("gh-action-missing", "CI", GH, "configuration", "config", "Unable to resolve action", """
Prepare all required actions
Getting action download info
##[error]Unable to resolve action `shop-tools/setup-ledger@v9`, unable to find version `v9`""", ("dependency-missing", None, "dependency"))
w("gh-input", "CI", GH, "configuration", "config", "Input required and not supplied", """
Run shop-tools/deploy@v2
  with:
    environment: staging
##[error]Input required and not supplied: token""", ("auth-or-permission", None, "escalate"))
w("gh-integration", "CI", GH, "auth-or-permission", "config", "Resource not accessible by integration", """
Run gh release create v1.4.0 --generate-notes
HTTP 403: Resource not accessible by integration (https://api.forge.example/repos/shop/ledger/releases)
Error: Process completed with exit code 1.""", ("deployment", None, "escalate"))
w("gh-disk", "CI", GH, "resource-disk", "resource", "No space left on device", """
##[warning]You are running out of disk space. The runner will stop working when the machine runs out of disk space. Free space left: 0 MB
System.IO.IOException: No space left on device : '/home/runner/runners/2.328.0/_diag/Worker_20260311-090000-utc.log'
   at System.IO.RandomAccess.WriteAtOffset(SafeFileHandle handle, ReadOnlySpan`1 buffer, Int64 fileOffset)""")
w("gh-artifact", "CI", GH, "registry-or-service-outage", "retry", "Failed to CreateArtifact", """
With the provided path, there will be 3 files uploaded
Artifact name is valid!
Attempt 5 of 5 failed with error: Unexpected token '<', "<!DOCTYPE "... is not valid JSON.
##[error]Failed to CreateArtifact: Failed to make request after 5 attempts: Received non-retryable error""", ("infrastructure-runner", None, None))
w("gh-artifact-missing", "CI", GH, "configuration", "config", "Artifact not found", """
Run actions/download-artifact@v4
Downloading single artifact
##[error]Unable to download artifact(s): Artifact not found for name: web-dist
        Please ensure that your artifact is not expired and the artifact was uploaded using a compatible version of toolkit/upload-artifact.""".replace("        Please", "Please"), ("dependency-missing", None, "retry"))
w("gh-cache-rate", "CI", GH, "rate-limit", "retry", "rate limit exceeded", """
Run shop-tools/setup-protoc@v3
Resolving latest release
##[error]API rate limit exceeded for installation. If you reach out to support for help, please include the request ID 0C42:1F and timestamp 2026-03-11 09:01:12 UTC.""")
w("gh-checkout-retry", "git", "actions/checkout", "network-transient", "retry", "Could not resolve host", """
Fetching the repository
/usr/bin/git -c protocol.version=2 fetch --no-tags --prune --depth=1 origin +1f2e3d:refs/remotes/origin/main
fatal: unable to access 'https://git.shop.example/shop/ledger/': Could not resolve host: git.shop.example
The process '/usr/bin/git' failed with exit code 128
Waiting 17 seconds before trying again
##[error]The process '/usr/bin/git' failed with exit code 128""", ("git-or-checkout", "failed with exit code 128", None))
w("gh-checkout-auth", "git", "actions/checkout", "auth-or-permission", "config", "Repository not found", """
Syncing repository: shop/ledger-private
Determining the default branch
Retrieving the default branch name
##[error]Not Found - Repository not found: shop/ledger-private""".replace("Not Found - Repository", "Repository"), ("git-or-checkout", None, "escalate"))
w("gl-timeout", "CI", GL, "resource-cpu-timeout", "resource", "execution took longer than", """
$ ./gradlew integrationTest
> Task :integrationTest
ERROR: Job failed: execution took longer than 1h0m0s seconds""")
w("gl-system", "CI", GL, "infrastructure-runner", "retry", r"ERROR: Job failed \(system failure\)", """
Running with gitlab-runner 17.2.0 (a1b2c3d4)
  on shared-7 kAs8dfjH, system ID: s_91ab
Preparing the "docker+machine" executor
ERROR: Job failed (system failure): Post "https://vm-host-7.shop.example:2376/v1.44/containers/create?name=runner-kAs8dfjH-build": EOF (manager.go:81:0s)""")
w("gl-image", "CI", GL, "auth-or-permission", "escalate", "denied: access forbidden", """
Using Docker executor with image registry.shop.example/ci/base:3 ...
Pulling docker image registry.shop.example/ci/base:3 ...
WARNING: Failed to pull image with policy "always": Error response from daemon: Head "https://registry.shop.example/v2/ci/base/manifests/3": denied: access forbidden (manager.go:254:0s)
ERROR: Job failed: failed to pull image "registry.shop.example/ci/base:3" with specified policies [always]""", ("dependency-missing", "^ERROR: Job failed", "config"))
w("gl-artifacts", "CI", GL, "configuration", "config", "too large archive", """
Uploading artifacts for successful job
Uploading artifacts...
dist/: found 812 matching artifact files and directories
ERROR: Uploading artifacts as "archive" to coordinator... 413 Request Entity Too Large  id=88123 responseStatus=413 Request Entity Too Large
FATAL: too large archive""".replace("FATAL: too large archive", "FATAL: too large archive"), ("resource-disk", "413", "escalate"))
w("gl-cache-restore", "CI", GL, "registry-or-service-outage", "retry", "502 Bad Gateway", """
Downloading artifacts for build (88120)...
WARNING: Downloading artifacts from coordinator... failed  id=88120 responseStatus=502 Bad Gateway status=502
ERROR: Downloading artifacts from coordinator... error couldn't execute GET against https://git.shop.example/api/v4/jobs/88120/artifacts: 502 Bad Gateway
FATAL: permission denied""".replace("\nFATAL: permission denied", ""), ("infrastructure-runner", None, None))
w("gl-stuck", "CI", GL, "configuration", "config", "no runners", """
This job is stuck because of one of the following problems. There are no active runners online, no runners for the protected branch, or no runners that match all of the job's tags: gpu-large
ERROR: Job failed: stuck or timeout failure""".replace("There are no active runners online, no runners", "There are no active runners online, no runners"), ("infrastructure-runner", None, "retry"))
w("jk-agent", "CI", JK, "infrastructure-runner", "retry", "ChannelClosedException", """
[Pipeline] sh
+ make test
Cannot contact linux-agent-4: hudson.remoting.ChannelClosedException: Channel "hudson.remoting.Channel@5c1:linux-agent-4": Remote call on linux-agent-4 failed. The channel is closing down or has closed down
[Pipeline] }
Finished: FAILURE""")
w("jk-no-agent", "CI", JK, "configuration", "config", "There are no nodes with the label", """
[Pipeline] node
Still waiting to schedule task
There are no nodes with the label ‘arm-large’
Cancelling nested steps due to timeout
Finished: ABORTED""", ("infrastructure-runner", None, "retry"))
w("jk-groovy", "CI", JK, "configuration", "config", "No such DSL method", """
[Pipeline] stage
[Pipeline] { (Deploy)
java.lang.NoSuchMethodError: No such DSL method 'deployToStaging' found among steps [archiveArtifacts, bat, build, catchError, checkout]
	at org.jenkinsci.plugins.workflow.cps.DSL.invokeMethod(DSL.java:219)
Finished: FAILURE""", ("compile-error", None, "escalate"))
w("jk-credentials", "CI", JK, "configuration", "config", "Could not find credentials entry", """
[Pipeline] withCredentials
[Pipeline] // withCredentials
ERROR: Could not find credentials entry with ID 'shop-registry-token'
Finished: FAILURE""", ("auth-or-permission", None, "escalate"))
w("travis-silent", "CI", "Travis", "resource-cpu-timeout", "resource", "No output has been received", """
$ mvn -B verify
[INFO] Running shop.ImportIT

No output has been received in the last 10m0s, this potentially indicates a stalled build or something wrong with the build itself.
Check the details on how to adjust your build configuration on: https://docs.travis-ci.com/user/common-build-problems/

The build has been terminated""", ("infrastructure-runner", "terminated", "retry"))
w("circle-oom", "CI", "CircleCI", "resource-memory", "resource", "Received \"killed\" signal", """
#!/bin/bash -eo pipefail
npm run build
Creating an optimized production build ...
/bin/bash: line 1:   213 Killed                  npm run build

Exited with code exit status 137
CircleCI received exit code 137. Received "killed" signal, the process may have run out of memory""", (None, "Killed|137", None))
w("aws-expired", "CI", "aws CLI 2", "auth-or-permission", "escalate", "ExpiredToken", """
+ aws s3 sync dist s3://shop-web-staging --delete
fatal error: An error occurred (ExpiredToken) when calling the ListObjectsV2 operation: The provided token has expired.""", ("deployment", None, "retry"))
w("aws-nobucket", "CI", "aws CLI 2", "deployment", "config", "NoSuchBucket", """
+ aws s3 cp report.html s3://shop-reports-stagin/2026/
upload failed: ./report.html to s3://shop-reports-stagin/2026/report.html An error occurred (NoSuchBucket) when calling the PutObject operation: The specified bucket does not exist""", ("configuration", None, None))
w("ecs-stable", "CI", "aws CLI 2", "deployment", "rollback", "Max attempts exceeded", """
+ aws ecs wait services-stable --cluster shop --services ledger

Waiter ServicesStable failed: Max attempts exceeded
exit status 255""", ("resource-cpu-timeout", None, "retry"))
w("gcloud-permission", "CI", "gcloud", "auth-or-permission", "escalate", "PERMISSION_DENIED", """
Deploying container to Cloud Run service [ledger] in project [shop-staging] region [europe-west3]
Deployment failed
ERROR: (gcloud.run.deploy) PERMISSION_DENIED: Permission 'run.services.get' denied on resource 'namespaces/shop-staging/services/ledger' (or resource may not exist).""", ("deployment", None, "config"))
w("cloudrun-start", "CI", "gcloud", "deployment", "rollback", "failed to start and listen", """
Creating Revision..................failed
Deployment failed
ERROR: (gcloud.run.deploy) Revision 'ledger-00042-xyz' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.""", ("configuration", None, "config"))
w("azure-login", "CI", "az CLI", "auth-or-permission", "config", "Please run 'az login'", """
+ az webapp deploy --name shop-web --resource-group shop --src-path dist.zip
ERROR: Please run 'az login' to setup account.""", ("deployment", None, "escalate"))
w("flyctl", "CI", "heroku CLI", "deployment", "rollback", "Release command failed", """
remote: Verifying deploy... done.
Running release command...
rake aborted!
PG::UndefinedColumn: ERROR:  column "discount" does not exist
 !     Release command failed: check logs for more information""".replace("PG::UndefinedColumn: ERROR:  column", "PG::UndefinedColumn: column"), (None, "PG::UndefinedColumn", "escalate"))
# --- flaky tests and scanners
w("flaky-jest", "node", "jest 29 with retryTimes", "flaky-test", "retry", "flaky", """
 PASS  src/cart.test.js
 RETRY 1 src/sync.test.js › keeps the order of events
 PASS  src/sync.test.js
flaky: src/sync.test.js › keeps the order of events passed after 1 retry
Error: 1 flaky test found, failing because --fail-on-flaky is set""", ("test-failure", "^Error: 1 flaky", "escalate"))
w("playwright-flaky", "node", "playwright 1.47", "flaky-test", "retry", "flaky", """
  ✘  1 [chromium] › checkout.spec.ts:12:5 › pays with voucher (31.2s)
  ✓  2 [chromium] › checkout.spec.ts:12:5 › pays with voucher (retry #1) (4.1s)

  1 flaky
    [chromium] › checkout.spec.ts:12:5 › pays with voucher
  18 passed (1.2m)
Error: flaky tests are not allowed (--fail-on-flaky-tests)""", ("test-failure", "✘", "escalate"))
w("gradle-flaky", "java", "gradle test-retry", "flaky-test", "retry", "FAILED", """
> Task :test
SyncTest > deliversInOrder() FAILED
    org.opentest4j.AssertionFailedError at SyncTest.java:31
SyncTest > deliversInOrder() PASSED
41 tests completed, 1 failed, 1 flaky
> Task :failOnFlaky FAILED""", (None, "1 flaky", None))
w("surefire-flakes", "java", "maven-surefire 3", "flaky-test", "retry", r"shop.SyncTest.deliversInOrder", """
[WARNING] Flakes:
[WARNING] shop.SyncTest.deliversInOrder
[ERROR]   Run 1: SyncTest.deliversInOrder:31 expected: <2> but was: <3>
[INFO]   Run 2: PASS
[INFO]
[ERROR] Tests run: 41, Failures: 0, Errors: 0, Skipped: 0, Flakes: 1
[ERROR] There are flakes and failOnFlakeCount has been exceeded""", (None, "Run 1|Flakes", None))
w("pytest-rerun", "python", "pytest-rerunfailures", "flaky-test", "retry", "RERUN|flaky", """
tests/test_sync.py::test_order RERUN                                     [ 50%]
tests/test_sync.py::test_order RERUN                                     [ 50%]
tests/test_sync.py::test_order PASSED                                    [ 50%]
tests/test_cart.py::test_total PASSED                                    [100%]
================= 2 passed, 2 rerun in 3.11s =================
ci-guard: test_order is flaky on this commit, see the quarantine list; job fails""", (None, "^ci-guard", None))
w("npm-audit", "node", "npm audit", "security-finding", "dependency", r"Severity: critical|critical", """
# npm audit report

tallyjs  <2.3.2
Severity: critical
Prototype pollution in tallyjs - https://advisories.shop.example/SHOP-2099-7
fix available via `npm audit fix`
node_modules/tallyjs

1 critical severity vulnerability
Error: Process completed with exit code 1.""", (None, "1 critical|Prototype", "escalate"))
w("pip-audit", "python", "pip-audit", "security-finding", "dependency", "Found 1 known vulnerability", """
Found 1 known vulnerability in 1 package
Name    Version ID              Fix Versions
------- ------- --------------- ------------
coinage 1.8.0   SHOP-2099-0014  1.8.3
##[error]Process completed with exit code 1.""", (None, "SHOP-2099", "escalate"))
w("cargo-audit", "rust", "cargo-audit", "security-finding", "dependency", "vulnerability found|vulnerabilit", """
    Fetching advisory database
    Scanning Cargo.lock for vulnerabilities (113 crate dependencies)
Crate:     tallyrs
Version:   0.3.1
Title:     Out-of-bounds read in parse_rate
ID:        SHOPSEC-2099-0003
Solution:  Upgrade to >=0.3.2
error: 1 vulnerability found!""", (None, "^error: |Title", "escalate"))
w("cargo-deny", "rust", "cargo-deny", "security-finding", "config", "error\\[rejected\\]", """
error[rejected]: failed to satisfy license requirements
   ┌─ tallyrs 0.4.0:4:12
   │
 4 │ license = "BUSL-1.1"
   │            ^^^^^^^^ rejected: license is not explicitly allowed
advisories ok, bans ok, licenses FAILED, sources ok""", (None, "licenses FAILED|rejected:", "escalate"))
w("gitleaks", "git", "gitleaks 8", "security-finding", "escalate", "leaks found", """
    ○
    │╲
    │ ○
    ○ ░
    ░    gitleaks

9:14AM INF 212 commits scanned.
9:14AM INF scan completed in 1.31s
9:14AM WRN leaks found: 2""")
w("codeql", "CI", "code scanning", "security-finding", "escalate", "alert", """
Interpreting results.
js/sql-injection: 1 result
Code scanning results / CodeQL: 1 new alert including 1 high severity security vulnerability
##[error]Code scanning found 1 new alert with severity high or higher""", (None, "new alert", None))
# --- unknown
w("only-exit", "CI", GH, "unknown", "escalate", "exit code 1", """
Run ./scripts/verify.sh
  ./scripts/verify.sh
  shell: /usr/bin/bash -e {0}
Verifying checksums of 14 files
Verifying manifest
Error: Process completed with exit code 1.""", (None, None, "retry"))
w("only-make", "shell", "make 4.3", "unknown", "escalate", r"make: \*\*\*", """
./tools/pack --quiet
make: *** [Makefile:44: dist] Error 2""", (None, None, "retry"))
w("gl-exit", "CI", GL, "unknown", "escalate", "ERROR: Job failed", """
Executing "step_script" stage of the job script
$ ./ci/verify.sh
checking 18 modules
Cleaning up project directory and file based variables
ERROR: Job failed: exit code 3""", (None, None, "retry"))
w("jk-exit", "CI", JK, "unknown", "escalate", "script returned exit code 1", """
[Pipeline] sh
+ ./build.sh --quiet
[Pipeline] }
[Pipeline] // stage
ERROR: script returned exit code 1
Finished: FAILURE""", (None, None, "retry"))

# --- healthy
def n(id, eco, tool, text): written(eco + "-ok-w-" + id, eco, tool, "none", "none", text, None)


n("buildx", "docker", BX, """
#5 [2/5] RUN apt-get update && apt-get install -y libgpg-error0
#5 2.101 debconf: delaying package configuration, since apt-utils is not installed
#5 2.700 Setting up libgpg-error0 (1.46-1) ...
#5 DONE 3.1s
#6 [3/5] COPY errors/ /app/errors/
#6 CACHED
#9 exporting to image
#9 naming to registry.shop.example/team/ledger:ci done
#9 DONE 0.4s""")
n("compose", "docker", DC, """
 Container ledger-db-1  Healthy
 Container ledger-api-1  Started
api-1  | ERROR: connection to server at "db", port 5432 failed: Connection refused (attempt 1/10)
api-1  | connected on attempt 2
api-1  | GET /healthz 200
Aborting on container exit...
tests-1 exited with code 0""")
n("rollout", "kubernetes", "kubectl", """
deployment.apps/error-pages configured
Waiting for deployment "error-pages" rollout to finish: 1 old replicas are pending termination...
Warning: spec.template.metadata.annotations: deprecated since v1.19
deployment "error-pages" successfully rolled out""")
n("helm", "kubernetes", HELM, """
==> Linting ./chart
[WARNING] templates/ingress.yaml: networking v1beta1 is deprecated
1 chart(s) linted, 0 chart(s) failed
Release "failover" has been upgraded. Happy Helming!
STATUS: deployed""")
n("dotnet", "dotnet", "dotnet test 8", """
/src/Shop/ErrorHandler.cs(7,13): warning CS0168: The variable 'error' is declared but never used [/src/Shop/Shop.csproj]
Build succeeded.
    1 Warning(s)
    0 Error(s)
  Passed Shop.Tests.ErrorTests.ThrowsWhenPaymentFailed [3 ms]
Passed!  - Failed:     0, Passed:    42, Skipped:     1, Total:    43, Duration: 1 s - Shop.Tests.dll (net8.0)""")
n("gl", "CI", GL, """
$ make test || make test
not ok 3 - upstream timeout
retrying once
ok 3 - upstream timeout
$ ./cleanup.sh || true
rm: cannot remove 'build/tmp': No such file or directory
Uploading artifacts for successful job
WARNING: junit.xml: no matching files. Ensure that the artifact path is relative to the working directory
Job succeeded""")
n("jk", "CI", JK, """
[Pipeline] { (Error handling tests)
+ pytest -q tests/errors
14 passed, 2 xfailed in 3.02s
[Pipeline] catchError
[Pipeline] }
Finished: SUCCESS""")
n("gh-cache", "CI", GH, """
Run actions/cache@v4
Cache not found for input keys: linux-error-index-9f1c
Warning: Failed to save: Unable to reserve cache with key linux-error-index-9f1c, another job may be creating this cache.
Post job cleanup.
Cleaning up orphan processes""")
n("npm-audit-moderate", "node", "npm audit", """
$ npm audit --audit-level=high
# npm audit report

tallyjs  <2.3.2
Severity: moderate
Denial of service in tallyjs - https://advisories.shop.example/SHOP-2099-9
fix available via `npm audit fix`

1 moderate severity vulnerability
audit exited with 0, nothing at level high or above
Job succeeded""")
n("trivy", "docker", "trivy", """
2026-03-11T09:00:00Z INFO Detecting Debian vulnerabilities...
registry.shop.example/team/ledger:main (debian 12.5)
Total: 0 (HIGH: 0, CRITICAL: 0)
scan finished: no error-level findings""")
n("tf-drift", "terraform", "terraform aws provider", """
aws_cloudwatch_metric_alarm.errors_5xx: Refreshing state... [id=shop-errors-5xx]
No changes. Your infrastructure matches the configuration.
Warning: Argument is deprecated: use failover_routing_policy
Apply complete! Resources: 0 added, 0 changed, 0 destroyed.""")
n("oom-test", "kubernetes", "kubectl", """
NAME                 COMPLETIONS   DURATION   AGE
oomkill-drill        1/1           14s        2m
chaos: pod ledger-2 was OOMKilled on purpose, restarted in 3 s
drill passed: service error rate stayed at 0.0 %
job.batch "oomkill-drill" deleted""")
