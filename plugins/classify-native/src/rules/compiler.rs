//! gcc, clang, MSVC, nvcc and Swift.

use plugin_sdk::prelude::*;

use super::rule;

/// A compiler's error line: file, line and level.
const AT_SOURCE: &str = r"(?:^|\s|=)(?P<file>[\w./+\\:@~ -]+\.(?:c|cc|cpp|cxx|c\+\+|C|h|hh|hpp|hxx|h\+\+|inl|ipp|tcc|tpp|cu|cuh|m|mm|S|s|y|l|pyx|swift|f|f90|F90|rc|asm|cppm|ixx|cl))(?::|\()(?P<line>\d+)(?:[:,]\d+)?\)?\s?: (?:fatal )?error(?: [A-Z]+\d+)?: ";

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.type-error", "type-error")
        .pattern(joined!(
            AT_SOURCE,
            r"(?:'\w+': )?(?:invalid conversion from|cannot convert|incompatible (?:types?|pointer|integer|function pointer)|no viable (?:conversion|overloaded)|conversion from .* to non-scalar|.*passing argument \d+ of .* (?:from incompatible|makes)|assigning to .* from (?:incompatible|distinct)|.*(?:incompatible pointer type|makes (?:pointer|integer) from)|cannot initialize|invalid operands|reference to type .* could not bind|no suitable (?:user-defined )?conversion|cannot bind .* (?:reference|lvalue)|.*narrowing conversion|cannot convert value of type|binary operator '\S+' cannot be applied)"
        ))
        .confidence(0.92)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("src/main.cpp:12:3: error: invalid conversion from 'const char*' to 'char*' [-fpermissive]")
        .matches("src/main.c:12:3: error: incompatible types when assigning to type 'struct spin' from type 'int'")
        .matches("src/main.cpp(12): error C2440: 'initializing': cannot convert from 'const char *' to 'int'\nsrc/main.cpp(12): error C2664: cannot convert argument 1 from 'int' to 'char *'")
        .ignores("src/main.c:12:3: error: expected ';' before 'return'"),
    rule("c.compile-error", "compile-error")
        .pattern(joined!(
            AT_SOURCE,
            r"|^cc1(?:plus|obj)?: (?:all|some) warnings being treated as errors|^cc1(?:plus)?: error: |error: .*\[-Werror[=,]|^(?:clang|gcc|g\+\+|clang\+\+|nvcc|icpx?): (?:fatal )?error: (?:no input|unknown argument|unsupported|invalid|unrecognized|no such file)|Error: (?:no such instruction|operand type mismatch|junk at end of line)|^Assembler messages:|internal compiler error: |PLEASE submit a bug report to|^\S+\.\w+:\d+: error: #error|^\S+\.y:\d+[.:\d-]* (?:error|fatal error)|^Error: .*\.f90:|static assertion failed|required from here$"
        ))
        .unless(r"No such file or directory|file not found|Cannot open include|(?i:\bwarning: )|internal compiler error: Killed|\): (?:fatal )?error: in \x22")
        .confidence(0.9)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("src/main.c:12:3: error: expected ';' before 'return'")
        .matches("src/main.cpp(12): error C2065: 'x': undeclared identifier")
        .matches("C:\\src\\main.cpp(12,5): error C2065: 'x': undeclared identifier [C:\\src\\app.vcxproj]")
        .matches("cc1plus: all warnings being treated as errors")
        .matches("src/spin.cu(12): error: identifier \"turn\" is undefined")
        .matches("/src/app/Sources/App/Spin.swift:3:5: error: cannot find 'turn' in scope")
        .ignores("src/main.c:12:3: warning: unused variable 'x' [-Wunused-variable]"),
    rule("c.compiler-killed", "resource-memory")
        .pattern(r"internal compiler error: Killed|(?:fatal error|error): Killed signal terminated program (?P<tool>\w+)|clang(?:\+\+)?: error: (?:unable to execute command: Killed|clang frontend command failed.*signal)|cc1(?:plus)?: out of memory|fatal error C1060: compiler is out of heap space|error C1076: |LLVM ERROR: out of memory|collect2: fatal error: ld terminated with signal 9|ld terminated with signal 9|virtual memory exhausted: |ld(?:\.\w+)?: final link failed: [Mm]emory exhausted|lto1: .*[Oo]ut of memory")
        .confidence(0.95)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config", "alternative"])
        .matches("g++: fatal error: Killed signal terminated program cc1plus")
        .matches("g++: internal compiler error: Killed (program cc1plus)")
        .matches("collect2: fatal error: ld terminated with signal 9 [Killed]")
        .matches("clang++: error: unable to execute command: Killed")
        .ignores("cc1plus: all warnings being treated as errors"),
    rule("c.clang-tidy", "lint-or-format")
        .pattern(r"\[(?:bugprone|cert|clang-analyzer|concurrency|cppcoreguidelines|google|hicpp|llvm|misc|modernize|performance|portability|readability|fuchsia|abseil)-[\w.,-]+(?:,-warnings-as-errors)?\]$|\[clang-format-violations\]|code should be clang-formatted|\[-Wclang-format-violations\]|clang-format(?:-\d+)?: .*(?:would|needs)|[Pp]lease run .?(?:git )?clang-format|[Ff]iles? (?:need|require|are not|is not) .*clang-format|  \[(?:whitespace|readability|build|runtime|legal)/[\w/+]+\] \[\d\]$|^(?:nofile|\S+):\d+(?::\d+)?: (?:style|performance|portability): .*\[\w+\]$")
        .unless(r": warning: .*[^s]\]$|^warning|No such file")
        .confidence(0.92)
        .disposition(Disposition::Patch)
        .strategies(&["alternative", "config", "escalate"])
        .matches("src/main.cpp:12:3: error: suspicious spinning [bugprone-spinning,-warnings-as-errors]")
        .matches("src/main.cpp:12:3: error: code should be clang-formatted [-Wclang-format-violations]")
        .matches("src/main.cpp:12:  Missing space before {  [whitespace/braces] [5]")
        .ignores("src/main.c:12:3: warning: unused variable 'x' [-Wunused-variable]"),
    rule("c.compile-summary", "compile-error")
        .pattern(r"^[1-9]\d* errors? generated\.$|^compilation terminated\.$|^[1-9]\d* errors? detected in the compilation of|^\s*[1-9]\d* Error\(s\)$|^\*\* BUILD FAILED \*\*$|^The following build commands failed:|^error: fatalError$|^Command (?:CompileC|CompileSwift\w*|PhaseScriptExecution|Ld) failed with a nonzero exit code")
        .summary()
        .confidence(0.6)
        .strategies(&["escalate"])
        .matches("2 errors generated.")
        .matches("compilation terminated.")
        .matches("** BUILD FAILED **")
        .ignores("2 warnings generated."),
];
