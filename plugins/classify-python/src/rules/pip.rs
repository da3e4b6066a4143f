//! pip: versions that do not exist or do not fit together, indexes that cannot be reached, environments it may not touch.

use plugin_sdk::prelude::*;

use super::rule;

/// A version that the index does not offer, or a whole index that could not be asked: the lines above tell.
pub const NO_SUCH_VERSION: &str = "python.pip-no-such-version";
/// The same where the index offered nothing at all and no line says why: pip keeps an overloaded index to itself. Only who
/// asks the index can tell an outage from a name that nobody has, so this is not retried without having asked.
pub const NOTHING_OFFERED: &str = "python.pip-nothing-offered";
/// A network that gave no answer.
pub const NETWORK: &str = "python.network";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule(NO_SUCH_VERSION, "dependency-missing")
        .pattern(
            r"Could not find a version that satisfies the requirement (?P<requirement>\S[^(]*?) \((?:(?:from .*\) \()?from versions: (?P<versions>[^)]*)\)|from .*\))",
        )
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .asks_plugin()
        .matches("ERROR: Could not find a version that satisfies the requirement widget==99.0 (from versions: 1.0, 1.1)")
        .matches("ERROR: Could not find a version that satisfies the requirement widgit (from versions: none)")
        .matches("ERROR: Could not find a version that satisfies the requirement widget==99.0 (from gadget) (from versions: 1.0)")
        .ignores("ERROR: No matching distribution found for widget==99.0"),
    rule("python.pip-no-matching-distribution", "dependency-missing")
        .pattern(r"No matching distribution found for (?P<requirement>\S.*)$")
        .confidence(0.88)
        .symptom()
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("ERROR: No matching distribution found for widget==99.0")
        .ignores("WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None))"),
    rule("python.pip-conflict", "dependency-conflict")
        .pattern(
            r"ResolutionImpossible|Cannot install (?P<requirement>.+) because these package versions have (?:conflicting dependencies|incompatible)|The conflict is caused by:|pip\._vendor\.resolvelib\.resolvers\.\S*ResolutionTooDeep|resolution-too-deep",
        )
        .confidence(0.93)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("ERROR: Cannot install -r requirements.txt (line 1) and widget==2.0 because these package versions have conflicting dependencies.")
        .matches("ERROR: ResolutionImpossible: for help visit https://pip.example/topics/dependency-resolution/")
        .matches("The conflict is caused by:")
        .ignores("Successfully installed widget-2.2.1"),
    rule("python.pip-check-conflict", "dependency-conflict")
        .pattern(
            r"^(?P<package>[\w.-]+) (?P<version>\S+) (?:has requirement (?P<requirement>.+), but you have |requires (?P<wanted>[\w.\[\]-]+.*), (?:but you have .+ which is incompatible|which is not installed))",
        )
        .confidence(0.75)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("widget 1.0 requires gadget<2, but you have gadget 2.1 which is incompatible.")
        .matches("widget 1.0 has requirement gadget<2, but you have gadget 2.1.")
        .matches("widget 1.0 requires gadget, which is not installed.")
        .ignores("Requirement already satisfied: gadget<2 in /venv/lib/python3.12/site-packages"),
    rule("python.pip-check-heading", "dependency-conflict")
        .pattern(r"pip's dependency resolver does not currently take into account all the packages that are installed")
        .severity("warning")
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .matches("ERROR: pip's dependency resolver does not currently take into account all the packages that are installed. This behaviour is the source of the following dependency conflicts.")
        .ignores("ERROR: ResolutionImpossible: for help visit https://pip.example/"),
    rule("python.version-not-supported", "toolchain-missing-or-version")
        .pattern(
            r"requires a different Python(?: version)?: (?P<version>[\d.]+) not in '?(?P<wanted>[^']+)'?|requires Python '(?P<requirement>[^']+)' but the running Python is|current Python version \([\d.]+\) (?:is not allowed by|does not satisfy)|No interpreter found for (?:Python )?|The currently activated Python version [\d.]+ is not supported by the project|[Tt]his version of \S+ requires Python",
        )
        .confidence(0.88)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "dependency"])
        .matches("ERROR: Package 'widget' requires a different Python: 3.7.17 not in '>=3.9'")
        .matches("widget requires Python '>=3.9' but the running Python is 3.7.17")
        .matches("error: No interpreter found for Python >=3.14 in managed installations or search path")
        .ignores("Collecting widget (from -r requirements.txt (line 1))"),
    rule("python.versions-ignored", "toolchain-missing-or-version")
        .pattern(r"Ignored the following (?:versions that require a different python version|yanked versions)")
        .severity("warning")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .matches("ERROR: Ignored the following versions that require a different python version: 2.0 Requires-Python >=3.13")
        .ignores("ERROR: No matching distribution found for widget==2.0"),
    rule("python.pip-hash-mismatch", "registry-or-service-outage")
        .pattern(
            r"THESE PACKAGES DO NOT MATCH THE HASHES|Hash mismatch for `|Hash for \S+ .* not found in known hashes|In --require-hashes mode, all requirements must have their versions pinned|Hashes are required in --require-hashes mode",
        )
        .confidence(0.95)
        .strategies(&["escalate"])
        .matches("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please update the hashes.")
        .matches("  Hash mismatch for `widget==1.0`")
        .ignores("Collecting widget==2.32.0"),
    rule("python.externally-managed", "configuration")
        .pattern(r"externally-managed-environment|This environment is externally managed|The interpreter at \S+ is externally managed")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["config", "alternative"])
        .matches("error: externally-managed-environment")
        .matches("× This environment is externally managed")
        .matches("error: The interpreter at /usr is externally managed, and indicates the following:")
        .ignores("error: subprocess-exited-with-error"),
    rule("python.requirements-file-missing", "configuration")
        .pattern(r"Could not open requirements file: .*No such file or directory: '(?P<file>[^']+)'")
        .strategies(&["config", "escalate"])
        .matches("ERROR: Could not open requirements file: [Errno 2] No such file or directory: 'requirements.txt'")
        .ignores("FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"),
    rule("python.not-installable", "configuration")
        .pattern(
            r"does not appear to be a Python project: neither 'setup\.py' nor 'pyproject\.toml' found|is not installable\. Neither 'setup\.py' nor 'pyproject\.toml' found|Invalid requirement: '(?P<requirement>[^']*)'|Multiple top-level (?:packages|modules) discovered in a flat-layout",
        )
        .strategies(&["config", "escalate"])
        .matches("ERROR: file:///src/app does not appear to be a Python project: neither 'setup.py' nor 'pyproject.toml' found.")
        .matches("ERROR: Invalid requirement: 'widget=1.0'")
        .ignores("error: externally-managed-environment"),
    rule(NETWORK, "network-transient")
        .pattern(
            r"(?:HTTPS?ConnectionPool\(host='(?P<host>[^']+)', port=(?P<port>\d+)\): (?:Read timed out|Max retries exceeded)|urllib3\.exceptions\.(?:ReadTimeoutError|NewConnectionError|ProtocolError|IncompleteRead|ConnectTimeoutError|MaxRetryError)|requests\.exceptions\.(?:ConnectionError|ReadTimeout|ConnectTimeout|ChunkedEncodingError)|IncompleteRead\(\d+ bytes read|RemoteDisconnected\('Remote end closed|error: Failed to fetch: `|httpx\.(?:ConnectError|ConnectTimeout|ReadTimeout|RemoteProtocolError)|aiohttp\.client_exceptions\.ClientConnectorError|urllib\.error\.URLError: <urlopen error \[Errno -?\d+\]|ERROR: Could not install packages due to an OSError: HTTPS?ConnectionPool)",
        )
        .unless(r"(?i)certificate|CERTIFICATE_VERIFY_FAILED|localhost|127\.0\.0\.1|Errno 111|after connection broken by|\b40[0-9]\b|SSLCertVerificationError|too many 5\d\d")
        .confidence(0.85)
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.index.example', port=443): Read timed out.")
        .matches("requests.exceptions.ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))")
        .matches("error: Failed to fetch: `https://index.example/simple/widget/`")
        .ignores("WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError(...)': /simple/widget/")
        .ignores("requests.exceptions.SSLError: HTTPSConnectionPool(host='index.example', port=443): Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, 'certificate verify failed')))"),
    rule("python.network-retried", "network-transient")
        .pattern(r"^(?:WARNING: )?Retrying \(Retry\(total=\d+.*after connection broken by")
        .severity("warning")
        .disposition(Disposition::Retry)
        .strategies(&["retry"])
        .matches("WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ReadTimeoutError(\"...\")': /simple/widget/")
        .ignores("ERROR: No matching distribution found for widget"),
    rule("python.index-refuses", "auth-or-permission")
        .pattern(
            r"^ERROR: (?:HTTP error (?P<status>40[13])|40[13] Client Error)|HTTPError: 40[13] (?:Client Error|Forbidden|Unauthorized)|HTTP status client error \(40[13]|User for \S+: $",
        )
        .strategies(&["escalate"])
        .matches("ERROR: HTTP error 403 while getting https://index.example/widget-1.0.tar.gz")
        .matches("HTTPError: 403 Forbidden from https://upload.example/legacy/")
        .matches("  HTTP status client error (401 Unauthorized) for url (https://index.example/simple/widget/)")
        .ignores("ERROR: HTTP error 503 while getting https://index.example/widget-1.0.tar.gz"),
    rule("python.index-down", "registry-or-service-outage")
        .pattern(
            r"^ERROR: HTTP error (?P<status>5\d\d)|(?:HTTPError|HTTP status server error).{0,4}5\d\d |too many 5\d\d error responses",
        )
        .disposition(Disposition::Retry)
        .strategies(&["retry", "alternative"])
        .matches("ERROR: HTTP error 503 while getting https://index.example/widget-1.0.tar.gz")
        .matches("  HTTP status server error (502 Bad Gateway) for url (https://index.example/simple/widget/)")
        .matches("requests.exceptions.RetryError: HTTPSConnectionPool(host='index.example', port=443): Max retries exceeded with url: / (Caused by ResponseError('too many 503 error responses'))")
        .ignores("ERROR: HTTP error 403 while getting https://index.example/widget-1.0.tar.gz"),
    rule("python.upload-refused", "deployment")
        .pattern(r"HTTPError: 400 (?:Bad Request|File already exists|Client Error)|File already exists\. See https?://|InvalidDistribution: ")
        .strategies(&["config", "escalate"])
        .matches("HTTPError: 400 Bad Request from https://upload.example/legacy/")
        .matches("ERROR    InvalidDistribution: Metadata is missing required fields: Name, Version.")
        .ignores("HTTPError: 403 Forbidden from https://upload.example/legacy/"),
    rule("python.audit", "security-finding")
        .pattern(r"^Found \d+ known vulnerabilit(?:y|ies)(?:, ignored \d+)? in \d+ packages?|>> Issue: \[B\d{3}:|^-> Vulnerability found in ")
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .matches("Found 2 known vulnerabilities in 1 package")
        .matches(">> Issue: [B602:subprocess_popen_with_shell_equals_true] subprocess call with shell=True identified, security issue.")
        .ignores("No known vulnerabilities found"),
];
