//! The compiler, vet, cgo and the linker.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("go.type-error", "type-error")
        .pattern(r"(?P<file>[\w./\\@+-]+\.go):(?P<line>\d+)(?::\d+)?: (?:cannot use .* (?:as|in|\()|invalid operation: .*(?:mismatched types|not defined on|cannot)|.*does not (?:implement|satisfy)|cannot convert|impossible type|cannot infer|cannot assign |first argument to append|.* is not a type|incompatible type|.*constant .* overflows|cannot range over|.* used as value|multiple-value .* in single-value context)")
        .confidence(0.92)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("./main.go:12:9: cannot use x (variable of type int) as string value in argument to spin")
        .matches("./main.go:12:9: invalid operation: a + b (mismatched types int and string)")
        .matches("vet: ./main_test.go:8:14: cannot use &fake{} (value of type *fake) as Spinner value in argument to run: *fake does not implement Spinner (missing method Stop)")
        .ignores("./main.go:12:9: undefined: spin"),
    rule("go.compile-error", "compile-error")
        .pattern(r"(?P<file>[\w./\\@+-]+\.go):(?P<line>\d+)(?::\d+)?: (?:undefined: |undefined reference|not enough (?:arguments|return values)|too many (?:arguments|return values)|syntax error: |declared and not used|\S+ declared (?:and|but) not used|\x22\S+\x22 imported (?:as \w+ )?and not used|imported and not used: |declared and not used: |(?:internal compiler error|cannot (?:range over|assign to|infer|make type|call pointer|take address)|first argument to|result parameter|goto |break statement|continue (?:label|statement)|defer |init must be|func (?:main|init) must|main redeclared|found packages|multiple-value|self-referential|import \x22|invalid operation: operator|unterminated|newline in|unreachable|type \S+ is not|\S+ is not a type|.* escapes|embedding |interface contains|undeclared|\S+ (?:is not used|\(.*\) is not used)|\S+ .* is not used$)|missing return|\S+ redeclared|assignment mismatch|expected |.*undefined \(type|label \w+ |unknown field |undeclared name|could not import|non-name |no new variables|duplicate (?:case|method|key)|illegal |invalid (?:recursive|character|use of)|method \S+ already declared|missing (?:function body|condition|ident)|use of .* not (?:in selector|an expression)|import cycle|cannot (?:refer to unexported|embed)|unexpected |other declaration of|string literal not terminated|const initializer|pattern \S+: (?:no matching files|cannot embed)|.*\(no required module)|^vet: \S+\.go:\d+|import cycle not allowed|use of (?:internal|vendored) package \S+ not allowed|relocation target \S+ not defined|^\S*/link: running (?:gcc|clang|cc)\S* failed|go:linkname must refer|link: \S+: invalid reference to")
        .unless(r"cannot use|does not implement|no required module provides|mismatched types")
        .confidence(0.91)
        .strategies(&["escalate", "rollback"])
        .block("compiler")
        .matches("./main.go:12:9: undefined: spin")
        .matches("./main.go:12:9: not enough arguments in call to spin")
        .matches("./main.go:4:2: \"fmt\" imported and not used")
        .matches("./main.go:4:2: imported and not used: \"fmt\"")
        .matches("main.go:9:2: w.Spin undefined (type *Widget has no field or method Spin)")
        .matches("imports example.test/app/a: import cycle not allowed")
        .matches("spin.go:7:12: pattern dist/*: no matching files found")
        .ignores("./main.go:12:9: cannot use x (variable of type int) as string value in argument to spin"),
    rule("go.vet", "lint-or-format")
        .pattern(r"\.go:\d+(?::\d+)?: (?:fmt\.\w+ (?:format|call|arg)|\S+ (?:format %|call has)|result of .* call not used|struct field tag|unreachable code|.* passes lock by value|assignment copies lock|self-assignment|composite literal uses unkeyed|the cancel function|should have signature|non-constant format string|loop variable \w+ captured|unusedresult|possible misuse of|context\.WithCancel)")
        .strategies(&["escalate"])
        .matches("./main.go:12:2: fmt.Printf format %d has arg s of wrong type string")
        .matches("main.go:8:6: non-constant format string in call to fmt.Errorf")
        .ignores("./main.go:12:9: undefined: spin"),
    rule("go.compiler-killed", "resource-memory")
        .pattern(r"/(?:compile|link|asm|vet|cgo): signal: killed|fatal error: runtime: (?:out of memory|cannot allocate memory)|^runtime: out of memory: cannot allocate|runtime: failed to create new OS thread|fatal error: runtime: cannot")
        .confidence(0.93)
        .disposition(Disposition::Auto)
        .strategies(&["resource", "config"])
        .matches("example.test/app/spin: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed")
        .matches("fatal error: runtime: out of memory")
        .ignores("signal: interrupt"),
    rule("go.build-failed", "compile-error")
        .pattern(r"^FAIL\s+(?P<target>\S+) \[(?:build|setup) failed\]")
        .summary()
        .confidence(0.62)
        .strategies(&["escalate"])
        .matches("FAIL\texample.test/widget [build failed]")
        .ignores("FAIL\texample.test/widget\t0.012s"),
];
