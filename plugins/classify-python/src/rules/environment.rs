//! tox, nox, hatch, pipenv, conda and virtual environments: interpreters and environments that cannot be made.

use plugin_sdk::prelude::*;

use super::rule;

const fn environment(code: &'static str) -> RuleBuilder {
    rule(code, "configuration").strategies(&["config", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    environment("python.interpreter-missing")
        .category("toolchain-missing-or-version")
        .pattern(
            r"failed with could not find python interpreter|InterpreterNotFound: |Session \S+ failed: Python interpreter \S+ not found|Python interpreter \S+ not found|cannot locate Python: |Warning: Python \S+ was not found on your system|Specified Python version \S+ not found|No Python interpreter matching|\[NoPythonVersion\]|\[InvalidPyVersion\]|Could not find (?:a suitable )?Python (?:interpreter|executable)|Poetry was unable to find a compatible version|pyenv: \S+: command not found|error: Python \S+ is not (?:installed|available)|No download (?:found|available) for request: cpython|The specified Python version \([^)]*\) is not (?:supported|allowed)|NoCompatiblePythonVersionFound",
        )
        .unless(r"skipped|SKIP")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("py319: failed with could not find python interpreter matching any of the specs py319")
        .matches("ERROR:  py39: InterpreterNotFound: python3.9")
        .matches("nox > Session tests-3.19 failed: Python interpreter 3.19 not found.")
        .matches("pyenv: python3.9: command not found")
        .ignores("nox > Session tests-3.19 skipped: Python interpreter 3.19 not found."),
    environment("python.tox-definition")
        .pattern(r"ERROR: (?:unknown environment '|tox config file|ConfigError|MissingFile|MissingDirectory|MissingDependency|.*toxini)|provided environments not found in configuration file|is not allowed, use allowlist_externals|ROOT: (?:HandledError|No tox\.ini)|could not recognize config file|tox\.(?:config\.)?\w*(?:exception|error)s?\.\w+: |circular chain detected|nox > (?:Error while collecting sessions|Sessions? not found: |Failed to load Noxfile|Program \S+ not found)|Noxfile .* not found|Unknown environment: \w|Environment `[^`]+` is incompatible")
        .matches("ERROR: unknown environment 'lnt'")
        .matches("lint: failed with make is not allowed, use allowlist_externals to allow it")
        .matches("nox > Sessions not found: lnt")
        .ignores("nox > Running session lint"),
    environment("python.session-summary")
        .category("unknown")
        .pattern(r"^nox > (?:Command .* failed with exit code|Session \S+ failed\.|\* \S+: failed)|^ERROR: InvocationError for command|^\S+: exit [1-9]\d* \([\d.]+ seconds\)|^\s*evaluation failed :\(|^ERROR: \s*\S+: commands failed")
        .summary()
        .confidence(0.4)
        .specificity(50)
        .strategies(&["escalate"])
        .matches("nox > Command pytest failed with exit code 1")
        .matches("py311: exit 1 (0.42 seconds) /src/app> pytest pid=71")
        .ignores("  py311: OK (0.42 seconds)"),
    environment("python.pipenv")
        .pattern(r"No Pipfile present at project home|Pipfile\.lock not found|^Pipfile\.lock is corrupt|Virtualenv location: .*does not exist|\[(?:PdmUsageError|ProjectError)\]: |Courtesy Notice: .*nested|pipenv\.exceptions\.PipenvUsageError|pipenv\.exceptions\.PipfileNotFound")
        .matches("Aborted! No Pipfile present at project home. Consider running `pipenv install` first.")
        .ignores("Installing dependencies from Pipfile.lock (1b2c3d)..."),
    environment("python.pipenv-resolution")
        .category("dependency-conflict")
        .pattern(r"pipenv\.exceptions\.ResolutionFailure|\[ResolutionFailure\]: |✘ Locking Failed!|ERROR:? Couldn't install package|\[ResolutionImpossible\]|\[pipenv\.exceptions\.(?:Resolution|Dependency)\w*\]")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("[ResolutionFailure]: Your dependencies could not be resolved.")
        .matches("✘ Locking Failed!")
        .ignores("Locking [packages] dependencies..."),
    environment("python.conda-usage")
        .pattern(r"^(?:EnvironmentFileNotFound|EnvironmentLocationNotFound|DirectoryNotACondaEnvironmentError|CondaValueError|CondaEnvException|EnvironmentFileEmpty|EnvironmentFileExtensionNotValid|SpecNotFound|ArgumentError|CondaFileNotFoundError|NoBaseEnvironmentError|CondaToSNonInteractiveError): |CommandNotFoundError: Your shell has not been properly configured|Run 'conda init' before 'conda activate'")
        .confidence(0.85)
        .matches("EnvironmentLocationNotFound: Not a conda environment: /opt/conda/envs/shop")
        .matches("CondaError: Run 'conda init' before 'conda activate'")
        .ignores("EnvironmentNameNotFound: Could not find conda environment: shop"),
    environment("python.conda-missing")
        .category("dependency-missing")
        .pattern(r"does not exist \(perhaps a typo or a missing channel\)|^UnavailableInvalidChannel: |CondaHTTPError: HTTP 404|The following packages are not available from current channels")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("└─ widgit 2.0**  does not exist (perhaps a typo or a missing channel).")
        .ignores("Solving environment: done"),
    environment("python.conda-corrupt")
        .category("registry-or-service-outage")
        .pattern(r"^(?:ChecksumMismatchError|InvalidArchiveError|CondaVerificationError|SafetyError|CorruptedEnvironmentError)\b")
        .strategies(&["escalate"])
        .matches("ChecksumMismatchError: Conda detected a mismatch between the expected content and downloaded content")
        .ignores("Verifying transaction: done"),
    environment("python.pre-commit-definition")
        .pattern(r"An error has occurred: (?:InvalidConfigError|InvalidManifestError|FatalError)|\.pre-commit-config\.yaml is not a file|No hook with id `|pre-commit version \S+ is required but version|^\[ERROR\] (?:Your pre-commit configuration is unstaged|Cowardly refusing|`\S+` is not present in repository)")
        .matches("An error has occurred: InvalidConfigError:")
        .matches("[ERROR] `spell` is not present in repository https://git.example/hooks.  Typo? Perhaps it is introduced in a newer version?")
        .ignores("[INFO] Initializing environment for https://git.example/hooks."),
    environment("python.hook-executable-missing")
        .category("toolchain-missing-or-version")
        .pattern(r"^Executable `(?P<tool>[^`]+)` not found")
        .strategies(&["dependency", "alternative"])
        .matches("Executable `shellcheck` not found")
        .ignores("Executable `shellcheck` found"),
];
