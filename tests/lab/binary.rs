//! The built binary, and the compiled code of its plugins.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use super::repository;

/// The engine's binary of the profile that these tests were built with; `SELFHEAL_BINARY` names another one. Built at the
/// first call where it is older than its sources.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(given) = std::env::var_os("SELFHEAL_BINARY") {
            return PathBuf::from(given);
        }
        let folder = profile_folder();
        let binary = folder.join("selfheal");
        if !is_fresh(&binary) {
            build(&folder);
        }
        assert!(binary.is_file(), "there is no {}", binary.display());
        binary
    })
}

/// One folder of compiled code for all labs. It is a cache in the target folder, so that a second test run is quick.
pub fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| profile_folder().join("system-tests-cache"))
}

/// The target folder of cargo.
pub fn target() -> PathBuf {
    profile_folder().parent().expect("a profile lies in the target folder").to_owned()
}

/// `target/<profile>`: the test binary lies in its `deps`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("the test binary has a path");
    test.ancestors().nth(2).expect("the test binary lies in target/<profile>/deps").to_owned()
}

/// Whether nothing that the binary is made of, as cargo noted it beside the binary, changed after it was built. A `cargo
/// build` would find out too, but of one package instead of the workspace it may choose other features of shared
/// dependencies, and then builds the wasm runtime once more.
fn is_fresh(binary: &Path) -> bool {
    let Some(built) = changed(binary) else { return false };
    let Ok(note) = std::fs::read_to_string(binary.with_extension("d")) else { return false };
    let sources = note.split_once(':').map_or("", |(_, sources)| sources);
    sources.split_whitespace().all(|source| newest(Path::new(source)).is_some_and(|time| time <= built))
}

fn newest(path: &Path) -> Option<SystemTime> {
    let own = changed(path)?;
    let Ok(entries) = std::fs::read_dir(path) else { return Some(own) };
    entries.flatten().map(|entry| newest(&entry.path())).try_fold(own, |newest, time| Some(newest.max(time?)))
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn build(profile_folder: &Path) {
    let profile = profile_folder.file_name().expect("a profile has a name").to_string_lossy().into_owned();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()));
    cargo.args(["build", "--package", "cli", "--target-dir"]).arg(target()).current_dir(repository());
    cargo.args(["--profile", if profile == "debug" { "dev" } else { &profile }]);
    let status = cargo.status().expect("start cargo");
    assert!(status.success(), "the engine cannot be built");
}
