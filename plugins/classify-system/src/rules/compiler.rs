//! C and C++ compilers, linkers, CMake and autotools.

use plugin_sdk::prelude::*;

use super::tool;

fn c(code: &str, category: &str) -> Rule {
    tool(code, category, "c")
}

/// The rules of this topic.
pub fn rules() -> Vec<Rule> {
    vec![
        c("system.missing-header", "dependency-missing")
            .pattern(r"fatal error: ['\x22]?(?P<file>[^'\x22:\s]+)['\x22]?: No such file or directory|fatal error: '(?P<path>[^']+)' file not found|Cannot open include file: '(?P<name>[^']+)'")
            .confidence(0.94)
            .disposition(Disposition::Auto)
            .strategies(["dependency", "alternative", "escalate"])
            .block("compiler")
            .matches("widget.c:1:10: fatal error: widget.h: No such file or directory")
            .matches("widget.c:1:10: fatal error: 'widget.h' file not found")
            .ignores("cat: widget.h: No such file or directory"),
        c("system.missing-library", "dependency-missing")
            .pattern(r"cannot find -l(?P<library>[\w.+-]+)|library not found for -l(?P<name>[\w.+-]+)|unable to find library -l(?P<package>[\w.+-]+)|Package '?(?P<requirement>[\w.+-]+)'?,? (?:required by '[^']+', |was )not found(?: in the pkg-config search path)?|No package '(?P<target>[^']+)' found")
            .confidence(0.92)
            .disposition(Disposition::Auto)
            .strategies(["dependency", "alternative", "escalate"])
            .block("compiler")
            .matches("/usr/bin/ld: cannot find -lwidget: No such file or directory")
            .matches("Package widget was not found in the pkg-config search path.")
            .matches("No package 'widget' found")
            .ignores("/usr/bin/ld: main.o: undefined reference to `spin'"),
        c("system.link-error", "compile-error")
            .pattern(r"undefined reference to [`']|undefined symbols? for architecture|Undefined symbols:|ld: symbol\(s\) not found|multiple definition of [`']|error LNK\d{4}|lld: error: undefined symbol|relocation \S+ against")
            .strategies(["escalate", "dependency"])
            .block("compiler")
            .matches("main.o: in function `main': main.c:3: undefined reference to `spin'")
            .matches("ld.lld: error: undefined symbol: spin\nlld: error: undefined symbol: spin")
            .ignores("/usr/bin/ld: cannot find -lwidget"),
        c("system.link-summary", "compile-error")
            .pattern(r"collect2: error: ld returned \d+ exit status|clang(?:\+\+)?: error: linker command failed")
            .symptom()
            .confidence(0.75)
            .strategies(["escalate"])
            .matches("collect2: error: ld returned 1 exit status")
            .ignores("main.o: undefined reference to `spin'"),
        c("system.compile-error-c", "compile-error")
            .pattern(
                r"^(?:\S+=)?(?P<file>[\w./+\\ -]+\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inl|ipp|cu|m|mm|S))(?::|\()(?P<line>\d+)(?:[:,]\d+)?\)?: (?:fatal )?error(?: C\d{4})?: |^cc1(?:plus)?: (?:all warnings being treated as errors|error: )|error: .*\[-Werror[=,]",
            )
            .unless(r"No such file or directory|file not found")
            .confidence(0.9)
            .strategies(["escalate", "rollback"])
            .block("compiler")
            .matches("src/main.c:12:3: error: expected ';' before 'return'")
            .matches("src/main.cpp(12): error C2065: 'x': undeclared identifier")
            .matches("cc1plus: all warnings being treated as errors")
            .ignores("src/main.c:12:3: warning: unused variable 'x' [-Wunused-variable]"),
        c("system.cmake-cache-stale", "configuration")
            .pattern(r"The current CMakeCache\.txt directory (?P<path>\S+) is different than the directory|The source \x22[^\x22]+\x22 does not match the source \x22[^\x22]+\x22 used to generate cache|CMake Error: Error: generator : \S.* Does not match the generator used previously|Does not match the generator used previously")
            .confidence(0.95)
            .disposition(Disposition::Auto)
            .strategies(["config"])
            .matches("CMake Error: The current CMakeCache.txt directory /a/CMakeCache.txt is different than the directory /b where CMakeCache.txt was created.")
            .matches("CMake Error: The source \"/a/CMakeLists.txt\" does not match the source \"/b/CMakeLists.txt\" used to generate cache.  Re-run cmake with a different source directory.")
            .ignores("-- Configuring done"),
        c("system.cmake-package-missing", "dependency-missing")
            .pattern(r"Could NOT find (?P<package>\w+)|Could not find a (?:package configuration file provided by|configuration file for package) .(?P<name>\w+).|By not providing .Find(?P<file>\w+)\.cmake.|A required (?:package|library) (?:was )?not found|None of the required '(?P<library>[^']+)' found|The following required packages were not found")
            .unless(r"(?i)optional|^-- Could NOT find \w+ \(missing")
            .disposition(Disposition::Auto)
            .strategies(["dependency", "alternative", "escalate"])
            .matches("  Could NOT find OpenSSL, try to set the path to OpenSSL root folder in the")
            .matches("  Could not find a package configuration file provided by \"Widget\" with any of")
            .ignores("-- Could NOT find Doxygen (missing: DOXYGEN_EXECUTABLE)"),
        c("system.toolchain-missing-c", "toolchain-missing-or-version")
            .pattern(r"No CMAKE_(?:C|CXX|Fortran|CUDA)_COMPILER could be found|CMake (?P<wanted>[\d.]+) or higher is required|C(?:\+\+)? compiler cannot create executables|no acceptable C compiler found|CMake was unable to find a build program|The (?:C|CXX) compiler identification is unknown|Compatibility with CMake < [\d.]+ has been removed|configure: error: .*(?:compiler|too old)|unrecognized command[- ]line option ['‘]-std=|xcode-select: error|invalid active developer path")
            .disposition(Disposition::Auto)
            .strategies(["alternative", "dependency", "escalate"])
            .matches("  No CMAKE_CXX_COMPILER could be found.")
            .matches("  CMake 3.28 or higher is required.  You are running version 3.22.1")
            .matches("configure: error: no acceptable C compiler found in $PATH")
            .ignores("-- The C compiler identification is GNU 13.2.0"),
        c("system.configure-error", "configuration")
            .pattern(r"^configure: error: |^CMake Error at (?P<file>\S+?):(?P<line>\d+)|^meson\.build:\d+:\d+: ERROR: |-- Configuring incomplete, errors occurred")
            .symptom()
            .confidence(0.72)
            .strategies(["config", "dependency", "escalate"])
            .matches("CMake Error at CMakeLists.txt:12 (find_package):")
            .matches("configure: error: widget is required")
            .ignores("configure: creating ./config.status"),
    ]
}
