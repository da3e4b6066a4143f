//! Lock files of uv and Poetry that no longer fit the manifest: their own resolver writes them anew, as a difference to review.

use plugin_sdk::prelude::*;

use super::Project;

/// A changed manifest needs its lock file written anew, where there is one.
pub fn with_lock(remedy: Remedy, project: &Project) -> Remedy {
    let has = |name: &str| host::workspace::is_file(&path::below(&project.directory, name));
    let is_manifest = remedy
        .actions
        .iter()
        .any(|action| matches!(action, Action::EditFile(edit) if edit.path.ends_with("pyproject.toml")));
    if is_manifest && has("uv.lock") {
        remedy.action(action::run_command(["uv", "lock"]).directory(&project.directory))
    } else if is_manifest && has("poetry.lock") {
        remedy.action(action::run_command(poetry_lock(&project.directory)).directory(&project.directory))
    } else {
        remedy
    }
}

/// `uv lock` keeps every locked version that still fits.
pub fn uv(incident: &Incident) -> Vec<Remedy> {
    if !incident.has_tool("uv") {
        return Vec::new();
    }
    vec![
        remedy("dependency", "bring uv.lock up to date")
            .because("uv.lock does not fit pyproject.toml; `uv lock` changes what has to change and keeps the other versions")
            .confidence(0.85)
            .action(action::run_command(["uv", "lock"]).directory(&incident.stage.directory)),
    ]
}

/// What Poetry's own resolver is told.
pub fn poetry(incident: &Incident) -> Vec<Remedy> {
    if !incident.has_tool("poetry") {
        return Vec::new();
    }
    let directory = &incident.stage.directory;
    vec![
        remedy("dependency", "bring poetry.lock up to date")
            .because("poetry.lock does not fit pyproject.toml; Poetry changes what has to change and keeps the other versions")
            .confidence(0.85)
            .action(action::run_command(poetry_lock(directory)).directory(directory)),
    ]
}

/// Poetry before 2 moves every version unless told otherwise; from 2 on the option is gone and not moving is the default.
fn poetry_lock(directory: &str) -> Vec<&'static str> {
    let lock = host::workspace::read_text(&path::below(directory, "poetry.lock")).unwrap_or_default();
    let is_before_2 = lock.lines().next().is_some_and(|line| line.contains("Poetry 1.") || line.contains("Poetry 0."));
    let plain = ["poetry", "lock", "--no-interaction"];
    if is_before_2 { plain.into_iter().chain(["--no-update"]).collect() } else { plain.to_vec() }
}
