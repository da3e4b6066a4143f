//! uv, Poetry, pipenv, pdm and conda: resolvers with lock files.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("python.uv-no-solution", "dependency-conflict")
        .pattern(r"No solution found when resolving (?:(?:script |tool |build )?dependencies|.*requirements)|we can conclude that .* (?:cannot be used|are incompatible|requirements are unsatisfiable)|your (?:project's )?requirements are unsatisfiable")
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("  × No solution found when resolving dependencies:")
        .matches("      that your project's requirements are unsatisfiable.")
        .ignores("Resolved 12 packages in 4ms"),
    rule("python.uv-lock-outdated", "configuration")
        .pattern(r"[Tt]he lockfile at .uv\.lock. needs to be updated, but .--(?:locked|check|frozen)|Unable to find lockfile at .uv\.lock.|Failed to parse .uv\.lock.")
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided. To update the lockfile, run `uv lock`.")
        .matches("error: Unable to find lockfile at `uv.lock`. To create a lockfile, run `uv lock` or `uv sync`.")
        .ignores("Using CPython 3.12.3"),
    rule("python.poetry-lock-outdated", "configuration")
        .pattern(
            r"pyproject\.toml changed significantly since poetry\.lock was last generated|poetry\.lock is not up to date with pyproject\.toml|The lock file is not (?:compatible with the current version of Poetry|up to date with)|(?:Pipfile\.lock \(\S+\) out of date|Your Pipfile\.lock \(\S+\) is out of date)|Lock file (?:hash doesn't match|does not exist|is outdated)",
        )
        .confidence(0.95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "config"])
        .matches("pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.")
        .matches("Error: poetry.lock is not up to date with pyproject.toml. Run `poetry lock [--no-update]` to fix it.")
        .matches("Your Pipfile.lock (abc123) is out of date. Expected: (def456).")
        .ignores("Installing dependencies from lock file"),
    rule("python.poetry-conflict", "dependency-conflict")
        .pattern(
            r"^\s*(?:Because|So, because|And because) .+(?:version solving failed|depends on .+, .+ (?:is|are) forbidden|requires .+\.$)|^\s*version solving failed|SolverProblemError|ResolutionImpossible.*pdm|Unable to find a resolution",
        )
        .confidence(0.9)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("So, because app depends on both widget (^2.0) and gadget (^1.0), version solving failed.")
        .matches("  SolverProblemError")
        .ignores("Because of this change the tests are slower"),
    rule("python.poetry-no-such-version", "dependency-missing")
        .pattern(r"doesn't match any versions, version solving failed|Could not find a matching version of package (?P<package>[\w.-]+)|Unable to find installation candidates for (?P<name>[\w.-]+)")
        .confidence(0.93)
        .specificity(90)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("Because app depends on widget (^99.0) which doesn't match any versions, version solving failed.")
        .matches("Could not find a matching version of package widgit")
        .ignores("So, because app depends on both widget (^2.0) and gadget (^1.0), version solving failed."),
    rule("python.uv-package-not-found", "dependency-missing")
        .pattern(r"Because (?P<package>[\w.-]+) was not found in the (?:package registry|provided package locations)|there (?:is|are) no versions? of (?P<requirement>[\w.\[\]-]+(?:[=<>!~].*)?)|Because only (?:the following versions of )?(?P<name>[\w.-]+)[^,]* (?:is|are) available")
        .confidence(0.93)
        .specificity(90)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("  ╰─▶ Because widgit was not found in the package registry and your project depends on widgit, we can conclude that your project's requirements are unsatisfiable.")
        .matches("  ╰─▶ Because there is no version of widget==99.0 and you require widget==99.0,")
        .ignores("  × No solution found when resolving dependencies:"),
    rule("python.conda-conflict", "dependency-conflict")
        .pattern(r"^(?:UnsatisfiableError|LibMambaUnsatisfiableError): |Could not solve for environment specs")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("LibMambaUnsatisfiableError: Encountered problems while solving:")
        .matches("UnsatisfiableError: The following specifications were found to be incompatible with each other:")
        .ignores("Solving environment: done"),
    rule("python.conda-not-found", "dependency-missing")
        .pattern(r"^(?:PackagesNotFoundError|ResolvePackageNotFound): |^EnvironmentNameNotFound: ")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("PackagesNotFoundError: The following packages are not available from current channels:")
        .ignores("Solving environment: done"),
    rule("python.conda-network", "network-transient")
        .pattern(r"^CondaHTTPError: HTTP 000|CondaSSLError|^Collecting package metadata .*: failed")
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("CondaHTTPError: HTTP 000 CONNECTION FAILED for url <https://conda.example/main/linux-64/repodata.json>")
        .ignores("Collecting package metadata (repodata.json): done"),
    rule("python.poetry-invalid", "configuration")
        .pattern(r"The Poetry configuration is invalid|pyproject\.toml (?:is not valid|file not found)|Poetry could not find a pyproject\.toml|Invalid TOML file|TOML parse error at line (?P<line>\d+)|error: Failed to parse: `(?P<file>[^`]+)`|No `project` table found in")
        .strategies(&["config", "escalate"])
        .matches("The Poetry configuration is invalid:")
        .matches("Poetry could not find a pyproject.toml file in /src/app or its parents")
        .matches("TOML parse error at line 3, column 9")
        .ignores("poetry.lock is not up to date with pyproject.toml"),
];
