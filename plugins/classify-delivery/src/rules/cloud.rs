//! Command lines of clouds and hosting services.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("cloud.denied", "auth-or-permission")
        .pattern(r"An error occurred \((?P<code>AccessDenied\w*|UnauthorizedOperation|UnrecognizedClientException|InvalidClientTokenId|ExpiredToken\w*|SignatureDoesNotMatch|AuthFailure|InvalidAccessKeyId|AccessDeniedException|InvalidIdentityToken|403|Forbidden|InvalidSignatureException)\) when calling|Unable to locate credentials\b|The security token included in the request is (?:expired|invalid)|is not authorized to perform: (?P<name>\S+)|ERROR: \(gcloud\.\S+\) (?:PERMISSION_DENIED|There was a problem refreshing|You do not currently have an active account|User \[\S+\] does not have permission|HTTPError 403)|ERROR: (?:AADSTS\d+|Please run 'az login'|The client '[^']+' .*does not have authorization)|\(AuthorizationFailed\)|google-github-actions/auth failed|failed to generate Google Cloud federated token|iam\.serviceAccounts\.\w+|Caller does not have (?:required )?permission|No subscription found\. Run 'az account set'|Login failed with Error:|Authentication error \[code: 10000\]|Error: (?:No existing credentials found|Not authorized|Unauthorized|Invalid API key|Invalid token)\b.*|In a non-interactive environment, it's necessary to set a (?P<variable>\w+)|Failed to authenticate, have you run firebase login|Error: HTTP Error: 40[13]|Failed to get Firebase project|Error: The specified token is not valid|Invalid credentials provided|heroku.*Invalid credentials|sts:AssumeRole|The role defined for the function cannot be assumed|InvalidCredentialsException|Access key does not exist")
        .confidence(0.93)
        .specificity(80)
        .strategies(&["escalate", "config"])
        .matches("An error occurred (AccessDenied) when calling the PutObject operation: Access Denied")
        .matches("Unable to locate credentials. You can configure credentials by running \"aws configure\".")
        .matches("ERROR: (gcloud.run.deploy) PERMISSION_DENIED: Permission 'run.services.get' denied on resource")
        .matches("ERROR: AADSTS700016: Application with identifier '0123' was not found in the directory 'acme'.")
        .matches("Error: Failed to authenticate, have you run firebase login?")
        .ignores("upload: dist/index.html to s3://widget/index.html"),
    rule("cloud.throttled", "rate-limit")
        .pattern(r"An error occurred \((?:Throttling\w*|RequestLimitExceeded|TooManyRequestsException|SlowDown|RequestThrottled|ProvisionedThroughputExceededException|LimitExceededException)\) when calling|RESOURCE_EXHAUSTED: |Rate exceeded$|(?:Quota|quota) exceeded for (?:quota )?(?:metric|group)|RATE_LIMIT_EXCEEDED|Throttling: Rate exceeded|QuotaExceeded|exceeds? (?:the )?(?:approved )?.*[Qq]uota|(?:\w+LimitExceeded|LimitExceeded): ")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "config", "escalate"])
        .matches("An error occurred (ThrottlingException) when calling the UpdateStack operation (reached max retries: 2): Rate exceeded")
        .matches("ERROR: (gcloud.builds.submit) RESOURCE_EXHAUSTED: Quota exceeded for quota metric 'Build requests'")
        .ignores("upload: dist/index.html to s3://widget/index.html"),
    rule("cloud.deploy-failed", "deployment")
        .pattern(r"(?:UPDATE|CREATE|DELETE|IMPORT)_(?:ROLLBACK_)?(?:FAILED|ROLLBACK_COMPLETE|ROLLBACK_IN_PROGRESS)\b|\bROLLBACK_(?:COMPLETE|FAILED|IN_PROGRESS)\b|Failed to create/update the stack|is in \S*ROLLBACK\S* state and can ?not be updated|No changes to deploy\. Stack \S+ is up to date|Waiter \w+ failed: |❌ +(?:\S+ )?(?:Deployment )?failed|❌ Deployment failed|(?:ECS|ecs) .*(?:service|deployment) .*(?:failed to stabilize|did not stabilize|circuit breaker)|An error occurred \(\w+\) when calling the \w+ operation|ERROR: \(gcloud\.(?:run|app|functions|builds)\S*\) |Cloud Run error: |Revision '[^']+' is not ready|The user-provided container failed to start and listen on the port|Error Response: \[\d+\]|Deployment (?:failed|terminated|to \S+ failed)|deployment (?:failed|was aborted)")
        .unless(r"AccessDenied|Unauthorized|Throttl|ExpiredToken|InvalidClientTokenId|PERMISSION_DENIED|RESOURCE_EXHAUSTED|SlowDown|LimitExceeded|SignatureDoesNotMatch|active account|40[13]|(?i:assert|expected)|AlreadyExists|InvalidIdentityToken|AuthFailure|InvalidAccessKeyId|UnrecognizedClient|OptInRequired|(?i:failed:? 0\b)")
        .confidence(0.86)
        .strategies(&["rollback", "config", "retry"])
        .matches("Failed to create/update the stack. Run the following command to fetch the list of events leading up to the failure")
        .matches("12:01:02 | UPDATE_ROLLBACK_COMPLETE | AWS::CloudFormation::Stack | widget")
        .matches("ERROR: (gcloud.run.deploy) Revision 'widget-00012' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port")
        .matches("An error occurred (ValidationError) when calling the CreateChangeSet operation: Template format error")
        .ignores("Deployment failed 0 times in the last 30 days")
        .ignores("upload: dist/index.html to s3://widget/index.html"),
    rule("hosting.deploy-failed", "deployment")
        .pattern(r"[Rr]elease command failed|(?:smoke checks|health checks?) .*(?:failed|timed? ?out)|failed to (?:deploy|update) (?:machine|app)|Push rejected, failed to compile|Failed during stage '(?P<target>[^']+)'|Deploy (?:did not succeed|failed|directory '\S+' does not exist)|Error: (?:There was an error deploying|Failed to (?:publish|deploy)|HTTP Error: (?:400|404|409|5\d\d))|Functions deploy had errors|Error:? Package deployment|Failed to deploy web package|✘ \[ERROR\] A request to the Cloudflare API|The CloudFormation template is invalid")
        .unless(r"(?i:unauthorized|forbidden|assert|expected)|40[13]")
        .confidence(0.84)
        .strategies(&["rollback", "config", "retry"])
        .matches("Failed during stage 'deploying site': Deploy did not succeed: Deploy directory 'public' does not exist")
        .matches("remote:  !     Push rejected, failed to compile Node.js app.")
        .matches("Error: There was an error deploying functions")
        .ignores("Deploy is live!"),
    rule("cloud.missing-setting", "configuration")
        .pattern(r"You must specify a region|The config profile \((?P<name>[^)]+)\) could not be found|No project active, but|ERROR: \(gcloud\S*\) (?:The required property \[(?P<option>\w+)\]|unrecognized arguments|argument )|Input required and not supplied: (?P<variable>aws-region|project_id|creds)|az: error: |aws: error: |Error: Missing required (?:flag|argument|option)|Could not find a config file .*wrangler|Error: Not in a Firebase app directory|the (?:GitHub Action workflow|workflow) must specify exactly one of|Error: app .* not found")
        .confidence(0.88)
        .strategies(&["config", "escalate"])
        .matches("You must specify a region. You can also configure your region by running \"aws configure\".")
        .matches("Error: Not in a Firebase app directory (could not locate firebase.json)")
        .ignores("upload: dist/index.html to s3://widget/index.html"),
    rule("cloud.busy", "port-or-concurrency-conflict")
        .pattern(r"OperationAborted: |An error occurred \((?:ResourceConflictException|OperationInProgressException|ConcurrentModificationException|ResourceInUseException|AlreadyExists\w*|ResourceAlreadyExists\w*|BucketAlreadyExists|BucketAlreadyOwnedByYou|EntityAlreadyExists)\)|is in UPDATE_IN_PROGRESS state and can ?not be updated|Another deployment is in progress|There is already a deployment in progress|unable to queue the operation|Cannot modify this (?:site|resource) because another operation is in progress|Conflict \(409\)\. Deployment in progress|deployment in progress: ")
        .confidence(0.92)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("An error occurred (ResourceConflictException) when calling the UpdateFunctionCode operation: The operation cannot be performed at this time. An update is in progress")
        .matches("Stack:arn:aws:cloudformation is in UPDATE_IN_PROGRESS state and can not be updated.")
        .ignores("upload: dist/index.html to s3://widget/index.html"),
];
