use plugin_sdk::host::process::{ProcessError, ProcessRequest, ProcessResult};
use plugin_sdk::json::{self, Value, json};

use super::*;

type ProcessAnswer = Result<ProcessResult, ProcessError>;

/// A stage that installs by itself.
const INSTALLS: &str = ".venv/bin/pip install -q -r requirements.txt && .venv/bin/python main.py";
/// One that does not.
const RUNS: &str = ".venv/bin/python main.py";

fn missing(module: &str) -> IncidentBuilder {
    incident(finding("python.module-not-found", "dependency-missing").capture("module", module))
}

fn project(requirements: &str) -> World {
    World::new().file("requirements.txt", requirements).file("main.py", "")
}

fn pip(words: &[&str]) -> Action {
    action::run_command([".venv/bin/python", "-m", "pip"].iter().chain(words).copied()).into()
}

#[test]
fn an_undeclared_module_is_declared_by_the_name_of_its_distribution() {
    for (module, distribution) in [
        ("PIL", "Pillow"),
        ("PIL.Image", "Pillow"),
        ("Crypto.Cipher", "pycryptodome"),
        ("dateutil", "python-dateutil"),
        ("jwt", "PyJWT"),
        ("attr", "attrs"),
        ("sklearn.linear_model", "scikit-learn"),
        ("google.cloud.storage", "google-cloud-storage"),
        ("yaml", "PyYAML"),
        ("google.protobuf.descriptor", "protobuf"),
        ("markdown_it", "markdown-it-py"),
    ] {
        let remedies = propose(project(""), missing(module).script(INSTALLS));
        let expected = [action::append_to_file("requirements.txt", format!("{distribution}\n"))];
        assert_eq!(first(&remedies), expected, "{module}");
    }
}

/// An index that has `names`, of which those of `holds` have the module in their archive.
fn index(names: &'static [&'static str], holds: &'static [&'static str]) -> impl Fn(&ProcessRequest) -> ProcessAnswer {
    move |request| {
        let question: Value = json::from_str(&request.argv[4]).unwrap();
        let name = question["name"].as_str().unwrap();
        let answer = match question["ask"].as_str().unwrap() {
            "releases" if names.contains(&name) => {
                json!({ "releases": [{ "version": "1.2", "date": "2020-01-02", "fits": true }] })
            }
            "releases" => json!({ "releases": [] }),
            "has" => json!({ "says": holds.contains(&name) }),
            other => panic!("{other}"),
        };
        let stdout_tail = answer.to_string().into_bytes();
        Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail })
    }
}

#[test]
fn a_distribution_that_the_table_does_not_know_has_to_prove_that_it_holds_the_module() {
    let world = project("").process(index(&["some-thing", "python-some-thing"], &["python-some-thing"]));
    let proven = propose(world, missing("some_thing.inside").script(INSTALLS));
    assert_eq!(first(&proven), [action::append_to_file("requirements.txt", "python-some-thing\n")]);
    assert!(proven[0].rationale.contains("its archive holds it"), "{}", proven[0].rationale);
    let known = propose(project(""), missing("yaml").script(INSTALLS));
    assert!(known[0].confidence > proven[0].confidence);
    let unproven = project("").process(index(&["some-thing"], &[]));
    assert!(propose(unproven, missing("some_thing").script(INSTALLS)).is_empty());
    assert!(propose(project(""), missing("some_thing").script(INSTALLS)).is_empty());
}

#[test]
fn the_line_that_imports_from_a_namespace_tells_which_distribution_is_meant() {
    let log = "\
Traceback (most recent call last):
  File \"/src/job/main.py\", line 1, in <module>
    from google.cloud import storage
ModuleNotFoundError: No module named 'google'
";
    let found = finding("python.module-not-found", "dependency-missing")
        .capture("module", "google")
        .cause(4, "ModuleNotFoundError: No module named 'google'");
    let remedies = propose_with_log(project(""), incident(found).script(INSTALLS), log);
    assert_eq!(first(&remedies), [action::append_to_file("requirements.txt", "google-cloud-storage\n")]);
}

#[test]
fn what_the_stage_does_not_install_the_remedy_installs() {
    let remedies = propose(project("requests"), missing("yaml").script(RUNS));
    assert_eq!(
        first(&remedies),
        [action::append_to_file("requirements.txt", "\nPyYAML\n"), pip(&["install", "-r", "requirements.txt"])]
    );
    assert_eq!(remedies[1].actions, [pip(&["install", "PyYAML"])]);
}

#[test]
fn what_is_declared_is_only_installed() {
    let remedies = propose(project("pyyaml==6.0.2  # settings\n"), missing("yaml").script(RUNS));
    assert_eq!(first(&remedies), [pip(&["install", "-r", "requirements.txt"])]);
    assert_eq!(remedies.len(), 1);
    let by_itself = propose(project("pyyaml\n"), missing("yaml").script(INSTALLS));
    assert!(by_itself.is_empty(), "{by_itself:?}");
    let alternative = propose(project("opencv-contrib-python\n"), missing("cv2").script(RUNS));
    assert_eq!(first(&alternative), [pip(&["install", "-r", "requirements.txt"])]);
}

#[test]
fn without_an_environment_of_the_project_nothing_is_installed() {
    assert!(propose(project(""), missing("yaml").script("python3 main.py")).is_empty());
    let usual = project("").file("venv/pyvenv.cfg", "");
    let remedies = propose(usual, missing("yaml").script("make test"));
    assert_eq!(
        remedies[1].actions,
        [action::run_command(["venv/bin/python", "-m", "pip", "install", "PyYAML"]).into()]
    );
}

#[test]
fn the_environment_is_read_from_the_traceback() {
    let log = "Traceback (most recent call last):\n  File \"/src/job/tools/env/lib/python3.11/site-packages/a/__init__.py\", line 1, in <module>\n";
    let world = project("").file("tools/env/pyvenv.cfg", "");
    let remedies = propose_with_log(world, missing("yaml").script("make test"), log);
    assert_eq!(
        remedies[1].actions,
        [action::run_command(["tools/env/bin/python", "-m", "pip", "install", "PyYAML"]).into()]
    );
}

#[test]
fn the_project_s_own_modules_are_found_and_not_installed() {
    let own = World::new().file("requirements.txt", "").file("src/app/__init__.py", "");
    let remedies = propose(own, missing("app.views").script(INSTALLS));
    assert_eq!(first(&remedies), [action::set_env("PYTHONPATH", "src")]);
    assert_eq!(remedies[0].strategy, "config");
    let beside = project("").file("settings.py", "");
    assert_eq!(first(&propose(beside, missing("settings").script(INSTALLS))), [action::set_env("PYTHONPATH", ".")]);
}

#[test]
fn the_standard_library_cannot_be_installed() {
    for module in ["json", "tkinter", "_sqlite3", "urllib2"] {
        assert!(propose(project(""), missing(module).script(INSTALLS)).is_empty(), "{module}");
    }
}

#[test]
fn a_pyproject_without_requirements_gets_the_entry() {
    let text = "[project]\nname = \"a\"\ndependencies = [\n    \"requests>=2\",\n]\n";
    let world = World::new().file("pyproject.toml", text);
    let script = ".venv/bin/pip install . && .venv/bin/python -m a";
    let remedies = propose(world, missing("yaml").script(script));
    match first(&remedies) {
        [Action::EditFile(edit)] => {
            assert_eq!(text.matches(&edit.find).count(), 1);
            let after = text.replace(&edit.find, &edit.replace);
            assert_eq!(after, "[project]\nname = \"a\"\ndependencies = [\n    \"PyYAML\",\n    \"requests>=2\",\n]\n");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn uv_and_poetry_add_by_themselves() {
    let uv = propose(World::new(), missing("yaml").script("uv run pytest"));
    assert_eq!(first(&uv), [action::run_command(["uv", "add", "PyYAML"]).into()]);
    let poetry = propose(World::new(), missing("yaml").script("poetry run pytest"));
    assert_eq!(first(&poetry), [action::run_command(["poetry", "add", "PyYAML"]).into()]);
}

#[test]
fn hashed_requirements_are_not_edited() {
    let hashed = project("a==1 --hash=sha256:00000000\n");
    let remedies = propose(hashed, missing("yaml").script(INSTALLS));
    assert!(remedies.iter().flat_map(|remedy| &remedy.actions).all(|action| !matches!(action, Action::EditFile(_))));
}

fn no_version(requirement: &str, versions: &str) -> IncidentBuilder {
    let found = finding("python.pip-no-such-version", "dependency-missing").capture("requirement", requirement);
    incident(if versions.is_empty() { found } else { found.capture("versions", versions) }).script(INSTALLS)
}

#[test]
fn a_version_that_does_not_exist_becomes_the_nearest_that_does() {
    let remedies =
        propose(project("a\nrequests==2.99.0\n"), no_version("requests==2.99.0", "1.0, 2.31.0, 2.32.0, 3.0"));
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "requests==2.99.0", "requests==2.32.0")]);
    assert_eq!(remedies[1].actions, [action::edit_file("requirements.txt", "requests==2.99.0", "requests")]);
    assert!(remedies[0].confidence > remedies[1].confidence);
}

#[test]
fn the_versions_are_also_read_from_the_log() {
    let log = "ERROR: Could not find a version that satisfies the requirement requests==9 (from versions: 2.1, 2.3)\n";
    let remedies = propose_with_log(project("requests==9\n"), no_version("requests==9", ""), log);
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "requests==9", "requests==2.3")]);
}

/// Nothing was offered for `widget==1.0`, and the index now answers this when it is asked again.
fn doubted(requirement: &str, script: &str, answer: &'static str) -> Vec<Remedy> {
    let found = finding("python.pip-nothing-offered", "dependency-missing")
        .disposition(Disposition::Retry)
        .capture("requirement", requirement)
        .capture("versions", "none");
    let stdout_tail = answer.as_bytes().to_vec();
    let world = project(&format!("{requirement}\n")).process(move |_| {
        Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail: stdout_tail.clone() })
    });
    propose(world, incident(found).script(script))
}

const OFFERS: &str = r#"{"releases": [{"version": "1.0", "date": "2024-01-01", "fits": true}]}"#;

#[test]
fn an_index_that_offers_what_it_did_not_offer_before_was_down() {
    let remedies = doubted("widget==1.0", INSTALLS, OFFERS);
    assert!(matches!(first(&remedies), [Action::Wait(_)]), "{remedies:?}");
    assert_eq!(remedies[0].strategy, "retry");
    let down = doubted("widget", INSTALLS, r#"{"error": "HTTPError: 503 Server Error: Service Unavailable for url"}"#);
    assert!(matches!(first(&down), [Action::Wait(_)]) && down[0].confidence < remedies[0].confidence);
}

#[test]
fn a_name_or_version_that_the_index_does_not_have_is_no_outage() {
    for (requirement, script, answer) in [
        ("widgit", INSTALLS, r#"{"releases": []}"#),
        ("widget==9.0", INSTALLS, OFFERS),
        ("widget", INSTALLS, r#"{"releases": [{"version": "1.0", "date": "", "fits": false}]}"#),
        ("widget", INSTALLS, r#"{"error": "HTTPError: 401 Client Error"}"#),
        ("widget", INSTALLS, r#"{"error": "SSLError: certificate verify failed"}"#),
        ("widget==1.0", "pip install --no-index -r requirements.txt", OFFERS),
    ] {
        let remedies = doubted(requirement, script, answer);
        let waits = |remedy: &Remedy| remedy.actions.iter().any(|action| matches!(action, Action::Wait(_)));
        assert!(!remedies.iter().any(waits), "{requirement} {answer}: {remedies:?}");
    }
}

#[test]
fn a_backport_is_only_for_the_pythons_that_need_it() {
    let remedies = propose(project("dataclasses==0.8\n"), no_version("dataclasses==0.8", "0.1, 0.6"));
    let marked = "dataclasses==0.8; python_version < \"3.7\"";
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "dataclasses==0.8", marked)]);
    assert!(propose(project(&format!("{marked}\n")), no_version("dataclasses==0.8", "0.1")).is_empty());
}

#[test]
fn a_package_that_was_given_up_is_replaced() {
    let named = finding("python.deprecated-package", "dependency-missing")
        .capture("package", "sklearn")
        .capture("replacement", "scikit-learn");
    let remedies = propose(project("sklearn\n"), incident(named).script(INSTALLS));
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "sklearn", "scikit-learn")]);
    let unnamed = finding("python.deprecated-package", "dependency-missing").capture("package", "sklearn");
    assert_eq!(first(&propose(project("sklearn\n"), incident(unnamed).script(INSTALLS))), first(&remedies));
}

#[test]
fn a_module_s_name_in_the_manifest_becomes_the_distribution_s() {
    let none = finding("python.pip-no-matching-distribution", "dependency-missing").capture("requirement", "PIL");
    let remedies = propose(project("PIL\n"), incident(none).script(INSTALLS));
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "PIL", "Pillow")]);
}

#[test]
fn of_two_requirements_that_exclude_each_other_one_moves() {
    let log = "\
ERROR: Cannot install -r requirements.txt (line 1) and lib==1.0 because these package versions have conflicting dependencies.
The conflict is caused by:
    The user requested lib==1.0
    tool 2.0 depends on lib>=1.5
";
    let conflict = incident(finding("python.pip-conflict", "dependency-conflict")).script(INSTALLS);
    let remedies = propose_with_log(project("lib==1.0\ntool==2.0\n"), conflict, log);
    assert_eq!(first(&remedies), [action::edit_file("requirements.txt", "lib==1.0", "lib>=1.5")]);
    assert_eq!(remedies[1].actions, [action::edit_file("requirements.txt", "tool==2.0", "tool")]);
}

#[test]
fn locks_are_written_by_their_own_tools() {
    let uv = incident(finding("python.uv-lock-outdated", "configuration")).tool("uv");
    assert_eq!(first(&propose(World::new(), uv)), [action::run_command(["uv", "lock"]).into()]);
    let poetry = |header: &str| {
        let world = World::new().file("poetry.lock", format!("# This file is automatically @generated by {header}\n"));
        propose(world, incident(finding("python.poetry-lock-outdated", "configuration")).tool("poetry"))
    };
    assert_eq!(
        first(&poetry("Poetry 1.8.3")),
        [action::run_command(["poetry", "lock", "--no-interaction", "--no-update"]).into()]
    );
    assert_eq!(first(&poetry("Poetry 2.1.1")), [action::run_command(["poetry", "lock", "--no-interaction"]).into()]);
}

#[test]
fn a_stage_below_the_root_installs_from_its_own_directory() {
    let mut stage = plugin_sdk::testing::stage("test", ".venv/bin/pytest");
    stage.directory = "api".to_owned();
    let world = World::new().file("api/requirements.txt", "PyYAML\n").file("api/.venv/pyvenv.cfg", "");
    let remedies = propose(world, missing("yaml").stage(stage));
    let install =
        action::run_command([".venv/bin/python", "-m", "pip", "install", "-r", "requirements.txt"]).directory("api");
    assert_eq!(first(&remedies), [install.into()]);
}

#[test]
fn what_the_build_of_a_package_lacks_is_not_declared_but_avoided() {
    let log = "\
  error: subprocess-exited-with-error
  × Getting requirements to build wheel did not run successfully.
  ╰─> [3 lines of output]
      ModuleNotFoundError: No module named 'yaml'
      [end of output]
";
    let found = || missing("yaml").script(INSTALLS);
    let at = |line: u64| {
        let cause = "ModuleNotFoundError: No module named 'yaml'";
        incident(finding("python.module-not-found", "dependency-missing").capture("module", "yaml").cause(line, cause))
            .script(INSTALLS)
    };
    let in_build = propose_with_log(project("suds==0.4\n"), at(4), log);
    assert_eq!(first(&in_build), [action::edit_file("requirements.txt", "suds==0.4", "suds-community")]);
    // Behind the output it is the project's own import.
    let outside = propose_with_log(project("suds==0.4\n"), at(6), log);
    assert_eq!(first(&outside), [action::append_to_file("requirements.txt", "PyYAML\n")]);
    assert_eq!(first(&propose(project(""), found())), [action::append_to_file("requirements.txt", "PyYAML\n")]);
}
