//! What a tool or a package asks for in words, and what looks like it and is the project's own mistake.

use plugin_sdk::host::process::ProcessResult;

use super::*;

const INSTALLS: &str = ".venv/bin/pip install -q -r requirements.txt && .venv/bin/python main.py";

fn python(requirements: &str) -> World {
    World::new()
        .file("requirements.txt", requirements)
        .file("main.py", "")
        .file(".venv/pyvenv.cfg", "version = 3.11.7\n")
}

fn asks(text: &str) -> IncidentBuilder {
    incident(finding("python.companion-missing", "dependency-missing").cause(4, text)).script(INSTALLS)
}

fn requires(line: &str) -> Action {
    action::append_to_file("requirements.txt", format!("{line}\n"))
}

const LOG: &str = "\
Traceback (most recent call last):
  File \"/src/job/.venv/lib/python3.11/site-packages/widget/client.py\", line 13, in spin
    raise ImportError(
ImportError: Using spin=True, but the 'spin2' package is not installed. Make sure to install widget using `pip install widget[spin]`.
";

#[test]
fn a_name_that_a_message_gives_counts_where_the_package_lists_it_as_optional() {
    let place = ".venv/lib/python3.11/site-packages/widget-1.0.dist-info";
    let metadata = "Name: widget\nRequires-Dist: core\nRequires-Dist: spin2<4,>=3; extra == 'spin'\n\nLong text\n";
    let world = || {
        python("widget\n")
            .file(format!("{place}/top_level.txt"), "widget\n")
            .file(format!("{place}/METADATA"), metadata)
    };
    let text = LOG.lines().last().unwrap();
    for (capture, name) in [("requirement", "widget[spin]"), ("name", "spin2")] {
        let found = finding("python.companion-missing", "dependency-missing").cause(4, text).capture(capture, name);
        let remedies = propose_with_log(world(), incident(found).script(INSTALLS), LOG);
        assert_eq!(first(&remedies), [requires("spin2")], "{name}");
    }
    // A log can name anything.
    let other = finding("python.companion-missing", "dependency-missing").cause(4, text).capture("name", "evil");
    assert!(propose_with_log(world(), incident(other).script(INSTALLS), LOG).is_empty());
}

#[test]
fn well_known_words_name_what_is_missing() {
    for (text, wanted) in [
        ("requests.exceptions.InvalidSchema: Missing dependencies for SOCKS support.", "PySocks"),
        ("RuntimeError: Form data requires \"python-multipart\" to be installed.", "python-multipart"),
    ] {
        assert_eq!(first(&propose(python("requests\n"), asks(text))), [requires(wanted)], "{text}");
    }
    // What is declared and installed and still asked for is missing for another reason.
    let declared = python("requests\nPySocks\n");
    assert!(propose(declared, asks("X: Missing dependencies for SOCKS support.")).is_empty());
}

#[test]
fn options_and_fixtures_of_pytest_s_plugins_bring_the_plugin() {
    let pytest = |text: &str, name: &str| {
        incident(finding("python.pytest-plugin-missing", "dependency-missing").cause(2, text).capture("name", name))
            .script(INSTALLS)
    };
    for (text, name, plugin) in [
        ("pytest: error: unrecognized arguments: --cov=app", "", "pytest-cov"),
        ("pytest: error: unrecognized arguments: -n auto", "", "pytest-xdist"),
        ("E       fixture 'mocker' not found", "mocker", "pytest-mock"),
        ("async def functions are not natively supported.", "", "pytest-asyncio"),
    ] {
        assert_eq!(first(&propose(python("pytest\n"), pytest(text, name))), [requires(plugin)], "{text}");
    }
    assert!(propose(python("pytest\n"), pytest("E       fixture 'databas' not found", "databas")).is_empty());
}

fn node(manifest: &str) -> World {
    World::new().file("package.json", manifest)
}

fn develops(package: &str) -> [Action; 1] {
    [action::run_command(["npm", "install", "--no-audit", "--no-fund", "--save-dev", package]).into()]
}

#[test]
fn what_a_tool_of_node_asks_for_comes_in_the_version_that_goes_with_the_tool() {
    let missing = |capture: &str, name: &str| {
        incident(finding("node.bundler-missing", "dependency-missing").cause(3, "").capture(capture, name))
    };
    let jest = || node(r#"{"devDependencies": {"jest": "29.7.0", "vitest": "^1.2.0"}}"#);
    let vitest = || jest().file("node_modules/vitest/package.json", r#"{"version": "1.6.1"}"#);
    assert_eq!(
        first(&propose(jest(), missing("option", "jest-environment-jsdom"))),
        develops("jest-environment-jsdom@^29.0.0")
    );
    assert_eq!(
        first(&propose(vitest(), missing("package", "@vitest/coverage-v8"))),
        develops("@vitest/coverage-v8@1.6.1")
    );
    assert_eq!(first(&propose(jest(), missing("package", "jsdom"))), develops("jsdom"));
    let cli =
        incident(finding("node.bundler-missing", "dependency-missing").cause(3, "CLI for webpack must be installed."));
    assert_eq!(first(&propose(jest(), cli)), develops("webpack-cli"));
    assert!(propose(jest(), missing("requirement", "./presets/own")).is_empty());
}

#[test]
fn a_companion_comes_in_the_newest_version_that_accepts_the_tool() {
    let versions = r#"[{"version":"5.1.4","peerDependencies":{"webpack":"5.x.x"}},
        {"version":"6.0.1","peerDependencies":{"webpack":"^5.82.0"}},
        {"version":"7.3.1","peerDependencies":{"webpack":"^5.101.0"}}]"#;
    let cli = || {
        incident(finding("node.bundler-missing", "dependency-missing").cause(3, "CLI for webpack must be installed."))
    };
    for (webpack, wanted) in [("5.90.0", "webpack-cli@6.0.1"), ("5.101.0", "webpack-cli")] {
        let manifest = format!(r#"{{"devDependencies": {{"webpack": "{webpack}"}}}}"#);
        assert_eq!(first(&propose(registry(node(&manifest), versions), cli())), develops(wanted), "{webpack}");
    }
}

#[test]
fn where_packages_are_installed_a_moved_one_is_installed_at_once() {
    let versions = r#"[{"version":"4.1.2"},{"version":"5.0.0","type":"module"}]"#;
    let code = "const paint = require('widget')\n";
    let manifest =
        node(r#"{"dependencies":{"widget":"^5.0.0"}}"#).file("lib/run.js", code).file("package-lock.json", "{}");
    let installed = manifest.file("node_modules/widget/package.json", r#"{"version": "5.0.0"}"#);
    let remedies = propose_with_log(registry(installed, versions), called(), NOT_A_FUNCTION);
    let install = action::run_command(["npm", "install", "--no-audit", "--no-fund"]);
    assert_eq!(first(&remedies), [action::edit_file("package.json", "^5.0.0", "^4.1.2"), install.into()]);
}

#[test]
fn eslint_s_settings_and_plugins_are_required_by_their_packages() {
    let missing = |capture: &str, name: &str| {
        incident(finding("node.lint-config", "configuration").cause(3, "").capture(capture, name))
    };
    let eslint = || node(r#"{"devDependencies": {"eslint": "^9.1.0"}}"#);
    for (capture, name, package) in [
        ("name", "prettier", "eslint-config-prettier"),
        ("name", "@acme", "@acme/eslint-config"),
        ("name", "@acme/base", "@acme/eslint-config-base"),
        ("name", "plugin:vue/base", "eslint-plugin-vue"),
        ("name", "plugin:@acme/own/base", "@acme/eslint-plugin-own"),
        ("package", "eslint-plugin-react", "eslint-plugin-react"),
        ("module", "@acme/eslint-plugin", "@acme/eslint-plugin"),
    ] {
        assert_eq!(first(&propose(eslint(), missing(capture, name))), develops(package), "{name}");
    }
    // Settings of the old form need the ESLint that reads them; without any the project has none.
    let old = propose(eslint().file(".eslintrc.json", "{}"), missing("file", "an eslint.config"));
    assert_eq!(first(&old), [action::edit_file("package.json", "^9.1.0", "^8.57.0")]);
    assert!(propose(eslint(), missing("file", "an eslint.config")).is_empty());
}

const NOT_A_FUNCTION: &str = "\
/src/job/lib/run.js:2
console.log(paint.red('x'))
                  ^

TypeError: paint.red is not a function
    at Object.<anonymous> (/src/job/lib/run.js:2:19)
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
";

fn registry(world: World, versions: &'static str) -> World {
    world.process(move |request| {
        assert_eq!(request.argv[..2], ["npm", "view"]);
        Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail: versions.as_bytes().to_vec() })
    })
}

fn called() -> IncidentBuilder {
    let text = "TypeError: paint.red is not a function";
    incident(finding("node.not-a-function", "test-failure").cause(5, text).capture("name", "paint.red"))
}

#[test]
fn what_a_required_package_offers_no_more_is_looked_for_in_earlier_major_versions() {
    let versions = r#"[{"version":"3.0.0"},{"version":"4.1.2"},{"version":"5.0.0","type":"module"},
        {"version":"5.3.0","type":"module","exports":{"import":"./a.js"}}]"#;
    let code = "const paint = require('widget')\nconsole.log(paint.red('x'))\n";
    let world = registry(node(r#"{"dependencies":{"widget":"^5.0.0"}}"#).file("lib/run.js", code), versions);
    let remedies = propose_with_log(world, called(), NOT_A_FUNCTION);
    assert_eq!(first(&remedies), [action::edit_file("package.json", "^5.0.0", "^4.1.2")]);
    assert_eq!(remedies[1].actions, [action::edit_file("package.json", "^5.0.0", "^3.0.0")]);
}

#[test]
fn what_the_project_itself_defines_is_its_own_mistake() {
    let manifest = r#"{"dependencies":{"widget":"^5.0.0"}}"#;
    for code in
        ["const paint = require('./paint')\n", "const paint = { blue() {} }\n", "const paint = require('other')\n"]
    {
        let world = node(manifest).file("lib/run.js", code).process(|_| panic!("nobody is asked"));
        assert!(propose_with_log(world, called(), NOT_A_FUNCTION).is_empty(), "{code}");
    }
    // Of the first major version there is no earlier one.
    let code = "const paint = require('widget')\n";
    let world = registry(node(manifest).file("lib/run.js", code), r#"[{"version":"5.0.0"},{"version":"5.1.0"}]"#);
    assert!(propose_with_log(world, called(), NOT_A_FUNCTION).is_empty());
}

#[test]
fn a_closed_path_is_open_in_an_earlier_major_version() {
    let cause = "Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath './v4' is not defined by \"exports\" in /src/job/node_modules/widget/package.json";
    let versions = r#"[{"version":"3.4.0"},{"version":"7.0.3"},{"version":"8.3.2","exports":{".":"./a.js"}},
        {"version":"9.0.1","exports":{".":"./a.js"}}]"#;
    let world = registry(node(r#"{"dependencies":{"widget":"^9"}}"#), versions);
    let found = incident(finding("node.esm-required", "dependency-conflict").cause(1, cause));
    assert_eq!(first(&propose_with_log(world, found, cause)), [action::edit_file("package.json", "^9", "^7.0.3")]);
}
