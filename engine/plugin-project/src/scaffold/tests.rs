use std::collections::BTreeMap;

use super::*;

fn request(role: Role, language: Language) -> Request {
    Request { id: "acme/of-mine".to_owned(), role, language, sdk: Sdk::Vendored }
}

fn files(request: &Request) -> BTreeMap<String, String> {
    request.files().expect("a good id").into_iter().collect()
}

#[test]
fn every_role_has_a_whole_project_in_every_language() {
    for role in Role::ALL {
        for language in Language::ALL {
            let files = files(&request(role, language));
            for wanted in ["README.md", "LICENSE", "plugin.toml", ".gitignore", ".github/workflows/ci.yml"] {
                assert!(files.contains_key(wanted), "{role} in {language} lacks {wanted}");
            }
            assert!(files.contains_key(language.marker()), "{role} in {language}");
            assert_eq!(files.keys().filter(|path| path.starts_with("src/")).count(), 1, "{role} in {language}");
            assert!(files.keys().any(|path| path.starts_with("tests/")), "{role} in {language}");
            let own = files.iter().filter(|(path, _)| !path.starts_with("tests/") && !path.starts_with("vendor/"));
            for (path, text) in own.filter(|(path, _)| !path.starts_with(".github")) {
                assert!(!text.contains("{{"), "{role} in {language}: {path} has a gap");
            }
        }
    }
}

#[test]
fn the_same_role_has_the_same_fixtures_in_every_language() {
    for role in Role::ALL {
        let fixtures = |language| {
            let mut files = files(&request(role, language));
            files.retain(|path, _| path.starts_with("tests/"));
            files
        };
        assert_eq!(fixtures(Language::Rust), fixtures(Language::JavaScript));
        assert_eq!(fixtures(Language::Rust), fixtures(Language::Python));
    }
}

#[test]
fn the_vendored_sdk_stands_alone() {
    let files = files(&request(Role::Healer, Language::Rust));
    let manifest = &files["vendor/plugin-sdk/Cargo.toml"];
    assert!(!manifest.contains("workspace"), "{manifest}");
    assert!(files.contains_key("vendor/plugin-sdk/src/lib.rs"));
    // The SDK's sources name the contract relative to themselves.
    assert!(files["vendor/plugin-sdk/src/bindings.rs"].contains("\"../wit/v0\""));
    assert!(files.contains_key("vendor/wit/v0/worlds.wit"));
    assert!(files["Cargo.lock"].contains("name = \"of-mine\""));
}

#[test]
fn another_sdk_is_named_and_nothing_is_vendored() {
    let other =
        Request { sdk: Sdk::Path("/src/selfheal/plugin-sdk".to_owned()), ..request(Role::Healer, Language::Rust) };
    let files = files(&other);
    assert!(files["Cargo.toml"].contains("plugin-sdk = { path = \"/src/selfheal/plugin-sdk\" }"));
    assert!(!files.keys().any(|path| path.starts_with("vendor/")));
}

#[test]
fn a_world_imports_only_what_the_manifest_asks_for() {
    let world = &files(&request(Role::Planner, Language::Python))["wit/project.wit"];
    assert!(world.contains("import selfheal:plugin/workspace@"), "{world}");
    assert!(!world.contains("process") && !world.contains("clock"), "{world}");
}

#[test]
fn an_id_that_is_none_and_a_folder_that_is_taken_are_refused() {
    let bad = Request { id: "Of_Mine".to_owned(), ..request(Role::Healer, Language::Rust) };
    assert!(matches!(bad.files(), Err(ScaffoldError::Id { .. })));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine.txt"), "kept").expect("write");
    let taken = request(Role::Healer, Language::Rust).write(folder.path());
    assert!(matches!(taken, Err(ScaffoldError::Exists(_))), "{taken:?}");
}
