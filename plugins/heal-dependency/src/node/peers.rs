//! npm's report of a peer dependency that does not fit (ERESOLVE).

use plugin_sdk::prelude::*;

use super::manifest::Manifest;
use super::{range, registry};
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
    let mut unasked = String::new();
    match agreeing(&misfit, manifest) {
        Ok(Some(nearest)) => {
            let confidence = if is_older { 0.6 } else { 0.8 };
            let why = format!("{because}; {asker} {nearest} is the nearest version that accepts it, says the registry");
            let moved = moved(asker, &styled(manifest.version_of(asker).unwrap_or_default(), &nearest), manifest);
            remedies.extend(moved.map(|moved| manifest.with_lock(moved.because(why).confidence(confidence))));
        }
        Ok(None) => {}
        Err(why) => unasked = format!("; that was not checked: {why}"),
    }
    if manifest.version_of(asker).is_some() {
        let newest = format!("{asker}@latest");
        let other = remedy("dependency", format!("require the newest {asker}"))
            .because(format!("{because}; a newer {asker} may accept it{unasked}"))
            .confidence(if is_older { 0.3 } else { 0.6 })
            .action(manifest.manager.add(&newest, &manifest.directory));
        remedies.push(other);
    }
    remedies.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    remedies
}

/// The version of the asker nearest to the declared one whose peers are all satisfied by what the project declares: the newest
/// of the next major version above that has one, else of the next one below. `None` when it is not the project's to choose.
fn agreeing(misfit: &Misfit, manifest: &Manifest) -> Result<Option<String>, String> {
    let (found, version) = &misfit.found;
    let (asker, current) = &misfit.asker;
    if manifest.version_of(asker).is_none() || super::package_of(asker).is_none() {
        return Ok(None);
    }
    let agrees = |candidate: &registry::Published| {
        candidate.peers.iter().all(|(peer, range)| {
            let declared = if peer == found { Some(version.as_str()) } else { manifest.version_of(peer) };
            declared.is_none_or(|declared| !is_version(declared) || range::holds(range, declared))
        })
    };
    let Some(current) = Version::parse(current) else { return Ok(None) };
    let published = registry::published(asker)?;
    let fitting: Vec<Version> = published
        .iter()
        .filter(|candidate| agrees(candidate))
        .filter_map(|candidate| Version::parse(&candidate.version))
        .collect();
    let above = fitting.iter().filter(|version| version.order(&current).is_gt());
    let below = fitting.iter().filter(|version| version.order(&current).is_lt());
    let major = above.clone().map(Version::major).min().or_else(|| below.clone().map(Version::major).max());
    let side: Vec<&Version> = if above.clone().next().is_some() { above.collect() } else { below.collect() };
    let nearest = side.into_iter().filter(|version| Some(version.major()) == major).max_by(|a, b| a.order(b));
    Ok(nearest.map(|version| version.text.clone()))
}

/// Whether a declared version is a number, perhaps with a caret, and no tag, address or set of ranges.
fn is_version(declared: &str) -> bool {
    let number = declared.trim_start_matches(['^', '~', '=']);
    number.chars().all(|c| c.is_ascii_digit() || c == '.') && !number.is_empty()
}

/// A version written as precisely as the one before it.
pub fn styled(before: &str, version: &str) -> String {
    let prefix: String = before.chars().take_while(|c| ['^', '~'].contains(c)).collect();
    let is_exact = prefix.is_empty() && is_version(before);
    if is_exact || !prefix.is_empty() { format!("{prefix}{version}") } else { format!("^{version}") }
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
