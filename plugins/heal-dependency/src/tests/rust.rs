use super::*;

fn cargo(words: &[&str]) -> Action {
    action::run_command(["cargo"].iter().chain(words).copied()).into()
}

fn dependency(lines: &str) -> World {
    World::new().file("Cargo.toml", format!("[package]\nname = \"app\"\nrust-version = \"1.99\"\n\n{lines}"))
}

#[test]
fn an_outdated_lock_is_changed_where_it_has_to() {
    let outdated = || incident(finding("rust.lock-outdated", "configuration"));
    assert_eq!(first(&propose(World::new(), outdated())), [cargo(&["update", "--workspace"])]);
    let offline = propose(World::new(), outdated().attr("offline", "true"));
    assert_eq!(first(&offline), [cargo(&["update", "--workspace", "--offline"])]);
}

const NO_VERSION: &str = "\
error: failed to select a version for the requirement `widget = \"^99\"`
candidate versions found which didn't match: 1.0.18, 1.0.17, 1.0.16, ...
location searched: internal index
";

#[test]
fn a_version_that_does_not_exist_becomes_the_newest_candidate() {
    let found = finding("rust.no-such-version", "dependency-missing")
        .cause(1, "error")
        .capture("package", "widget")
        .capture("requirement", "widget = \"^99\"");
    for (lines, find, replace) in [
        ("[dependencies]\nwidget=\"^99\"\n", "^99", "1.0.18"),
        ("[dev-dependencies]\nwidget = { version = \"^99\", features = [] }\n", "^99", "1.0.18"),
        ("[dependencies.widget]\nversion = \"^99\"\n", "^99", "1.0.18"),
        ("[target.'cfg(unix)'.dependencies]\nwidget = \"^99\"\n", "^99", "1.0.18"),
    ] {
        let remedies = propose_with_log(dependency(lines), incident(found.clone()), NO_VERSION);
        assert_eq!(first(&remedies), [action::edit_file("Cargo.toml", find, replace)], "{lines}");
    }
    let other = propose_with_log(dependency("[dependencies]\nwidget=\"1\"\n"), incident(found), NO_VERSION);
    assert!(other.is_empty(), "{other:?}");
}

#[test]
fn a_misspelt_crate_becomes_the_one_that_cargo_means() {
    let log = "error: no matching package named `widgit` found\nperhaps you meant:      widget\n";
    let found = finding("rust.crate-not-found", "dependency-missing").cause(1, "error").capture("package", "widgit");
    let remedies = propose_with_log(dependency("[dependencies]\nwidgit = \"1\"\n"), incident(found), log);
    match first(&remedies) {
        [Action::EditFile(edit)] => assert_eq!((edit.find.as_str(), edit.replace.as_str()), ("widgit", "widget")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unnamed_crate_is_added_but_not_the_project_s_own_modules() {
    let unresolved =
        |module: &str| incident(finding("rust.unresolved-import", "dependency-missing").capture("module", module));
    assert_eq!(first(&propose(dependency(""), unresolved("serde_json"))), [cargo(&["add", "serde_json"])]);
    for module in ["crate::a", "std::x", "own"] {
        assert!(propose(dependency("").file("src/own.rs", ""), unresolved(module)).is_empty(), "{module}");
    }
    let declared = dependency("[dependencies]\nserde-json = \"1\"\n");
    assert!(propose(declared, unresolved("serde_json")).is_empty());
}

#[test]
fn a_package_that_asks_for_a_newer_compiler_than_the_installed_one() {
    let msrv =
        |package: &str| incident(finding("rust.msrv", "toolchain-missing-or-version").capture("package", package));
    let own = "error: rustc 1.95.0 is not supported by the following package:\n  app@0.1.0 requires rustc 1.99\n";
    let remedies = propose_with_log(dependency(""), msrv("app"), own);
    assert_eq!(first(&remedies), [action::edit_file("Cargo.toml", "1.99", "1.95")]);
    assert!(remedies[0].confidence < 0.5);
    let hint = "or select a compatible version with `cargo update -p widget@2.0.0 --precise 1.4.2`\n";
    let remedies = propose_with_log(dependency(""), msrv("widget"), hint);
    assert_eq!(first(&remedies), [cargo(&["update", "-p", "widget@2.0.0", "--precise", "1.4.2"])]);
    let vague = "`cargo update <name>@<current-ver> --precise <compatible-ver>`\n";
    assert!(propose_with_log(dependency(""), msrv("widget"), vague).is_empty());
}

#[test]
fn a_missing_target_is_added_by_rustup() {
    let target = || {
        incident(
            finding("rust.toolchain-target-missing", "toolchain-missing-or-version").capture("target", "wasm32-wasip2"),
        )
    };
    let remedies = propose(World::new(), target().tool("rustup"));
    assert_eq!(first(&remedies), [action::run_command(["rustup", "target", "add", "wasm32-wasip2"]).into()]);
    assert!(!remedies[0].reversible);
    assert!(propose(World::new(), target()).is_empty());
}

#[test]
fn a_bare_version_is_what_cargo_prints_with_a_caret() {
    let log = "error: failed to select a version for the requirement `widget = \"^0.99\"`\ncandidate versions found which didn't match: 0.4.3, 0.4.2, ...\n";
    let found = finding("rust.no-such-version", "dependency-missing")
        .cause(1, "error")
        .capture("package", "widget")
        .capture("requirement", "widget = \"^0.99\"");
    let remedies = propose_with_log(dependency("[dependencies]\nwidget = \"0.99\"\n"), incident(found), log);
    assert_eq!(first(&remedies), [action::edit_file("Cargo.toml", "0.99", "0.4.3")]);
}

#[test]
fn the_project_s_own_requirement_gives_way_to_the_one_beside_it() {
    let log = "\
error: failed to select a version for `widget-sys`.
    ... required by package `widget v0.30.0`
    ... which satisfies dependency `widget = \"^0.30\"` of package `app v0.1.0 (/src/app)`
versions that meet the requirements `^0.27.0` are: 0.27.0
package `widget-sys` links to the native library `widget`, but it conflicts with a previous package which links to `widget` as well:
package `widget-sys v0.28.0`
";
    for code in ["rust.version-conflict", "rust.links-conflict"] {
        let world = dependency("[dependencies]\nwidget = \"0.30\"\nwidget-sys = \"0.28\"\n");
        let remedies = propose_with_log(world, incident(finding(code, "dependency-conflict")), log);
        assert_eq!(first(&remedies), [action::edit_file("Cargo.toml", "0.28", "0.27.0")], "{code}");
    }
}

#[test]
fn a_feature_that_is_written_otherwise_is_corrected_and_no_other_one_invented() {
    let log = |feature: &str| {
        format!(
            "package `app` depends on `widget` with feature `{feature}` but `widget` does not have that feature.\n available features: default, derive, std\n"
        )
    };
    let asked = |feature: &str| {
        let world =
            dependency(&format!("[dependencies]\nwidget = {{ version = \"1\", features = [\"{feature}\"] }}\n"));
        propose_with_log(world, incident(finding("rust.version-conflict", "dependency-conflict")), &log(feature))
    };
    assert_eq!(first(&asked("derives")), [action::edit_file("Cargo.toml", "derives", "derive")]);
    assert!(asked("turbo").is_empty());
}

#[test]
fn a_dependency_for_a_newer_compiler_is_locked_where_the_installed_one_builds_it() {
    let log = "error: rustc 1.95.0 is not supported by the following package:\n  widget@2.0.0 requires rustc 1.99\n";
    let found = finding("rust.msrv", "toolchain-missing-or-version").capture("package", "widget");
    let remedies = propose_with_log(dependency(""), incident(found), log);
    match first(&remedies) {
        [Action::RunCommand(command)] => {
            assert_eq!(command.argv, ["cargo", "update", "-p", "widget"]);
            assert_eq!(command.env[0].value, "fallback");
        }
        other => panic!("{other:?}"),
    }
}
