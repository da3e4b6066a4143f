//! Installed packages that miss, clash, or are too old, as programs find out at run time and builds find out early.

use plugin_sdk::prelude::*;

use super::rule;

const fn metadata(code: &'static str, category: &'static str) -> RuleBuilder {
    rule(code, category).disposition(Disposition::Patch).strategies(&["dependency", "escalate"])
}

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    metadata("python.distribution-missing", "dependency-missing")
        .pattern(r"PackageNotFoundError: (?:No package metadata was found for )?(?P<package>[\w.-]+)$|DistributionNotFound: The '(?P<requirement>[^']+)' distribution was not found|^ERROR Missing dependencies:|ERROR: Missing required plugins: |Error importing plugin \x22|Could not import extension [\w.]+ \(exception: No module named|is not installed\. Please (?:install|run) .?pip install|: No module named '[\w.]+'; maybe you meant|requires the [\w-]+ (?:library|package) but it was not found in your environment|Missing optional dependency '")
        .block("python-traceback")
        .matches("importlib.metadata.PackageNotFoundError: No package metadata was found for shop-tools")
        .matches("pkg_resources.DistributionNotFound: The 'widget>=2' distribution was not found and is required by the application")
        .matches("ERROR: Missing required plugins: pytest-widget")
        .matches("ImportError: Missing optional dependency 'widget'.  Use pip or conda to install widget.")
        .ignores("class PackageNotFoundError(ModuleNotFoundError):"),
    metadata("python.companion-missing", "dependency-missing")
        .pattern(
            r"^(?:E\s+)?(?:[a-zA-Z_]\w*\.)*[A-Z]\w*: (?:.*\bpip install (?:-U |--upgrade )?['\x22]?(?P<requirement>[A-Za-z][\w.-]*(?:\[[\w,-]+\])?)|.*\brequires (?:the )?['\x22`]?(?P<package>[\w.-]+)['\x22`]? (?:package |library |module )?to be installed|.*?['\x22`]?(?P<name>[\w.-]+)['\x22`]? (?:package |library |module )?(?:must be|is not|isn't|needs to be) installed|.*Use pip or conda to install (?:the )?(?P<target>[\w-]+)|.*Do you have (?P<option>[\w-]+) installed|Couldn't find a tree builder with the features you requested: (?P<tool>[\w-]+)|Missing dependencies for SOCKS support|.*\bgreenlet library is required|Unable to find a usable engine; tried using|.*no backends available -- recommend you install one|Error loading \w+.* module)",
        )
        .unless(r"No module named|Missing optional dependency|coding standard")
        .confidence(0.9)
        .specificity(92)
        .block("python-traceback")
        .matches("RuntimeError: Form data requires \"python-widget\" to be installed.")
        .matches("ImportError: Using spin=True, but the 'spin2' package is not installed. Make sure to install widget using `pip install widget[spin2]`.")
        .matches("widget.exceptions.InvalidSchema: Missing dependencies for SOCKS support.")
        .matches("widget.exceptions.FeatureNotFound: Couldn't find a tree builder with the features you requested: lxml. Do you need to install a parser library?")
        .ignores("    raise ImportError('widget is not installed')")
        .ignores("RuntimeError: the widget is not turning"),
    metadata("python.distribution-conflict", "dependency-conflict")
        .pattern(r"(?:Contextual)?VersionConflict: \(|PluginValidationError: |RequirementParseError|ImportError: \S+ ?[<>=!~]=?\S+ is required .*but found|RequestsDependencyWarning.*ERROR|has inconsistent (?:name|version|Name|Version): |is not a supported wheel on this platform|ImportError: .*(?:requires|needs) \S+ ?[<>=~]")
        .block("python-traceback")
        .matches("pkg_resources.VersionConflict: (widget 1.0 (/venv/lib), Requirement.parse('widget>=2'))")
        .matches("ERROR: widget-1.0-cp38-cp38-win_amd64.whl is not a supported wheel on this platform.")
        .matches("ImportError: widget>=2.0 is required for a normal functioning of this module, but found widget==1.4.")
        .ignores("Successfully installed widget-2.2.1"),
    metadata("python.build-backend-settings", "configuration")
        .pattern(r"error: package directory '[^']+' does not exist|Unable to determine which files to ship inside the wheel|was unable to detect version for|PackageDiscoveryError|is missing the 'build_(?:editable|wheel|sdist)' hook|meson-python: error: |pyproject\.toml. (?:or|nor) .?setup\.py|does not contain a pyproject\.toml|Source .* does not appear to be a Python project|build-backend. (?:key|property)|Error getting the version from source|No file/folder found for package|Readme path .* does not exist|OSError: Readme file does not exist|license file .* does not exist")
        .disposition(Disposition::Never)
        .strategies(&["config", "escalate"])
        .matches("error: package directory 'src/shop' does not exist")
        .matches("LookupError: setuptools-scm was unable to detect version for /src/app.")
        .matches("ValueError: No file/folder found for package shop")
        .ignores("Preparing metadata (pyproject.toml): finished with status 'done'"),
    metadata("python.build-backend-failed", "unknown")
        .pattern(r"ERROR Backend subprocess exited when trying to invoke|💥 maturin failed|Building (?:wheel|editable) for .* did not run successfully|Preparing (?:editable )?metadata .* did not run successfully|error: legacy-install-failure|Failed to build one or more wheels|installing build dependencies .*did not run successfully|Call to `\S+` failed")
        .disposition(Disposition::Never)
        .summary()
        .confidence(0.45)
        .specificity(60)
        .strategies(&["dependency", "escalate"])
        .matches("ERROR Backend subprocess exited when trying to invoke build_wheel")
        .matches("💥 maturin failed")
        .ignores("Building wheel for widget (pyproject.toml): finished with status 'done'"),
    metadata("python.cython-error", "compile-error")
        .pattern(r"Cython\.Compiler\.Errors\.\w+: |^(?P<file>\S+\.px[di]|\S+\.pyx):\d+:\d+: \S|Error compiling Cython file:")
        .disposition(Disposition::Never)
        .strategies(&["escalate"])
        .unless("(?i)warning")
        .matches("app/fast.pyx:3:8: undeclared name not builtin: widgets")
        .matches("Cython.Compiler.Errors.CompileError: app/fast.pyx")
        .ignores("warning: app/fast.pyx:3:8: Unreachable code"),
    metadata("python.pip-usage", "configuration")
        .pattern(r"ERROR: You must give at least one requirement to|Could not open (?:requirements|requirement|constraints?) file: |Can not perform a '--user' install|Could not find an activated virtualenv|ERROR: Can ?not combine|ERROR: (?:Cannot determine archive format|Unknown hash name|Error parsing \S+toml)|Cannot resolve '--group' option|Dependency group '[^']+' not found|Editable requirements are not allowed as constraints|error: Group `[^`]+` is not defined|error: Extra `[^`]+` is not defined|error: Failed to spawn: `|Group\(s\) not found: ")
        .disposition(Disposition::Never)
        .strategies(&["config", "escalate"])
        .matches("ERROR: You must give at least one requirement to install (see \"pip help install\")")
        .matches("ERROR: Can not perform a '--user' install. User site-packages are not visible in this virtualenv.")
        .matches("error: Group `lint` is not defined in the project's `dependency-groups` table")
        .ignores("Requirement already satisfied: widget in /venv/lib"),
    metadata("python.index-missing", "dependency-missing")
        .pattern(r"^(?:  |)ERROR: HTTP error 404 while getting|HTTP status client error \(404|404 Client Error: Not Found for url")
        .matches("ERROR: HTTP error 404 while getting https://index.example/widget-1.0.tar.gz")
        .matches("  Caused by: HTTP status client error (404 Not Found) for url (https://index.example/widget-1.0.whl)")
        .ignores("ERROR: HTTP error 503 while getting https://index.example/widget-1.0.tar.gz"),
    metadata("python.upload-rejected", "deployment")
        .pattern(r"HTTPError: (?:400|409|413|422) .*from |HTTP Error (?:400|409|413|422): |error: Failed to publish `|UploadError|InvalidConfiguration: |has syntax errors in markup|^Checking \S+: FAILED|Cannot find file \(or expand pattern\)")
        .disposition(Disposition::Never)
        .strategies(&["config", "escalate"])
        .matches("ERROR    HTTPError: 409 Conflict from https://upload.example/legacy/")
        .matches("error: Failed to publish `dist/widget-1.0.tar.gz` to https://upload.example/legacy/")
        .matches("ERROR    `long_description` has syntax errors in markup and would not be rendered on the index.")
        .ignores("Checking dist/widget-1.0.tar.gz: PASSED"),
    metadata("python.credentials", "auth-or-permission")
        .pattern(r"NonInteractive: Credential not found|DefaultCredentialsError: |PartialCredentialsError: |botocore\.exceptions\.\w+: .*\((?:AccessDenied\w*|UnauthorizedOperation|ExpiredToken\w*|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClientException)\)|CondaHTTPError: HTTP 40[13]|google\.auth\.exceptions\.\w+: |KeyringError|Authorization error accessing")
        .disposition(Disposition::Never)
        .strategies(&["escalate"])
        .matches("ERROR    NonInteractive: Credential not found for username.")
        .ignores("from botocore.exceptions import NoCredentialsError"),
];
