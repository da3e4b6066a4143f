//! Terraform, OpenTofu, Pulumi and Ansible.

use plugin_sdk::prelude::*;

use super::rule;

const fn terraform(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).ecosystem("terraform")
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    terraform("terraform.state-locked", "port-or-concurrency-conflict")
        .pattern(r"Error: Error (?:acquiring|locking) (?:the )?state|Error acquiring the state lock|Error locking state: |state blob is already locked|the stack is currently locked by|ConditionalCheckFailedException: The conditional request failed")
        .confidence(0.95)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "escalate"])
        .matches("│ Error: Error acquiring the state lock")
        .matches("error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file")
        .ignores("Acquiring state lock. This may take a few moments..."),
    terraform("terraform.provider", "dependency-missing")
        .pattern(r"Error: Failed to (?:query available provider packages|install provider|resolve provider packages)|Could not retrieve the list of available versions for provider|no available releases match the given constraints|provider registry \S+ does not have a provider named|Error: Inconsistent dependency lock file|does not match any of the checksums recorded in the dependency lock file|Error: Required plugins are not installed|(?:^|[│|] )Error: Module (?:not installed|not found)|Error: Failed to download module|Error: Unreadable module directory|Error: Missing required provider|Module version requirements have changed|locked provider \S+ \S+ does not match configured version constraint")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "retry", "escalate"])
        .matches("│ Error: Failed to query available provider packages")
        .matches("│ Error: Inconsistent dependency lock file")
        .matches("│ Error: Module not installed")
        .ignores("ERROR in Entry module not found: Error: Can't resolve './widget.js' in '/src/app'")
        .ignores("Module not found: Error: Module not found in the archive")
        .ignores("- Installed acme/widget v1.2.3 (signed by a partner)"),
    terraform("terraform.version", "toolchain-missing-or-version")
        .pattern(r"Error: Unsupported (?:Terraform Core|OpenTofu Core|Terraform) version|This configuration does not support (?:Terraform|OpenTofu) version (?P<version>\S+?)\.|required_version|state snapshot was created by (?:Terraform|OpenTofu) v(?P<wanted>[\d.]+)|Provider \S+ v\S+ does not have a package available for your current platform|Unsupported protocol version")
        .unless(r"^\s+required_version =")
        .confidence(0.94)
        .strategies(&["alternative", "config"])
        .matches("│ Error: Unsupported Terraform Core version")
        .matches("This configuration does not support Terraform version 1.3.9. To proceed, either choose another supported Terraform version or update this version constraint.")
        .ignores("Terraform v1.9.0"),
    terraform("terraform.configuration", "configuration")
        .pattern(r"Error: (?:Unsupported (?:argument|block type|attribute|operator)|Missing required argument$|Reference to undeclared|Invalid (?:provider configuration|reference|value for|template|index|function argument|for_each argument|count argument|combination|resource type|expression|character|multi-line string|backend|default value|attribute name|legacy provider address)|Backend (?:initialization required|configuration changed|configuration block has changed)|No value for required variable|Duplicate (?:resource|variable|provider|module|output)|Argument or block definition required|Conflicting configuration arguments|Variables not allowed|Extra characters|Incorrect attribute value type|Cycle: |Unclosed configuration block|Unterminated template|Terraform Cloud|Initialization required|No configuration files|Provider configuration not present|Missing resource instance key|Call to unknown function|Error in function call|Attribute redefined|\w+: required field is not set|Could not load backend)|Error: Plugin did not respond|Error: Provider produced inconsistent|var\.(?P<variable>\w+)$|ERROR! (?:the (?:playbook|role)|couldn't resolve module|Syntax Error|no action detected|Unexpected Exception)|error: (?:Missing required configuration variable|no stack selected|program failed with an unhandled exception)")
        .confidence(0.9)
        .strategies(&["config", "escalate"])
        .matches("│ Error: Reference to undeclared input variable")
        .matches("│ Error: No value for required variable")
        .matches("Error: Backend initialization required, please run \"terraform init\"")
        .matches("ERROR! couldn't resolve module/action 'acme.widget'. This often indicates a misspelling, missing collection, or incorrect module path.")
        .ignores("Success! The configuration is valid."),
    terraform("terraform.expression", "configuration")
        .pattern(r"Error: (?:Inconsistent conditional result types|Unsuitable value type|Invalid operand|Attempt to (?:index null value|get attribute from null value)|Unbalanced parentheses|Missing (?:newline|item separator|attribute|key/value separator)|Module dependencies? cycle|Self-referential block)")
        .strategies(&["config", "escalate"])
        .matches("│ Error: Inconsistent conditional result types")
        .matches("│ Error: Attempt to get attribute from null value")
        .ignores("Success! The configuration is valid."),
    terraform("terraform.refused", "deployment")
        .pattern(r"Error: (?:Saved plan (?:is stale|does not match the given state)|Resource (?:pre|post)condition failed|Module output value precondition failed|Instance cannot be destroyed|(?:local-exec|remote-exec|file) provisioner error|(?:Can't|Cannot) (?:apply|destroy) |state data in S3 does not have the expected content|timeout while waiting for (?:state to become|resource to be gone)|unexpected state ')")
        .strategies(&["escalate", "rollback", "retry"])
        .matches("│ Error: Saved plan is stale")
        .matches("│ Error: Resource precondition failed")
        .matches("│ Error: Instance cannot be destroyed")
        .matches("│ Error: local-exec provisioner error")
        .matches("│ Error: timeout while waiting for state to become 'ACTIVE' (last state: 'CREATING', timeout: 10m0s)")
        .ignores("Warning: Check block assertion failed")
        .ignores("widget_instance.main: Destruction complete after 1s"),
    terraform("terraform.credentials", "auth-or-permission")
        .pattern(r"Error: (?:No valid credential sources found|configuring Terraform AWS Provider|error configuring (?:S3 Backend|Terraform AWS Provider)|Invalid provider configuration.*credentials|building (?:AzureRM Client|account)|Failed to get existing workspaces|failed to refresh cached credentials|Attempted to load application default credentials|Required token could not be found|unauthorized|Error refreshing state: AccessDenied)|no EC2 IMDS role found|could not find default credentials|Error building ARM Config|googleapi: Error 40[13]|Authorization(?:Failed|_RequestDenied)|does not have authorization to perform action|Azure CLI authorization")
        .confidence(0.93)
        .strategies(&["escalate", "config"])
        .matches("│ Error: No valid credential sources found")
        .matches("│ Error: Error creating Widget: googleapi: Error 403: Permission 'widgets.create' denied on resource, forbidden")
        .ignores("Success! The configuration is valid."),
    terraform("terraform.format", "lint-or-format")
        .pattern(r"[Tt]erraform fmt .*(?:failed|needed)|^(?:[1-9]\d*) issue\(s\) found:$|^(?:Warning|Error|Notice): .*\((?:terraform_\w+|aws_\w+)\)$")
        .unless(r"^(?:Warning|Notice)")
        .confidence(0.7)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "escalate"])
        .matches("1 issue(s) found:")
        .matches("Error: Missing version constraint for provider \"widget\" in `required_providers` (terraform_required_providers)")
        .ignores("Success! The configuration is valid."),
    terraform("terraform.apply", "deployment")
        .pattern(r"^(?:│ ?|╷ ?)?(?:\x1b\[\d+m)?Error: (?:[Ee]rror )?(?:creating|updating|deleting|reading|waiting for|modifying|importing|putting|attaching|setting|registering|launching|getting|listing|applying|saving state|Error (?:creating|updating|deleting|waiting))|: error: (?:\d+ error occurred|update failed|deleting|creating)|error: update failed|^fatal: \[(?P<host>[^\]]+)\]: (?:FAILED|UNREACHABLE)!|^PLAY RECAP.*failed=[1-9]|failed=[1-9]\d* +skipped|^\s+\* (?:error|Error) (?:creating|updating)|ResourceExistenceCheck|InvalidParameterValue: |googleapi: Error (?:400|404|409|412)|StatusCode=(?:400|409) ")
        .unless(r"googleapi: Error 40[13]|AccessDenied|state lock")
        .confidence(0.87)
        .strategies(&["escalate", "rollback", "retry"])
        .matches("│ Error: creating Widget (w-1): operation error")
        .matches("Error: error waiting for Widget (w-1) to become available: timeout while waiting for state to become 'available'")
        .matches("fatal: [app.example]: FAILED! => {\"changed\": false, \"msg\": \"spin not found\"}")
        .ignores("Apply complete! Resources: 1 added, 0 changed, 0 destroyed."),
];
