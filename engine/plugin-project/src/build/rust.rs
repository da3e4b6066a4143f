//! Rust: cargo and the target's standard library.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::{BuildError, on_path, shown};
use crate::language::Language;
use crate::project::Project;

/// The part of cargo's messages that tells what it made.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

/// Has cargo build the project; returns the module or component.
pub(super) fn build(project: &Project, target: &str) -> Result<PathBuf, BuildError> {
    let missing = |program: &str, install: &str| BuildError::ToolMissing {
        language: Language::Rust,
        program: program.to_owned(),
        install: vec![install.to_owned()],
    };
    if on_path("cargo").is_none() {
        return Err(missing("cargo", "install Rust with rustup, then: rustup target add wasm32-wasip2"));
    }
    if !has_target(&project.root, target) {
        return Err(missing(&format!("the Rust target {target}"), &format!("rustup target add {target}")));
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--target", target]).current_dir(&project.root);
    let command = shown(&cargo);
    let failed = |status: String| BuildError::ToolFailed { command: command.clone(), status };
    let child =
        cargo.arg("--message-format=json-render-diagnostics").stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| failed(error.to_string()))?;
    let messages = child.stdout.take().map(BufReader::new);
    let manifest = project.root.join("Cargo.toml");
    let mut made = None;
    for line in messages.into_iter().flat_map(BufReader::lines).map_while(Result::ok) {
        let Ok(message) = serde_json::from_str::<Message>(&line) else { continue };
        if message.reason == "compiler-artifact" && message.manifest_path == manifest {
            made = message.filenames.into_iter().find(|file| file.extension().is_some_and(|it| it == "wasm")).or(made);
        }
    }
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    made.ok_or(BuildError::NothingMade { command })
}

/// Whether the toolchain of a folder has a target. One that says nothing is believed to: cargo will tell.
fn has_target(folder: &Path, target: &str) -> bool {
    let asked =
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]).current_dir(folder).output();
    match asked {
        Ok(output) if output.status.success() => Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir(),
        _ => true,
    }
}
