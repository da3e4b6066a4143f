//! Manifests and settings that cargo rejects.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.manifest-invalid", "configuration")
        .pattern(
            r"^error: (?:failed to parse (?:manifest at|lock file at:?|the `\w+` field)|invalid (?:type|character|table header)|unknown variant `|failed to load manifest for|failed to read `[^`]*Cargo\.toml`|current package believes it's in a workspace when it's not|manifest path `[^`]+` (?:does not exist|must be a path))",
        )
        .confidence(0.85)
        .strategies(&["config", "escalate"])
        .block("cargo-error")
        .matches("error: failed to parse manifest at `/src/app/Cargo.toml`")
        .matches("error: failed to parse lock file at: /src/app/Cargo.lock")
        .matches("error: failed to load manifest for workspace member `/src/app/core`")
        .ignores("warning: unused manifest key: package.foo"),
    rule("rust.edition-needs-newer", "configuration")
        .pattern(
            r"rust-version (?P<version>[\d.]+) is (?:incompatible with|older than first version)(?: the version)? \((?P<wanted>[\d.]+)\) required by the specified edition",
        )
        .specificity(95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("  rust-version 1.60 is incompatible with the version (1.85.0) required by the specified edition (2024)")
        .matches("  rust-version 1.55 is older than first version (1.56.0) required by the specified edition (2021)")
        .ignores("error: failed to parse manifest at `/src/app/Cargo.toml`"),
    rule("rust.no-manifest", "configuration")
        .pattern(r"could not find `Cargo\.toml` in `(?P<directory>[^`]+)` or any parent directory")
        .strategies(&["config", "escalate"])
        .matches("error: could not find `Cargo.toml` in `/src/app` or any parent directory")
        .ignores("error: failed to parse manifest at `/src/app/Cargo.toml`"),
    rule("rust.no-such-feature", "configuration")
        .pattern(
            r"error: (?:the package '[^']+' does not contain (?:this feature|these features): (?P<feature>\S+)|none of the selected packages contains (?:this feature|these features): )",
        )
        .strategies(&["config", "escalate"])
        .matches("error: the package 'app' does not contain this feature: fast")
        .matches("error: none of the selected packages contains these features: fast, did you mean: faster?")
        .ignores("the package `app` depends on `widget`, with features: `fast` but `widget` does not have these features."),
    rule("rust.no-such-target", "configuration")
        .pattern(
            r"^error: (?:no (?:bin|example|test|bench|library) targets? (?:named|found|matches)|no default run target|`cargo run` could not determine which binary to run|package ID specification `[^`]+` did not match any packages|package\(s\) `[^`]+` not found in workspace|a bin target must be available)",
        )
        .strategies(&["config", "escalate"])
        .matches("error: no bin target named `serve`.")
        .matches("error: package ID specification `widgit` did not match any packages")
        .ignores("error: no such command: `serve`"),
    rule("rust.codegen-option-invalid", "configuration")
        .pattern(
            r"^error: (?:lto can only be run for|options `[^`]+` and `[^`]+` are incompatible|unknown codegen option|incorrect value `[^`]*` for (?:codegen )?option|profile `[^`]+` is not defined|Unrecognized option: )",
        )
        .confidence(0.85)
        .strategies(&["config", "escalate"])
        .matches("error: lto can only be run for executables, cdylibs and static library outputs")
        .matches("error: unknown codegen option: `fastest`")
        .ignores("error: unexpected argument '--fast' found"),
    rule("rust.unexpected-argument", "configuration")
        .pattern(r"^error: (?:unexpected argument|Found argument) '(?P<option>[^']+)'|^error: the following required arguments were not provided:")
        .confidence(0.75)
        .specificity(60)
        .strategies(&["config", "escalate"])
        .matches("error: unexpected argument '--fast' found")
        .matches("error: the following required arguments were not provided:")
        .ignores("error: unexpected end of macro invocation"),
    rule("rust.publish-refused", "deployment")
        .pattern(
            r"^error: (?:crate (?P<package>[\w-]+@\S+) already exists|crate version `[^`]+` is already uploaded|failed to publish to registry|\d+ files in the working directory contain changes that were not yet committed)|api errors? \(status (?P<status>\d+)",
        )
        .strategies(&["config", "escalate"])
        .matches("error: crate version `1.2.3` is already uploaded")
        .matches("error: failed to publish to registry at https://registry.example")
        .ignores("   Uploaded widget v1.2.3 to registry `internal`"),
    rule("rust.manifest-syntax", "configuration")
        .pattern(r"^error: (?:invalid (?:float|integer|boolean|string|array|inline table|key|table|escape|basic string|literal string|mantissa|date|datetime|number|comment|newline|document|value|key-value pair|TOML)\b|key with no value|extra assignment|unclosed (?:table|array|string|inline table)|missing (?:assignment|opening quote|closing quote|value|comma|key)|duplicate key|unexpected (?:key or value|content|characters?)|string values must be quoted|unquoted)")
        .confidence(0.86)
        .strategies(&["config", "escalate"])
        .matches("error: invalid float, expected nothing")
        .matches("error: key with no value, expected `=`")
        .matches("error: duplicate key")
        .ignores("   Compiling widget v0.1.0 (/src/app)"),
    rule("rust.settings-file", "configuration")
        .pattern(r" --> (?:\S*/)?(?P<file>Cargo\.toml|rust-toolchain\.toml|rustfmt\.toml|clippy\.toml|deny\.toml|nextest\.toml|config\.toml):\d+:\d+")
        .symptom()
        .confidence(0.78)
        .strategies(&["config", "escalate"])
        .matches(" --> Cargo.toml:3:14")
        .ignores(" --> src/main.rs:3:14"),
    rule("rust.registry-credentials", "auth-or-permission")
        .pattern(r"authenticated registries require a credential-provider|credential provider `[^`]+` (?:could not|failed)|credential-provider .*(?:not found|failed)|no token found for|registry `[^`]+` requires authentication|invalid token for registry|authenticated registr(?:y|ies) .*(?:token|login)")
        .confidence(0.94)
        .specificity(90)
        .strategies(&["escalate", "config"])
        .matches("  authenticated registries require a credential-provider to be configured")
        .ignores("    Updating `widgets` index"),
];
