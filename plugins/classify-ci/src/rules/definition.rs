//! Definitions that a CI service refuses.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("ci.definition", "configuration")
        .pattern(
            r"\(Line: \d+, Col: \d+\): |Unexpected value '(?P<option>[^']*)'|Required property is missing: (?P<name>\S+)|Input required and not supplied: (?P<variable>\S+)|Parameter \S+ or opts\.auth is required|Invalid workflow file|workflow is not valid|Unrecognized (?:named-value|function): '|Unexpected symbol: '|Unable to resolve action|Can't find 'action\.ya?ml'|[Cc]ould not find action|Unable to process file command '\w+'|Invalid (?:format|value) '|The template is not valid|Missing download info for actions|Context access might be invalid|The `?(?:set-env|add-path|save-state|set-output)`? command is (?:disabled|deprecated and will be)|Unable to process command '::|action could not be found at the URI|You have an error in your yaml syntax|No event triggers defined|A mapping was not expected|The workflow must contain at least one job|Job '\S+' depends on (?:unknown job|job)|error parsing called workflow|Unexpected input\(s\) .* valid inputs|Invalid shell option|automatically failed because it uses a deprecated version|This request has been automatically failed|The job was not started because (?:recent account payments|your account)|Can't find any online and idle self-hosted runner|No runner matching the specified labels|is not allowed to be used in|are not allowed in \S+ because all actions must be|not allowed by the organization|repository access is blocked|Container operations are only supported on Linux runners|Container action is only supported on Linux|fromJSON.*(?:Error|unexpected)|Error parsing fromJson",
        )
        .unless(r"(?i)^warning|DeprecationWarning|npm warn|has been deprecated and |Node\.js \d+ actions are deprecated|^\[(?:info|debug)\]")
        .confidence(0.92)
        .strategies(&["config", "escalate"])
        .matches("(Line: 11, Col: 3): Unexpected value 'widgets'")
        .matches("Error: Input required and not supplied: token")
        .matches("Unable to resolve action `acme/widget@v9`, unable to find version `v9`")
        .matches("##[error]Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '/opt/work/app/.ci/spin'. Did you forget to run actions/checkout before running your local action?")
        .matches("Error: Unable to process file command 'output' successfully.")
        .matches("Error: This request has been automatically failed because it uses a deprecated version of `acme/upload: v3`.")
        .ignores("npm warn deprecated widget@1.0.0: this is deprecated"),
    rule("ci.gitlab-definition", "configuration")
        .pattern(r"This GitLab CI configuration is invalid|jobs:\S+ (?:config|script|needs|dependencies|rules)|jobs config should contain|Unable to create pipeline|undefined (?:need|dependency): (?P<name>\S+)|chosen stage .* does not exist|Local file `(?P<file>[^`]+)` does not exist|ERROR: Job failed: (?:invalid|unknown) |is not allowed in .*include|Project `[^`]+` not found or access denied")
        .confidence(0.92)
        .strategies(&["config", "escalate"])
        .matches("jobs:spin config should implement a script: or a trigger: keyword")
        .matches("Local file `ci/spin.yml` does not exist!")
        .ignores("Pipeline created"),
    rule("ci.jenkins-definition", "configuration")
        .pattern(r"WorkflowScript: \d+: |No such DSL method '(?P<option>\w+)'|MultipleCompilationErrorsException|No such (?:property|library resource|step): |Could not find credentials entry with ID '(?P<variable>[^']+)'|ERROR: Could not find credentials|Unable to find Jenkinsfile|RejectedAccessException: |Scripts not permitted to use|Tool type .* does not have an install of|ERROR: Library \S+ expected|ERROR: Version \S+ not found for library")
        .confidence(0.92)
        .strategies(&["config", "escalate"])
        .matches("WorkflowScript: 12: expecting '}', found '' @ line 12, column 1.")
        .matches("java.lang.NoSuchMethodError: No such DSL method 'spin' found among steps [archive, bat, build]")
        .matches("ERROR: Could not find credentials entry with ID 'widget-token'")
        .ignores("Pipeline created"),
    rule("ci.yaml", "configuration")
        .pattern(r"did not find expected (?:key|node content|'-' indicator|alphabetic)|mapping values are not allowed (?:in this context|here)|could not find expected ':'|found character (?:'\\t' )?that cannot start any token|found duplicate key|duplicated mapping key|A sequence was not expected|Config file not found|Configuration errors?: |does not conform to schema|ERROR IN CONFIG FILE|Error calling workflow: |Cannot find (?:a definition for command|orb)|Build config file had errors|Error parsing config file|Input required: (?P<target>\S+)|Unable to locate executable file: (?P<tool>[\w.-]+)|The pipeline is not valid|Could not find a pool with name|fatal: pipeline (?:parsing|upload) of")
        .unless(r"kubectl|helm|[Dd]ocker|compose")
        .confidence(0.88)
        .strategies(&["config", "escalate"])
        .matches("Error: mapping values are not allowed in this context at line 3 column 12")
        .matches("##[error]The pipeline is not valid. Job spin: Step SpinTask references task Spin at version '9' which is not available.")
        .matches("Error: Unable to locate executable file: spin. Please verify either the file path exists or the file can be found within a directory specified by the PATH environment variable.")
        .ignores("Pipeline created"),
];
