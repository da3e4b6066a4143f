//! Requirements that no index can satisfy, and packages that were given up.

use plugin_sdk::prelude::*;

use super::Project;
use super::names::{BACKPORTS, SUCCESSORS, distribution_of};
use super::requirements::{Declared, normal, parse};
use crate::version::{self, Version};

/// What pip puts before the versions that it found.
const FROM_VERSIONS: &str = "(from versions: ";

/// Remedies for a requirement of which no version fits.
pub fn remedies(root: &Finding, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let Some(requirement) = root.capture("requirement").or_else(|| root.capture("package")) else {
        return Vec::new();
    };
    let Some((written, specifiers, _)) = parse(requirement) else {
        return Vec::new();
    };
    let Some(declared) = project.manifests.find(&written) else {
        return Vec::new();
    };
    if let Some((_, since)) = BACKPORTS.iter().find(|(name, _)| *name == declared.name) {
        return backport(declared, since, project).into_iter().collect();
    }
    let listed = root.capture("versions").map(version::list).filter(|listed| !listed.is_empty());
    let listed = listed.unwrap_or_else(|| versions_in_log(log, &written));
    let mut remedies: Vec<Remedy> = nearest(declared, &specifiers, &listed, project).into_iter().collect();
    remedies.extend(renamed(declared, project));
    if !declared.specifiers.is_empty() && !listed.is_empty() {
        let edit = project.manifests.change(declared, &declared.written, "", &declared.marker);
        let relaxed = edit.and_then(|edit| {
            let proposed =
                remedy("dependency", format!("let any version of {} satisfy {}", declared.written, declared.path))
                    .because(format!("no index has {requirement}, but it has other versions"))
                    .confidence(0.35)
                    .action(edit);
            project.installed(proposed, &declared.path, &declared.written)
        });
        remedies.extend(relaxed);
    }
    remedies
}

/// Remedies for a package that says of itself that another one took its place.
pub fn successor(root: &Finding, project: &Project) -> Vec<Remedy> {
    let Some(name) = ["package", "name", "requirement"].iter().find_map(|name| root.capture(name)) else {
        return Vec::new();
    };
    let Some(declared) = project.manifests.find(name) else {
        return Vec::new();
    };
    let known = SUCCESSORS.iter().find(|(old, _)| *old == declared.name).map(|(_, new)| *new);
    let Some(successor) = root.capture("replacement").or(known) else {
        return Vec::new();
    };
    instead(declared, successor, 0.9, project).into_iter().collect()
}

fn instead(declared: &Declared, successor: &str, confidence: f64, project: &Project) -> Option<Remedy> {
    let is_name = !successor.is_empty() && successor.chars().all(|c| c.is_ascii_alphanumeric() || "._-[]".contains(c));
    if !is_name || normal(successor) == declared.name {
        return None;
    }
    let proposed =
        remedy("dependency", format!("require {successor} instead of {} in {}", declared.written, declared.path))
            .because(format!("{} cannot be installed; {successor} is what brings its modules", declared.written))
            .confidence(confidence);
    project.replace(proposed, declared, successor)
}

/// A name of which the index has nothing may be that of a module.
fn renamed(declared: &Declared, project: &Project) -> Option<Remedy> {
    let known = SUCCESSORS.iter().find(|(old, _)| *old == declared.name).map(|(_, new)| (*new).to_owned());
    let by_module =
        || Some(distribution_of(&declared.written)).filter(|(_, is_listed)| *is_listed).map(|(name, _)| name);
    instead(declared, &known.or_else(by_module)?, 0.7, project)
}

/// What newer Pythons have themselves is only for the older ones.
fn backport(declared: &Declared, since: &str, project: &Project) -> Option<Remedy> {
    if !declared.marker.is_empty() {
        return None;
    }
    let marker = format!("python_version < \"{since}\"");
    let edit = project.manifests.change(declared, &declared.written, &declared.specifiers, &marker)?;
    let proposed =
        remedy("dependency", format!("require {} only before Python {since}, in {}", declared.written, declared.path))
            .because(format!(
                "{} only brings what Python {since} and later have in their standard library",
                declared.written
            ))
            .confidence(0.92)
            .action(edit);
    project.installed(proposed, &declared.path, &declared.written)
}

fn nearest(declared: &Declared, asked: &str, listed: &[Version], project: &Project) -> Option<Remedy> {
    let asked = if asked.is_empty() { &declared.specifiers } else { asked };
    let wanted = asked.split(',').next().unwrap_or(asked);
    let nearest = version::nearest(wanted.trim_start_matches(|c: char| !c.is_ascii_digit()), listed)?;
    let is_pinned = declared.specifiers.starts_with("==") && !declared.specifiers.contains(',');
    let specifiers = if is_pinned { format!("=={}", nearest.text) } else { format!(">={}", nearest.text) };
    let edit = project.manifests.change(declared, &declared.written, &specifiers, &declared.marker)?;
    let proposed = remedy("dependency", format!("require {}{specifiers} in {}", declared.written, declared.path))
        .because(format!(
            "no index has {}{asked}; {} is the nearest version that exists",
            declared.written, nearest.text
        ))
        .confidence(0.75)
        .action(edit);
    project.installed(proposed, &declared.path, &format!("{}{specifiers}", declared.written))
}

fn versions_in_log(log: &dyn Log, name: &str) -> Vec<Version> {
    let line = log.containing(FROM_VERSIONS, 50).into_iter().rfind(|line| line.text.contains(name));
    let text =
        line.and_then(|line| line.text.split_once(FROM_VERSIONS).map(|(_, rest)| rest.to_owned())).unwrap_or_default();
    version::list(text.split(')').next().unwrap_or_default())
}
