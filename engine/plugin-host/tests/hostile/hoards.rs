//! H4 to H8: guests that want more than there is, of memory, stack, instances and handles, or that make the host want it.

use crate::lab::{Lab, granting};
use crate::module::{Module, component, with_inner};

async fn codes(component: Vec<u8>) -> Vec<String> {
    Lab::of(component).codes().await
}

#[tokio::test]
async fn h4_memory_is_limited_however_it_is_asked_for() {
    // At once, in the declaration.
    assert_eq!(codes(Module { memory: "2000", ..Module::default() }.build()).await, ["memory-limit"]);
    // Bit by bit, without ever touching it.
    let handles = "(loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) unreachable";
    assert_eq!(codes(Module { memory: "16 65536", handles, ..Module::default() }.build()).await, ["memory-limit"]);
    // By the compiler's own allocator, touching every page.
    let lab = Lab::guest("misbehaving").config(r#"{"behaviour": "exhaust-memory"}"#);
    assert_eq!(lab.codes().await, ["memory-limit"]);
}

#[tokio::test]
async fn h4_tables_are_limited_however_they_are_asked_for() {
    let definitions = "(table $t 1 funcref)";
    let handles = "(loop $more
        (br_if $more (i32.ge_s (table.grow $t (ref.null func) (i32.const 10000)) (i32.const 0)))) unreachable";
    assert_eq!(codes(Module { definitions, handles, ..Module::default() }.build()).await, ["memory-limit"]);
    let definitions = "(table 10000000 funcref)";
    assert_eq!(codes(Module { definitions, ..Module::default() }.build()).await, ["memory-limit"]);
}

#[tokio::test]
async fn h4_thousands_of_instances_memories_or_tables_are_not_made() {
    let many = |count, part: &str| {
        let instances = "(core instance (instantiate $m))".repeat(count);
        with_inner(Module::default().build(), &format!("(component (core module $m {part}) {instances})"))
    };
    for part in ["", "(memory 1)", "(table 1 funcref)"] {
        assert_eq!(codes(many(900, part)).await, ["memory-limit"], "{part}");
        // More than a component may declare at all.
        assert_eq!(codes(many(10_000, part)).await, ["compile-failed"], "{part}");
    }
}

#[tokio::test]
async fn h4_kinds_of_memory_that_are_not_served_are_not_compiled() {
    for part in ["(memory i64 1)", "(memory 1 1 shared)", "(memory 1) (memory 1)", "(memory 1 (pagesize 1))"] {
        let inner = format!("(component (core module $m {part}) (core instance (instantiate $m)))");
        assert_eq!(codes(with_inner(Module::default().build(), &inner)).await, ["compile-failed"], "{part}");
    }
    let many = "(table 1 funcref)".repeat(90);
    let inner = format!("(component (core module $m {many}) (core instance (instantiate $m)))");
    assert_eq!(codes(with_inner(Module::default().build(), &inner)).await, ["memory-limit"]);
}

#[tokio::test]
async fn h5_deep_recursion_is_a_fault_and_not_a_crash() {
    let locals = "(local i64 i64 i64 i64 i64 i64 i64 i64)";
    let recursion =
        format!("(func $deep (param i32) (result i32) {locals} (call $deep (i32.add (local.get 0) (i32.const 1))))");
    let definitions = &*recursion.leak();
    let handles = "(drop (call $deep (i32.const 0)))";
    assert_eq!(codes(Module { definitions, handles, ..Module::default() }.build()).await, ["stack-overflow"]);
    let start = "(drop (call $deep (i32.const 0)))";
    assert_eq!(codes(Module { definitions, start, ..Module::default() }.build()).await, ["stack-overflow"]);
}

#[tokio::test]
async fn h5_an_allocator_that_calls_the_host_does_not_recurse_through_it() {
    let imports = r#"(import "selfheal:plugin/config@0.1.0" "get" (func $config (param i32)))"#;
    let realloc = "(call $config (i32.const 256)) (i32.const 1024)";
    assert_eq!(codes(Module { imports, realloc, ..Module::default() }.build()).await, ["trap"]);
}

const LOG: &str = r#"(import "selfheal:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;

#[tokio::test]
async fn h6_a_text_that_is_too_large_or_lies_outside_is_not_copied() {
    // 48 MiB that are really there, 2 GiB that are not, and an address beyond the end.
    for place in [
        "(i32.const 1024) (i32.const 0x3000000)",
        "(i32.const 1024) (i32.const 0x7fffffff)",
        "(i32.const -8) (i32.const 16)",
    ] {
        let handles = &*format!("(call $log (i32.const 64) (i32.const 1) {place})").leak();
        let told = codes(Module { imports: LOG, memory: "896", handles, ..Module::default() }.build()).await;
        assert_eq!(told, ["garbage"], "{place}");
    }
}

/// A hundred thousand names and values of half a megabyte each, all of them the same bytes: gigabytes for whoever copies them.
const SAME_TEXT_OFTEN: &str = "
    (local.set $i (i32.const 0))
    (loop $next
        (local.set $p (i32.add (i32.const 0x100000) (i32.mul (local.get $i) (i32.const 8))))
        (i32.store (local.get $p) (i32.const 0x10000))
        (i32.store offset=4 (local.get $p) (i32.const 0x80000))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (i32.const 200000))))";

#[tokio::test]
async fn h6_a_list_that_names_the_same_bytes_again_and_again_is_not_copied() {
    let imports = r#"(import "selfheal:plugin/http@0.1.0" "send"
        (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))"#;
    let call = "(call $send (i32.const 64) (i32.const 1) (i32.const 64) (i32.const 1)
        (i32.const 0x100000) (i32.const 100000) (i32.const 64) (i32.const 0) (i32.const 256))";
    let handles = &*format!("{SAME_TEXT_OFTEN} {call}").leak();
    let component = Module { imports, memory: "256", handles, ..Module::default() }.build();
    let lab = Lab::of(component).grant(granting(|grant| grant.http = vec!["api.example".to_owned()]));
    assert_eq!(lab.codes().await, ["garbage"]);
}

#[tokio::test]
async fn h7_an_answer_that_is_too_large_or_lies_outside_is_not_read() {
    let answers = [
        // A list of 2^28 elements, which no memory holds.
        "(i32.store (i32.const 12) (i32.const 0x10000000))",
        // A list whose last element lies beyond the end.
        "(i32.store (i32.const 8) (i32.const 0xffff0))",
        // A case that does not exist.
        "(i32.store8 (i32.const 0) (i32.const 7))",
    ];
    for handles in answers {
        let told = codes(Module { handles, ..Module::default() }.build()).await;
        assert_eq!(told, ["garbage"], "{handles}");
    }
    // The answer itself lies beyond the end.
    let told = codes(Module { answer: "(i32.const 0x7ffffff8)", ..Module::default() }.build()).await;
    assert_eq!(told, ["garbage"]);
    // Small in memory, gigabytes for whoever copies it.
    let list = "(i32.store (i32.const 8) (i32.const 0x100000)) (i32.store (i32.const 12) (i32.const 100000))";
    let handles = &*format!("{SAME_TEXT_OFTEN} {list}").leak();
    assert_eq!(codes(Module { memory: "256", handles, ..Module::default() }.build()).await, ["garbage"]);
}

#[tokio::test]
async fn h8_handles_that_are_never_dropped_come_to_an_end() {
    let imports = r#"(import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration"
        (func $in (param i64) (result i32)))"#;
    let handles = "(loop $more (drop (call $in (i64.const 1))) (br $more))";
    assert_eq!(codes(Module { imports, handles, ..Module::default() }.build()).await, ["memory-limit"]);
}

#[tokio::test]
async fn a_module_without_mischief_is_only_guilty_of_its_last_function() {
    let told = Lab::of(component(&Module::default().text())).ask().await;
    assert_eq!(told.faults.len(), 1, "{:?}", told.faults);
    assert!(told.faults[0].code == "trap" && told.remedies.is_empty(), "{:?}", told.faults);
}
