//! The nested cargo call.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::BuildError;
use crate::package::{Package, io_error};
use crate::toolchain::TARGET;

/// The profile of components, defined in the root manifest.
const PROFILE: &str = "component";

/// The first eight bytes of every component: `\0asm`, version 13, layer 1.
const COMPONENT_MAGIC: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

/// Variables of the outer cargo, compiler wrapper or coverage tool that would change what the nested cargo builds or rebuilds.
///
/// `RUSTC_WORKSPACE_WRAPPER` is how `cargo clippy` replaces the compiler; the make flags hold file descriptors of a job
/// server whose tokens the outer build keeps while it waits for this one.
const REMOVED: &[&str] = &[
    "CARGO_BUILD_BUILD_DIR",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTDOCFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_MAKEFLAGS",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_DIR",
    "CLIPPY_ARGS",
    "DEBUG",
    "HOST",
    "LLVM_PROFILE_FILE",
    "MAKEFLAGS",
    "MFLAGS",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "TARGET",
    "__CARGO_DEFAULT_LIB_METADATA",
];

/// Beginnings of variables that cargo sets for the build script's own package.
const REMOVED_PREFIXES: &[&str] =
    &["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PROFILE_", "DEP_"];

/// Whether a variable of the outer cargo has to be kept from the nested one.
fn is_removed(name: &str) -> bool {
    REMOVED.contains(&name)
        || REMOVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (name.starts_with("CARGO_TARGET_") && name.ends_with("_RUSTFLAGS"))
}

/// Compiles the packages in one call and returns the folder with their components.
///
/// # Errors
/// When cargo cannot be started, fails, or leaves something that is not a component.
pub fn build(workspace_root: &Path, target_folder: &Path, packages: &[Package]) -> Result<PathBuf, BuildError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(&cargo);
    command.current_dir(workspace_root).stdin(Stdio::null());
    command.args(["build", "--lib", "--target", TARGET, "--profile", PROFILE, "--target-dir"]).arg(target_folder);
    if workspace_root.join("Cargo.lock").is_file() {
        command.arg("--locked");
    }
    if let Ok(jobs) = env::var("NUM_JOBS") {
        command.args(["--jobs", &jobs]);
    }
    for package in packages {
        command.args(["--package", &package.name]);
    }
    for (name, _) in env::vars_os().filter(|(name, _)| is_removed(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    // Cargo reads this script's standard output as instructions and shows its standard error when the script fails, so
    // everything that the nested cargo says goes to the latter.
    command.stdout(std::io::stderr());
    let status = command
        .status()
        .map_err(|source| BuildError::NotStarted { program: cargo.to_string_lossy().into_owned(), source })?;
    if !status.success() {
        return Err(BuildError::CargoFailed {
            packages: packages.iter().map(|package| package.name.clone()).collect(),
        });
    }
    let folder = target_folder.join(TARGET).join(PROFILE);
    for package in packages {
        check_magic(&folder.join(package.file_name()))?;
    }
    Ok(folder)
}

fn check_magic(path: &Path) -> Result<(), BuildError> {
    let bytes = fs::read(path).map_err(|source| io_error(path, source))?;
    if bytes.starts_with(&COMPONENT_MAGIC) { Ok(()) } else { Err(BuildError::NotAComponent(path.to_owned())) }
}

/// The target folder for components: `components` in the outer target folder, which is found by the `CACHEDIR.TAG` that cargo
/// puts there; inside `out_dir` where there is none.
///
/// One folder serves every profile of the outer cargo, because components are always built with their own.
pub fn target_folder(out_dir: &Path) -> PathBuf {
    let outer = out_dir.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file());
    outer.unwrap_or(out_dir).join("components")
}

/// The source files of a component, as cargo lists them in the `.d` file beside it; none where there is no such file yet.
pub fn source_files(component: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(component.with_extension("d")).unwrap_or_default();
    let Some((_, list)) = text.split_once(": ") else {
        return Vec::new();
    };
    // A space within a path is written as `\ `.
    let escaped = list.trim().replace("\\ ", "\0");
    escaped.split_whitespace().map(|path| PathBuf::from(path.replace('\0', " "))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn components_go_beside_the_outer_profiles() {
        let root = tempfile::tempdir().unwrap();
        let out_dir = root.path().join("target/release/build/x-1/out");
        fs::create_dir_all(&out_dir).unwrap();
        assert_eq!(target_folder(&out_dir), out_dir.join("components"));
        fs::write(root.path().join("target/CACHEDIR.TAG"), "").unwrap();
        assert_eq!(target_folder(&out_dir), root.path().join("target/components"));
    }

    #[test]
    fn what_clippy_and_coverage_set_does_not_reach_the_nested_cargo() {
        for name in
            ["RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PKG_NAME", "CARGO_MAKEFLAGS", "TARGET"]
        {
            assert!(is_removed(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "CARGO_NET_OFFLINE", "RUSTUP_TOOLCHAIN", "RUSTC", "CARGO_TERM_COLOR"]
        {
            assert!(!is_removed(name), "{name}");
        }
    }

    #[test]
    fn source_files_are_read_from_the_dependency_list() {
        let folder = tempfile::tempdir().unwrap();
        let component = folder.path().join("a_b.wasm");
        assert!(source_files(&component).is_empty());
        fs::write(folder.path().join("a_b.d"), "/t/a_b.wasm: /w/src/lib.rs /w/my\\ data/x.txt\n").unwrap();
        assert_eq!(source_files(&component), [PathBuf::from("/w/src/lib.rs"), PathBuf::from("/w/my data/x.txt")]);
    }

    #[test]
    fn a_core_module_is_not_taken_for_a_component() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("module.wasm");
        fs::write(&path, [0, b'a', b's', b'm', 1, 0, 0, 0]).unwrap();
        assert!(matches!(check_magic(&path), Err(BuildError::NotAComponent(_))));
        fs::write(&path, COMPONENT_MAGIC).unwrap();
        check_magic(&path).unwrap();
    }
}
