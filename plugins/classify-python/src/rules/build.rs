//! Building wheels, setuptools, and packages on the index that only say which other package to use.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("python.deprecated-package", "dependency-missing")
        .pattern(
            r"(?:[Uu]se|[Ii]nstall) ['`\x22](?P<replacement>[\w.-]+)['`\x22] (?:rather than|instead of) ['`\x22](?P<package>[\w.-]+)['`\x22]|[Tt]he ['`\x22](?P<name>[\w.-]+)['`\x22] \S*\s?package is deprecated, use ['`\x22](?P<requirement>[\w.-]+)['`\x22]",
        )
        .confidence(0.93)
        .specificity(95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .asks_plugin()
        .matches("      The 'widget' index package is deprecated, use 'better-widget'")
        .matches("      - use 'better-widget' rather than 'widget' for pip commands")
        .matches("Please install `better-widget` instead of `widget`.")
        .ignores("DeprecationWarning: 'widget' is deprecated, use the other one"),
    rule("python.setuptools-pkg-resources", "dependency-conflict")
        .pattern(r"No module named '?(?P<module>pkg_resources|distutils|setuptools)\b|pkg_resources is deprecated as an API")
        .unless(r"(?i)warning: |UserWarning")
        .confidence(0.92)
        .specificity(92)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("ModuleNotFoundError: No module named 'pkg_resources'")
        .matches("ModuleNotFoundError: No module named 'distutils'")
        .ignores("main.py:1: UserWarning: pkg_resources is deprecated as an API. See the documentation."),
    rule("python.wheel-build-failed", "dependency-missing")
        .pattern(
            r"^\s*(?:× |error: |ERROR: )?Failed to (?:build|download and build) (?:installable wheels for .*\()?[`']?(?P<package>[\w.-]+)[^\s/]*$|Failed building wheel for (?P<name>\S+)|Could not build wheels for (?P<requirement>[^,\s]+)",
        )
        .unless(r"(?i)successfully")
        .confidence(0.72)
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("  ERROR: Failed building wheel for widget")
        .matches("ERROR: Could not build wheels for widget, which is required to install pyproject.toml-based projects")
        .matches("  × Failed to build `widget==1.0`")
        .matches("ERROR: Failed to build installable wheels for some pyproject.toml based projects (widget)")
        .ignores("  Building wheel for widget (setup.py): started"),
    rule("python.build-subprocess", "dependency-missing")
        .pattern(r"subprocess-exited-with-error|metadata-generation-failed|Command \S*python setup\.py egg_info.* failed with error code|Preparing metadata .*: finished with status 'error'|Getting requirements to build wheel did not run successfully|Encountered error while generating package metadata")
        .summary()
        .confidence(0.5)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("error: subprocess-exited-with-error")
        .matches("error: metadata-generation-failed")
        .ignores("Preparing metadata (setup.py): finished with status 'done'"),
    rule("python.build-tool-missing", "dependency-missing")
        .pattern(
            r"error: can't find Rust compiler|error: (?:Microsoft Visual C\+\+ \S+ (?:or greater )?is required)|error: command '(?P<tool>\S*(?:gcc|cc|clang|g\+\+|swig|cmake|rustc|cargo))' failed(?:: No such file or directory)|unable to execute '(?P<command>\S+)': No such file|pg_config executable not found|mysql_config not found|Cannot find cython|Unable to find (?:nvcc|CUDA)|No matching (?:C|Fortran) compiler|CMake must be installed to build",
        )
        .confidence(0.9)
        .disposition(Disposition::Auto)
        .strategies(&["dependency", "alternative", "escalate"])
        .matches("error: can't find Rust compiler")
        .matches("Error: pg_config executable not found.")
        .matches("error: command 'gcc' failed: No such file or directory")
        .ignores("error: command 'gcc' failed with exit status 1"),
    rule("python.build-compiler-failed", "compile-error")
        .pattern(r"error: command '\S+' failed with exit (?:status|code) \d+|error: (?:Setup script exited with error|Compile failed with error code)")
        .symptom()
        .confidence(0.6)
        .strategies(&["dependency", "escalate"])
        .matches("error: command '/usr/bin/gcc' failed with exit code 1")
        .ignores("error: command 'gcc' failed: No such file or directory"),
    rule("python.build-backend-missing", "dependency-missing")
        .pattern(r"BackendUnavailable|Cannot import '(?P<module>[\w.]+)'$|No module named build\.__main__|error: invalid command '(?P<command>bdist_wheel|test|pytest)'")
        .confidence(0.85)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("pip._vendor.pyproject_hooks._impl.BackendUnavailable: Cannot import 'widget_build'")
        .matches("error: invalid command 'bdist_wheel'")
        .ignores("error: command 'gcc' failed with exit status 1"),
    rule("python.use-2to3", "dependency-conflict")
        .pattern(r"error in (?P<package>\S+) setup command: (?P<message>use_2to3 is invalid|'?\w+'? must be|.*Invalid)|use_2to3 is invalid")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("error in widget setup command: use_2to3 is invalid.")
        .ignores("error: invalid command 'bdist_wheel'"),
];
