//! A module that is not there.

use plugin_sdk::prelude::*;

use super::environment::Environment;
use super::index::{Expected, Unasked};
use super::names::{ALTERNATIVES, STANDARD, distribution_of};
use super::{Project, traceback};

/// Directories below which projects keep their own modules.
const SOURCE_DIRECTORIES: &[&str] = &["", "src", "lib", "python"];

/// Remedies for the module that the root cause names.
pub fn remedies(incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let Some(module) = incident.root().capture("module").map(|module| module.trim_matches(['\'', '"'])) else {
        return Vec::new();
    };
    let top = module.split('.').next().unwrap_or(module);
    let is_name = !top.is_empty() && top.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name || STANDARD.contains(&top) {
        return Vec::new();
    }
    if let Some(place) = own_module(top, &project.directory) {
        return on_path(top, &place, &project.directory).into_iter().collect();
    }
    if incident.is_offline() {
        host::log::info(format!("{module} cannot be installed without the network"));
        return Vec::new();
    }
    // A namespace like `google` says nothing; the line that imports from it does.
    let code = traceback::frames(incident.root(), log).into_iter().next().map(|frame| frame.code).unwrap_or_default();
    let inside = format!("{module}.");
    let imported: Vec<String> =
        traceback::imported(&code).into_iter().filter(|name| name.starts_with(&inside)).collect();
    let named = imported.iter().map(String::as_str).chain([module]).find_map(|name| {
        let (distribution, is_listed) = distribution_of(name);
        is_listed.then(|| (name.to_owned(), distribution))
    });
    let module = named.as_ref().map_or(module, |(name, _)| name.as_str());
    let (distribution, is_listed) = match &named {
        Some((_, distribution)) => (distribution.clone(), true),
        None => distribution_of(module),
    };
    let others = ALTERNATIVES.iter().find(|(name, _)| *name == top).map_or(&[][..], |(_, others)| others);
    let declared = std::iter::once(distribution.as_str())
        .chain(others.iter().copied())
        .find_map(|name| project.manifests.find(name));
    if let Some(declared) = declared {
        return installed(project, &declared.path, &declared.written, module).into_iter().collect();
    }
    let (distribution, why) = if is_listed {
        let why = format!(
            "nothing installed brings the module {module}; it comes from the distribution {distribution}, which is not declared"
        );
        (distribution, why)
    } else {
        match proven(top, module, imported.first().map(String::as_str), project) {
            Ok(Some(proven)) => proven,
            Ok(None) => {
                host::log::info(format!("no distribution of the index is known or shown to bring the module {module}"));
                return Vec::new();
            }
            Err(why) => {
                host::log::info(format!("nobody knows which distribution brings the module {module}, and {why}"));
                return Vec::new();
            }
        }
    };
    if let Some(by_tool) = through_tool(&project.environment, &distribution, module, is_listed, &project.directory) {
        return vec![by_tool];
    }
    let distribution = if distribution == "setuptools" { "setuptools<81" } else { &distribution };
    let confidence = if is_listed { 0.9 } else { 0.6 };
    let declare = remedy("dependency", format!("require {distribution}, which provides the module {module}"))
        .because(why.clone())
        .confidence(confidence);
    let mut remedies: Vec<Remedy> = project
        .manifests
        .append(distribution)
        .and_then(|(path, edit)| {
            let title = format!("require {distribution} in {path}, which provides the module {module}");
            let declare = Remedy { title, ..declare };
            project.installed(declare.action(edit), &path, distribution)
        })
        .into_iter()
        .collect();
    if let Some(install) = project.environment.install_named(distribution, &project.directory) {
        remedies.push(
            remedy("dependency", format!("install {distribution} into the environment of this run"))
                .because(format!("{why}; this does not declare it for the next run"))
                .confidence(confidence - 0.2)
                .action(install),
        );
    }
    remedies
}

/// A distribution that the table does not know is only proposed when its newest archive holds the module: a name alone could
/// be anybody's.
fn proven(
    top: &str,
    module: &str,
    imported: Option<&str>,
    project: &Project,
) -> Result<Option<(String, String)>, Unasked> {
    let name = top.to_lowercase().replace('_', "-");
    let candidates =
        [name.clone(), format!("python-{name}"), format!("py{name}"), format!("{name}-python"), format!("{name}-py")];
    for candidate in candidates {
        let releases = project.index.releases(&candidate)?;
        let Some(newest) = releases.iter().rev().find(|release| release.fits) else { continue };
        if holds(&candidate, &newest.version, module, imported, project)? {
            let since = releases.first().map(|first| first.date.as_str()).filter(|date| !date.is_empty());
            let since = since.map(|date| format!(", the first of {date}")).unwrap_or_default();
            let why = format!(
                "nothing installed brings the module {module}; {candidate} {} does: its archive holds it. It has {} release(s){since}; the table of known names does not have it, so look at it before you keep it",
                newest.version,
                releases.len()
            );
            return Ok(Some((candidate, why)));
        }
    }
    Ok(None)
}

/// Whether a release holds what the code imports: a module, or a name in one. Where reading does not tell about a name, that the
/// module is there has to do.
fn holds(
    candidate: &str,
    version: &str,
    module: &str,
    imported: Option<&str>,
    project: &Project,
) -> Result<bool, Unasked> {
    let has = |expected: &Expected| project.index.has(candidate, version, expected);
    if let Some((inside, name)) = imported.and_then(|imported| imported.rsplit_once('.')) {
        let named = Expected { name: name.to_owned(), ..Expected::module(inside) };
        if let Some(is_there) = has(&named)? {
            return Ok(is_there);
        }
    }
    Ok(has(&Expected::module(module))? == Some(true))
}

/// What is declared has to be installed; only if the stage does not do that anyway.
fn installed(project: &Project, path: &str, name: &str, module: &str) -> Option<Remedy> {
    if project.installs_itself {
        return None;
    }
    let install = if path.ends_with(".toml") {
        project.environment.install_named(".", &project.directory)?
    } else {
        project.environment.install_file(path, &project.directory)?
    };
    Some(
        remedy("dependency", format!("install the requirements of {path}"))
            .because(format!("{path} declares {name}, which brings the module {module}, but it is not installed"))
            .confidence(0.92)
            .action(install),
    )
}

fn through_tool(
    environment: &Environment,
    distribution: &str,
    module: &str,
    is_listed: bool,
    directory: &str,
) -> Option<Remedy> {
    let tool = match environment {
        Environment::Uv => "uv",
        Environment::Poetry => "poetry",
        Environment::Venv(_) | Environment::Absent => return None,
    };
    Some(
        remedy("dependency", format!("require {distribution}, which provides the module {module}"))
            .because(format!(
                "nothing installed brings the module {module}; {tool} adds {distribution} to manifest and lock file"
            ))
            .confidence(if is_listed { 0.88 } else { 0.58 })
            .action(action::run_command([tool, "add", distribution]).directory(directory)),
    )
}

/// The directory in which the project has a module of this name itself.
fn own_module(top: &str, directory: &str) -> Option<String> {
    let has = |place: &str| {
        host::workspace::is_file(&path::below(place, &format!("{top}.py")))
            || host::workspace::is_directory(&path::below(place, top))
    };
    let places = SOURCE_DIRECTORIES.iter().flat_map(|below| {
        let inside = if below.is_empty() { directory.to_owned() } else { path::below(directory, below) };
        let at_root = if below.is_empty() { ".".to_owned() } else { (*below).to_owned() };
        [inside, at_root]
    });
    places.into_iter().find(|place| has(place))
}

/// The project's own module lies where Python does not look.
fn on_path(top: &str, place: &str, directory: &str) -> Option<Remedy> {
    let seen = if place == directory { Some(".") } else { path::seen_from(place, directory) };
    Some(
        remedy("config", format!("let Python find the project's own module {top} in {place}"))
            .because(format!(
                "{} is the project's own, and the stage starts where Python does not find it",
                path::below(place, top)
            ))
            .confidence(0.6)
            .action(action::set_env("PYTHONPATH", seen?)),
    )
}
