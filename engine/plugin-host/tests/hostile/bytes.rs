//! B4: files that are no plugins, or that only look like one. Nothing of them is executed, and no reader breaks on them.

use plugin_host::{HostOptions, InspectError, PluginHost, declared_rules, inspect};
use proptest::prelude::*;

use crate::lab::{Lab, alone};
use crate::module::Module;

/// The beginning of every component.
const BEGINNING: &[u8] = b"\0asm\x0d\0\x01\0";

fn with(section: &[u8]) -> Vec<u8> {
    [BEGINNING, section].concat()
}

#[tokio::test]
async fn b4_files_that_only_look_like_a_plugin_are_refused_each_with_its_reason() {
    let good = guests::component("two-roles");
    let cases: [(&str, Vec<u8>); 9] = [
        ("cut-in-the-middle", good[..good.len() / 2].to_vec()),
        ("cut-at-the-end", good[..good.len() - 1].to_vec()),
        ("core-module", b"\0asm\x01\0\0\0".to_vec()),
        // Four thousand million imports in a section of six bytes.
        ("huge-count", with(b"\x0a\x05\xff\xff\xff\xff\x0f")),
        // An export whose name is no text.
        ("no-text", with(b"\x0b\x07\x01\x00\x03\xff\xfe\xfd\x01")),
        // A section that is longer than the file.
        ("long-section", with(b"\x0b\xff\xff\xff\xff\x07")),
        ("script", [b"#!/bin/sh\nexit 0\n", good].concat()),
        ("program", [b"\x7fELF\x02\x01\x01\0", good].concat()),
        ("appended", [good, b"PK\x03\x04"].concat()),
    ];
    let directory = tempfile::tempdir().expect("a directory");
    for (name, bytes) in &cases {
        std::fs::write(directory.path().join(format!("{name}.wasm")), bytes).expect("it is written");
    }
    std::fs::write(directory.path().join("good.wasm"), good).expect("it is written");
    let _alone = alone().await;
    let options = HostOptions { directories: vec![directory.path().to_owned()], ..HostOptions::default() };
    let host = PluginHost::new(options).expect("the catalog loads");
    let refused: Vec<&str> = host.catalog().refused().iter().map(|refusal| refusal.id.as_str()).collect();
    assert_eq!(refused.len(), cases.len(), "{:?}", host.catalog().refused());
    assert!(host.rules_of("good").await.is_ok_and(|rules| !rules.is_empty()));
}

#[test]
fn b4_precompiled_machine_code_is_never_a_plugin() {
    let code = wasmtime::Engine::default().precompile_component(BEGINNING).expect("it compiles");
    assert_eq!(inspect(&code), Err(InspectError::Precompiled));
}

#[tokio::test]
async fn b4_a_component_whose_code_is_not_valid_is_not_compiled() {
    let mut broken = Module { handles: "(drop (i32.const 123456))", ..Module::default() }.build();
    let constant = [0x41, 0xc0, 0xc4, 0x07, 0x1a];
    let at = broken.windows(5).position(|bytes| bytes == constant).expect("it is there");
    // Takes from an empty stack what was put there before.
    broken[at..at + 5].copy_from_slice(&[0x1a, 0x1a, 0x1a, 0x1a, 0x1a]);
    assert_eq!(Lab::of(broken).codes().await, ["compile-failed"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn b4_no_damage_makes_a_reader_of_components_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        end in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let mut bytes = guests::component("two-roles").to_vec();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        let _ = inspect(&bytes);
        let _ = declared_rules("two-roles@0.1.0", &bytes);
    }
}
