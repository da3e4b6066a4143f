//! npm's report of a peer dependency that does not fit (ERESOLVE).

use plugin_sdk::prelude::*;

use super::manifest::Manifest;
use crate::version::Version;

/// Packages that have to have the same version.
const SIBLINGS: &[&[&str]] = &[
    &["react", "react-dom", "react-test-renderer"],
    &["@types/react", "@types/react-dom"],
    &["vue", "vue-template-compiler", "@vue/server-renderer"],
    &[
        "@angular/core",
        "@angular/common",
        "@angular/compiler",
        "@angular/compiler-cli",
        "@angular/animations",
        "@angular/forms",
        "@angular/platform-browser",
        "@angular/platform-browser-dynamic",
        "@angular/router",
    ],
    &["jest", "babel-jest", "ts-jest"],
    &["@typescript-eslint/parser", "@typescript-eslint/eslint-plugin"],
    &["svelte", "svelte-check"],
    &["@babel/core", "@babel/preset-env"],
];

/// A peer dependency that does not fit.
#[derive(Debug, PartialEq, Eq)]
struct Misfit {
    /// The package that is there, with its version.
    found: (String, String),
    /// The range that is asked for.
    range: String,
    /// Who asks for it, with its version.
    asker: (String, String),
}

/// Remedies that move the smallest of the dependencies involved.
pub fn remedies(log: &dyn Log, manifest: &Manifest) -> Vec<Remedy> {
    let Some(misfit) = read(log) else {
        return Vec::new();
    };
    let Misfit { found: (found, version), range, asker: (asker, asker_version) } = &misfit;
    let because =
        format!("{asker} {asker_version} asks for {found} {range} beside it, and the project has {found} {version}");
    let mut remedies = Vec::new();
    let wanted = last_alternative(range);
    let is_older = match (Version::parse(version), Version::parse(&wanted)) {
        (Some(there), Some(wanted)) => there.order(&wanted).is_lt(),
        _ => true,
    };
    if let Some(moved) = moved(found, &wanted, manifest) {
        let confidence = if is_older { 0.75 } else { 0.4 };
        remedies.push(manifest.with_lock(moved.because(because.clone()).confidence(confidence)));
    }
    if manifest.version_of(asker).is_some() {
        let newest = format!("{asker}@latest");
        let other = remedy("dependency", format!("require the newest {asker}"))
            .because(format!("{because}; a newer {asker} may accept it"))
            .confidence(if is_older { 0.3 } else { 0.6 })
            .action(manifest.manager.add(&newest, &manifest.directory));
        remedies.push(other);
    }
    remedies.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    remedies
}

/// Moves a package, and with it those that have to have the same version.
fn moved(package: &str, range: &str, manifest: &Manifest) -> Option<Remedy> {
    let version = manifest.version_of(package)?;
    let siblings = SIBLINGS.iter().find(|group| group.contains(&package)).copied().unwrap_or_default();
    let together =
        siblings.iter().copied().filter(|sibling| *sibling != package && manifest.version_of(sibling) == Some(version));
    let all: Vec<&str> = std::iter::once(package).chain(together).collect();
    let mut proposed = remedy("dependency", format!("require {} {range}", all.join(" and ")));
    for name in all {
        proposed = proposed.action(manifest.change(name, range)?);
    }
    Some(proposed)
}

/// Of `^16.8.0 || ^17.0.0` the last one, which is the newest as a rule.
fn last_alternative(range: &str) -> String {
    let last = range.rsplit("||").next().unwrap_or(range).trim();
    // `>=17 <19` stays; `>= 17` needs no blank.
    last.replace(">= ", ">=").replace("< ", "<")
}

fn read(log: &dyn Log) -> Option<Misfit> {
    let texts = |needle: &str| -> Vec<(u64, String)> {
        log.containing(needle, 50).into_iter().map(|line| (line.line, line.text)).collect()
    };
    // `npm error peer react@"^18.0.0" from @testing-library/react@14.0.0`, the first one below `Could not resolve dependency`.
    let from = texts("Could not resolve dependency").first().map_or(1, |(line, _)| *line);
    let peer = texts("peer ")
        .into_iter()
        .chain(texts("peerOptional "))
        .find(|(line, text)| *line >= from && text.contains("\" from "))?
        .1;
    let asked = peer.split_once("peer ").or_else(|| peer.split_once("peerOptional "))?.1;
    let (package, rest) = asked.split_once("@\"")?;
    let (range, rest) = rest.split_once('"')?;
    let asker = named(rest.trim_start().strip_prefix("from ")?.split_whitespace().next()?)?;
    let found = texts("Found: ").into_iter().filter_map(|(_, text)| named(text.split_once("Found: ")?.1.trim()));
    let found = found.rev().find(|(name, _)| name == package)?;
    Some(Misfit { found, range: range.to_owned(), asker })
}

/// `@scope/name@1.2.3`.
fn named(text: &str) -> Option<(String, String)> {
    let at = text.rfind('@').filter(|at| *at > 0)?;
    Some((text[..at].to_owned(), text[at + 1..].to_owned()))
}
