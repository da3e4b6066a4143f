//! A name that a package no longer has: either its user moves on, or the package stays where it was.

use plugin_sdk::prelude::*;

use super::removals::{Consumer, REMOVALS, Removal, Shown};
use super::requirements::Declared;
use super::{Project, searched, traceback};

/// Remedies for a name that is gone.
pub fn remedies(incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    remedies_knowing(REMOVALS, incident, log, project)
}

/// Remedies for a name that is gone: what the table knows comes first, and where it knows nothing, or what it knew was tried,
/// the package index is searched.
pub fn remedies_knowing(table: &[Removal], incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let root = incident.root();
    let known = table.iter().find(|removal| fits(removal, root, log));
    let known = known.map(|removal| known_remedies(removal, root, log, project)).unwrap_or_default();
    if known.iter().any(|remedy| !incident.was_tried(&remedy.title)) {
        return known;
    }
    searched::remedies(root, log, project)
}

fn known_remedies(removal: &Removal, root: &Finding, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let frames = traceback::frames(root, log);
    let importer = frames.first().and_then(|frame| frame.owner(project)).map(|owner| owner.name);
    let moves: Vec<Remedy> =
        removal.consumers.iter().filter_map(|consumer| moved(consumer, root, importer.as_deref(), project)).collect();
    let stays = removal.provider.and_then(|(provider, versions)| stays(provider, versions, root, project));
    // Where the traceback shows that the project itself uses the name, no other user has to move first.
    let is_own = importer.is_none() && !frames.is_empty();
    let pinned = removal.consumers.iter().filter_map(|consumer| project.manifests.find(name_of(consumer)));
    let users_pinned = !is_own && pinned.into_iter().any(is_held_back);
    let mut remedies: Vec<Remedy> = if users_pinned || stays.is_none() {
        moves.into_iter().chain(stays).collect()
    } else {
        stays.into_iter().chain(moves).collect()
    };
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
pub fn is_held_back(declared: &Declared) -> bool {
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
            let is_missing = ["python.attribute-removed", "python.numpy-alias-removed"].contains(&root.code.as_str());
            is_missing && module_is(module) && (is("attribute", names) || is("name", names))
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
pub fn module_of(root: &Finding) -> Option<&str> {
    if root.code == "python.numpy-alias-removed" {
        return Some("numpy");
    }
    let written = root.capture("module")?.trim_matches(['\'', '"']);
    Some(written.strip_prefix("requests.packages.").unwrap_or(written))
}

/// What is gone, for a person.
pub fn gone(root: &Finding) -> String {
    let argument = root.capture("option").filter(|_| root.code == "python.unexpected-argument");
    let named = argument
        .or_else(|| root.capture("name"))
        .or_else(|| root.capture("attribute"))
        .or_else(|| root.capture("module"));
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
