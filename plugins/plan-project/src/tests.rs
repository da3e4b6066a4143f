#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::World;

use super::*;

fn project(tools: &[&str]) -> Project {
    let tools = tools.iter().map(|&name| Tool { name: name.to_owned(), path: format!("/usr/bin/{name}") }).collect();
    Project { name: "app".to_owned(), tools, attrs: Vec::new() }
}

fn plan_with(tools: &[&str], world: World) -> Vec<PlannedStage> {
    let stages = world.enter(|| PlanProject::plan(project(tools))).unwrap();
    for (place, stage) in stages.iter().enumerate() {
        assert!(!stage.reason.is_empty() && !stage.evidence.is_empty(), "{} says no reason", stage.name);
        assert!(plugin_sdk::codes::PURPOSES.contains(&stage.purpose.as_str()), "{}", stage.purpose);
        assert!(stages[..place].iter().all(|other| other.name != stage.name), "{} is there twice", stage.name);
        for need in &stage.needs {
            assert!(stages[..place].iter().any(|other| other.name == *need), "{} needs {need}", stage.name);
        }
    }
    stages
}

fn plan(world: World) -> Vec<PlannedStage> {
    plan_with(&["python3", "uv", "poetry"], world)
}

/// `name (needs): run`, one line per stage.
fn shown(stages: &[PlannedStage]) -> Vec<String> {
    let line = |stage: &PlannedStage| {
        let needs = if stage.needs.is_empty() { String::new() } else { format!(" ({})", stage.needs.join(", ")) };
        let place = if stage.directory == "." { String::new() } else { format!("{}: ", stage.directory) };
        format!("{}{needs}: {place}{}", stage.name, stage.run)
    };
    stages.iter().map(line).collect()
}

#[test]
fn requirements_are_installed_into_the_project_s_own_environment() {
    let world =
        World::new().file("requirements.txt", "requests\npytest==8.0\n").file("tests/test_a.py", "def test_a(): pass");
    let stages = plan(world);
    assert_eq!(
        shown(&stages),
        [
            "install: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            "test (install): .venv/bin/pytest"
        ]
    );
    assert_eq!(stages[0].evidence, ["requirements.txt"]);
    assert_eq!(stages[1].evidence, ["tests/test_a.py"]);
    assert_eq!(stages[0].ecosystem, "python");
}

#[test]
fn checks_follow_their_settings_and_are_installed_where_nobody_declares_them() {
    let pyproject = "[project]\nname = \"a\"\ndependencies = []\n\n[project.optional-dependencies]\ndev = [\"mypy\"]\n\n[tool.ruff]\nline-length = 100\n\n[tool.mypy]\n[tool.pytest.ini_options]\n";
    let stages = plan(World::new().file("pyproject.toml", pyproject));
    assert_eq!(
        shown(&stages),
        [
            "install: python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' ruff pytest",
            "lint (install): .venv/bin/ruff check .",
            "type-check (install): .venv/bin/mypy .",
            "test (install): .venv/bin/pytest",
        ]
    );
    assert_eq!(stages[1].evidence, ["pyproject.toml:8"]);
    assert_eq!(stages[3].evidence, ["pyproject.toml:12"]);
}

#[test]
fn lock_files_choose_the_installer_if_it_is_there() {
    let uv = || {
        World::new()
            .file("pyproject.toml", "[project]\nname = \"a\"\n[tool.black]\n")
            .file("uv.lock", "name = \"pytest\"\n")
            .file("test_a.py", "import pytest")
    };
    assert_eq!(
        shown(&plan(uv())),
        [
            "install: uv sync --locked",
            "format (install): uv run --with black black --check .",
            "test (install): uv run pytest"
        ]
    );
    assert!(shown(&plan_with(&["python3"], uv()))[0].contains("venv"));
    let poetry = World::new().file("pyproject.toml", "[tool.poetry]\nname = \"a\"\n").file("poetry.lock", "");
    assert_eq!(shown(&plan(poetry)), ["install: poetry install --no-interaction"]);
}

#[test]
fn tests_of_the_standard_library_need_no_pytest() {
    let world = World::new().file("requirements.txt", "").file("tests/test_a.py", "import unittest\n");
    assert_eq!(shown(&plan(world))[1], "test (install): .venv/bin/python -m unittest discover");
}

#[test]
fn the_scripts_of_a_package_become_stages() {
    let manifest = "{\n \"scripts\": {\n  \"lint\": \"eslint .\",\n  \"test\": \"vitest run\",\n  \"build\": \"tsc\"\n },\n \"devDependencies\": {\"typescript\": \"5\"}\n}";
    let world = World::new().file("package.json", manifest).file("package-lock.json", "{}").file("tsconfig.json", "{}");
    let stages = plan(world);
    assert_eq!(
        shown(&stages),
        [
            "install: npm ci --no-audit --no-fund",
            "lint (install): npm run lint",
            "type-check (install): npx --no-install tsc --noEmit",
            "test (install): npm run test",
            "build (install): npm run build",
        ]
    );
    assert_eq!(stages[1].evidence, ["package.json:3"]);
}

#[test]
fn the_lock_file_names_the_manager_and_an_empty_test_is_none() {
    let manifest =
        r#"{"dependencies": {"a": "1"}, "scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#;
    for (lock, content, install) in [
        ("pnpm-lock.yaml", "", "pnpm install --frozen-lockfile"),
        ("yarn.lock", "# yarn lockfile v1", "yarn install --frozen-lockfile"),
        ("yarn.lock", "__metadata:", "yarn install --immutable"),
        ("README", "", "npm install --no-audit --no-fund"),
    ] {
        let world = World::new().file("package.json", manifest).file(lock, content);
        assert_eq!(shown(&plan(world)), [format!("install: {install}")], "{lock}");
    }
}

#[test]
fn a_cargo_workspace_is_checked_as_a_whole() {
    let world = World::new()
        .file("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n")
        .file("Cargo.lock", "")
        .file("a/Cargo.toml", "[package]\nname = \"a\"\n");
    assert_eq!(
        shown(&plan(world)),
        [
            "fmt: cargo fmt --all --check",
            "clippy: cargo clippy --workspace --all-targets --locked",
            "test: cargo test --workspace --locked"
        ]
    );
}

#[test]
fn folders_and_mixed_projects_get_names_of_their_own() {
    let world = World::new()
        .file("services/api/requirements.txt", "pytest\n")
        .file("services/api/test_a.py", "")
        .file("web/package.json", r#"{"scripts": {"test": "vitest"}}"#)
        .file("web/Cargo.toml", "[package]\nname = \"w\"\n")
        .file("web/node_modules/x/package.json", r#"{"scripts": {"test": "x"}}"#)
        .file("examples/demo/package.json", r#"{"scripts": {"test": "x"}}"#);
    assert_eq!(
        shown(&plan(world)),
        [
            "services-api-install: services/api: python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            "services-api-test (services-api-install): services/api: .venv/bin/pytest",
            "web-rust-fmt: web: cargo fmt --all --check",
            "web-rust-clippy: web: cargo clippy --all-targets",
            "web-rust-test: web: cargo test",
            "web-node-test: web: npm run test",
        ]
    );
}

#[test]
fn a_workspace_of_packages_is_planned_once() {
    let world = World::new()
        .file("package.json", r#"{"workspaces": ["packages/*"], "scripts": {"test": "turbo test"}}"#)
        .file("packages/a/package.json", r#"{"scripts": {"test": "x"}}"#);
    assert_eq!(shown(&plan(world)).len(), 2);
}

#[test]
fn a_makefile_is_the_last_resort() {
    let makefile = "CC := gcc\n.PHONY: test\n\nlint:\n\tx\ntest check: lint\n\ty\n";
    let stages = plan(World::new().file("Makefile", makefile));
    assert_eq!(shown(&stages), ["lint: make lint", "test: make test"]);
    assert_eq!(stages[1].evidence, ["Makefile:6"]);
    assert!(plan(World::new().file("README.md", "hello")).is_empty());
}
