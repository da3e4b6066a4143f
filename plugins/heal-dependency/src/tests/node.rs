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
