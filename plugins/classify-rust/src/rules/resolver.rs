//! Cargo cannot find versions that fit together, or the lock file does not fit the manifest.

use plugin_sdk::prelude::*;

use super::rule;

/// The version that the manifest asks for does not exist; the versions that do are on the next line.
pub const NO_SUCH_VERSION: &str = "rust.no-such-version";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("rust.lock-outdated", "configuration")
        .pattern(
            r"the lock file (?P<file>\S*Cargo\.lock) needs to be updated but --(?:locked|frozen) was passed|cannot (?:update|create) the lock file \S* ?because --(?:locked|frozen) was passed",
        )
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("error: the lock file /src/app/Cargo.lock needs to be updated but --locked was passed to prevent this")
        .matches("error: cannot update the lock file /src/app/Cargo.lock because --locked was passed to prevent this")
        .matches("error: cannot create the lock file /src/app/Cargo.lock because --frozen was passed to prevent this")
        .ignores("If you want to try to generate the lock file without accessing the network, remove the --locked flag"),
    rule(NO_SUCH_VERSION, "dependency-missing")
        .pattern(
            r"failed to select a version for the requirement `(?P<requirement>(?P<package>[\w.-]+) = [^`]*)`",
        )
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .asks_plugin()
        .block("cargo-error")
        .matches("error: failed to select a version for the requirement `widget = \"^99\"`")
        .matches("error: failed to select a version for the requirement `widget = \"=1.2.3\"` (locked to 1.2.3)")
        .ignores("error: failed to select a version for `widget`."),
    rule("rust.version-conflict", "dependency-conflict")
        .pattern(r"failed to select a version for `(?P<package>[\w.-]+)`")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("cargo-error")
        .matches("error: failed to select a version for `widget`.")
        .ignores("error: failed to select a version for the requirement `widget = \"^99\"`"),
    rule("rust.links-conflict", "dependency-conflict")
        .pattern(
            r"package `[^`]+` links to the native library `(?P<library>[^`]+)`, but it conflicts with a previous package|Only one package in the dependency graph may specify the same links value",
        )
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("cargo-error")
        .matches("package `z-sys` links to the native library `z`, but it conflicts with a previous package which links to `z` as well:")
        .matches("Only one package in the dependency graph may specify the same links value. This helps ensure that only one copy of a native library is linked in the final binary.")
        .ignores("the package `app` links to the native library `z`, but could not be built"),
    rule("rust.crate-not-found", "dependency-missing")
        .pattern(
            r"(?:no matching package named|searched package name:|no matching packages? found for) `(?P<package>[^`]+)`|error: could not find `(?P<name>[^`]+)` in registry",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("cargo-error")
        .matches("error: no matching package named `widgit` found")
        .matches("searched package name: `widgit`")
        .matches("error: could not find `widgit` in registry `internal` with version `*`")
        .ignores("error: package ID specification `widgit` did not match any packages"),
    rule("rust.no-matching-package", "dependency-missing")
        .pattern(r"^error: no matching package found$")
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("error: no matching package found")
        .ignores("error: no matching package named `widgit` found"),
    rule("rust.yanked", "dependency-missing")
        .pattern(
            r"version (?P<version>\S+) (?:of `?(?P<package>[\w-]+)`? )?is yanked|cannot install package `[^`]+`, it has been yanked",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("cargo-error")
        .matches("  version 1.2.3 is yanked")
        .matches("error: cannot install package `widget`, it has been yanked from registry `internal`")
        .ignores("warning: package `widget v1.2.3` in Cargo.lock is yanked in registry `internal`, consider running without --locked"),
    rule("rust.yanked-in-lock", "dependency-missing")
        .pattern(r"package `(?P<package>[\w-]+) v(?P<version>[^`]+)` in Cargo\.lock is yanked")
        .severity("warning")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("warning: package `widget v1.2.3` in Cargo.lock is yanked in registry `internal`, consider running without --locked")
        .ignores("  version 1.2.3 is yanked"),
    rule("rust.dependency-feature-missing", "dependency-conflict")
        .pattern(
            r"package `[^`]+` depends on `(?P<package>[^`]+)`,? with features?:? `(?P<feature>[^`]+)` but `[^`]+` does not have (?:these features|that feature)",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("the package `app` depends on `widget`, with features: `fast` but `widget` does not have these features.")
        .matches("package `app` depends on `widget` with feature `fast` but `widget` does not have that feature.")
        .ignores("error: the package 'app' does not contain this feature: fast"),
    rule("rust.cyclic-dependency", "dependency-conflict")
        .pattern(r"^error: cyclic package dependency: package `(?P<package>[^`]+)` depends on itself")
        .strategies(&["escalate"])
        .matches("error: cyclic package dependency: package `app v0.1.0 (/src/app)` depends on itself. Cycle:")
        .ignores("error: cyclic feature dependency"),
    rule("rust.checksum-mismatch", "registry-or-service-outage")
        .pattern(
            r"checksum for `(?P<package>[^`]+)` changed between lock files|failed to verify the checksum of `[^`]+`|unable to verify that `[^`]+` is the same as when the lockfile was generated|the listed checksum of `[^`]+` has changed",
        )
        .confidence(0.95)
        .strategies(&["escalate"])
        .block("cargo-error")
        .matches("error: checksum for `widget v1.2.3` changed between lock files")
        .matches("  failed to verify the checksum of `widget v1.2.3`")
        .matches("error: the listed checksum of `/vendor/widget/src/lib.rs` has changed:")
        .ignores("Verifying widget v1.2.3"),
    rule("rust.audit", "security-finding")
        .pattern(
            r"^error(?:\[vulnerability\]:|: \d+ (?:vulnerabilit(?:y|ies)|denied warnings?) found!)|^ID: +RUSTSEC-\d{4}-\d{4}",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("error: 2 vulnerabilities found!")
        .matches("error[vulnerability]: Use after free in widget")
        .matches("ID:        RUSTSEC-2020-0001")
        .ignores("    Fetching advisory database"),
];
