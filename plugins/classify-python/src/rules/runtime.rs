//! What the interpreter says when a program ends badly.

use plugin_sdk::prelude::*;

use super::rule;

/// A key that may be an environment variable; the traceback says whether it is.
pub const MISSING_ENV: &str = "python.missing-env";

/// An argument that a function does not take; the traceback, and then the package index, say whose fault that is.
pub const UNEXPECTED_ARGUMENT: &str = "python.unexpected-argument";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule(MISSING_ENV, "configuration")
        .pattern(
            r"KeyError: '(?P<variable>[A-Z][A-Z0-9_]{2,})'|(?:ImproperlyConfigured|UndefinedValueError|EnvError|EnvironmentError|RuntimeError|ValueError|ValidationError): .*?(?:Set the |[Ee]nvironment variable ['\x22`]?)(?P<name>[A-Z][A-Z0-9_]{2,})['\x22`]? ?(?:environment variable|(?:is )?not set|not found|must be set|is required|is missing|not defined)|UndefinedValueError: (?P<option>[A-Z][A-Z0-9_]{2,}) not found",
        )
        .confidence(0.88)
        .disposition(Disposition::Auto)
        .strategies(&["config"])
        .asks_plugin()
        .block("python-traceback")
        .matches("KeyError: 'DATABASE_URL'")
        .matches("django.core.exceptions.ImproperlyConfigured: Set the SECRET_KEY environment variable")
        .matches("decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default value.")
        .ignores("KeyError: 'name'"),
    rule("python.syntax-error", "compile-error")
        .pattern(r"^(?:E\s+|\s*|.*\*\*\* Error compiling .*)(?:SyntaxError|IndentationError|TabError): (?P<message>\S.*)|Sorry: (?:SyntaxError|IndentationError): ")
        .unless(r"Unexpected (?:token|identifier|end of|string|number)|Invalid or unexpected token|Cannot use import statement|missing \) after|already been declared|in JSON|is not valid JSON|\.[jt]sx?: |Unexpected (?:strict|reserved)|export|await is only|Missing initializer|Illegal (?:return|break|continue)|import\.meta|Private field|Invalid regular expression|left-hand side|JSON")
        .confidence(0.88)
        .strategies(&["escalate", "rollback"])
        .block("python-traceback")
        .matches("SyntaxError: invalid syntax")
        .matches("E   IndentationError: unexpected indent")
        .ignores("SyntaxError: Unexpected token '}'"),
    rule("python.memory-error", "resource-memory")
        .pattern(r"^(?:E\s+)?(?:MemoryError\b|numpy\.\S*ArrayMemoryError|torch\.(?:cuda\.)?OutOfMemoryError|RuntimeError: CUDA out of memory|RuntimeError: .*DefaultCPUAllocator: can't allocate memory)")
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .strategies(&["resource"])
        .block("python-traceback")
        .matches("MemoryError")
        .matches("numpy._core._exceptions._ArrayMemoryError: Unable to allocate 7.45 GiB for an array")
        .matches("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.")
        .ignores("class MemoryError(Exception):"),
    rule("python.worker-killed", "resource-memory")
        .pattern(r"A process in the process pool was terminated abruptly|BrokenProcessPool|worker '\w+' crashed while running|TerminatedWorkerError")
        .confidence(0.6)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "retry"])
        .matches("concurrent.futures.process.BrokenProcessPool: A process in the process pool was terminated abruptly while the future was running or pending.")
        .ignores("[gw0] Python 3.12.3 -- GCC 13"),
    rule("python.backend-version-clash", "dependency-conflict")
        .pattern(
            r"^(?:E\s+)?TypeError: load\(\) missing 1 required positional argument: 'Loader'|^(?:E\s+)?OSError: .* is not a valid package style, path of style file|^\x22\w+\(\)\x22 has been removed, use$|^(?:E\s+)?pydantic\.errors\.Pydantic(?:User|Import)Error: .*(?:removed|deprecated|moved|renamed|non-annotated|MUST specify)|password cannot be longer than 72 bytes|error reading bcrypt version|(?:TypeError|AttributeError): .*(?:__init__\(\)|create_client\(\)|Client\.__init__\(\)) got an unexpected keyword argument '(?:proxies|proxy|allowed_methods|method_whitelist|strict|as_tuple)'|got an unexpected keyword argument '(?:method_whitelist|as_tuple|proxies)'",
        )
        .disposition(Disposition::Patch)
        .confidence(0.92)
        .strategies(&["dependency"])
        .block("python-traceback")
        .matches("ValueError: password cannot be longer than 72 bytes, truncate manually if necessary (e.g. my_password[:72])")
        .matches("TypeError: Client.__init__() got an unexpected keyword argument 'proxies'")
        .matches("TypeError: load() missing 1 required positional argument: 'Loader'")
        .matches("pydantic.errors.PydanticUserError: `regex` is removed. use `pattern` instead")
        .matches("\"spin()\" has been removed, use")
        .ignores("TypeError: spin() got an unexpected keyword argument 'speed'"),
    rule(UNEXPECTED_ARGUMENT, "dependency-conflict")
        .pattern(
            r"^(?:E\s+)?TypeError: (?:(?:\w+\.)*(?P<object>\w+)\.)?(?P<name>\w+)\(\) got an unexpected keyword argument '(?P<option>\w+)'",
        )
        .unless("'(?:proxies|proxy|allowed_methods|method_whitelist|strict|as_tuple)'")
        .confidence(0.7)
        .specificity(60)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .asks_plugin()
        .block("python-traceback")
        .matches("TypeError: Widget.__init__() got an unexpected keyword argument 'speed'")
        .matches("E   TypeError: spin() got an unexpected keyword argument 'speed'")
        .ignores("TypeError: spin() missing 1 required positional argument: 'speed'"),
    rule("python.numpy-alias-removed", "dependency-conflict")
        .pattern(r"AttributeError: module 'numpy' has no attribute '(?P<attribute>\w+)'|AttributeError: `np\.(?P<name>\w+)` was removed in the NumPy")
        .confidence(0.93)
        .specificity(95)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("python-traceback")
        .matches("AttributeError: `np.float_` was removed in the NumPy 2.0 release. Use `np.float64` instead.")
        .matches("AttributeError: module 'numpy' has no attribute 'bool'.")
        .ignores("AttributeError: module 'widget' has no attribute 'spin'"),
    rule("python.venv-unavailable", "toolchain-missing-or-version")
        .pattern(r"The virtual environment was not created successfully because ensurepip is not|No virtual environment found|Failed to find (?:interpreter|python)|Python was not found; run without arguments|pyenv: version `(?P<version>[^']+)' is not installed|RuntimeError: failed to find interpreter")
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "config"])
        .matches("The virtual environment was not created successfully because ensurepip is not")
        .matches("pyenv: version `3.12.1' is not installed (set by /src/app/.python-version)")
        .matches("error: No virtual environment found; run `uv venv` to create an environment, or pass `--system` to install into a non-virtual environment")
        .ignores("Creating virtual environment at: .venv"),
    rule("python.script-missing", "configuration")
        .pattern(r"^\S*python[\d.]*: can't open file '(?P<file>[^']+)'")
        .strategies(&["config", "escalate"])
        .matches("python3: can't open file '/src/app/run.py': [Errno 2] No such file or directory")
        .ignores("FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'"),
    rule("python.subprocess-failed", "unknown")
        .ecosystem("generic")
        .pattern(r"(?:subprocess\.)?CalledProcessError: Command .* returned (?:a )?non-zero exit status (?P<exit_code>\d+)|(?:subprocess\.)?CalledProcessError: Command .* died with <Signals")
        .summary()
        .confidence(0.4)
        .specificity(50)
        .strategies(&["escalate"])
        .matches("subprocess.CalledProcessError: Command '['make']' returned non-zero exit status 2.")
        .ignores("subprocess.run(['make'], check=True)"),
    rule("python.exception", "test-failure")
        .pattern(
            r"^(?:E\s+)?(?:[a-z_][\w]*\.)*(?P<name>(?:TypeError|ValueError|KeyError|IndexError|NameError|AttributeError|RuntimeError|ZeroDivisionError|NotImplementedError|RecursionError|UnboundLocalError|UnicodeDecodeError|UnicodeEncodeError|StopIteration|LookupError|ArithmeticError|OverflowError)|\w+\.(?:exceptions|errors)\.\w+): (?P<message>\S.*)",
        )
        .unless(r"Cannot read propert|is not a function|is not defined$|is not (?:iterable|a constructor)|undefined|'[A-Z][A-Z0-9_]{2,}'$|has no attribute|got an unexpected keyword argument '|urllib3|requests\.exceptions|docker\.errors|gunicorn\.errors|CellExecutionError")
        .confidence(0.62)
        .specificity(55)
        .strategies(&["escalate", "rollback"])
        .block("python-traceback")
        .matches("ValueError: invalid literal for int() with base 10: 'x'")
        .matches("E   TypeError: spin() takes 1 positional argument but 2 were given")
        .ignores("TypeError: Cannot read properties of undefined (reading 'name')"),
    rule("python.traceback", "unknown")
        .pattern(r"^\s*(?:E\s+)?Traceback \(most recent call last\):")
        .symptom()
        .severity("warning")
        .confidence(0.5)
        .specificity(55)
        .strategies(&["escalate"])
        .block("python-traceback")
        .matches("Traceback (most recent call last):")
        .ignores("  File \"/src/app/run.py\", line 3, in <module>"),
];
