//! A core module becomes a component.
//!
//! `wasm-tools` does it. The crate that it is made of is not linked in: its parsers would be a second set of those that the
//! runtime has, in every build of the engine, for a way of building that few authors take.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, on_path, run};

/// The module that a module for `wasm32-wasip1` imports its system calls from.
const PREVIEW_1: &str = "wasi_snapshot_preview1";
const TOOL: &str = "wasm-tools";

/// Whether bytes are a core module, and no component.
pub(super) fn is_core_module(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm\x01\0\0\0")
}

/// Puts the component's shell around a module. The module has to carry its world, as whatever `wit-bindgen` compiles does.
pub(super) fn into_component(module: &Path, bytes: &[u8], made: &Path) -> Result<PathBuf, BuildError> {
    let refused = |reason: &str, hints: &[&str]| BuildError::Module {
        path: module.to_owned(),
        reason: reason.to_owned(),
        hints: hints.iter().map(|&hint| hint.to_owned()).collect(),
    };
    if imports_preview_1(bytes) {
        return Err(refused(
            "it calls the system through wasi_snapshot_preview1; the adapter that translates these calls imports \
             wasi:filesystem, which no plugin gets",
            &[
                "build it for wasm32-wasip2, or for wasm32-unknown-unknown if it makes no system calls",
                "rustup target add wasm32-wasip2",
            ],
        ));
    }
    let Some(tool) = on_path(TOOL) else {
        return Err(refused(
            "that is done with wasm-tools, which is not installed",
            &["cargo install --locked wasm-tools", "or build a component right away, for wasm32-wasip2"],
        ));
    };
    run(Command::new(tool).args(["component", "new"]).arg(module).arg("--output").arg(made))?;
    Ok(made.to_owned())
}

/// Whether the name stands in the module's bytes as an import would write it: its length, then itself. A module that only
/// holds the name as text has no length before it.
fn imports_preview_1(bytes: &[u8]) -> bool {
    let mut wanted = vec![u8::try_from(PREVIEW_1.len()).expect("a short name")];
    wanted.extend_from_slice(PREVIEW_1.as_bytes());
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
