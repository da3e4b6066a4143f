//! Python: an environment of the project's own, and the checks that it has settings for.

use plugin_sdk::prelude::*;

use crate::files::{evidence, first, has, joined, text};
use crate::toml;

/// Requirements that are only for developing, by name of their file.
const DEVELOPMENT: &[&str] = &[
    "requirements-dev.txt",
    "requirements_dev.txt",
    "dev-requirements.txt",
    "requirements-test.txt",
    "test-requirements.txt",
];
/// Names of groups of `pyproject.toml` that bring the tools.
const EXTRAS: &[&str] = &["dev", "test", "tests", "testing"];

/// A check: its program, what it runs as, and where its settings may stand.
struct Check {
    program: &'static str,
    arguments: &'static str,
    stage: &'static str,
    purpose: &'static str,
    tables: &'static [&'static str],
    files: &'static [&'static str],
}

const CHECKS: &[Check] = &[
    Check {
        program: "ruff",
        arguments: " check .",
        stage: "lint",
        purpose: "lint",
        tables: &["tool.ruff"],
        files: &["ruff.toml", ".ruff.toml"],
    },
    Check { program: "flake8", arguments: "", stage: "flake8", purpose: "lint", tables: &[], files: &[".flake8"] },
    Check {
        program: "black",
        arguments: " --check .",
        stage: "format",
        purpose: "lint",
        tables: &["tool.black"],
        files: &[],
    },
    Check {
        program: "mypy",
        arguments: " .",
        stage: "type-check",
        purpose: "type-check",
        tables: &["tool.mypy"],
        files: &["mypy.ini", ".mypy.ini"],
    },
];

/// How the environment is made, and how programs in it are called.
struct Environment {
    install: String,
    /// What stands before a program that is declared.
    prefix: &'static str,
    evidence: String,
    reason: &'static str,
    tool: Tool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Pip,
    Uv,
    Poetry,
}

/// The stages of a project.
pub fn stages(directory: &str, project: &Project) -> Vec<PlannedStage> {
    let pyproject = text(directory, "pyproject.toml").unwrap_or_default();
    let Some(mut environment) = environment(directory, &pyproject, project) else {
        return Vec::new();
    };
    let declared = declarations(directory, &pyproject);
    let mut checks = Vec::new();
    let mut missing = Vec::new();
    for check in CHECKS {
        let Some(place) = settings_of(check, directory, &pyproject) else { continue };
        let Some(program) = called(check.program, &declared, &environment, &mut missing) else { continue };
        let reason = format!("the project has settings for {}", check.program);
        let stage = PlannedStage::new(check.stage, check.purpose, format!("{program}{}", check.arguments));
        checks.push(stage.because(reason).evidence(place));
    }
    checks.extend(tests(directory, &pyproject, &declared, &environment, &mut missing));
    if !missing.is_empty() && environment.tool == Tool::Pip {
        environment.install = format!("{} {}", environment.install, missing.join(" "));
    }
    let install = PlannedStage::new("install", "install", environment.install)
        .because(environment.reason)
        .evidence(environment.evidence);
    std::iter::once(install).chain(checks.into_iter().map(|stage| stage.needs("install"))).collect()
}

fn environment(directory: &str, pyproject: &str, project: &Project) -> Option<Environment> {
    if has(directory, "uv.lock") && project.has_tool("uv") {
        let evidence = joined(directory, "uv.lock");
        let reason = "uv.lock says what to install, and --locked keeps it as it is";
        return Some(Environment {
            install: "uv sync --locked".to_owned(),
            prefix: "uv run ",
            evidence,
            reason,
            tool: Tool::Uv,
        });
    }
    if has(directory, "poetry.lock") && project.has_tool("poetry") {
        let evidence = joined(directory, "poetry.lock");
        let install = "poetry install --no-interaction".to_owned();
        return Some(Environment {
            install,
            prefix: "poetry run ",
            evidence,
            reason: "poetry.lock says what to install",
            tool: Tool::Poetry,
        });
    }
    let python = if project.has_tool("python3") || !project.has_tool("python") { "python3" } else { "python" };
    let mut what = Vec::new();
    let mut evidence_at = None;
    if has(directory, "requirements.txt") {
        what.push("-r requirements.txt".to_owned());
        evidence_at = Some("requirements.txt");
    }
    let is_package = toml::has_table(pyproject, "project")
        || toml::has_table(pyproject, "tool.poetry")
        || has(directory, "setup.py");
    if is_package {
        let extra = EXTRAS.iter().find(|extra| toml::has_key(pyproject, "project.optional-dependencies", extra));
        what.push(extra.map_or("-e .".to_owned(), |extra| format!("-e '.[{extra}]'")));
        evidence_at = evidence_at.or(first(directory, &["pyproject.toml", "setup.py"]));
    }
    if let Some(development) = first(directory, DEVELOPMENT) {
        what.push(format!("-r {development}"));
    }
    let evidence_at = evidence_at.or(first(directory, DEVELOPMENT))?;
    Some(Environment {
        install: format!("{python} -m venv .venv && .venv/bin/pip install {}", what.join(" ")),
        prefix: ".venv/bin/",
        evidence: joined(directory, evidence_at),
        reason: "the requirements go into an environment of the project's own, never into the system's",
        tool: Tool::Pip,
    })
}

/// Everything that declares requirements, as one text.
fn declarations(directory: &str, pyproject: &str) -> String {
    let mut all = pyproject.to_owned();
    for name in DEVELOPMENT.iter().chain(&["requirements.txt", "setup.py", "setup.cfg", "uv.lock", "poetry.lock"]) {
        all.push('\n');
        all.push_str(&text(directory, name).unwrap_or_default());
    }
    all
}

/// Whether a text requires a package: its name begins a line or a string, and ends where a version may begin.
fn requires(declared: &str, name: &str) -> bool {
    declared.match_indices(name).any(|(at, _)| {
        let before = declared[..at].chars().next_back();
        let after = declared[at + name.len()..].chars().next();
        before.is_none_or(|c| "\n\"'".contains(c)) && after.is_none_or(|c| "\n\r\"' =<>!~[;,".contains(c))
    })
}

/// How a program is called; what nobody declares is installed beside the rest, or borrowed by uv.
fn called(
    program: &'static str,
    declared: &str,
    environment: &Environment,
    missing: &mut Vec<&'static str>,
) -> Option<String> {
    if requires(declared, program) {
        return Some(format!("{}{program}", environment.prefix));
    }
    match environment.tool {
        Tool::Pip => {
            missing.push(program);
            Some(format!("{}{program}", environment.prefix))
        }
        Tool::Uv => Some(format!("uv run --with {program} {program}")),
        Tool::Poetry => None,
    }
}

fn settings_of(check: &Check, directory: &str, pyproject: &str) -> Option<String> {
    let table = check.tables.iter().find(|table| toml::has_table(pyproject, table));
    table
        .map(|table| evidence(directory, "pyproject.toml", &format!("[{table}")))
        .or_else(|| first(directory, check.files).map(|name| joined(directory, name)))
}

fn tests(
    directory: &str,
    pyproject: &str,
    declared: &str,
    environment: &Environment,
    missing: &mut Vec<&'static str>,
) -> Option<PlannedStage> {
    let settings = if toml::has_table(pyproject, "tool.pytest") {
        Some(evidence(directory, "pyproject.toml", "[tool.pytest"))
    } else if has(directory, "pytest.ini") {
        Some(joined(directory, "pytest.ini"))
    } else if text(directory, "setup.cfg").is_some_and(|text| text.contains("[tool:pytest]")) {
        Some(evidence(directory, "setup.cfg", "[tool:pytest]"))
    } else if text(directory, "tox.ini").is_some_and(|text| text.contains("[pytest]")) {
        Some(evidence(directory, "tox.ini", "[pytest]"))
    } else {
        None
    };
    let test_file = ["test_*.py", "*/test_*.py", "*/*/test_*.py", "*/*_test.py"]
        .iter()
        .find_map(|pattern| host::workspace::glob(&joined(directory, pattern), 1).ok()?.pop())
        .map(|entry| entry.path);
    let place = settings.or(test_file.clone())?;
    let uses_unittest = test_file.as_ref().is_some_and(|path| {
        let text = host::workspace::read_text(path).unwrap_or_default();
        text.contains("import unittest") && !text.contains("pytest")
    });
    if uses_unittest && !requires(declared, "pytest") && Some(&place) == test_file.as_ref() {
        let python = format!("{}python", environment.prefix);
        return Some(
            PlannedStage::new("test", "test", format!("{python} -m unittest discover"))
                .because("the tests use unittest of the standard library")
                .evidence(place),
        );
    }
    let program = called("pytest", declared, environment, missing)?;
    Some(PlannedStage::new("test", "test", program).because("the project has tests that pytest runs").evidence(place))
}
