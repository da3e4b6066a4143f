//! A whole build script.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::package::{Package, discover};
use crate::toolchain::Toolchain;
use crate::{BuildError, nested, table};

/// Builds every package directly below `folder` (relative to the workspace root) and writes the table to `OUT_DIR`, for
/// `include!(concat!(env!("OUT_DIR"), "/components.rs"))`.
///
/// The workspace root is `root`, relative to the package whose build script this is. Prints the `rerun-if-changed` lines;
/// what a build script returns is its exit code.
pub fn embed(root: &str, folder: &str) -> ExitCode {
    match run(root, folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to {error}");
            println!("cargo::error=failed to {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &str, folder: &str) -> Result<(), BuildError> {
    let manifest_folder = variable("CARGO_MANIFEST_DIR")?;
    let out_dir = variable("OUT_DIR")?;
    let root = manifest_folder.join(root);
    let root = root.canonicalize().map_err(|source| BuildError::Io { path: root, source })?;
    let packages = discover(&root.join(folder), &root)?;
    watch_sources(&root, &packages);
    Toolchain::active().ensure_target()?;
    let components = nested::build(&root, &nested::target_folder(&out_dir), &packages)?;
    for package in &packages {
        for file in nested::source_files(&components.join(package.file_name())) {
            watch(&file);
        }
    }
    table::write(&components, &packages, &out_dir)
}

fn variable(name: &'static str) -> Result<PathBuf, BuildError> {
    env::var_os(name).map(PathBuf::from).ok_or(BuildError::MissingVariable(name))
}

/// Has cargo run the script again when a source changes. A new package is seen by its entry in `Cargo.lock`; other files in a
/// package's folder (test cases, notes) are left out, because a rerun compiles everything that embeds the components.
fn watch_sources(root: &Path, packages: &[Package]) {
    for file in ["Cargo.toml", "Cargo.lock", "plugin-sdk/Cargo.toml", "plugin-sdk/src", "wit/v0"] {
        watch(&root.join(file));
    }
    for package in packages {
        watch(&package.folder.join("Cargo.toml"));
        watch(&package.folder.join("src"));
    }
    for name in ["RUSTC", "RUSTUP_TOOLCHAIN"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
}

fn watch(path: &Path) {
    println!("cargo:rerun-if-changed={}", path.display());
}
