//! Embeds what a new project is made of: the templates, the contract, and the SDK as a crate that stands alone.
//!
//! Nothing publishes the SDK, so that the binary carries it: a project builds from the binary and cargo's own registry. The
//! SDK's manifest names no version of a dependency (the workspace does), and no lock file: both are filled in here, so that a
//! project is built with exactly the crates that the engine's own plugins are built with.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let root = here.join("../..").canonicalize().expect("the workspace is two folders up");
    let workspace = read_toml(&root.join("Cargo.toml"));
    let sdk = root.join("plugin-sdk");
    fs::write(out.join("sdk-manifest.toml"), standalone(&read_toml(&sdk.join("Cargo.toml")), &workspace))
        .expect("OUT_DIR can be written");
    fs::write(out.join("sdk.lock"), lock_of_sdk(&read_toml(&root.join("Cargo.lock")))).expect("OUT_DIR can be written");
    let table =
        [("TEMPLATES", here.join("templates")), ("CONTRACT", root.join("wit/v0")), ("SDK_SOURCES", sdk.join("src"))]
            .map(|(name, folder)| table(name, &folder));
    fs::write(out.join("embedded.rs"), table.concat()).expect("OUT_DIR can be written");
    for watched in ["Cargo.toml", "Cargo.lock", "plugin-sdk/Cargo.toml"] {
        println!("cargo:rerun-if-changed={}", root.join(watched).display());
    }
}

fn read_toml(path: &Path) -> Table {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("parse {}: {error}", path.display()))
}

/// A constant with the path and text of every file below a folder, sorted.
fn table(name: &str, folder: &Path) -> String {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut text = format!("pub const {name}: &[(&str, &str)] = &[\n");
    for file in files {
        let relative =
            file.strip_prefix(folder).expect("it was found there").to_str().expect("names are ASCII").to_owned();
        writeln!(text, "    ({relative:?}, include_str!({file:?})),").expect("a String takes everything");
    }
    text.push_str("];\n");
    text
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("list {}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

/// The SDK's manifest with every `workspace = true` replaced by what the workspace says.
fn standalone(sdk: &Table, workspace: &Table) -> String {
    let shared = &workspace["workspace"];
    let mut sdk = sdk.clone();
    sdk.remove("lints");
    for (key, value) in sdk["package"].as_table_mut().expect("a package is a table") {
        if value.get("workspace").is_some() {
            *value = shared["package"][key].clone();
        }
    }
    resolve(sdk["dependencies"].as_table_mut().expect("it has dependencies"), shared);
    for target in sdk["target"].as_table_mut().expect("it has native dependencies").iter_mut() {
        resolve(target.1["dependencies"].as_table_mut().expect("a target has dependencies"), shared);
    }
    format!(
        "# The SDK that `selfheal plugin new` wrote beside this project. Do not edit it: `selfheal plugin new --sdk` says how to\n# use another one.\n{}",
        toml::to_string(&sdk).expect("a table is TOML")
    )
}

fn resolve(dependencies: &mut Table, shared: &Value) {
    for (name, value) in dependencies {
        *value = shared["dependencies"][name].clone();
    }
}

/// The part of the engine's lock file that the SDK needs; `Cargo.lock` of a project begins with it.
fn lock_of_sdk(lock: &Table) -> String {
    let packages = lock["package"].as_array().expect("a lock file lists packages");
    let field = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let find = |reference: &str| {
        let mut words = reference.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        packages
            .iter()
            .find(|package| {
                field(package, "name") == name && version.is_none_or(|version| field(package, "version") == version)
            })
            .unwrap_or_else(|| panic!("Cargo.lock has no {reference}"))
    };
    let (mut wanted, mut seen) = (vec!["plugin-sdk".to_owned()], BTreeSet::new());
    let mut rows = Vec::new();
    while let Some(reference) = wanted.pop() {
        let package = find(&reference);
        if !seen.insert((field(package, "name"), field(package, "version"))) {
            continue;
        }
        rows.push(package.clone());
        let needs = package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        wanted.extend(needs.filter_map(Value::as_str).map(str::to_owned));
    }
    rows.sort_by_key(|package| (field(package, "name"), field(package, "version")));
    let kept =
        Table::from_iter([("version".to_owned(), lock["version"].clone()), ("package".to_owned(), Value::Array(rows))]);
    toml::to_string(&kept).expect("a table is TOML")
}
