//! Components from core modules in text form, for what no compiler would make: a start function that loops, an allocator that
//! calls the host, a text that lies outside of memory.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The parts of WASI that a module below may import.
const WASI: &[(&str, &str)] = &[
    ("poll.wit", "package wasi:io@0.2.6; interface poll { resource pollable { block: func(); } }"),
    (
        "clock.wit",
        "package wasi:clocks@0.2.6; interface monotonic-clock { use wasi:io/poll@0.2.6.{pollable};
         subscribe-duration: func(nanoseconds: u64) -> pollable; }",
    ),
    (
        "world.wit",
        "package test:hostile; world hostile { include selfheal:plugin/healer-plugin@0.1.0;
         import wasi:io/poll@0.2.6; import wasi:clocks/monotonic-clock@0.2.6; }",
    ),
];

/// A healer. Each field is text of the module, and each has a harmless default.
pub struct Module {
    /// Imports; `$name`s are up to the test.
    pub imports: &'static str,
    /// Type of the memory, in pages of 64 KiB.
    pub memory: &'static str,
    /// Other definitions.
    pub definitions: &'static str,
    /// Body of the allocator, which leaves an address.
    pub realloc: &'static str,
    /// What `handles` does before it answers that it wants every incident.
    pub handles: &'static str,
    /// The address of the answer of `handles`.
    pub answer: &'static str,
    /// What happens when the host has read the answer of `handles`.
    pub post_return: &'static str,
    /// Body of the start function.
    pub start: &'static str,
}

impl Default for Module {
    fn default() -> Self {
        Self {
            imports: "",
            memory: "16",
            definitions: "",
            realloc: BUMP,
            handles: "",
            answer: "(i32.const 0)",
            post_return: "",
            start: "",
        }
    }
}

/// Gives out addresses from 64 KiB on, and more memory as long as there is some.
const BUMP: &str = "
    (global.set $free (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (local.get 3)))
    (block $enough
        (br_if $enough (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $enough (i32.ge_s (memory.grow (i32.const 256)) (i32.const 0)))
        unreachable)";

impl Module {
    /// The module's text. `handles` answers with one interest in any code; `propose` traps, so that a test sees whether it was
    /// reached.
    pub fn text(&self) -> String {
        let Self { imports, memory, definitions, realloc, handles, answer, post_return, start } = self;
        let start = if start.is_empty() { String::new() } else { format!("(func $start {start}) (start $start)") };
        format!(
            r#"(module
              {imports}
              (memory (export "memory") {memory})
              (global $free (mut i32) (i32.const 65536))
              (data (i32.const 8) "\20\00\00\00\01\00\00\00")
              (data (i32.const 32) "\40\00\00\00\01\00\00\00\40\00\00\00\00\00\00\00")
              (data (i32.const 64) "*")
              {definitions}
              (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) {realloc})
              (func $handles (export "selfheal:plugin/healer@0.1.0#handles") (result i32) (local $i i32) (local $p i32)
                {handles} {answer})
              (func (export "cabi_post_selfheal:plugin/healer@0.1.0#handles") (param i32) {post_return})
              (func (export "selfheal:plugin/healer@0.1.0#propose") (param i32) (result i32) unreachable)
              {start})"#
        )
    }

    /// The component.
    pub fn build(&self) -> Vec<u8> {
        component(&self.text())
    }
}

/// Makes a component of a core module.
pub fn component(text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    let mut resolve = Resolve::default();
    resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/v0")).expect("the contract is valid");
    let pushed = WASI.iter().map(|(path, text)| resolve.push_source(path, text).expect("it is valid"));
    let package = pushed.last().expect("there is one");
    let world = resolve.select_world(&[package], Some("hostile")).expect("there is such a world");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("it is embedded");
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder.validate(true).module(&module).and_then(|encoder| encoder.encode());
    encoded.unwrap_or_else(|error| panic!("{error:#}"))
}

/// A component with another one within it, which is instantiated first of all. What it does, it does before any function of
/// the plugin is called.
pub fn with_inner(mut outer: Vec<u8>, inner: &str) -> Vec<u8> {
    let inner = wat::parse_str(inner).unwrap_or_else(|error| panic!("{error}"));
    let index = u32::try_from(inner_components(&outer)).expect("there are few");
    outer.push(4);
    outer.extend(leb128(u32::try_from(inner.len()).expect("it is small")));
    outer.extend(inner);
    let mut instance = vec![1, 0];
    instance.extend(leb128(index));
    instance.push(0);
    outer.push(5);
    outer.extend(leb128(u32::try_from(instance.len()).expect("it is small")));
    outer.extend(instance);
    outer
}

/// How many components a component has within it, at its top level.
fn inner_components(component: &[u8]) -> usize {
    let (mut count, mut depth) = (0, 0);
    for payload in wasmparser::Parser::new(0).parse_all(component) {
        match payload.expect("it is valid") {
            wasmparser::Payload::ModuleSection { .. } => depth += 1,
            wasmparser::Payload::ComponentSection { .. } => {
                count += usize::from(depth == 0);
                depth += 1;
            }
            wasmparser::Payload::End(_) => depth -= 1,
            _ => {}
        }
    }
    count
}

fn leb128(mut number: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
