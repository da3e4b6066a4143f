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

fn daemon(script: &str) -> IncidentBuilder {
    incident(finding("jvm.daemon-gone", "resource-memory")).script(script)
}

#[test]
fn a_broken_daemon_is_done_without() {
    for log in [
        "Gradle build daemon disappeared unexpectedly (it may have been killed or may have crashed)\n",
        "The message received from the daemon indicates that the daemon has disappeared.\n",
        "Could not receive a message from the daemon.\n",
    ] {
        let remedies = answer(World::new(), daemon("./gradlew check"), log).unwrap();
        assert_eq!(remedies[0].actions, [action::replace_script("./gradlew --no-daemon check")], "{log}");
    }
    assert!(answer(World::new(), daemon("./gradlew check"), "killed").unwrap().is_empty());
}

#[test]
fn the_kotlin_compiler_works_without_a_daemon_that_cannot_be_reached() {
    let words = "-Pkotlin.compiler.execution.strategy=in-process";
    let log = "> Could not connect to Kotlin compile daemon\n";
    let remedies = answer(World::new(), daemon("gradle check"), log).unwrap();
    assert_eq!(remedies[0].actions, [action::replace_script(format!("gradle {words} check"))]);
    assert!(answer(World::new(), daemon(&format!("gradle {words} check")), log).unwrap().is_empty());
}

#[test]
fn a_gradle_that_a_script_calls_is_told_by_its_variable() {
    let world = World::new().file("ci/build.sh", "set -e\n./gradlew check\n");
    let log = "Gradle build daemon disappeared unexpectedly (it may have been killed or may have crashed)\n";
    let remedies = answer(world, daemon("sh ci/build.sh"), log).unwrap();
    assert_eq!(remedies[0].actions, [action::set_env("GRADLE_OPTS", "-Dorg.gradle.daemon=false")]);
}

fn too_new(script: &str) -> IncidentBuilder {
    let cause = "error: release version 21 not supported";
    incident(finding("jvm.java-version", "toolchain-missing-or-version").cause(1, cause)).script(script)
}

fn kits(incident: IncidentBuilder, versions: &[u32]) -> IncidentBuilder {
    versions.iter().fold(incident, |incident, version| {
        incident.tool_at(format!("javac-{version}"), format!("/opt/jdk-{version}/bin/javac"))
    })
}

#[test]
fn another_installed_java_is_chosen_for_the_stage() {
    let chosen = |incident: IncidentBuilder, versions: &[u32]| propose(World::new(), kits(incident, versions));
    let home = |version: u32| vec![action::set_env("JAVA_HOME", format!("/opt/jdk-{version}"))];
    assert_eq!(chosen(too_new("mvn -B verify"), &[11, 17, 21, 25]), [home(21), home(25)]);
    assert_eq!(chosen(too_new("./gradlew check"), &[25]), [home(25)]);
    let gone =
        finding("jvm.java-version", "toolchain-missing-or-version").cause(1, "error: release version 6 not supported");
    assert_eq!(chosen(incident(gone).script("mvn verify"), &[8, 11, 17]), [home(11), home(8)]);
    let nowhere = finding("jvm.java-missing", "toolchain-missing-or-version")
        .cause(1, "ERROR: JAVA_HOME is set to an invalid directory: /opt/jdk");
    assert_eq!(chosen(incident(nowhere).script("./gradlew check"), &[17, 22])[0], home(17));
}

#[test]
fn no_java_is_chosen_where_none_fits_none_is_read_or_the_pipeline_chose() {
    assert!(propose(World::new(), kits(too_new("mvn -B verify"), &[8, 11, 17])).is_empty());
    // `javac` goes by the search path.
    assert!(propose(World::new(), kits(too_new("javac --release 21 A.java"), &[21])).is_empty());
    let mut stage = plugin_sdk::testing::stage("build", "mvn verify");
    stage.env_names.push("JAVA_HOME".to_owned());
    assert!(propose(World::new(), kits(too_new("mvn verify").stage(stage), &[21])).is_empty());
}

const CACHED: &str = "[FATAL] Non-resolvable parent POM for com.example:app:1.0: com.example:parent:pom:1.0 was not found in https://maven.example/m2 during a previous attempt. This failure was cached in the local repository and resolution is not reattempted until the update interval of central has elapsed or updates are forced";

fn not_got(cause: &str, script: &str) -> IncidentBuilder {
    incident(finding("jvm.dependency-missing", "dependency-missing").cause(1, cause).ecosystem("jvm")).script(script)
}

#[test]
fn only_the_markers_of_the_named_artifact_are_cleared() {
    let marker = "m2/com/example/parent/1.0/parent-1.0.pom.lastUpdated";
    let world = || {
        World::new()
            .file(marker, "")
            .file("m2/com/example/parent/1.0/other-1.0.pom.lastUpdated", "")
            .file("m2/com/example/parent/2.0/parent-2.0.pom.lastUpdated", "")
            .file("m2/com/example/parent/1.0/parent-1.0.pom", "")
    };
    let script = "mvn -B -Dmaven.repo.local=m2 verify";
    let cleared = vec![action::clear_path(marker)];
    let again = vec![action::replace_script("mvn -U -B -Dmaven.repo.local=m2 verify")];
    assert_eq!(propose(world(), not_got(CACHED, script)), [cleared.clone(), again]);
    let old = "Failure to transfer com.example:parent:pom:1.0 from https://maven.example/m2 was cached in the local repository, resolution will not be reattempted until the update interval of central has elapsed or updates are forced. Original error: Could not transfer artifact com.example:gone:jar:3.0 from/to central: Connect timed out";
    let settings = world().file(".mvn/maven.config", "-B\n-Dmaven.repo.local=m2\n");
    assert_eq!(propose(settings, not_got(old, "mvn verify"))[0], cleared);
}

#[test]
fn maven_asks_again_where_its_repository_lies_elsewhere_and_only_where_a_marker_answered() {
    let again = vec![action::replace_script("./mvnw -U verify")];
    assert_eq!(propose(World::new(), not_got(CACHED, "./mvnw verify")), [again]);
    assert!(propose(World::new(), not_got(CACHED, "mvn -U verify")).is_empty());
    let first = "Could not find artifact com.example:parent:pom:1.0 in central (https://maven.example/m2)";
    assert!(propose(World::new(), not_got(first, "mvn verify")).is_empty());
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
