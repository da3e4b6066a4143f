#![allow(clippy::unwrap_used)]
use plugin_sdk::testing::{IncidentBuilder, LogText, World, finding, incident};

use super::*;

fn answer(world: World, incident: IncidentBuilder, log: &str) -> Result<Vec<Remedy>, PluginError> {
    world.enter(|| HealAlternative::propose(incident.build(), &LogText::new(log)))
}

fn propose(world: World, incident: IncidentBuilder) -> Vec<Vec<Action>> {
    let remedies = answer(world, incident, "").unwrap();
    assert!(remedies.iter().all(|remedy| remedy.strategy == "alternative" && !remedy.rationale.is_empty()));
    remedies.into_iter().map(|remedy| remedy.actions).collect()
}

fn taken(port: &str) -> IncidentBuilder {
    incident(finding("system.port-in-use", "port-or-concurrency-conflict").capture("port", port))
}

#[test]
fn a_taken_port_moves_by_the_project_s_own_variable() {
    let by = |world: World, script: &str| propose(world, taken("3000").script(script));
    assert_eq!(by(World::new(), "WEB_PORT=3000 ./serve"), [vec![action::move_port(3000, "WEB_PORT")]]);
    let manifest = World::new().file("package.json", r#"{"scripts": {"start": "serve -p ${APP_PORT:-3000}"}}"#);
    assert_eq!(by(manifest, "npm start"), [vec![action::move_port(3000, "APP_PORT")]]);
    let settings = World::new().file("server.js", "listen(process.env.HTTP_PORT || 3000)");
    assert_eq!(by(settings, "node server.js"), [vec![action::move_port(3000, "HTTP_PORT")]]);
    assert_eq!(by(World::new(), "npm start"), [vec![action::move_port(3000, "PORT")]]);
    assert!(propose(World::new(), taken("http")).is_empty());
}

#[test]
fn a_guessed_variable_is_less_sure() {
    let known = answer(World::new(), taken("3000").script("PORT=3000 x"), "").unwrap();
    let guessed = answer(World::new(), taken("3000").script("x"), "").unwrap();
    assert!(known[0].confidence > guessed[0].confidence);
}

fn not_found(command: &str) -> IncidentBuilder {
    incident(finding("system.command-not-found", "toolchain-missing-or-version").capture("command", command))
}

#[test]
fn another_installed_program_takes_the_place() {
    let python = not_found("python").tool("python3").script("python -m pytest && python x.py");
    assert_eq!(propose(World::new(), python), [vec![action::replace_script("python3 -m pytest && python3 x.py")]]);
    let pip = not_found("pip").tool("python3").argv(&["pip", "install", "-r", "requirements.txt"]);
    let expected = action::replace_argv(["python3", "-m", "pip", "install", "-r", "requirements.txt"]);
    assert_eq!(propose(World::new(), pip), [vec![expected]]);
    assert!(propose(World::new(), not_found("python").script("python x.py")).is_empty());
    assert!(propose(World::new(), not_found("terraform").tool("python3").script("terraform plan")).is_empty());
}

#[test]
fn a_program_of_the_project_s_environment_comes_first() {
    let world = World::new().file(".venv/bin/pytest", "");
    let remedies = propose(world, not_found("pytest").tool("python3").script("pytest -q"));
    assert_eq!(
        remedies,
        [vec![action::replace_script(".venv/bin/pytest -q")], vec![action::replace_script("python3 -m pytest -q")]]
    );
    let node = World::new().file("node_modules/.bin/eslint", "");
    assert_eq!(
        propose(node, not_found("eslint").script("eslint .")),
        [vec![action::replace_script("npx --no-install eslint .")]]
    );
}

#[test]
fn a_command_that_a_script_calls_is_not_replaced() {
    assert!(propose(World::new(), not_found("python").tool("python3").script("make test")).is_empty());
}

const MIRRORS: &str = r#"{"mirrors": {"pypi": "https://mirror.example/simple", "npm": "https://npm.example"}}"#;

#[test]
fn a_configured_mirror_takes_the_place_of_a_registry_that_is_down() {
    let down = |code: &str| incident(finding(code, "registry-or-service-outage"));
    let pypi = propose(World::new().config(MIRRORS), down("python.index-down"));
    assert_eq!(pypi[0][0], action::set_env("PIP_INDEX_URL", "https://mirror.example/simple"));
    let npm = propose(World::new().config(MIRRORS), down("node.registry-down"));
    assert_eq!(npm[0][0], action::set_env("NPM_CONFIG_REGISTRY", "https://npm.example"));
    let by_command = down("system.http-5xx").script("pip install x");
    assert_eq!(propose(World::new().config(MIRRORS), by_command)[0][0], pypi[0][0]);
    assert!(propose(World::new(), down("python.index-down")).is_empty());
    assert!(propose(World::new().config(MIRRORS), down("rust.registry-down")).is_empty());
}

#[test]
fn a_mirror_that_the_evidence_names_has_to_be_safe() {
    let down =
        |mirror: &str| incident(finding("python.index-down", "registry-or-service-outage").attr("mirror", mirror));
    assert_eq!(propose(World::new(), down("https://other.example/simple")).len(), 1);
    assert!(propose(World::new(), down("http://other.example/simple")).is_empty());
}

#[test]
fn mistakes_in_the_configuration_are_diagnosed() {
    for config in [
        r#"{"mirror": {}}"#,
        r#"{"mirrors": {"pypi": "http://x.example"}}"#,
        r#"{"mirrors": {"cpan": "https://x.example"}}"#,
        r#"{"mirrors": 1}"#,
    ] {
        let result = answer(World::new().config(config), taken("1"), "");
        assert!(matches!(result, Err(PluginError::InvalidConfig(_))), "{config}: {result:?}");
    }
}

#[test]
fn what_fails_at_once_is_run_one_after_the_other() {
    let flaky = |script: &str| incident(finding("x.flaky", "flaky-test")).script(script);
    assert_eq!(propose(World::new(), flaky("make -j8 test"))[0], [action::replace_script("make -j1 test")]);
    assert_eq!(propose(World::new(), flaky("make test"))[0], [action::replace_script("make -j1 test")]);
    assert_eq!(propose(World::new(), flaky("cargo test"))[0], [action::set_env("RUST_TEST_THREADS", "1")]);
    assert_eq!(propose(World::new(), flaky("./run"))[0], [action::set_jobs(1)]);
    let argv = incident(finding("x.flaky", "flaky-test")).argv(&["make", "test"]);
    assert_eq!(propose(World::new(), argv)[0], [action::replace_argv(["make", "-j1", "test"])]);
}

#[test]
fn a_file_that_make_makes_too_late_is_made_one_after_the_other() {
    let header = || {
        let found = finding("c.missing-header", "dependency-missing").capture("file", "gen/version.h");
        incident(found).script("make -j8")
    };
    let log = "main.c:2:10: fatal error: gen/version.h: No such file or directory\nmake: *** Waiting for unfinished jobs....\n";
    let world = || World::new().file("Makefile", "app: main.o\ngen/version.h:\n\t./gen.sh\n");
    let remedies = answer(world(), header(), log).unwrap();
    assert_eq!(remedies[0].actions, [action::replace_script("make -j1")]);
    assert!(answer(World::new().file("Makefile", "app: main.o\n"), header(), log).unwrap().is_empty());
    assert!(answer(world(), header(), "").unwrap().is_empty());
}

#[test]
fn a_broken_daemon_is_done_without() {
    let broken = |script: &str| incident(finding("jvm.daemon-gone", "infrastructure-runner")).script(script);
    let log = "Gradle build daemon disappeared unexpectedly (it may have been killed or may have crashed)\n";
    let remedies = answer(World::new(), broken("./gradlew check"), log).unwrap();
    assert_eq!(remedies[0].actions, [action::replace_script("./gradlew --no-daemon check")]);
    assert!(answer(World::new(), broken("./gradlew check"), "killed").unwrap().is_empty());
}

#[test]
fn a_service_of_this_machine_is_waited_for() {
    let absent = |host: &str, port: &str| {
        incident(finding("system.service-not-ready", "network-transient").capture("host", host).capture("port", port))
    };
    let expected = action::wait_for_service("127.0.0.1", 5432, Duration::from_secs(120));
    assert_eq!(propose(World::new(), absent("0.0.0.0", "5432")), [vec![expected]]);
    assert!(propose(World::new(), absent("db.example", "5432")).is_empty());
    assert!(propose(World::new(), absent("localhost", "")).is_empty());
}

#[test]
fn what_it_answers_is_among_what_it_handles() {
    let handled = HealAlternative::handles().unwrap();
    for code in CODES {
        assert!(handled.contains(&Interest::code(*code)), "{code}");
    }
    assert_eq!(handled.len(), CODES.len() + CATEGORIES.len());
}
