//! ld, lld, gold, Apple's and Microsoft's linkers.

use plugin_sdk::prelude::*;

use super::rule;

/// The rules of this topic.
pub const RULES: &[Rule] = rules![
    rule("c.link-error", "compile-error")
        .pattern(r"undefined reference to [`'‘]|more undefined references to|undefined symbols? for architecture|Undefined symbols(?:: | for )|ld: symbol\(s\) not found|multiple definition of [`'‘]|duplicate symbols? (?:for architecture|'|_)|error LNK\d{4}|(?:^|[ /])(?:lld|ld\.lld|lld-link|wasm-ld|mold|ld): error: |relocation \S+ against|relocation truncated to fit|hidden symbol .* is referenced by DSO|DSO missing from command line|file format not recognized|file in wrong format|skipping incompatible \S+ when searching|ld: (?:unknown|incompatible)|could not read symbols|error adding symbols: |lto-wrapper: fatal error|plugin needed to handle lto object|\.text section exceeds|region `\w+' overflowed by")
        .unless(r"LNK1104|LNK1181|cannot find -l|symbol lookup error|library not found|ImportError|warning: |unable to find library")
        .confidence(0.92)
        .strategies(&["escalate", "dependency"])
        .block("compiler")
        .matches("main.o: in function `main': main.c:3: undefined reference to `spin'")
        .matches("ld.lld: error: undefined symbol: spin")
        .matches("/usr/bin/ld: spin.o: multiple definition of `spin'; main.o:main.c:1: first defined here")
        .matches("main.obj : error LNK2019: unresolved external symbol spin referenced in function main")
        .matches("/usr/bin/ld: spin.a(spin.o): relocation R_X86_64_32 against `.rodata' can not be used when making a PIE object; recompile with -fPIE")
        .ignores("/usr/bin/ld: cannot find -lwidget"),
    rule("c.link-summary", "compile-error")
        .pattern(r"collect2: (?:error|fatal error): ld (?:returned \d+ exit status|terminated)|clang(?:\+\+)?: error: linker command failed|^(?:ld|link\.exe): .*fatal error LNK1120|fatal error LNK1120|error: linking with `\S+` failed")
        .unless("signal 9")
        .symptom()
        .confidence(0.75)
        .strategies(&["escalate"])
        .matches("collect2: error: ld returned 1 exit status")
        .matches("clang: error: linker command failed with exit code 1 (use -v to see invocation)")
        .ignores("main.o: undefined reference to `spin'"),
];
