//! A name that a package no longer has: either its user moves on, or the package stays where it was.

use plugin_sdk::prelude::*;

use super::Project;
use super::names::distribution_of;
use super::removals::{Consumer, REMOVALS, Removal, Shown};
use super::requirements::Declared;
use crate::version::Version;

/// Lines above the cause in which the traceback's last frame is looked for.
const FRAMES: u64 = 40;

/// Remedies for a name that is gone.
pub fn remedies(incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let root = incident.root();
    let importer = importer(root, log);
    let Some(removal) = REMOVALS.iter().find(|removal| fits(removal, root, log)) else {
        return guesses(root, importer.as_deref(), project);
    };
    let moves: Vec<Remedy> =
        removal.consumers.iter().filter_map(|consumer| moved(consumer, root, importer.as_deref(), project)).collect();
    let stays = removal.provider.and_then(|(provider, versions)| stays(provider, versions, root, project));
    let users_pinned =
        removal.consumers.iter().filter_map(|consumer| project.manifests.find(name_of(consumer))).any(is_held_back);
    let mut remedies: Vec<Remedy> = if users_pinned || stays.is_none() {
        moves.into_iter().chain(stays).collect()
    } else {
        stays.into_iter().chain(moves).collect()
    };
    if remedies.is_empty() {
        remedies = guesses(root, importer.as_deref(), project);
    }
    // The first is the better choice; the others stay possible.
    let mut most = 1.0_f64;
    for remedy in &mut remedies {
        remedy.confidence = remedy.confidence.min(most);
        most = (remedy.confidence - 0.1).max(0.2);
    }
    remedies
}

fn name_of(consumer: &Consumer) -> &'static str {
    match consumer {
        Consumer::From(name, _) | Consumer::Successor(name, _) => name,
    }
}

/// Whether a requirement keeps a package from moving on.
fn is_held_back(declared: &Declared) -> bool {
    let specifiers = &declared.specifiers;
    specifiers.starts_with("==") || specifiers.starts_with("~=") || specifiers.contains('<')
}

fn fits(removal: &Removal, root: &Finding, log: &dyn Log) -> bool {
    let is = |capture: &str, names: &[&str]| {
        root.capture(capture).is_some_and(|found| names.contains(&found.trim_matches(['\'', '"'])))
    };
    let module_is = |module: &str| {
        module_of(root).is_some_and(|found| {
            found == module || found.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))
        })
    };
    match removal.shown {
        Shown::Import(module, names) => {
            root.code == "python.import-name-removed" && module_is(module) && is("name", names)
        }
        Shown::Attribute(module, names) => {
            root.code == "python.attribute-removed" && module_is(module) && is("attribute", names)
        }
        Shown::Object(objects, names) => {
            root.code == "python.object-attribute-removed" && is("object", objects) && is("attribute", names)
        }
        Shown::Module(modules) => {
            let is_missing = root.code == "python.module-not-found" && is("module", modules);
            is_missing || (root.code == "python.setuptools-pkg-resources" && modules.contains(&"pkg_resources"))
        }
        // A text elsewhere in the log explains only a failure that does not explain itself.
        Shown::Text(text) => {
            let is_plain = ["python.module-not-found", "python.import-name-removed"].contains(&root.code.as_str());
            root.cause.text.contains(text) || (!is_plain && !log.find(text, 1, 1).is_empty())
        }
    }
}

/// The module that the cause names, under its own name: requests offers what it needs as `requests.packages.urllib3`, too.
fn module_of(root: &Finding) -> Option<&str> {
    let written = root.capture("module")?.trim_matches(['\'', '"']);
    Some(written.strip_prefix("requests.packages.").unwrap_or(written))
}

fn gone(root: &Finding) -> String {
    let named = root.capture("name").or_else(|| root.capture("attribute")).or_else(|| root.capture("module"));
    named.unwrap_or("what is used").trim_matches(['\'', '"']).to_owned()
}

/// The consumer in a version that does without the name, if the project has it or the traceback shows it.
fn moved(consumer: &Consumer, root: &Finding, importer: Option<&str>, project: &Project) -> Option<Remedy> {
    let name = name_of(consumer);
    let declared = project.manifests.find(name);
    let is_importer =
        importer.is_some_and(|importer| super::requirements::normal(importer) == super::requirements::normal(name));
    if declared.is_none() && !is_importer {
        return None;
    }
    let why = format!("{name} uses `{}`, which is gone", gone(root));
    match consumer {
        Consumer::From(_, versions) => {
            let proposed = remedy("dependency", format!("require {name}{versions}"))
                .because(format!("{why}; {name}{versions} does without it"))
                .confidence(if is_importer || declared.is_some_and(is_held_back) { 0.85 } else { 0.6 });
            project.require(proposed, name, versions)
        }
        Consumer::Successor(_, successor) => {
            let mut proposed = remedy("dependency", format!("require {successor} instead of {name}"))
                .because(format!("{why}; {name} is given up, and {successor} goes on under the same module name"))
                .confidence(0.85);
            // Both write the same files, so the old one has to go first.
            if let Some(uninstall) = project.environment.uninstall(name, &project.directory) {
                proposed = proposed.action(uninstall);
            }
            project.replace(proposed, declared?, successor)
        }
    }
}

/// The package in a version that still has the name.
fn stays(provider: &str, versions: &str, root: &Finding, project: &Project) -> Option<Remedy> {
    if versions.is_empty() {
        return None;
    }
    let why = if versions.starts_with('<') {
        format!("{provider} took `{}` away; {provider}{versions} still has it", gone(root))
    } else {
        format!("`{}` came with {provider}{versions}", gone(root))
    };
    let proposed = remedy("dependency", format!("require {provider}{versions}")).because(why).confidence(0.85);
    project.require(proposed, provider, versions)
}

/// What can be said without knowing the package: its user may be held back by a pin, or it may have moved too far.
fn guesses(root: &Finding, importer: Option<&str>, project: &Project) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    if let Some(declared) = importer.and_then(|importer| project.manifests.find(importer)) {
        let pinned = declared.specifiers.strip_prefix("==").filter(|version| !version.contains([',', '*']));
        if let Some(version) = pinned {
            let name = &declared.written;
            let proposed = remedy("dependency", format!("let {name} move on from {version}"))
                .because(format!(
                    "{name} {version} uses `{}`, which is gone; a newer one may do without it",
                    gone(root)
                ))
                .confidence(0.5);
            remedies.extend(project.require(proposed, name, &format!(">{version}")));
        }
    }
    let module = module_of(root);
    let is_name_gone = root.code == "python.import-name-removed" || root.code == "python.attribute-removed";
    if let Some(module) = module.filter(|_| is_name_gone) {
        let (provider, _) = distribution_of(module.split('.').next().unwrap_or(module));
        let installed = project.environment.installed(&provider).and_then(|version| Version::parse(&version));
        let is_pinned = project.manifests.find(&provider).is_some_and(|declared| declared.specifiers.starts_with("=="));
        if let Some(installed) = installed.filter(|installed| installed.major() > 0 && !is_pinned) {
            let versions = format!("<{}", installed.major());
            let proposed = remedy("dependency", format!("require {provider}{versions}"))
                .because(format!(
                    "{provider} {} is installed and has no `{}`; names go away with a new major version",
                    installed.text,
                    gone(root)
                ))
                .confidence(0.45);
            remedies.extend(project.require(proposed, &provider, &versions));
        }
    }
    remedies
}

/// The distribution whose code stands in the traceback's last frame; `None` when it is the project's own.
fn importer(root: &Finding, log: &dyn Log) -> Option<String> {
    let first = root.cause.line.saturating_sub(FRAMES).max(1);
    let count = u32::try_from(root.cause.line.saturating_sub(first)).ok()?;
    let lines = log.lines(first, count);
    let context = root.context.iter().filter(|line| line.line < root.cause.line);
    let frames = lines
        .iter()
        .chain(context)
        .filter(|line| line.text.trim_start().starts_with("File \"") && !line.text.contains("<frozen"));
    let last = frames.max_by_key(|line| line.line)?;
    let path = last.text.split('"').nth(1)?;
    let below = path.split("/site-packages/").nth(1)?;
    let module = below.split('/').next()?.trim_end_matches(".py");
    Some(distribution_of(module).0)
}
