//! Rules between crates: who may depend on whom, what the pure ones may not know, where wasmtime lives.

use std::collections::BTreeSet;

use crate::tree::{self, none, rust};

/// What each crate may use of this workspace, build scripts included. Tests may use more.
const ARROWS: &[(&str, &[&str])] = &[
    ("engine/pipeline", &[]),
    ("engine/log-scan", &[]),
    ("engine/driver", &["pipeline", "log-scan"]),
    ("engine/plugin-host", &["driver", "pipeline", "log-scan"]),
    ("engine/exec", &["driver", "pipeline", "log-scan"]),
    ("engine/workspace", &["driver", "pipeline", "log-scan"]),
    ("engine/store", &["driver", "pipeline", "log-scan"]),
    ("engine/bundle", &["pipeline"]),
    ("engine/plugin-project", &["bundle", "driver", "log-scan", "pipeline", "plugin-host"]),
    ("engine/component-build", &[]),
    ("engine/standard-plugins", &["component-build"]),
    (
        "engine/cli",
        &[
            "bundle",
            "driver",
            "exec",
            "log-scan",
            "pipeline",
            "plugin-host",
            "plugin-project",
            "standard-plugins",
            "store",
            "workspace",
        ],
    ),
    ("plugin-sdk", &[]),
    ("tests/guests", &["component-build"]),
];

/// Crates that read the bytes of components, and may use a parser of WebAssembly for it. They run nothing.
const READ_COMPONENTS: &[(&str, &str)] = &[("bundle", "wasmparser")];

/// Crates that must not know files, time, tasks or wasm.
const PURE: &[&str] = &["engine/pipeline", "engine/log-scan"];

/// Names of the dependencies in one kind of table of a manifest, those for single targets included.
fn dependencies(manifest: &toml::Table, kind: &str) -> BTreeSet<String> {
    let of = |table: Option<&toml::Value>| -> Vec<String> {
        table.and_then(toml::Value::as_table).map(|table| table.keys().cloned().collect()).unwrap_or_default()
    };
    let mut names: BTreeSet<String> = of(manifest.get(kind)).into_iter().collect();
    for target in manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values) {
        names.extend(of(target.get(kind)));
    }
    names
}

fn manifest(folder: &str) -> toml::Table {
    let path = format!("{folder}/Cargo.toml");
    tree::read(&path).parse().unwrap_or_else(|error| panic!("parse {path}: {error}"))
}

/// Names of the crates that live in this workspace.
fn own_crates() -> BTreeSet<String> {
    let root = manifest(".");
    let shared = root.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let shared = shared.and_then(toml::Value::as_table).expect("the root manifest lists shared dependencies");
    let mut own: BTreeSet<String> = tree::folders("plugins").into_iter().collect();
    own.extend(shared.iter().filter(|(_, value)| value.get("path").is_some()).map(|(name, _)| name.clone()));
    own
}

#[test]
fn dependencies_point_one_way() {
    let own = own_crates();
    let mut rows: Vec<(String, &[&str])> =
        ARROWS.iter().map(|(path, allowed)| ((*path).to_owned(), *allowed)).collect();
    rows.extend(tree::folders("plugins").into_iter().map(|name| (format!("plugins/{name}"), &["plugin-sdk"][..])));
    let programs = tree::folders("tests/guests/programs");
    rows.extend(programs.into_iter().map(|name| (format!("tests/guests/programs/{name}"), &["plugin-sdk"][..])));
    let mut complaints = Vec::new();
    for (folder, allowed) in rows {
        let manifest = manifest(&folder);
        for kind in ["dependencies", "build-dependencies"] {
            for name in dependencies(&manifest, kind) {
                if own.contains(&name) && !allowed.contains(&name.as_str()) {
                    complaints.push(format!("{folder} uses {name}"));
                }
            }
        }
    }
    none("these arrows point the wrong way (engine/ARCHITECTURE.md)", &complaints);
}

#[test]
fn every_crate_of_the_engine_has_its_arrows_listed() {
    let unlisted: Vec<String> = tree::folders("engine")
        .into_iter()
        .map(|name| format!("engine/{name}"))
        .filter(|path| tree::root().join(path).join("Cargo.toml").is_file())
        .filter(|path| !ARROWS.iter().any(|(listed, _)| listed == path))
        .collect();
    none("say in this file what these crates may use", &unlisted);
}

#[test]
fn pure_crates_use_no_crate_that_is_not() {
    const REFUSED: &[&str] = &["tokio", "async-trait", "rustix", "libc", "tempfile", "wasmtime", "rusqlite", "anyhow"];
    let mut complaints = Vec::new();
    for folder in PURE {
        let used = dependencies(&manifest(folder), "dependencies");
        complaints
            .extend(REFUSED.iter().filter(|name| used.contains(**name)).map(|name| format!("{folder} uses {name}")));
    }
    none("pure crates have no use for these", &complaints);
}

#[test]
fn pure_crates_know_no_files_time_or_tasks() {
    const REFUSED: &[&str] = &[
        "std::fs",
        "std::net",
        "std::process",
        "std::env",
        "std::thread",
        "thread::",
        "tokio",
        "SystemTime",
        "Instant::now",
        "thread_rng",
        "from_os_rng",
    ];
    let mut complaints = Vec::new();
    for source in rust() {
        let is_pure = PURE.iter().any(|folder| source.path.starts_with(&format!("{folder}/src/")));
        if !is_pure || source.is_for_tests() {
            continue;
        }
        for (number, line) in source.code_before_tests() {
            if let Some(word) = REFUSED.iter().find(|word| line.contains(**word)) {
                complaints.push(format!("{}:{number}: {word}", source.path));
            }
        }
    }
    none("pure crates take time and data as arguments", &complaints);
}

#[test]
fn only_the_plugin_host_knows_the_wasm_runtime() {
    let mut complaints = Vec::new();
    for folder in tree::folders("engine").into_iter().filter(|name| name != "plugin-host") {
        let path = format!("engine/{folder}");
        if !tree::root().join(&path).join("Cargo.toml").is_file() {
            continue;
        }
        let manifest = manifest(&path);
        let kinds = ["dependencies", "build-dependencies", "dev-dependencies"];
        let used = kinds.iter().flat_map(|kind| dependencies(&manifest, kind)).filter(|name| name.starts_with("wasm"));
        let used = used.filter(|name| !READ_COMPONENTS.contains(&(folder.as_str(), name.as_str())));
        complaints.extend(used.map(|name| format!("{path}/Cargo.toml: {name}")));
    }
    for source in rust() {
        if source.path.starts_with("engine/plugin-host/") || source.path.starts_with("tests/it/tidy/") {
            continue;
        }
        for (number, _) in source.code().filter(|(_, line)| line.contains("wasmtime")) {
            complaints.push(format!("{}:{number}", source.path));
        }
    }
    none("only engine/plugin-host may name wasmtime", &complaints);
}
