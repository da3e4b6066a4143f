//! Features of a crate that the code needs and the manifest does not switch on.
//!
//! The compiler names most of them itself, where what is looked for stands behind `#[cfg(feature)]`; a derive macro stands
//! behind `derive` by custom. Cargo has the last word: `cargo add` refuses a feature that the crate does not have.

use plugin_sdk::prelude::*;

use super::{cargo, declares, is_crate_name, manifests};

const GATED: &str = "the item is gated behind the `";
/// The folder of the registry in which cargo keeps the sources of crates.
const SOURCES: &str = "/registry/src/";
/// Lines above a note in which its place stands.
const REACH: u32 = 10;
/// Most notes that are read.
const MAX_NOTES: u32 = 40;

/// Items for which the compiler does not name the feature: the crate, what is not found, the features.
const KNOWN: &[(&str, &str, &[&str])] = &[
    ("tokio", "main", &["macros", "rt-multi-thread"]),
    ("tokio", "test", &["macros", "rt"]),
    ("uuid", "new_v1", &["v1"]),
    ("uuid", "new_v3", &["v3"]),
    ("uuid", "new_v4", &["v4"]),
    ("uuid", "new_v5", &["v5"]),
    ("uuid", "new_v7", &["v7"]),
    ("uuid", "now_v7", &["v7"]),
    ("tracing_subscriber", "with_env_filter", &["env-filter"]),
];

/// Remedies for what a feature of a declared crate would bring.
pub fn remedies(root: &Finding, log: &dyn Log, directory: &str) -> Vec<Remedy> {
    // What the cause itself needs leads; one remedy switches on all that its crate lacks.
    let of_cause = derived(root, log).or_else(|| known(root, log));
    let beside = KNOWN.iter().filter(|(name, item, _)| !log.find(&format!("`{item}` in `{name}`"), 1, 1).is_empty());
    let beside = beside.map(|(name, _, features)| ((*name).to_owned(), features.join(",")));
    let wanted: Vec<(String, String)> = of_cause.into_iter().chain(beside).chain(gated(log)).collect();
    // All that one crate lacks, the crate of the first note first.
    let Some((name, _)) = wanted.first().cloned() else { return Vec::new() };
    let mut features: Vec<String> = Vec::new();
    for (_, feature) in wanted.into_iter().filter(|(other, _)| *other == name) {
        for feature in feature.split(',') {
            if !features.iter().any(|known| known == feature) {
                features.push(feature.to_owned());
            }
        }
    }
    let written = [name.clone(), name.replace('_', "-")];
    let declared = written.iter().find(|name| manifests(directory).iter().any(|(_, text)| declares(text, name)));
    let Some(declared) = declared.filter(|name| is_crate_name(name)) else { return Vec::new() };
    let list = features.join(",");
    vec![
        remedy("dependency", format!("switch the feature {} of {declared} on", features.join(" and ")))
            .because(format!(
                "the code uses what {declared} only has with its feature {}, and no manifest asks for that; cargo adds it and leaves the version as it is",
                features.join(" and ")
            ))
            .confidence(0.82)
            .action(cargo(&["add", declared, "--features", &list], directory)),
    ]
}

/// What the compiler says about items that were configured out: the crate and the feature.
fn gated(log: &dyn Log) -> Vec<(String, String)> {
    let notes = log.containing(GATED, MAX_NOTES);
    let found = notes.iter().filter_map(|note| {
        let feature = note.text.split_once(GATED)?.1.split('`').next()?;
        let above = log.above(note.line, REACH);
        let place = above.iter().rev().find(|line| line.text.contains(SOURCES))?;
        // `--> HOME/registry/src/INDEX/tokio-1.54.1/src/lib.rs:626:13`
        let folder = place.text.split_once(SOURCES)?.1.split('/').nth(1)?;
        let name = without_version(folder);
        // `#[cfg(all(feature = "std", feature = "std_rng"))]` asks for more than the note names.
        let condition = above.last().filter(|line| line.text.contains("cfg(all(")).map(|line| line.text.as_str());
        let all = condition.unwrap_or_default().split("feature = \"").skip(1).filter_map(|rest| rest.split('"').next());
        let others = all.filter(|other| *other != feature && is_crate_name(other));
        let features = std::iter::once(feature).chain(others).collect::<Vec<_>>().join(",");
        (is_crate_name(feature) && is_crate_name(&name)).then_some((name, features))
    });
    found.collect()
}

/// `futures-util-0.3.31` is `futures-util`.
fn without_version(folder: &str) -> String {
    let numbers = folder.match_indices('-').find(|(at, _)| folder[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    numbers.map_or(folder, |(at, _)| &folder[..at]).to_owned()
}

/// A trait is imported under the name under which its derive macro is not found.
fn derived(root: &Finding, log: &dyn Log) -> Option<(String, String)> {
    if !root.cause.text.contains("cannot find derive macro `") {
        return None;
    }
    let name = root.cause.text.split('`').nth(1)?.to_owned();
    let below = log.below(root.cause.line, 20);
    let imported = below.iter().find_map(|line| {
        // `1 | use serde::Serialize;`
        let code = line.text.split_once("| ")?.1.trim();
        code.strip_prefix("use ").filter(|path| path.contains(&name))?.split("::").next().map(str::to_owned)
    });
    // Without an import the macro's own crate is a guess that only one name of each makes safe.
    let usual = || {
        let of_serde = ["Serialize", "Deserialize"].contains(&name.as_str());
        let of_clap = ["Parser", "Subcommand", "Args", "ValueEnum"].contains(&name.as_str());
        of_serde.then_some("serde").or_else(|| of_clap.then_some("clap")).map(str::to_owned)
    };
    let name = imported.filter(|name| is_crate_name(name)).or_else(usual)?;
    Some((name, "derive".to_owned()))
}

/// What the table knows: the item stands in the message, the crate in the message or in the lines of code below it.
fn known(root: &Finding, log: &dyn Log) -> Option<(String, String)> {
    let missing = root.cause.text.split('`').nth(1)?;
    let below = log.below(root.cause.line, 4);
    let names = |name: &str| {
        let path = format!("{name}::");
        root.cause.text.contains(&format!("`{name}`")) || below.iter().any(|line| line.text.contains(&path))
    };
    let (name, _, features) = KNOWN.iter().find(|(name, item, _)| *item == missing && names(name))?;
    Some(((*name).to_owned(), features.join(",")))
}
