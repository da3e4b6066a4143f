use plugin_sdk::host::process::ProcessResult;

use super::*;

fn module(name: &str) -> IncidentBuilder {
    incident(finding("node.module-not-found", "dependency-missing").capture("module", name))
        .script("npm install && node index.js")
}

fn npm(words: &[&str]) -> Action {
    action::run_command(["npm"].iter().chain(words).copied()).into()
}

fn project(manifest: &str) -> World {
    World::new().file("package.json", manifest)
}

const EMPTY: &str = r#"{"name":"a","version":"1.0.0"}"#;

#[test]
fn an_undeclared_module_is_required_through_the_lock_file_s_manager() {
    let add = ["install", "--no-audit", "--no-fund", "ms"];
    assert_eq!(first(&propose(project(EMPTY), module("ms"))), [npm(&add)]);
    let inside = propose(project(EMPTY), module("@scope/pkg/inside"));
    assert_eq!(first(&inside), [npm(&["install", "--no-audit", "--no-fund", "@scope/pkg"])]);
    let pnpm = propose(project(EMPTY).file("pnpm-lock.yaml", ""), module("ms"));
    assert_eq!(first(&pnpm), [action::run_command(["pnpm", "add", "ms"]).into()]);
    let yarn = propose(project(EMPTY).file("yarn.lock", ""), module("ms"));
    assert_eq!(first(&yarn), [action::run_command(["yarn", "add", "ms"]).into()]);
}

#[test]
fn what_is_declared_is_installed_as_locked() {
    let declared = || project(r#"{"devDependencies": {"ms": "2.1.3"}}"#);
    assert_eq!(first(&propose(declared(), module("ms"))), [npm(&["install", "--no-audit", "--no-fund"])]);
    let locked = propose(declared().file("package-lock.json", "{}"), module("ms"));
    assert_eq!(first(&locked), [npm(&["ci", "--no-audit", "--no-fund"])]);
}

#[test]
fn paths_and_node_s_own_modules_are_no_packages() {
    for name in ["./util", "../a", "/src/a.js", "fs", "fs/promises", "node:fs", "#internal", "a;rm"] {
        assert!(propose(project(EMPTY), module(name)).is_empty(), "{name}");
    }
    assert!(propose(World::new(), module("ms")).is_empty());
}

#[test]
fn missing_types_are_required_for_development() {
    let types = incident(finding("node.types-missing", "dependency-missing").capture("module", "@scope/pkg"));
    assert_eq!(
        first(&propose(project(EMPTY), types)),
        [npm(&["install", "--no-audit", "--no-fund", "--save-dev", "@types/scope__pkg"])]
    );
}

#[test]
fn a_lock_that_does_not_fit_is_written_anew() {
    let lock = || incident(finding("node.lock-out-of-sync", "configuration"));
    assert_eq!(
        first(&propose(project(EMPTY), lock())),
        [npm(&["install", "--package-lock-only", "--no-audit", "--no-fund"])]
    );
    let pnpm = propose(project(EMPTY).file("pnpm-lock.yaml", ""), lock());
    assert_eq!(first(&pnpm), [action::run_command(["pnpm", "install", "--lockfile-only"]).into()]);
}

#[test]
fn a_version_that_does_not_exist_becomes_another_of_its_major_or_the_newest() {
    let gone =
        incident(finding("node.etarget", "dependency-missing").capture("package", "ms").capture("version", "2.9.9"));
    let remedies = propose(project(r#"{"dependencies": {"ms": "2.9.9"}}"#), gone);
    assert_eq!(first(&remedies), [action::edit_file("package.json", "2.9.9", "^2.0.0")]);
    assert_eq!(remedies[1].actions, [npm(&["install", "--no-audit", "--no-fund", "ms@latest"])]);
}

const ERESOLVE: &str = r#"npm error code ERESOLVE
npm error ERESOLVE unable to resolve dependency tree
npm error
npm error While resolving: a@1.0.0
npm error Found: lib@17.0.2
npm error node_modules/lib
npm error   lib@"17.0.2" from the root project
npm error
npm error Could not resolve dependency:
npm error peer lib@"^17.0.0 || ^18.0.0" from @scope/user@14.0.0
npm error node_modules/@scope/user
"#;

#[test]
fn a_package_that_is_too_old_for_another_moves_with_its_siblings() {
    let text = ERESOLVE.replace("lib", "react");
    let manifest = r#"{"dependencies":{"react":"17.0.2","@scope/user":"14.0.0","react-dom":"17.0.2"}}"#;
    let conflict = incident(finding("node.eresolve", "dependency-conflict"));
    let remedies = propose_with_log(project(manifest), conflict, &text);
    let mut after = manifest.to_owned();
    for action in first(&remedies) {
        match action {
            Action::EditFile(edit) => {
                assert_eq!(after.matches(&edit.find).count(), 1, "{}", edit.find);
                after = after.replace(&edit.find, &edit.replace);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(after, r#"{"dependencies":{"react":"^18.0.0","@scope/user":"14.0.0","react-dom":"^18.0.0"}}"#);
    assert_eq!(remedies[1].actions, [npm(&["install", "--no-audit", "--no-fund", "@scope/user@latest"])]);
}

#[test]
fn a_package_that_is_too_new_makes_the_other_one_move_first() {
    let text = ERESOLVE.replace("lib@17.0.2", "lib@19.0.0");
    let manifest = r#"{"dependencies":{"lib":"19.0.0","@scope/user":"14.0.0"}}"#;
    let remedies = propose_with_log(
        project(manifest).file("package-lock.json", "{}"),
        incident(finding("node.eresolve", "dependency-conflict")),
        &text,
    );
    assert_eq!(first(&remedies), [npm(&["install", "--no-audit", "--no-fund", "@scope/user@latest"])]);
    assert_eq!(remedies[1].actions[1], npm(&["install", "--package-lock-only", "--no-audit", "--no-fund"]));
}

#[test]
fn a_package_that_the_registry_lacks_goes_only_if_nothing_uses_it() {
    let gone = || incident(finding("node.e404", "dependency-missing").capture("package", "@gone/pkg@1.0.0"));
    let manifest = r#"{"dependencies":{"@gone/pkg":"1.0.0","ms":"2.1.3"}}"#;
    let remedies = propose(project(manifest).file("index.js", "require('ms')"), gone());
    match first(&remedies) {
        [Action::EditFile(edit)] => {
            assert_eq!(manifest.replace(&edit.find, &edit.replace), r#"{"dependencies":{"ms":"2.1.3"}}"#);
        }
        other => panic!("{other:?}"),
    }
    assert!(propose(project(manifest).file("src/a.ts", "import x from '@gone/pkg'"), gone()).is_empty());
    for url in ["https://registry.example/npm/@gone%2fpkg", "https://registry.example/ms"] {
        let asked = incident(finding("node.e404", "dependency-missing").capture("url", url));
        assert_eq!(propose(project(manifest), asked).len(), 1, "{url}");
    }
    let last = "{\n  \"dependencies\": {\n    \"ms\": \"1\",\n    \"@gone/pkg\": \"1\"\n  }\n}\n";
    match first(&propose(project(last), gone())) {
        [Action::EditFile(edit)] => {
            assert_eq!(
                last.replace(&edit.find, &edit.replace),
                "{\n  \"dependencies\": {\n    \"ms\": \"1\"\n  }\n}\n"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn webpack_4_moves_to_the_version_that_does_without_openssl() {
    let old = || incident(finding("node.openssl-unsupported", "toolchain-missing-or-version"));
    let remedies = propose(project(r#"{"devDependencies": {"webpack": "^4.46.0"}}"#), old());
    assert_eq!(first(&remedies), [action::edit_file("package.json", "^4.46.0", "4.47.0")]);
    assert!(propose(project(r#"{"devDependencies": {"webpack": "5.1.0"}}"#), old()).is_empty());
}

/// A registry in which every package has these versions, as `npm view --json` prints them.
fn registry(world: World, versions: &'static str) -> World {
    world.process(move |request| {
        assert_eq!(request.argv[..2], ["npm", "view"]);
        Ok(ProcessResult { outcome: plugin_sdk::testing::outcome(0), stdout_tail: versions.as_bytes().to_vec() })
    })
}

#[test]
fn the_nearest_version_whose_peers_agree_comes_before_the_newest() {
    let versions = r#"[{"version":"14.0.0","peerDependencies":{"lib":"^17 || ^18"}},
        {"version":"15.1.0","peerDependencies":{"lib":"^19.0.0"}}, {"version":"15.2.0","peerDependencies":{"lib":"^18 || ^19"}},
        {"version":"16.0.0","peerDependencies":{"lib":"^20"}}]"#;
    let text = ERESOLVE.replace("lib@17.0.2", "lib@19.0.0");
    let world = registry(project(r#"{"dependencies":{"lib":"19.0.0","@scope/user":"14.0.0"}}"#), versions);
    let remedies = propose_with_log(world, incident(finding("node.eresolve", "dependency-conflict")), &text);
    assert_eq!(first(&remedies), [action::edit_file("package.json", "14.0.0", "15.2.0")]);
}

#[test]
fn a_package_for_another_node_moves_to_its_newest_version_for_the_one_that_runs() {
    let log = "\
npm error code EBADENGINE
npm error notsup Not compatible with your version of node/npm: widget@8.0.0
npm error notsup Required: {\"node\":\">=22.19.0\"}
npm error notsup Actual:   {\"node\":\"v20.20.2\",\"npm\":\"11.19.1\"}
";
    let versions = r#"[{"version":"6.0.0","engines.node":">=18"},{"version":"7.1.0","engines.node":">=20.18.1"},
        {"version":"8.0.0","engines.node":">=22.19.0"}]"#;
    let world = registry(project(r#"{"dependencies":{"widget":"^8.0.0"}}"#), versions);
    let found = incident(finding("node.engine-unsupported", "toolchain-missing-or-version"));
    assert_eq!(first(&propose_with_log(world, found, log)), [action::edit_file("package.json", "^8.0.0", "^7.1.0")]);
}

#[test]
fn a_package_that_can_only_be_imported_goes_back_to_the_last_that_can_be_required() {
    let cause = "Error [ERR_REQUIRE_ESM]: require() of ES Module /src/app/node_modules/widget/index.js from /src/app/index.js not supported.";
    let versions = r#"[{"version":"4.1.2"},{"version":"5.0.0","type":"module"},{"version":"5.3.0","type":"module"}]"#;
    let world = registry(project(r#"{"dependencies":{"widget":"^5.3.0"}}"#), versions);
    let found = incident(finding("node.esm-required", "dependency-conflict").cause(1, cause));
    assert_eq!(first(&propose_with_log(world, found, cause)), [action::edit_file("package.json", "^5.3.0", "^4.1.2")]);
}

#[test]
fn the_types_that_the_compiler_names_are_required() {
    let hint = "a.ts(2,1): error TS2580: Cannot find name 'process'. Do you need to install type definitions for node? Try `npm i --save-dev @types/node`.";
    let named = incident(finding("node.types-missing", "dependency-missing").cause(3, hint).capture("name", "process"));
    let own = incident(finding("node.typescript-module", "dependency-missing").capture("module", "node:fs"));
    let definition = incident(finding("node.types-missing", "dependency-missing").capture("package", "node"));
    for incident in [named, own, definition] {
        let remedies = propose(project(EMPTY), incident);
        assert_eq!(first(&remedies), [npm(&["install", "--no-audit", "--no-fund", "--save-dev", "@types/node"])]);
    }
}

#[test]
fn a_program_that_a_script_calls_is_required_by_the_name_of_its_package() {
    let gone = |tool: &str| {
        incident(finding("system.command-not-found", "toolchain-missing-or-version").capture("command", tool))
    };
    let manifest = || project(r#"{"scripts":{"build":"tsc -p . && rimraf dist && protoc a.proto"}}"#);
    for (tool, package) in [("tsc", "typescript"), ("rimraf", "rimraf")] {
        let remedies = propose(manifest(), gone(tool));
        assert_eq!(first(&remedies), [npm(&["install", "--no-audit", "--no-fund", "--save-dev", package])], "{tool}");
    }
    for tool in ["protoc", "jest"] {
        assert!(propose(manifest(), gone(tool)).is_empty(), "{tool}");
    }
}

#[test]
fn types_are_those_for_the_project_s_compiler() {
    let types = incident(finding("node.types-missing", "dependency-missing").capture("module", "widget"));
    let typed = || project(r#"{"devDependencies":{"typescript":"~5.4.5"}}"#);
    let remedies = propose(registry(typed(), "5.4.9"), types.clone());
    let titles: Vec<&str> = remedies.iter().map(|remedy| remedy.title.as_str()).collect();
    assert_eq!(titles, ["require @types/widget@ts5.4 for development", "require @types/widget for development"]);
    // A registry that nobody may ask has no tags.
    assert_eq!(propose(typed(), types).len(), 1);
}
