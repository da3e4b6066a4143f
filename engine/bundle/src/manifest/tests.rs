use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::component::{surface, with_sections};
use crate::samples::{MANIFEST, component, healer};

const SCHEMA: &[u8] =
    br#"{ "type": "object", "properties": { "lock": { "type": "string" } }, "additionalProperties": false }"#;

fn manifest() -> Manifest {
    Manifest::from_toml(MANIFEST).expect("the sample is valid")
}

#[track_caller]
fn check_refused(from: &str, to: &str, expected: Expect) {
    assert!(MANIFEST.contains(from), "the sample does not contain {from}");
    let error = Manifest::from_toml(&MANIFEST.replacen(from, to, 1)).expect_err("it is refused");
    expected.assert_eq(&error.to_string());
}

#[test]
fn a_manifest_asks_for_grants_in_the_words_of_the_pipeline_file() {
    let grant = manifest().requested();
    assert_eq!(grant_lines(&grant), ["process terraform", "workspace read"]);
    let words: Vec<String> = manifest().capabilities.iter().map(Capability::in_words).collect();
    assert_eq!(words, ["run the program terraform", "read the project's files, except .git"]);
}

#[test]
fn what_is_wrong_is_shown_with_its_place() {
    check_refused(
        "\"acme/heal-terraform\"",
        "\"Acme/heal\"",
        expect![
            "plugin.toml:2:6: an id is NAME or PUBLISHER/NAME, each of lower-case letters, digits and hyphens (at most 64)"
        ],
    );
    check_refused(
        "version = \"1.2.0\"",
        "version = \"1.2\"",
        expect![[
            r#"plugin.toml:3:11: `1.2` is no version such as 1.2.0: unexpected end of input while parsing minor version number"#
        ]],
    );
    check_refused(
        "1.2.0",
        "1.2.0+build",
        expect!["plugin.toml:3:11: a version without `+` is wanted: it becomes a tag, and tags have no `+`"],
    );
    check_refused(
        "[\"healer\"]",
        "[\"doctor\"]",
        expect![
            "plugin.toml:5:10: unknown variant `doctor`, expected one of `planner`, `runner`, `classifier`, `healer`, `notifier`"
        ],
    );
    check_refused(
        "license",
        "licence",
        expect![[
            r#"plugin.toml:7:1: unknown field `licence`, expected one of `schema`, `id`, `version`, `api`, `roles`, `description`, `license`, `repository`, `authors`, `limits`, `capability`, `config`"#
        ]],
    );
    check_refused(
        "[\"terraform\"]",
        "[\"git\", \"/bin/sh\"]",
        expect!["plugin.toml:17:20: a program's name without a path is wanted"],
    );
    check_refused("cpu-ms = 500", "cpu-ms = 0", expect!["plugin.toml:12:10: a number from 1 to 600000 is wanted"]);
    check_refused(
        "reads the backend",
        "reads \\u001b[2J",
        expect!["plugin.toml:23:10: one line without control characters is wanted"],
    );
    check_refused(
        "kind = \"process\"",
        "kind = \"shell\"",
        expect![
            "plugin.toml:16:8: unknown variant `shell`, expected one of `workspace`, `process`, `http`, `state`, `clock`"
        ],
    );
    check_refused("schema = 1", "schema = 2", expect!["plugin.toml:1:10: schema 2 is not known; this version reads 1"]);
}

#[test]
fn several_things_that_are_wrong_are_shown_at_once() {
    let text = MANIFEST.replace("\"0.1\"", "\"one\"").replace("MIT", "");
    let error = Manifest::from_toml(&text).expect_err("it is refused");
    let ManifestError::Invalid(problems) = &error else { panic!("{error}") };
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [4, 7], "{error}");
}

#[test]
fn a_manifest_travels_in_the_component_and_is_read_from_its_bytes() {
    let schema = ConfigSchema::parse(SCHEMA).expect("the schema is valid");
    let mut manifest = manifest();
    manifest.config = Some(Config { schema: "config.schema.json".to_owned() });
    let embedded = manifest.embed(&healer(), Some(&schema)).expect("it is embedded");
    let (read, read_schema) = Manifest::embedded_in(&embedded).expect("it is read back");
    assert_eq!(read.canonical(), manifest.canonical());
    assert_eq!(read_schema, Some(schema));
    assert_eq!(surface(&embedded), surface(&healer()));
}

#[test]
fn embedding_twice_gives_the_same_bytes_as_embedding_once() {
    let once = manifest().embed(&healer(), None).expect("it is embedded");
    assert_eq!(manifest().embed(&once, None).expect("it is embedded"), once);
}

#[test]
fn the_order_in_the_file_does_not_change_what_is_embedded() {
    let mut other = manifest();
    other.capabilities.reverse();
    assert_eq!(other.canonical(), manifest().canonical());
}

#[test]
fn an_embedded_manifest_in_another_form_is_refused() {
    let canonical = manifest().canonical();
    let pretty = serde_json::to_vec_pretty(&manifest()).expect("it is JSON");
    let unknown = String::from_utf8(canonical.clone()).expect("it is UTF-8").replacen('{', "{\"extra\":1,", 1);
    for section in [pretty, unknown.into_bytes(), b"{}".to_vec(), vec![b'{'; MAX_MANIFEST_BYTES + 1]] {
        let bytes = with_sections(&healer(), &[(SECTION, &section)]).expect("it is added");
        assert!(matches!(Manifest::embedded_in(&bytes), Err(EmbeddedError::Format(_))));
    }
    assert_eq!(Manifest::embedded_in(&healer()), Err(EmbeddedError::Missing));
    let superfluous = with_sections(&healer(), &[(SECTION, &canonical), (SCHEMA_SECTION, b"{}")]).expect("it is added");
    assert!(matches!(Manifest::embedded_in(&superfluous), Err(EmbeddedError::Schema(_))));
}

#[test]
fn a_manifest_is_compared_with_what_the_component_does() {
    let differences = |component: &[u8]| manifest().differences(&surface(component).expect("it is a component"));
    assert_eq!(differences(&healer()), []);
    assert_eq!(
        differences(&component("healer", &["process", "workspace", "http"])),
        [Difference::CapabilityNotDeclared(Interface::Http)]
    );
    assert_eq!(
        differences(&component("healer", &["process", "log"])),
        [Difference::CapabilityNotImported(Interface::Workspace)]
    );
    assert_eq!(
        differences(&component("notifier", &["process", "workspace"])),
        [Difference::RoleNotExported(Role::Healer), Difference::RoleNotDeclared(Role::Notifier)]
    );
    let newer = Manifest { api: "0.2".to_owned(), ..manifest() };
    assert_eq!(newer.differences(&surface(&healer()).expect("it is a component")).len(), 3);
}

#[test]
fn imports_that_no_plugin_gets_are_differences() {
    let surface = |imports: &[&str]| crate::component::Surface {
        exports: vec!["selfheal:plugin/healer@0.1.0".to_owned()],
        imports: [&["selfheal:plugin/process@0.1.0", "selfheal:plugin/workspace@0.1.0"], imports]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect(),
    };
    assert_eq!(manifest().differences(&surface(&["wasi:io/streams@0.2.6", "wasi:cli/exit@0.2.6"])), []);
    for name in
        ["wasi:filesystem/types@0.2.6", "wasi:io/streams@0.3.0", "other:pkg/x@1.0.0", "selfheal:plugin/disk@0.1.0"]
    {
        assert_eq!(manifest().differences(&surface(&[name])), [Difference::Foreign(name.to_owned())]);
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text: String) {
        let _ = Manifest::from_toml(&text);
        let _ = Manifest::from_canonical(text.as_bytes());
        let _ = ConfigSchema::parse(text.as_bytes());
    }

    #[test]
    fn no_change_of_a_character_makes_the_reader_panic(at: prop::sample::Index, with: char) {
        let at = at.index(MANIFEST.len());
        let text = format!("{}{with}{}", &MANIFEST[..at], &MANIFEST[at + 1..]);
        if let Ok(manifest) = Manifest::from_toml(&text) {
            let read = Manifest::from_canonical(&manifest.canonical());
            prop_assert_eq!(read.map(|read| read.canonical()), Ok(manifest.canonical()));
        }
    }
}
