//! JavaScript: componentize-js, as the project's own dependency.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, on_path, run};
use crate::language::Language;
use crate::project::Project;
use crate::world;

const TOOL: &str = "componentize-js";
/// Everything of WASI that the engine for JavaScript would import. A plugin gets none of it: what it needs comes through the
/// contract.
const FEATURES: &[&str] = &["stdio", "random", "clocks", "http", "fetch-event"];

/// Has componentize-js make the component.
pub(super) fn build(project: &Project, made: &Path) -> Result<(), BuildError> {
    let tool = find(&project.root).ok_or_else(|| missing(project))?;
    let mut command = Command::new(tool);
    command.arg(main_file(&project.root)?).args(["--wit", "wit", "--world-name", world::NAME, "--out"]).arg(made);
    command.arg("--disable").args(FEATURES).current_dir(&project.root);
    run(&mut command)
}

fn missing(project: &Project) -> BuildError {
    let install = match on_path("npm") {
        Some(_) => format!("npm install --prefix {}", project.root.display()),
        None => "install Node.js 20 or newer, then run `npm install` in the project".to_owned(),
    };
    BuildError::ToolMissing { language: Language::JavaScript, program: TOOL.to_owned(), install: vec![install] }
}

/// The tool of the project, of a folder above it, or of the search path.
fn find(root: &Path) -> Option<PathBuf> {
    let own = root.ancestors().map(|folder| folder.join("node_modules/.bin").join(TOOL)).find(|path| path.is_file());
    own.or_else(|| on_path(TOOL)).filter(|_| on_path("node").is_some())
}

/// The file that `package.json` starts from.
fn main_file(root: &Path) -> Result<String, BuildError> {
    let path = root.join("package.json");
    let text = fs::read_to_string(&path).map_err(BuildError::io("read", &path))?;
    let package: serde_json::Value = serde_json::from_str(&text).map_err(|_| BuildError::NoMain)?;
    package.get("main").and_then(serde_json::Value::as_str).map(str::to_owned).ok_or(BuildError::NoMain)
}
