use super::*;

fn go(words: &[&str]) -> Action {
    action::run_command(["go"].iter().chain(words).copied()).into()
}

fn module(more: &str) -> World {
    World::new().file("go.mod", format!("module example.test/app\n\ngo 1.26.1\n{more}"))
}

fn found(code: &str) -> IncidentBuilder {
    incident(finding(code, "configuration").cause(1, "x")).tool("go")
}

fn propose_go(world: World, incident: IncidentBuilder, log: &str) -> Vec<Vec<Action>> {
    propose_with_log(world, incident, log).into_iter().map(|remedy| remedy.actions).collect()
}

#[test]
fn what_the_code_imports_is_written_down_by_go_mod_tidy() {
    let outdated = || found("go.lock-outdated");
    let log = "go: updates to go.mod needed; to update it:\n\tgo mod tidy\n";
    assert_eq!(propose_go(module(""), outdated(), log), [[go(&["mod", "tidy"])]]);
    let log = "main.go:4:2: missing go.sum entry for module providing package example.test/widget\n";
    let expected = [[go(&["mod", "tidy"])], [go(&["mod", "download", "all"])]];
    assert_eq!(propose_go(module(""), outdated(), log), expected);
    assert!(propose_go(World::new(), outdated(), log).is_empty());
    assert!(propose_go(module(""), incident(finding("go.lock-outdated", "configuration")), log).is_empty());
}

#[test]
fn a_vendor_directory_follows_go_mod() {
    let world = module("").file("vendor/modules.txt", "");
    let remedies = propose_go(world, found("go.lock-outdated"), "go: inconsistent vendoring in /src/app:\n");
    assert_eq!(remedies, [vec![go(&["mod", "vendor"])], vec![go(&["mod", "tidy"]), go(&["mod", "vendor"])]]);
}

#[test]
fn the_module_of_an_import_is_required_but_not_the_project_s_own() {
    let missing = |module: &str| {
        incident(finding("go.module-not-found", "dependency-missing").cause(1, "x").capture("module", module))
            .tool("go")
    };
    let remedies = propose_go(module(""), missing("example.test/widget/spin"), "");
    assert_eq!(remedies, [[go(&["get", "example.test/widget/spin"])], [go(&["mod", "tidy"])]]);
    for name in ["example.test/app/internal", "fmt", "-x.y/z", "../a.b"] {
        assert!(propose_go(module(""), missing(name), "").is_empty(), "{name}");
    }
    assert!(propose_go(module(""), missing("example.test/widget").attr("offline", "true"), "").is_empty());
}

#[test]
fn a_version_that_does_not_exist_becomes_the_newest() {
    let text = "go: example.test/widget@v9.9.9: invalid version: unknown revision v9.9.9";
    let found = finding("go.module-not-found", "dependency-missing").cause(1, text).capture("reference", "v9.9.9");
    let expected =
        vec![go(&["mod", "edit", "-droprequire", "example.test/widget"]), go(&["get", "example.test/widget@latest"])];
    assert_eq!(propose_go(module(""), incident(found).tool("go"), ""), [expected]);
}

#[test]
fn a_go_line_that_asks_for_too_much_gets_its_toolchain_or_is_lowered() {
    let text = "go: go.mod requires go >= 1.26.1 (running go 1.22.2; GOTOOLCHAIN=local)";
    let found = finding("go.version", "toolchain-missing-or-version")
        .cause(1, text)
        .capture("wanted", "1.26.1")
        .capture("version", "1.22.2");
    let remedies = propose_with_log(module(""), incident(found.clone()).tool("go"), text);
    assert_eq!(remedies[0].actions, [action::set_env("GOTOOLCHAIN", "auto")]);
    let changed = action::edit_file("go.mod", "go 1.26.1\n", "go 1.22\n");
    assert_eq!(remedies[1].actions, std::slice::from_ref(&changed));
    let offline = propose_go(module(""), incident(found).tool("go").attr("offline", "true"), text);
    assert_eq!(offline, [[changed]]);
}

#[test]
fn a_toolchain_line_that_go_does_not_know_is_dropped() {
    let text = "/src/app/go.mod:5: unknown directive: toolchain";
    let found = finding("go.directive", "toolchain-missing-or-version").cause(1, text);
    let remedies = propose_go(module("toolchain go1.26.2\n"), incident(found).tool("go"), text);
    assert_eq!(remedies, [[action::edit_file("go.mod", "toolchain go1.26.2\n", "")]]);
}
