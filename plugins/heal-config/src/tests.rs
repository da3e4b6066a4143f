#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::{FindingBuilder, IncidentBuilder, LogText, World, finding, incident};

use super::*;

mod checkout;

fn propose_with_log(world: World, incident: IncidentBuilder, log: &str) -> Vec<Remedy> {
    world.enter(|| HealConfig::propose(incident.build(), &LogText::new(log))).unwrap()
}

fn propose(world: World, incident: IncidentBuilder) -> Vec<Remedy> {
    propose_with_log(world, incident, "")
}

fn actions(remedies: &[Remedy]) -> Vec<Action> {
    remedies.iter().flat_map(|remedy| remedy.actions.clone()).collect()
}

fn missing(variable: &str) -> IncidentBuilder {
    incident(finding("python.missing-env", "configuration").capture("variable", variable))
}

fn code(code: &str) -> FindingBuilder {
    finding(code, "configuration")
}

#[test]
fn a_missing_variable_gets_the_example_file_s_default() {
    let world = World::new().file(".env.example", "A=1\nDATABASE_URL='sqlite://' # local\n");
    let remedies = propose(world, missing("DATABASE_URL"));
    assert_eq!(actions(&remedies), [action::set_env("DATABASE_URL", "sqlite://")]);
    assert!(remedies[0].rationale.contains(".env.example:2"), "{}", remedies[0].rationale);
}

#[test]
fn a_project_that_loads_a_dotenv_file_may_also_get_it_there() {
    let example = || World::new().file(".env.sample", "PORT_NAME=a b\n");
    let appended = propose(example().file(".env", "X=1"), missing("PORT_NAME"));
    assert_eq!(actions(&appended)[1], action::append_to_file(".env", "\nPORT_NAME='a b'\n"));
    let filled = propose(example().file(".env", "PORT_NAME=\n"), missing("PORT_NAME"));
    assert_eq!(actions(&filled)[1], action::edit_file(".env", "PORT_NAME=", "PORT_NAME='a b'"));
    let created = propose(example().file("requirements.txt", "python-dotenv\n"), missing("PORT_NAME"));
    assert_eq!(actions(&created)[1], action::write_file(".env", "PORT_NAME='a b'\n"));
}

#[test]
fn a_default_may_stand_behind_the_name_in_a_compose_file() {
    let world = |line: &str| World::new().file("compose.yml", format!("services:\n  app:\n    environment:\n{line}"));
    let remedies = propose(world("      - URL=${DATABASE_URL:-sqlite://}\n"), missing("DATABASE_URL"));
    assert_eq!(actions(&remedies)[0], action::set_env("DATABASE_URL", "sqlite://"));
    for line in ["      - URL=${DATABASE_URL}\n", "      - URL=${DATABASE_URL:-$OTHER}\n", "  # ${DATABASE_URL:-a}\n"] {
        assert!(propose(world(line), missing("DATABASE_URL")).is_empty(), "{line}");
    }
}

#[test]
fn a_placeholder_is_no_default() {
    for line in ["KEY=changeme\n", "KEY=\n", "KEY=<your key>\n", "OTHER=1\n"] {
        assert!(propose(World::new().file(".env.example", line), missing("KEY")).is_empty(), "{line}");
    }
}

#[test]
fn an_example_below_the_stage_s_directory_comes_first() {
    let world = World::new().file(".env.example", "A=root\n").file("app/.env.example", "A=app\n");
    let mut stage = plugin_sdk::testing::stage("test", "make");
    stage.directory = "app".to_owned();
    assert_eq!(actions(&propose(world, missing("A").stage(stage))), [action::set_env("A", "app")]);
}

#[test]
fn a_remedy_that_was_tried_is_not_proposed_again() {
    let world = World::new().file(".env.example", "A=1\n");
    let tried = missing("A").tried("config", "set A to the default of .env.example");
    assert!(propose(world, tried).is_empty());
}

#[test]
fn a_shallow_clone_is_completed() {
    let remedies = propose(World::new(), incident(code("system.git-shallow")).tool("git"));
    assert_eq!(actions(&remedies)[0], action::run_command(["git", "fetch", "--unshallow", "--tags"]).into());
    // The clone that the stage goes to, not the repository that it stands in.
    let inside = || World::new().file("co/a.txt", "").file("run.sh", "cd co && git describe --tags\n");
    let fetch = action::run_command(["git", "fetch", "--unshallow", "--tags"]).directory("co");
    for script in ["cd co && git describe --tags", "git -C \"co\" describe --tags", "sh run.sh"] {
        let found = propose(inside(), incident(code("system.git-shallow")).tool("git").script(script));
        assert_eq!(actions(&found)[0], fetch.clone().into(), "{script}");
    }
    let elsewhere =
        propose(inside(), incident(code("system.git-shallow")).tool("git").script("cd /tmp && git describe"));
    assert_eq!(actions(&elsewhere)[0], action::run_command(["git", "fetch", "--unshallow", "--tags"]).into());
    let offline = incident(code("system.git-shallow")).tool("git").attr("offline", "true");
    assert!(propose(World::new(), offline).is_empty());
}

#[test]
fn a_stale_lock_is_found_behind_an_absolute_path() {
    let lock = |path: &str| incident(code("system.git-index-lock").capture("path", path));
    let world = || World::new().file("up/a.txt", "");
    for (printed, expected) in [
        ("/src/job/up/.git/index.lock", "up/.git/index.lock"),
        ("/src/job/.git/index.lock", ".git/index.lock"),
        (".git/refs/heads/main.lock", ".git/refs/heads/main.lock"),
    ] {
        assert_eq!(actions(&propose(world(), lock(printed))), [action::clear_path(expected)], "{printed}");
    }
    assert!(propose(world(), lock("/src/job/.git/index")).is_empty());
}

#[test]
fn git_trusts_one_directory_for_one_run() {
    let dubious = code("system.git-dubious-ownership").capture("path", "/src/job");
    let expected = [
        action::set_env("GIT_CONFIG_COUNT", "1"),
        action::set_env("GIT_CONFIG_KEY_0", "safe.directory"),
        action::set_env("GIT_CONFIG_VALUE_0", "/src/job"),
    ];
    assert_eq!(actions(&propose(World::new(), incident(dubious))), expected);
    let all = code("system.git-dubious-ownership").capture("path", "*");
    assert!(propose(World::new(), incident(all)).is_empty());
}

#[test]
fn a_renamed_branch_is_named_anew_where_the_project_names_it() {
    let gone = || incident(code("system.git-branch-not-found").capture("branch", "master"));
    let alone = propose(World::new().file("BRANCH", "master\n").file("README", "the master branch"), gone());
    assert_eq!(actions(&alone), [action::edit_file("BRANCH", "master", "main")]);
    let setting = propose(World::new().file("app.cfg", "[git]\nbranch = master\nname = webmaster\n"), gone());
    assert_eq!(actions(&setting), [action::edit_file("app.cfg", "branch = master", "branch = main")]);
    assert!(propose(World::new().file("app.cfg", "name = master\n"), gone()).is_empty());
    let other = incident(code("system.git-branch-not-found").capture("branch", "feature/x"));
    assert!(propose(World::new().file("BRANCH", "feature/x\n"), other).is_empty());
}

#[test]
fn a_stale_cmake_cache_is_cleared_with_what_was_derived_from_it() {
    let world = World::new().file("build/CMakeCache.txt", "x").file("build/CMakeFiles/a", "");
    let stale = code("system.cmake-cache-stale").capture("path", "/old/place/build/CMakeCache.txt");
    assert_eq!(
        actions(&propose(world, incident(stale))),
        [action::clear_path("build/CMakeCache.txt"), action::clear_path("build/CMakeFiles")]
    );
}

#[test]
fn a_script_without_its_bit_is_run_through_its_interpreter_or_gets_the_bit() {
    let script = "#!/usr/bin/env bash\nmake\n";
    let world = || World::new().file("ci/build.sh", script);
    let denied = || incident(code("system.not-executable").capture("path", "./ci/build.sh"));
    let both = propose(world(), denied().script("cd . && ./ci/build.sh all"));
    assert_eq!(
        actions(&both),
        [action::replace_script("cd . && bash ./ci/build.sh all"), action::write_executable("ci/build.sh", script)]
    );
    let argv = propose(world(), denied().argv(&["./ci/build.sh", "all"]));
    assert_eq!(actions(&argv)[0], action::replace_argv(["bash", "./ci/build.sh", "all"]));
    let indirect = propose(world(), denied().script("make"));
    assert_eq!(actions(&indirect), [action::write_executable("ci/build.sh", script)]);
}

#[test]
fn what_is_no_script_is_not_made_executable() {
    let denied = incident(code("system.permission-denied").capture("path", "/etc/shadow"));
    assert!(propose(World::new().file("data.bin", "x"), denied).is_empty());
    let data = incident(code("system.permission-denied").capture("path", "data.bin"));
    assert!(propose(World::new().file("data.bin", "x"), data).is_empty());
}

#[test]
fn an_externally_managed_python_is_left_alone_in_favour_of_an_environment() {
    let managed = || incident(code("python.externally-managed")).tool("python3");
    let remedies = propose(World::new(), managed().script("pip install -r requirements.txt && pytest"));
    assert_eq!(
        actions(&remedies),
        [
            action::run_command(["python3", "-m", "venv", ".venv"]).into(),
            action::replace_script(". .venv/bin/activate && pip install -r requirements.txt && pytest")
        ]
    );
    let there = propose(World::new().file(".venv/pyvenv.cfg", ""), managed().argv(&["pip3", "install", "x"]));
    assert_eq!(actions(&there), [action::replace_argv([".venv/bin/pip3", "install", "x"])]);
    assert!(propose(World::new(), managed().argv(&["make"])).is_empty());
}

#[test]
fn the_legacy_provider_is_for_the_stage_and_for_scripts_that_may_change() {
    let old = || incident(code("node.openssl-unsupported"));
    let manifest = r#"{"scripts": {"build": "webpack", "start": "webpack serve"}}"#;
    let world = || World::new().file("package.json", manifest);
    let build = propose(world(), old().script("yarn build"));
    assert_eq!(actions(&build), [action::set_env("NODE_OPTIONS", "--openssl-legacy-provider")]);
    let start = propose(world(), old().script("yarn start"));
    let edit = action::edit_file(
        "package.json",
        "\"webpack serve\"",
        "\"NODE_OPTIONS=--openssl-legacy-provider webpack serve\"",
    );
    assert_eq!(actions(&start)[1], edit);
}

#[test]
fn npm_s_own_settings_carry_the_legacy_provider_for_good() {
    let old = || incident(code("node.openssl-unsupported"));
    let line = "node-options=--openssl-legacy-provider\n";
    let second = |world: World, script: &str| actions(&propose(world, old().script(script))).get(1).cloned();
    assert_eq!(second(World::new(), "npm run build"), Some(action::write_file(".npmrc", line)));
    let named = World::new().file("run.sh", "npm ci && npm run build");
    assert_eq!(second(named, "bash run.sh"), Some(action::write_file(".npmrc", line)));
    let there = World::new().file(".npmrc", "fund=false");
    assert_eq!(second(there, "pnpm build"), Some(action::append_to_file(".npmrc", format!("\n{line}"))));
    let taken = World::new().file(".npmrc", "node-options=--max-old-space-size=4096\n");
    assert_eq!(second(taken, "npm run build"), None);
}

#[test]
fn a_formatter_writes_what_it_asks_for_but_not_in_tests() {
    let world = || World::new().file("app/a.py", "").file("tests/test_a.py", "");
    let black =
        || incident(finding("python.black-would-reformat", "lint-or-format")).script(".venv/bin/black --check .");
    let remedies = propose_with_log(world(), black(), "would reformat /src/job/app/a.py\nOh no!\n");
    assert_eq!(actions(&remedies), [action::run_command([".venv/bin/black", "-q", "app/a.py"]).into()]);
    let tests = "would reformat app/a.py\nwould reformat tests/test_a.py\n";
    assert!(propose_with_log(world(), black(), tests).is_empty());
    let ruff = incident(finding("python.ruff-fixable", "lint-or-format")).script("uv run ruff check");
    let remedies = propose_with_log(world(), ruff, "app/a.py:1:8: F401 [*] `os` imported but unused\n");
    assert_eq!(
        actions(&remedies),
        [action::run_command(["uv", "run", "ruff", "check", "--fix", "-q", "app/a.py"]).into()]
    );
}

#[test]
fn cargo_fmt_formats_what_the_stage_checks() {
    let fmt = incident(finding("rust.fmt", "lint-or-format")).script("cargo fmt --all --check");
    assert_eq!(actions(&propose(World::new(), fmt)), [action::run_command(["cargo", "fmt", "--all"]).into()]);
}

#[test]
fn every_code_is_handled() {
    let handled = HealConfig::handles().unwrap();
    assert!(CODES.iter().all(|code| handled.contains(&Interest::code(*code))));
}
