//! The compilers and build tools themselves.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.toolchain-missing", "toolchain-missing-or-version")
        .pattern(r"No CMAKE_(?P<name>\w+)_COMPILER could be found|CMake (?P<wanted>[\d.]+)(?:\.\.\.[\d.]+)? or higher is required|C(?:\+\+)? compiler cannot create executables|no acceptable (?:C|C\+\+|Fortran|cc|ld)(?: compiler)? (?:could be )?found|CMake was unable to find a build program|The (?:C|CXX|CUDA|Fortran|ASM_NASM) compiler identification is unknown|Compatibility with CMake < [\d.]+ has been removed|configure: error: .*(?i:compiler .*(?:required|support|not found|too old|cannot|doesn't|does not)|C\+\+\d\d .*(?:support|required)|too old|requires? (?:at least )?(?:version )?\d+\.\d+)|is not a full path and was not found in the PATH|The (?:C|CXX|CUDA) compiler\s*$|is not able to compile a simple test program|Could not find compiler set in environment variable|Could not find the compiler specified in the")
        .unless(r"compiler identification is unknown.*(?:ASM)")
        .confidence(0.92)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "escalate"])
        .matches("  No CMAKE_CXX_COMPILER could be found.")
        .matches("  CMake 3.28 or higher is required.  You are running version 3.22.1")
        .matches("  Compatibility with CMake < 3.5 has been removed from CMake.")
        .matches("configure: error: no acceptable C compiler found in $PATH")
        .matches("configure: error: C compiler cannot create executables")
        .matches("configure: error: a compiler with support for C++17 language features is required.")
        .ignores("-- The C compiler identification is GNU 13.2.0"),
    rule("c.toolchain-version", "toolchain-missing-or-version")
        .pattern(r"unrecognized (?:command[- ]line )?option ['‘\x22]-std=|invalid value '\S+' in '-std=|xcode-select: error|invalid active developer path|xcrun: error: |could not find any instance of Visual Studio|MSB8020|MSB8036: The Windows SDK version|The build tools for v\d+ .* cannot be found|Unknown compiler\(s\): |None of values \[.*\] are supported by the (?:C|CPP) compiler|Meson version is .* but project requires|ERROR: Could not (?:detect Ninja|invoke sanity)|Compiler .* (?:can not|cannot) compile programs|nvcc: (?:command )?not found|unsupported GNU version! gcc versions later than|error: #error .*(?:requires|needs) .*(?:C\+\+\d\d|GCC|[Cc]ompiler)|requires (?:GCC|gcc|Clang|clang|CMake|Xcode|MSVC) (?:version )?(?:>=? ?)?\d|xcodebuild: error: .*(?:requires Xcode|SDK \S+ cannot be located)|[Yy]our compiler does not support")
        .unless(r"^(?:ba|z|da)?sh: |line \d+: ")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["alternative", "dependency", "escalate"])
        .matches("meson.build:1:0: ERROR: Meson version is 0.55.0 but project requires >= 0.60")
        .matches("xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools), missing xcrun at: /Library/Developer/CommandLineTools/usr/bin/xcrun")
        .matches("g++: error: unrecognized command-line option '-std=c++20'")
        .ignores("-- The C compiler identification is GNU 13.2.0"),
];
