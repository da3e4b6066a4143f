//! Requirements that no index can satisfy, and packages that were given up.

use plugin_sdk::prelude::*;

use super::names::{BACKPORTS, SUCCESSORS, distribution_of};
use super::requirements::{Declared, Form, normal, parse};
use super::{Project, locks};
use crate::version::{self, Version};

/// What pip puts before the versions that it found.
const FROM_VERSIONS: &str = "(from versions: ";

/// Most pinned requirements of which the index is asked.
const MAX_PINS: usize = 12;

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

/// Remedies for a requirement that the resolver of uv or Poetry cannot satisfy because there is no such version.
pub fn unlisted(root: &Finding, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let captured = ["package", "name", "requirement"].iter().find_map(|name| root.capture(name));
    let text = &root.cause.text;
    // `there is no version of NAME==V`, `depends on NAME (V) which doesn't match any versions`
    let behind = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.trim_start());
    let named = behind("no version of ").or_else(|| behind("no versions of ")).or_else(|| behind("depends on "));
    let name = captured.or(named).and_then(|name| name.split(|c: char| "=<>!~ (,[".contains(c)).next());
    let above = || {
        let line = log.containing("there is no version of ", 5).into_iter().next()?;
        let name = line.text.split_once("there is no version of ")?.1.to_owned();
        name.split(|c: char| "=<>!~ (,[".contains(c)).next().map(str::to_owned)
    };
    let Some(name) = name.map(str::to_owned).or_else(above) else { return Vec::new() };
    let Some(declared) = project.manifests.find(&name) else { return Vec::new() };
    let releases = match project.index.releases(&name) {
        Ok(releases) => releases,
        Err(why) => {
            host::log::info(format!("which versions of {name} there are could not be asked: {why}"));
            return Vec::new();
        }
    };
    let fitting: Vec<Version> =
        releases.iter().filter(|release| release.fits).filter_map(|release| Version::parse(&release.version)).collect();
    let remedies: Vec<Remedy> =
        nearest(declared, "", &fitting, project).into_iter().chain(renamed(declared, project)).collect();
    remedies.into_iter().map(|remedy| locks::with_lock(remedy, project)).collect()
}

/// Whether a cause stands in what the build of a package printed, which pip shows between two lines of its own.
pub fn is_in_build(root: &Finding, log: &dyn Log) -> bool {
    let line = root.cause.line;
    let begins = log.find("error: subprocess-exited-with-error", 1, 20).into_iter().rfind(|begin| *begin < line);
    let ends = log.find("[end of output]", line.max(1), 1).first().copied();
    begins.is_some_and(|begin| log.find("[end of output]", begin, 1).first().copied() == ends && ends.is_some())
}

/// Remedies for a package that cannot be built here: the nearest release with an archive for the code's Python, or the package
/// that took the place of one that was given up.
pub fn unbuildable(project: &Project) -> Vec<Remedy> {
    let pinned = project.manifests.declared.iter().filter(|declared| declared.specifiers.starts_with("=="));
    let remedies = pinned.take(MAX_PINS).filter_map(|declared| {
        let pin = declared.specifiers.trim_start_matches('=');
        let releases = project.index.releases(&declared.name).ok()?;
        let wanted = Version::parse(pin)?;
        let at = releases.iter().position(|release| {
            Version::parse(&release.version).is_some_and(|version| version.order(&wanted).is_eq())
        })?;
        let newer = releases[at..].iter().find(|release| release.fits).filter(|_| !releases[at].fits)?;
        let specifiers = format!("=={}", newer.version);
        let edit = project.manifests.change(declared, &declared.written, &specifiers, &declared.marker)?;
        let name = &declared.written;
        let proposed = remedy("dependency", format!("require {name}{specifiers} in {}", declared.path))
            .because(format!(
                "the index has no archive of {name} {pin} that installs on the code's Python without a build, and building it fails; {} is the next release that has one",
                newer.version
            ))
            .confidence(0.8)
            .action(edit);
        project.installed(proposed, &declared.path, &format!("{name}{specifiers}"))
    });
    let given_up = project.manifests.declared.iter().filter_map(|declared| {
        let (_, successor) = SUCCESSORS.iter().find(|(old, _)| *old == declared.name)?;
        instead(declared, successor, 0.7, project)
    });
    remedies.chain(given_up).map(|remedy| locks::with_lock(remedy, project)).collect()
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
    let specifiers = match declared.form {
        Form::PoetryVersion if declared.specifiers.starts_with(['^', '~']) => format!("^{}", nearest.text),
        Form::PoetryVersion if !declared.specifiers.starts_with(['=', '<', '>']) => nearest.text.clone(),
        _ if is_pinned => format!("=={}", nearest.text),
        _ => format!(">={}", nearest.text),
    };
    let edit = project.manifests.change(declared, &declared.written, &specifiers, &declared.marker)?;
    let proposed = remedy("dependency", format!("require {} in {}", declared.line_with(&specifiers), declared.path))
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
