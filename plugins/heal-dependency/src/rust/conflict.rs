//! Versions that cargo cannot bring together: two requirements on one crate, one native library linked twice, or a feature
//! that a crate does not have.

use plugin_sdk::prelude::*;

use super::{is_crate_name, manifests, requirement_in};
use crate::edit;

const CONFLICT: &str = "failed to select a version for `";
const REQUIREMENTS: &str = "versions that meet the requirements `";
const FEATURE: [&str; 2] = [" with feature `", " with features: `"];
const AVAILABLE: &str = "available features: ";
/// What cargo says since 1.90 instead of listing all features.
const SIMILAR: &str = "does have feature `";

/// Remedies for a conflict as cargo explains it.
pub fn remedies(log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let feature = feature(log, directory);
    if feature.is_empty() { requirement(log, directory) } else { feature }
}

/// The text between a mark and the next backtick, in the first line that has the mark.
fn quoted(log: &dyn Log, mark: &str) -> Option<String> {
    let line = log.containing(mark, 1).into_iter().next()?;
    line.text.split_once(mark)?.1.split('`').next().map(str::to_owned)
}

/// The project's own requirement on a crate gives way to that of the crate that needs it.
fn requirement(log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let (Some(package), Some(needed)) = (quoted(log, CONFLICT), quoted(log, REQUIREMENTS)) else {
        return Vec::new();
    };
    // Where the project itself asks first, what the other one asks for stands further below.
    let satisfied = format!("which satisfies dependency `{package} = \"");
    let needed = match quoted(log, &satisfied) {
        Some(other) if !log.find("links to the native library", 1, 1).is_empty() => {
            other.split('"').next().unwrap_or_default().to_owned()
        }
        _ => needed,
    };
    let needed = needed.trim_start_matches('^').to_owned();
    let is_plain = needed.chars().all(|c| c.is_ascii_alphanumeric() || "=<>~*.,+- ".contains(c)) && !needed.is_empty();
    if !is_crate_name(&package) || !is_plain {
        return Vec::new();
    }
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        let (start, end) = requirement_in(&text, &package)?;
        let written = text[start..end].to_owned();
        edit::replace(&path, &text, start, end, &needed).map(|edit| (path, written, edit))
    });
    edits
        .take(1)
        .map(|(path, written, edit)| {
            remedy("dependency", format!("require {package} {needed} in {path}"))
                .because(format!(
                    "the project asks for {package} {written}, and another of its dependencies for {needed}; only one of both can be there"
                ))
                .confidence(0.7)
                .action(edit)
        })
        .collect()
}

/// A feature that is written otherwise, or that is gone.
fn feature(log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let Some(line) = FEATURE.iter().find_map(|mark| log.containing(mark, 1).into_iter().next()) else {
        return Vec::new();
    };
    let Some(feature) = FEATURE.iter().find_map(|mark| line.text.split_once(mark)?.1.split('`').next()) else {
        return Vec::new();
    };
    let package = line.text.split_once("depends on `").and_then(|(_, rest)| rest.split('`').next()).unwrap_or_default();
    let listed = log.containing(AVAILABLE, 1).into_iter().next().map(|line| line.text).unwrap_or_default();
    let listed = listed.split_once(AVAILABLE).map_or("", |(_, list)| list);
    let is_meant = |known: &&str| {
        let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
        let (known, asked) = (plain(known), plain(feature));
        known == asked || known.strip_suffix('s') == Some(&asked) || asked.strip_suffix('s') == Some(&known)
    };
    let similar = quoted(log, SIMILAR);
    let Some(meant) = similar.as_deref().or_else(|| listed.split(", ").map(str::trim).find(is_meant)) else {
        return Vec::new();
    };
    let quoted = format!("\"{feature}\"");
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        // The first place behind the name of the crate.
        let from = text.find(package)?;
        let at = from + text[from..].find(&quoted)?;
        edit::replace(&path, &text, at + 1, at + 1 + feature.len(), meant).map(|edit| (path, edit))
    });
    edits
        .take(1)
        .map(|(path, edit)| {
            remedy("dependency", format!("ask for the feature {meant} of {package} instead of {feature} in {path}"))
                .because(format!("{package} has no feature {feature}; {meant} is the one of its features that is written almost like it"))
                .confidence(0.65)
                .action(edit)
        })
        .collect()
}
