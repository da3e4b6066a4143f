use proptest::prelude::*;

use super::*;
use crate::samples::{component, core_module};

#[test]
fn exports_and_imports_are_read_from_the_bytes() {
    let surface = surface(&component("healer", &["process", "log"])).expect("it is a component");
    assert_eq!(surface.exports, ["selfheal:plugin/healer@0.1.0"]);
    assert_eq!(surface.imports, ["selfheal:plugin/log@0.1.0", "selfheal:plugin/process@0.1.0"]);
}

#[test]
fn a_core_module_and_machine_code_are_refused() {
    assert_eq!(surface(&core_module()), Err(ComponentError::CoreModule));
    assert_eq!(surface(b"\x7fELF rest of some machine code"), Err(ComponentError::NotWasm));
    assert_eq!(surface(b""), Err(ComponentError::NotWasm));
}

#[test]
fn a_section_is_replaced_and_everything_else_stays() {
    let plain = component("healer", &["log"]);
    let once = with_sections(&plain, &[("selfheal:manifest", b"one"), ("other", b"")]).expect("sections are added");
    let twice = with_sections(&once, &[("selfheal:manifest", b"two")]).expect("sections are replaced");
    assert_eq!(section(&once, "selfheal:manifest"), Ok(Some(&b"one"[..])));
    assert_eq!(section(&twice, "selfheal:manifest"), Ok(Some(&b"two"[..])));
    assert_eq!(section(&twice, "other"), Ok(Some(&b""[..])));
    assert_eq!(section(&plain, "selfheal:manifest"), Ok(None));
    assert_eq!(surface(&twice), surface(&plain));
    assert!(twice.starts_with(&plain));
}

#[test]
fn two_sections_of_one_name_are_refused() {
    let plain = component("healer", &[]);
    let added = with_sections(&plain, &[("selfheal:manifest", b"x")]).expect("sections are added");
    let doubled = [added.as_slice(), &added[plain.len()..]].concat();
    assert_eq!(
        section(&doubled, "selfheal:manifest"),
        Err(ComponentError::SectionTwice("selfheal:manifest".to_owned()))
    );
}

#[test]
fn a_section_within_a_nested_component_is_not_the_plugins_own() {
    let inner = with_sections(&component("healer", &[]), &[("selfheal:manifest", b"hidden")]).expect("it is added");
    let mut outer = component("notifier", &[]);
    outer.push(4);
    outer.extend(leb128(inner.len()));
    outer.extend(inner);
    assert_eq!(section(&outer, "selfheal:manifest"), Ok(None));
    assert_eq!(surface(&outer).expect("it is a component").exports, ["selfheal:plugin/notifier@0.1.0"]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        let _ = surface(&bytes);
        let component = [b"\0asm\x0d\0\x01\0".as_slice(), &bytes].concat();
        let _ = (surface(&component), section(&component, "x"), producers(&component));
        let _ = with_sections(&component, &[("x", b"y")]);
    }

    #[test]
    fn no_change_of_a_byte_makes_the_reader_panic(at: prop::sample::Index, bit in 0_u32..8) {
        let mut bytes = with_sections(&component("healer", &["process"]), &[("x", b"y")]).expect("it is added");
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let _ = (surface(&bytes), section(&bytes, "x"), producers(&bytes));
        let _ = with_sections(&bytes, &[("x", b"y")]);
    }
}
