//! Requirements that exclude each other: pip's own resolver finds the smallest change.
//!
//! Candidates change one requirement, nearest versions first, then two; the resolver is asked, in an empty directory, which is
//! the first that works ([`Index::resolve`](super::index::Index::resolve)). Without the index, what pip's report says is
//! followed unchecked, and the remedy says so.

use plugin_sdk::prelude::*;

use super::index::{Resolved, Unasked};
use super::requirements::{Declared, normal, parse};
use super::{Project, locks};
use crate::version::Version;

const USER: &str = "The user requested ";
const DEPENDS: &str = " depends on ";
/// Most sets of requirements that the resolver is given; each takes one to three seconds.
const MAX_ALTERNATIVES: usize = 16;

/// One changed requirement.
#[derive(Clone, Debug)]
struct Change<'a> {
    declared: &'a Declared,
    specifiers: String,
}

/// Remedies for requirements that exclude each other.
pub fn remedies(log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let mut report: Vec<String> =
        [USER, DEPENDS].iter().flat_map(|text| log.containing(text, 100)).map(|line| line.text).collect();
    let lines: Vec<String> = project.manifests.declared.iter().map(Declared::line).collect();
    if !report.iter().any(|line| line.contains(DEPENDS)) {
        // The stage told pip to be quiet.
        let explained = project.index.explain(&lines).unwrap_or_default();
        report = explained.lines().map(str::to_owned).collect();
    }
    match resolved(&report, project) {
        Ok(remedies) if !remedies.is_empty() => remedies,
        Ok(_) => followed(&report, project, "pip's resolver finds no version with one or two changes"),
        Err(why) => followed(&report, project, &why.to_string()),
    }
}

/// The requirements that the report names, those that others depend on first: they matter least to the project's code.
fn involved<'a>(report: &[String], project: &'a Project) -> Vec<&'a Declared> {
    let depended = report.iter().filter_map(|line| Some(parse(line.split_once(DEPENDS)?.1.trim_end_matches('.'))?.0));
    let owners = report.iter().filter_map(|line| {
        let owner = line.split_once(DEPENDS)?.0.trim();
        Some(owner.split([' ', '[']).next()?.to_owned())
    });
    let asked = report.iter().filter_map(|line| Some(parse(line.split_once(USER)?.1)?.0));
    let mut found: Vec<&Declared> = Vec::new();
    for name in depended.chain(owners).chain(asked) {
        let declared = project.manifests.find(&name).filter(|declared| !declared.specifiers.is_empty());
        found.extend(declared.filter(|declared| !found.iter().any(|known| known.name == declared.name)));
    }
    if found.is_empty() {
        found = project.manifests.declared.iter().filter(|declared| declared.specifiers.starts_with("==")).collect();
    }
    found
}

fn resolved(report: &[String], project: &Project) -> Result<Vec<Remedy>, Unasked> {
    let involved = involved(report, project);
    let levels: Vec<Vec<String>> = involved.iter().map(|declared| relaxed(&declared.specifiers)).collect();
    let deepest = levels.iter().map(Vec::len).max().unwrap_or(0);
    let mut alternatives: Vec<Vec<Change<'_>>> = Vec::new();
    for level in 0..deepest {
        for (declared, ranges) in involved.iter().zip(&levels) {
            alternatives.extend(ranges.get(level).map(|range| vec![Change { declared, specifiers: range.clone() }]));
        }
    }
    alternatives.truncate(MAX_ALTERNATIVES - 3);
    for (at, one) in involved.iter().enumerate() {
        for other in &involved[at + 1..] {
            let free = |declared| Change { declared, specifiers: String::new() };
            alternatives.push(vec![free(one), free(other)]);
        }
    }
    alternatives.truncate(MAX_ALTERNATIVES);
    if alternatives.is_empty() {
        return Ok(Vec::new());
    }
    let sets: Vec<Vec<String>> = alternatives.iter().map(|changes| lines_with(changes, project)).collect();
    let Some(Resolved { number, versions }) = project.index.resolve(&sets)? else { return Ok(Vec::new()) };
    let Some(changes) = alternatives.get(number) else { return Ok(Vec::new()) };
    let changes = changes.iter().map(|change| {
        let version = versions.get(&change.declared.name).cloned().unwrap_or_default();
        let is_pin = change.declared.specifiers.starts_with("==");
        let specifiers =
            if is_pin || change.specifiers.is_empty() { format!("=={version}") } else { change.specifiers.clone() };
        Change { declared: change.declared, specifiers }
    });
    let changes = changes.filter(|change| change.specifiers != change.declared.specifiers);
    Ok(remedy_of(&changes.collect::<Vec<_>>(), project).into_iter().collect())
}

fn remedy_of(changes: &[Change<'_>], project: &Project) -> Option<Remedy> {
    let what: Vec<String> =
        changes.iter().map(|change| format!("{}{}", change.declared.written, change.specifiers)).collect();
    let mut proposed = remedy("dependency", format!("require {}", what.join(" and ")))
        .because("the requirements exclude each other; this is the smallest change with which pip's resolver finds versions for all of them")
        .confidence(0.85);
    for change in changes {
        let declared = change.declared;
        proposed = proposed.action(project.manifests.change(
            declared,
            &declared.written,
            &change.specifiers,
            &declared.marker,
        )?);
    }
    let first = changes.first()?;
    project.installed(proposed, &first.declared.path, &what.join(" ")).map(|remedy| locks::with_lock(remedy, project))
}

/// All requirements, some of them changed.
fn lines_with(changes: &[Change<'_>], project: &Project) -> Vec<String> {
    let line = |declared: &Declared| {
        let change = changes.iter().find(|change| std::ptr::eq(change.declared, declared));
        change.map_or_else(|| declared.line(), |change| declared.line_with(&change.specifiers))
    };
    project.manifests.declared.iter().map(line).collect()
}

/// Other specifiers for a requirement, nearest first: of the same minor version, of the same major version, above, below.
fn relaxed(specifiers: &str) -> Vec<String> {
    if specifiers.contains(',') {
        return Vec::new();
    }
    if let Some(pin) = specifiers.strip_prefix("==") {
        let Some(version) = Version::parse(pin) else { return Vec::new() };
        let (major, minor) = (version.major(), version.minor());
        return vec![
            format!("~={major}.{minor}.0"),
            format!(">={pin},<{}", major + 1),
            format!(">={major}.0,<{pin}"),
            format!(">{pin}"),
            format!("<{pin}"),
        ];
    }
    // The other side of the only bound.
    let opposite = |from: &str, to: &str| specifiers.strip_prefix(from).map(|bound| vec![format!("{to}{bound}")]);
    let compatible = specifiers.strip_prefix("~=").map(|bound| vec![format!(">={bound}"), format!("<{bound}")]);
    compatible
        .or_else(|| opposite(">=", "<"))
        .or_else(|| opposite("<=", ">"))
        .or_else(|| opposite("<", ">="))
        .or_else(|| opposite(">", "<="))
        .unwrap_or_default()
}

/// What the report itself suggests, when nobody could be asked whether it works.
fn followed(report: &[String], project: &Project, unchecked: &str) -> Vec<Remedy> {
    let asked: Vec<(String, String)> = report
        .iter()
        .filter_map(|line| parse(line.split_once(USER)?.1))
        .map(|(name, specifiers, _)| (normal(&name), specifiers))
        .collect();
    let mut remedies = Vec::new();
    for line in report {
        let Some((owner, needs)) = line.split_once(DEPENDS) else { continue };
        let Some((name, specifiers, _)) = parse(needs.trim_end_matches('.')) else { continue };
        let is_asked_otherwise = asked.iter().any(|(asked, by)| *asked == normal(&name) && *by != specifiers);
        if !is_asked_otherwise || specifiers.is_empty() {
            continue;
        }
        let owner = owner.trim();
        let follow = remedy("dependency", format!("require {name}{specifiers}, as {owner} does"))
            .because(format!("the project asks for another version of {name} than {owner} works with. Whether all fit together then was not checked: {unchecked}"))
            .confidence(0.65);
        remedies.extend(project.require(follow, &name, &specifiers));
        let owner_name = owner.split([' ', '[']).next().unwrap_or(owner);
        if let Some(declared) = project.manifests.find(owner_name).filter(|declared| !declared.specifiers.is_empty()) {
            let edit = project.manifests.change(declared, &declared.written, "", &declared.marker);
            let free = edit.and_then(|edit| {
                let title = format!("let the resolver choose the version of {}", declared.written);
                let proposed = remedy("dependency", title)
                    .because(format!(
                        "{owner} does not work with the version of {name} that the project asks for; another one may. That was not checked: {unchecked}"
                    ))
                    .confidence(0.5)
                    .action(edit);
                project.installed(proposed, &declared.path, &declared.written)
            });
            remedies.extend(free);
        }
    }
    let mut titles: Vec<String> = Vec::new();
    remedies.retain(|remedy: &Remedy| {
        let is_new = !titles.contains(&remedy.title);
        titles.push(remedy.title.clone());
        is_new
    });
    remedies
}
