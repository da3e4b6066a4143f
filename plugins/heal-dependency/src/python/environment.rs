//! Which Python a stage uses, and how a project's requirements get into it. Never the operating system's.

use plugin_sdk::prelude::*;

/// Names under which projects keep their environment.
const USUAL: &[&str] = &[".venv", "venv", "env", ".virtualenv"];

/// Where a stage's modules come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Environment {
    /// A virtual environment in the workspace.
    Venv(String),
    /// `uv run` keeps the environment.
    Uv,
    /// `poetry run` keeps the environment.
    Poetry,
    /// None that belongs to the project.
    Absent,
}

impl Environment {
    /// Looks at what is run, at the paths of the traceback, and at the usual directories.
    pub fn of(incident: &Incident, command: &str, log: &dyn Log) -> Self {
        let directory = &incident.stage.directory;
        let words = command.split(|c: char| c.is_whitespace() || "&|;()\"'=".contains(c));
        let called = words.clone().find_map(|word| {
            let (before, program) = word.split_once("/bin/")?;
            let is_python = [
                "python",
                "pip",
                "pytest",
                "activate",
                "py.test",
                "tox",
                "flask",
                "django-admin",
                "black",
                "ruff",
                "mypy",
            ]
            .iter()
            .any(|name| program.starts_with(name));
            is_python.then(|| in_workspace(before, directory)).flatten()
        });
        if let Some(path) = called {
            return Self::Venv(path);
        }
        let words: Vec<&str> = words.collect();
        let runs =
            |tool: &str| words.windows(2).any(|pair| pair[0] == tool && ["run", "sync", "install"].contains(&pair[1]));
        if runs("uv") {
            return Self::Uv;
        }
        if runs("poetry") {
            return Self::Poetry;
        }
        let traced = log.find("/site-packages/", 1, 20).into_iter().find_map(|number| {
            let line = log.line(number)?.text;
            let path = line.split(['"', '\'', '(', ' ']).find(|piece| piece.contains("/site-packages/"))?;
            let before = path.split("/lib/python").next().filter(|before| before.len() < path.len())?;
            in_workspace(before, directory).filter(|path| host::workspace::is_file(&path::below(path, "pyvenv.cfg")))
        });
        let usual = || {
            USUAL
                .iter()
                .map(|name| path::below(directory, name))
                .find(|path| host::workspace::is_file(&path::below(path, "pyvenv.cfg")))
        };
        traced.or_else(usual).map_or(Self::Absent, Self::Venv)
    }

    /// Where the environment lies, if it lies in the workspace.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Venv(path) => Some(path),
            // Where uv puts it, and Poetry when told to keep it in the project.
            Self::Uv | Self::Poetry => Some(".venv"),
            Self::Absent => None,
        }
    }

    /// The command that puts what a requirements file says into the environment.
    pub fn install_file(&self, file: &str, directory: &str) -> Option<Preparation> {
        self.pip(directory, &["install", "-r"], Some(file))
    }

    /// The command that puts named packages into the environment.
    pub fn install_named(&self, requirement: &str, directory: &str) -> Option<Preparation> {
        self.pip(directory, &["install", requirement], None)
    }

    /// The command that takes a package out of the environment.
    pub fn uninstall(&self, name: &str, directory: &str) -> Option<Preparation> {
        self.pip(directory, &["uninstall", "-y", name], None)
    }

    fn pip(&self, directory: &str, arguments: &[&str], file: Option<&str>) -> Option<Preparation> {
        let Self::Venv(environment) = self else { return None };
        // From the stage's directory if everything lies in it: requirements may hold paths relative to it.
        let inside = |path: &str| path::seen_from(path, directory).map(str::to_owned);
        let (at, python, file) = match (inside(environment), file.map(inside)) {
            (Some(python), None) => (directory, python, None),
            (Some(python), Some(Some(file))) => (directory, python, Some(file)),
            _ => (".", environment.clone(), file.map(str::to_owned)),
        };
        let argv = [format!("{python}/bin/python"), "-m".to_owned(), "pip".to_owned()];
        let argv = argv.into_iter().chain(arguments.iter().map(|&word| word.to_owned())).chain(file);
        Some(action::run_command(argv).directory(at))
    }
}

/// Whether the stage's own command installs what the manifest says, so that no remedy has to.
pub fn installs_itself(command: &str) -> bool {
    let from_manifest =
        |line: &str| ["-r ", "--requirement", " -e ", "install ."].iter().any(|word| line.contains(word));
    let pip = command
        .split(['\n', ';', '&', '|'])
        .any(|line| line.contains("pip") && line.contains(" install ") && from_manifest(line));
    pip || ["uv sync", "uv run", "poetry install", "tox", "nox", "pipenv install", "pip-sync"]
        .iter()
        .any(|word| command.contains(word))
}

/// The workspace path of an environment's directory: as it is, or the longest tail of it that exists.
fn in_workspace(printed: &str, directory: &str) -> Option<String> {
    if printed.is_empty() || printed.contains("..") || printed.contains('$') {
        return None;
    }
    if !path::is_absolute(printed) {
        return Some(path::below(directory, printed));
    }
    path::longest_tail(printed, |tail| host::workspace::is_file(&path::below(tail, "pyvenv.cfg")))
}
