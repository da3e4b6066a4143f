//! Python: componentize-py, from the project's virtual environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{BuildError, on_path, run};
use crate::language::Language;
use crate::project::Project;
use crate::world;

const TOOL: &str = "componentize-py";

/// Has componentize-py make the component of `src/plugin.py`. With `--stub-wasi`, because CPython would import files and
/// sockets, which no plugin gets.
pub(super) fn build(project: &Project, made: &Path) -> Result<(), BuildError> {
    let tool = find(&project.root).ok_or_else(|| missing(project))?;
    let mut command = Command::new(tool);
    command.args([
        "--wit-path",
        "wit",
        "--world",
        world::NAME,
        "componentize",
        "--stub-wasi",
        "--python-path",
        "src",
        "plugin",
    ]);
    command.arg("--output").arg(made).current_dir(&project.root);
    run(&mut command)
}

fn missing(project: &Project) -> BuildError {
    let environment = project.root.join(".venv");
    let install = match on_path("python3") {
        Some(_) => format!(
            "python3 -m venv {0} && {0}/bin/pip install -r {1}/requirements.txt",
            environment.display(),
            project.root.display()
        ),
        None => "install Python 3.10 or newer with venv and pip".to_owned(),
    };
    BuildError::ToolMissing { language: Language::Python, program: TOOL.to_owned(), install: vec![install] }
}

/// The tool of the project's virtual environment, of the one that is active, or of the search path.
fn find(root: &Path) -> Option<PathBuf> {
    let active = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let environments = [Some(root.join(".venv")), active];
    let own =
        environments.into_iter().flatten().map(|folder| folder.join("bin").join(TOOL)).find(|path| path.is_file());
    own.or_else(|| on_path(TOOL))
}
