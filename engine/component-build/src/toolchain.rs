//! Whether the active toolchain can compile for [`TARGET`], and the attempt to make it so.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::BuildError;

/// The target of components.
pub const TARGET: &str = "wasm32-wasip2";

/// The programs that belong to the toolchain of the outer cargo.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The compiler.
    pub rustc: OsString,
    /// The toolchain installer.
    pub rustup: OsString,
    /// Name of the toolchain, as the rustup proxies set it; `None` where Rust was not installed by rustup.
    pub name: Option<String>,
}

impl Toolchain {
    /// The toolchain that runs this build script.
    pub fn active() -> Self {
        Self {
            rustc: env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()),
            rustup: "rustup".into(),
            name: env::var("RUSTUP_TOOLCHAIN").ok(),
        }
    }

    /// Makes sure that the standard library of [`TARGET`] is there: asks rustup to install it where it is not.
    ///
    /// # Errors
    /// When it is missing and cannot be installed.
    pub fn ensure_target(&self) -> Result<(), BuildError> {
        let sysroot = self.sysroot()?;
        if has_target(&sysroot) {
            return Ok(());
        }
        let missing = |reason: String| BuildError::TargetMissing { sysroot: sysroot.clone(), reason };
        let Some(name) = &self.name else {
            return Err(missing("this Rust was not installed by rustup".to_owned()));
        };
        println!("cargo:warning=installing the Rust target {TARGET} for {name}");
        let output = Command::new(&self.rustup)
            .args(["target", "add", TARGET, "--toolchain", name])
            .stdin(Stdio::null())
            .output()
            .map_err(|source| missing(format!("rustup cannot be started: {source}")))?;
        if has_target(&sysroot) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("rustup gave no reason");
        Err(missing(last.to_owned()))
    }

    fn sysroot(&self) -> Result<PathBuf, BuildError> {
        let output =
            Command::new(&self.rustc).args(["--print", "sysroot"]).stdin(Stdio::null()).output().map_err(|source| {
                BuildError::NotStarted { program: self.rustc.to_string_lossy().into_owned(), source }
            })?;
        Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
    }
}

fn has_target(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A toolchain of shell scripts: `rustc` prints a folder of its own as sysroot, `rustup` does what the test says.
    fn scripted(folder: &Path, rustup: &str, name: Option<&str>) -> Toolchain {
        let script = |file: &str, body: &str| {
            let path = folder.join(file);
            fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path.into_os_string()
        };
        Toolchain {
            rustc: script("rustc", &format!("echo '{}'", folder.display())),
            rustup: script("rustup", &format!("cd '{}' && {rustup}", folder.display())),
            name: name.map(str::to_owned),
        }
    }

    #[test]
    fn a_missing_target_is_installed_for_the_active_toolchain() {
        let folder = tempfile::tempdir().unwrap();
        let install = "echo \"$@\" > asked && mkdir -p lib/rustlib/wasm32-wasip2/lib";
        scripted(folder.path(), install, Some("1.95.0")).ensure_target().unwrap();
        let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked.trim(), "target add wasm32-wasip2 --toolchain 1.95.0");
    }

    #[test]
    fn an_installed_target_asks_rustup_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("lib/rustlib/wasm32-wasip2/lib")).unwrap();
        scripted(folder.path(), "touch asked; exit 1", Some("1.95.0")).ensure_target().unwrap();
        assert!(!folder.path().join("asked").exists());
    }

    #[test]
    fn where_installing_fails_one_message_names_the_target_and_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let toolchain = scripted(folder.path(), "echo 'error: no network' >&2; exit 1", Some("1.95.0"));
        let message = toolchain.ensure_target().unwrap_err().to_string();
        assert!(message.contains("rustup target add wasm32-wasip2") && message.contains("no network"), "{message}");
    }

    #[test]
    fn without_rustup_the_message_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let message = scripted(folder.path(), "exit 0", None).ensure_target().unwrap_err().to_string();
        assert!(message.contains("not installed by rustup"), "{message}");
    }
}
