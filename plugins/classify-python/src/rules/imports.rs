//! Modules and names that are not there any more, or never were.

use plugin_sdk::prelude::*;

use super::rule;

/// A name that an object does not offer; the traceback says whose fault that is.
pub const OBJECT_ATTRIBUTE: &str = "python.object-attribute-removed";
/// A name that a module does not offer; the traceback says whose fault that is.
pub const MODULE_ATTRIBUTE: &str = "python.attribute-removed";

/// Where installed packages and the standard library live.
const INSTALLED: &str = r"site-packages|dist-packages|[/\\][Ll]ib[/\\]python\d|python\d[^/]*\.zip|conda";

/// A name that an installed module does not offer.
const INSTALLED_NAME: &str = joined!(
    r"cannot import name '?(?P<name>[\w.]+)'? from '(?P<module>[\w.]+)'(?: \((?P<file>[^)]*(?:",
    INSTALLED,
    r")[^)]*|unknown location)\)|$|\.)"
);
/// A name that some module does not offer.
const LOCAL_NAME: &str = r"cannot import name '?(?P<name>[\w.]+)'?(?: from (?:partially initialized module )?'(?P<module>[\w.]+)' \((?P<file>[^)]+)\)|$| from)";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("python.module-not-found", "dependency-missing")
        .pattern(
            r"(?:(?:ModuleNotFoundError|ImportError): |^\S*python[\d.]*(?:\.exe)?: )No module named ['\x22]?(?P<module>[A-Za-z_][\w.]*)",
        )
        .unless(r"pkg_resources|distutils|named '?setuptools|is not a package|build\.__main__")
        .confidence(0.9)
        .specificity(90)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("python-traceback")
        .matches("ModuleNotFoundError: No module named 'widget'")
        .matches("E   ModuleNotFoundError: No module named 'widget.core'")
        .matches("ImportError: No module named widget")
        .matches("/usr/bin/python3: No module named widget")
        .ignores("ImportError: cannot import name 'spin' from 'widget'")
        .ignores("ModuleNotFoundError: No module named 'pkg_resources'"),
    rule("python.import-name-removed", "dependency-conflict")
        .pattern(INSTALLED_NAME)
        .unless("circular import|partially initialized")
        .confidence(0.88)
        .specificity(90)
        .disposition(Disposition::Patch)
        .strategies(&["dependency"])
        .block("python-traceback")
        .matches("ImportError: cannot import name '_spin' from 'widget' (/venv/lib/python3.12/site-packages/widget/__init__.py)")
        .matches("ImportError: cannot import name 'Callable' from 'collections' (/usr/lib/python3.12/collections/__init__.py)")
        .matches("E   ImportError: cannot import name 'spin' from 'widget'")
        .ignores("ImportError: cannot import name 'spin' from 'app.core' (/src/app/core.py)"),
    rule("python.import-name-local", "test-failure")
        .pattern(LOCAL_NAME)
        .unless(INSTALLED)
        .confidence(0.75)
        .strategies(&["escalate", "rollback"])
        .block("python-traceback")
        .matches("ImportError: cannot import name 'spin' from 'app.core' (/src/app/core.py)")
        .matches("ImportError: cannot import name 'spin' from partially initialized module 'app.core' (most likely due to a circular import) (/src/app/core.py)")
        .ignores("ImportError: cannot import name '_spin' from 'widget' (/venv/lib/python3.12/site-packages/widget/__init__.py)"),
    rule(MODULE_ATTRIBUTE, "dependency-conflict")
        .pattern(r"AttributeError: module '(?P<module>[\w.]+)' has no attribute '(?P<attribute>\w+)'")
        .unless("partially initialized|circular import")
        .confidence(0.82)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .asks_plugin()
        .block("python-traceback")
        .matches("AttributeError: module 'collections' has no attribute 'Callable'")
        .ignores("AttributeError: partially initialized module 'widget' has no attribute 'spin' (most likely due to a circular import)"),
    rule(OBJECT_ATTRIBUTE, "dependency-conflict")
        .pattern(r"AttributeError: '(?P<object>[\w.]+)' object has no attribute '(?P<attribute>\w+)'")
        .confidence(0.8)
        .specificity(75)
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "escalate"])
        .asks_plugin()
        .block("python-traceback")
        .matches("AttributeError: 'Engine' object has no attribute 'execute'")
        .ignores("AttributeError: module 'collections' has no attribute 'Callable'"),
    rule("python.import-broken-library", "dependency-conflict")
        .pattern(
            r"ImportError: .*(?:undefined symbol: |version `[^']+' not found|numpy\.core\.multiarray failed to import|DLL load failed)|A module that was compiled using NumPy 1\.x cannot be run|numpy\.dtype size changed, may indicate binary incompatibility|module compiled against (?:ABI|API) version",
        )
        .disposition(Disposition::Patch)
        .strategies(&["dependency", "alternative"])
        .block("python-traceback")
        .matches("ImportError: numpy.core.multiarray failed to import")
        .matches("ImportError: /venv/lib/widget.so: undefined symbol: spin_now")
        .matches("ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C header, got 88 from PyObject")
        .ignores("ImportError: libGL.so.1: cannot open shared object file: No such file or directory"),
    rule("python.not-a-package", "test-failure")
        .pattern(r"No module named '[\w.]+'; '[\w.]+' is not a package|attempted relative import (?:with no known parent package|beyond top-level package)")
        .strategies(&["config", "escalate"])
        .block("python-traceback")
        .matches("ModuleNotFoundError: No module named 'app.core'; 'app' is not a package")
        .matches("ImportError: attempted relative import with no known parent package")
        .ignores("ModuleNotFoundError: No module named 'widget'"),
];
