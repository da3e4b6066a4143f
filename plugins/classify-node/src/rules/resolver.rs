//! npm, pnpm and Yarn cannot find versions that fit together.

use plugin_sdk::prelude::*;

use super::rule;

/// Peer requirements that cannot hold together; the lines below name them.
pub const ERESOLVE: &str = "node.eresolve";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule(ERESOLVE, "dependency-conflict")
        .pattern(
            r"\bERESOLVE (?:unable to resolve|could not resolve)",
        )
        .unless(r"(?i)npm warn")
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .asks_plugin()
        .block("npm-error")
        .matches("npm ERR! ERESOLVE unable to resolve dependency tree")
        .matches("npm error ERESOLVE could not resolve")
        .ignores("npm WARN ERESOLVE overriding peer dependency")
        .ignores("npm WARN deprecated widget@1.0.6: no longer supported"),
    rule("node.eresolve-code", "dependency-conflict")
        .pattern(r"^npm (?:ERR!|error) code ERESOLVE")
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("npm-error")
        .matches("npm ERR! code ERESOLVE")
        .ignores("npm ERR! code E404"),
    rule("node.eresolve-warned", "dependency-conflict")
        .pattern(r"(?i)npm warn ERESOLVE overriding peer dependency|^warning .*(?:has (?:incorrect|unmet) peer dependency)|✕ unmet peer ")
        .severity("warning")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("npm WARN ERESOLVE overriding peer dependency")
        .matches("warning \" > widget@1.2.3\" has unmet peer dependency \"frame@^2\".")
        .ignores("npm ERR! ERESOLVE unable to resolve dependency tree"),
    rule("node.peer-conflict", "dependency-conflict")
        .pattern(r"ERR_PNPM_PEER_DEP_ISSUES|YN0060: .*(?:doesn't satisfy|provides)|YN0002: .*doesn't provide")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches(" ERR_PNPM_PEER_DEP_ISSUES  Unmet peer dependencies")
        .matches("➤ YN0002: │ widget@npm:1.2.3 doesn't provide frame, requested by gadget")
        .ignores("➤ YN0000: Done in 2s"),
    rule("node.eoverride", "dependency-conflict")
        .pattern(r"npm (?:ERR!|error) (?:code EOVERRIDE|Override for (?P<package>\S+) conflicts with direct dependency)")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("npm ERR! Override for widget@^1.0.0 conflicts with direct dependency")
        .ignores("npm WARN overriding peer dependency"),
    rule("node.etarget", "dependency-missing")
        .pattern(
            r"No matching version found for (?P<package>@?[^@\s]+)@(?P<version>[^\s.][^\s]*?)\.?(?:$|\s)|Couldn't find any versions for .(?P<name>@?[^@\s]+?). that matches .(?P<wanted>[^\s]+?).(?:$|\s)|notarget a package version that doesn't exist",
        )
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("npm-error")
        .matches("npm ERR! notarget No matching version found for widget@^99.0.0.")
        .matches("npm error notarget No matching version found for @acme/widget@99.")
        .matches(" ERR_PNPM_NO_MATCHING_VERSION  No matching version found for widget@99.0.0")
        .matches("error Couldn't find any versions for \"widget\" that matches \"^99.0.0\"")
        .ignores("npm ERR! code E404"),
    rule("node.etarget-code", "dependency-missing")
        .pattern(r"^npm (?:ERR!|error) code ETARGET|YN0082: .*No candidates found")
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("npm-error")
        .matches("npm ERR! code ETARGET")
        .matches("➤ YN0082: │ widget@npm:^99.0.0: No candidates found")
        .ignores("npm ERR! code E404"),
    rule("node.e404", "dependency-missing")
        .pattern(
            r"^npm (?:ERR!|error) 404 +(?:The requested resource )?['‘]?(?P<package>@?[\w.-]+(?:/[\w.-]+)?)@[^'’\s]*['’]? (?:is not in (?:this|the npm) registry|could not be found)|ERR_PNPM_FETCH_404 +(?:GET (?P<url>\S+): )?|^error .*: (?:Not found|Request failed .404 Not Found.)|YN0035: .*(?:Package not found|404)|The requested resource '\S+' could not be found",
        )
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .block("npm-error")
        .matches("npm ERR! 404  'widgit@^1.0.0' is not in this registry.")
        .matches("npm error 404  '@acme/widgit@1.0.0' is not in this registry.")
        .matches("npm error 404  The requested resource '@acme/widgit@1.0.0' could not be found or you do not have permission to access it.")
        .matches(" ERR_PNPM_FETCH_404  GET https://registry.example/widgit: Not Found - 404")
        .matches("error An unexpected error occurred: \"https://registry.example/widgit: Not found\".")
        .ignores("npm http fetch GET 404 https://registry.example/widgit 12ms")
        .ignores("npm ERR! code E404"),
    rule("node.e404-url", "dependency-missing")
        .pattern(r"^npm (?:ERR!|error) 404 +Not Found(?: - GET|:) (?P<url>\S+)")
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .block("npm-error")
        .matches("npm ERR! 404 Not Found - GET https://registry.example/widgit - Not found")
        .ignores("npm http fetch GET 404 https://registry.example/widgit 12ms"),
    rule("node.e404-code", "dependency-missing")
        .pattern(r"^npm (?:ERR!|error) code E404")
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .block("npm-error")
        .matches("npm ERR! code E404")
        .ignores("npm ERR! code ETARGET"),
    rule("node.workspace-missing", "configuration")
        .pattern(
            r"No workspaces found(?::| matching)|ERR_PNPM_WORKSPACE_PKG_NOT_FOUND|Workspace not found \(|EUNSUPPORTEDPROTOCOL|Unsupported URL Type .workspace:",
        )
        .strategies(&["config", "escalate"])
        .matches("npm ERR! No workspaces found:")
        .matches("npm ERR! Unsupported URL Type \"workspace:\": workspace:*")
        .ignores("npm ERR! code E404"),
];
