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

fn off(cause: &str) -> IncidentBuilder {
    incident(finding("rust.feature-off", "dependency-missing").cause(1, cause))
}

const GATED: &str = "\
error[E0433]: cannot find `time` in `widget_rt`
 --> src/main.rs:2:25
note: found an item that was configured out
   --> /home/registry/src/index.example-1949cf8c6b5b557f/widget-rt-1.54.1/src/lib.rs:626:13
    |
604 |             #[cfg(feature = \"time\")]
    |                   ---------------- the item is gated behind the `time` feature
";

#[test]
fn a_feature_that_the_compiler_names_is_switched_on_where_the_crate_is_declared() {
    let on = |name: &str, feature: &str| [cargo(&["add", name, "--features", feature])];
    for lines in ["[dependencies]\nwidget-rt = \"1\"\n", "[dependencies.widget-rt]\nversion = \"1\"\n"] {
        let remedies = propose_with_log(dependency(lines), off("error[E0433]"), GATED);
        assert_eq!(first(&remedies), on("widget-rt", "time"), "{lines}");
    }
    // A crate of another crate is not the project's to choose; the project's own features are not either.
    assert!(propose_with_log(dependency("[dependencies]\nother = \"1\"\n"), off("error"), GATED).is_empty());
    let own = GATED.replace("/home/registry/src/index.example-1949cf8c6b5b557f/widget-rt-1.54.1", "/src/job");
    assert!(propose_with_log(dependency("[dependencies]\nwidget-rt = \"1\"\n"), off("error"), &own).is_empty());
}

#[test]
fn one_remedy_switches_on_all_that_a_crate_lacks() {
    let cause = "error[E0433]: cannot find `main` in `tokio`";
    let log = format!(
        "{cause}\n --> src/main.rs:1:3\n\n{}",
        GATED.replace("widget-rt", "tokio").replace("widget_rt", "tokio")
    );
    let remedies = propose_with_log(dependency("[dependencies]\ntokio = \"1\"\n"), off(cause), &log);
    assert_eq!(first(&remedies), [cargo(&["add", "tokio", "--features", "macros,rt-multi-thread,time"])]);
    let both = GATED.replace("#[cfg(feature = \"time\")]", "#[cfg(all(feature = \"rt\", feature = \"time\"))]");
    let remedies = propose_with_log(dependency("[dependencies]\nwidget-rt = \"1\"\n"), off("error"), &both);
    assert_eq!(first(&remedies), [cargo(&["add", "widget-rt", "--features", "time,rt"])]);
}

#[test]
fn a_derive_macro_beside_its_trait_is_switched_on() {
    let cause = "error: cannot find derive macro `Turning` in this scope";
    let log = format!(
        "{cause}\n --> src/main.rs:2:10\nnote: `Turning` is imported here, but it is only a trait, without a derive macro\n |\n1 | use widget::Turning;\n"
    );
    let remedies = propose_with_log(dependency("[dependencies]\nwidget = \"1\"\n"), off(cause), &log);
    assert_eq!(first(&remedies), [cargo(&["add", "widget", "--features", "derive"])]);
    let unknown = propose_with_log(dependency("[dependencies]\nwidget = \"1\"\n"), off(cause), cause);
    assert!(unknown.is_empty());
}

#[test]
fn an_exact_version_that_was_yanked_becomes_a_compatible_one() {
    let log =
        "error: failed to select a version for the requirement `widget = \"=0.3.0\"`\n  version 0.3.0 is yanked\n";
    let found = finding("rust.no-such-version", "dependency-missing")
        .cause(1, "error")
        .capture("package", "widget")
        .capture("requirement", "widget = \"=0.3.0\"");
    let remedies = propose_with_log(dependency("[dependencies]\nwidget = \"=0.3.0\"\n"), incident(found), log);
    assert_eq!(first(&remedies), [action::edit_file("Cargo.toml", "=0.3.0", "0.3.0")]);
}

#[test]
fn a_rust_version_below_that_of_the_edition_is_raised() {
    let found =
        finding("rust.edition-needs-newer", "configuration").capture("version", "1.99").capture("wanted", "2.5.0");
    assert_eq!(first(&propose(dependency(""), incident(found))), [action::edit_file("Cargo.toml", "1.99", "2.5.0")]);
}

#[test]
fn of_two_crates_that_link_one_library_the_project_takes_the_other_s_version() {
    let log = "\
error: failed to select a version for `z-sys`.
versions that meet the requirements `^0.25` are: 0.25.2, 0.25.1
package `z-sys` links to the native library `z`, but it conflicts with a previous package which links to `z` as well:
package `z-sys v0.28.0`
    ... which satisfies dependency `z-sys = \"^0.28.0\"` of package `widget v0.31.0`
";
    let found = incident(finding("rust.version-conflict", "dependency-conflict").cause(1, "error"));
    let remedies = propose_with_log(dependency("[dependencies]\nz-sys = \"0.25\"\nwidget = \"0.31\"\n"), found, log);
    assert_eq!(first(&remedies), [action::edit_file("Cargo.toml", "0.25", "0.28.0")]);
}
