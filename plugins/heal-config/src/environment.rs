//! A virtual environment instead of the Python that the operating system manages.

use plugin_sdk::prelude::*;

/// Programs that exist in every environment or come into it by an installation, so that they may be called from it.
const PROGRAMS: &[&str] =
    &["pip", "pip3", "python", "python3", "pytest", "py.test", "tox", "black", "ruff", "mypy", "flake8"];

/// The remedy: make `.venv` unless it is there, and run the stage's command inside.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let directory = &incident.stage.directory;
    let Some(python) = incident.first_tool(&["python3", "python"]) else {
        return Vec::new();
    };
    let Some(command) = inside(&incident.stage.command, ".venv") else {
        return Vec::new();
    };
    let is_there = host::workspace::is_file(&path::below(directory, ".venv/pyvenv.cfg"));
    let mut proposed = remedy("config", "run the stage in a virtual environment .venv")
        .because("the system's package manager owns this Python and lets pip install nothing into it (PEP 668)")
        .confidence(0.85);
    if !is_there {
        proposed = proposed.action(action::run_command([python, "-m", "venv", ".venv"]).directory(directory));
    }
    vec![proposed.action(command)]
}

/// The command as it runs in the environment.
fn inside(command: &Command, environment: &str) -> Option<Action> {
    match command {
        Command::Shell(script) => Some(action::replace_script(format!(". {environment}/bin/activate && {script}"))),
        Command::Argv(argv) => {
            let program = argv.first().filter(|program| PROGRAMS.contains(&program.as_str()))?;
            let program = format!("{environment}/bin/{program}");
            Some(action::replace_argv(std::iter::once(program).chain(argv[1..].iter().cloned())))
        }
    }
}
