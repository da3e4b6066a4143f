use serde_json::Value;

use super::*;
use crate::samples::{component, healer, manifest_of, packed};

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("it is JSON")
}

#[test]
fn the_manifest_has_exactly_the_strings_of_the_cncf_layout() {
    let bundle = packed("acme/heal-terraform", "1.2.0");
    let (manifest, config) = (json(bundle.document()), json(bundle.config()));
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"].as_array().map(Vec::len), Some(1));
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.title"], "acme/heal-terraform");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.version"], "1.2.0");
    assert_eq!(config["architecture"], "wasm");
    assert_eq!(config["os"], "wasip2");
    assert_eq!(config["layerDigests"][0], manifest["layers"][0]["digest"]);
    assert_eq!(config["component"]["exports"][0], "selfheal:plugin/healer@0.1.0");
    assert_eq!(config["component"]["imports"][0], "selfheal:plugin/process@0.1.0");
    assert_eq!(config["component"]["target"], "selfheal:plugin/healer-plugin@0.1.0");
    assert_eq!(config["created"], "2023-11-14T22:13:20.000Z");
}

#[test]
fn the_same_input_gives_the_same_file() {
    let (one, other) = (packed("acme/heal-terraform", "1.2.0"), packed("acme/heal-terraform", "1.2.0"));
    assert_eq!(one.to_layout().to_tar(), other.to_layout().to_tar());
    assert_ne!(one.digest(), packed("acme/heal-terraform", "1.2.1").digest());
}

#[test]
fn packing_what_was_packed_before_changes_nothing() {
    let bundle = packed("acme/heal-terraform", "1.2.0");
    let contents = bundle.contents().expect("it is valid");
    let build = BuildFacts::default();
    let again = PackInput {
        component: bundle.component(),
        manifest: &contents.manifest,
        schema: None,
        created: Timestamp(1_700_000_000_000),
        dependencies: None,
        build: &build,
    };
    assert_eq!(pack(&again).map(|again| again.digest()), Ok(bundle.digest()));
}

#[test]
fn a_manifest_that_does_not_fit_is_refused_with_what_to_add() {
    let manifest = Manifest::from_toml(&manifest_of("acme/x", "1.0.0")).expect("it is valid");
    let component = component("healer", &["process", "workspace", "http"]);
    let build = BuildFacts::default();
    let input = PackInput {
        component: &component,
        manifest: &manifest,
        schema: None,
        created: Timestamp(0),
        dependencies: None,
        build: &build,
    };
    let error = pack(&input).expect_err("it is refused").to_string();
    assert!(error.contains("add a [[capability]] with kind = \"http\""), "{error}");
}

#[test]
fn the_bill_of_materials_names_what_is_built_in_and_else_says_that_nobody_knows() {
    let manifest = Manifest::from_toml(&manifest_of("acme/x", "1.0.0")).expect("it is valid");
    let dependencies = of_requirements("# pinned\nPyYAML==6.0.2  # via x\nidna==3.7 ; python_version > '3'\n-r more\n");
    let dependencies = dependencies.expect("it is read");
    let (build, component) = (BuildFacts::default(), healer());
    let mut input = PackInput {
        component: &component,
        manifest: &manifest,
        schema: None,
        created: Timestamp(0),
        dependencies: Some(&dependencies),
        build: &build,
    };
    let sbom = |input: &PackInput<'_>| {
        let bundle = pack(input).expect("it is packed");
        json(bundle.attached(media_type::SBOM).next().expect("it is attached"))
    };
    let known = sbom(&input);
    assert_eq!(known["components"][0]["purl"], "pkg:pypi/idna@3.7");
    assert_eq!(known["components"][1]["purl"], "pkg:pypi/pyyaml@6.0.2");
    assert_eq!(known["compositions"][0]["aggregate"], "complete");
    input.dependencies = None;
    let unknown = sbom(&input);
    assert_eq!(unknown["components"].as_array().map(Vec::len), Some(0));
    assert_eq!(unknown["compositions"][0]["aggregate"], "unknown");
}

#[test]
fn a_crates_own_closure_is_read_from_a_workspaces_lock_file() {
    let lock = r#"
version = 4
[[package]]
name = "healer"
version = "0.1.0"
dependencies = ["serde", "syn 2.0.1"]
[[package]]
name = "other"
version = "0.1.0"
dependencies = ["syn 1.0.9"]
[[package]]
name = "serde"
version = "1.0.1"
checksum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
dependencies = ["syn 2.0.1"]
[[package]]
name = "syn"
version = "1.0.9"
[[package]]
name = "syn"
version = "2.0.1"
dependencies = ["serde"]
"#;
    let found = of_cargo_lock(lock, "healer").expect("it is read");
    let purls: Vec<String> = found.iter().map(Dependency::purl).collect();
    assert_eq!(purls, ["pkg:cargo/serde@1.0.1", "pkg:cargo/syn@2.0.1"]);
    assert_eq!(found[0].sha256, Some(Digest::of(b"")));
    assert_eq!(of_cargo_lock(lock, "absent"), Err(DependencyError::NoSuchPackage("absent".to_owned())));
}

#[test]
fn packages_of_node_are_read_with_their_scope_and_without_those_for_development() {
    let lock = r#"{"lockfileVersion":3,"packages":{
        "":{"name":"me"},
        "node_modules/@scope/a":{"version":"1.0.0"},
        "node_modules/b/node_modules/c":{"version":"2.0.0"},
        "node_modules/tester":{"version":"3.0.0","dev":true},
        "node_modules/linked":{"link":true}}}"#;
    let purls: Vec<String> = of_package_lock(lock).expect("it is read").iter().map(Dependency::purl).collect();
    assert_eq!(purls, ["pkg:npm/%40scope/a@1.0.0", "pkg:npm/c@2.0.0"]);
}

#[test]
fn the_provenance_is_about_the_component() {
    let bundle = packed("acme/heal-terraform", "1.2.0");
    let statement = json(bundle.attached(media_type::PROVENANCE).next().expect("it is attached"));
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["subject"][0]["digest"]["sha256"], bundle.component_digest().hex());
}

#[test]
fn a_date_is_whole_seconds() {
    assert_eq!(source_date_epoch("1700000000\n"), Ok(Timestamp(1_700_000_000_000)));
    for text in ["", "-1", "1.5", "yesterday", "99999999999999"] {
        assert!(source_date_epoch(text).is_err(), "{text}");
    }
}
