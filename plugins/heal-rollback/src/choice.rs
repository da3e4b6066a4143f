//! Which files a failure can come from.
//!
//! Nothing is proposed without the snapshot of a green run, and never a return of the whole project: that would take a person's
//! work away to make a check pass.

use plugin_sdk::prelude::*;

/// Categories in which an older file can help.
pub const CATEGORIES: &[&str] = &["dependency-missing", "dependency-conflict", "configuration"];

/// Lock files, by the ecosystem whose tools read them.
const LOCKS: &[(&str, &[&str])] = &[
    ("python", &["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"]),
    ("node", &["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"]),
    ("rust", &["Cargo.lock"]),
    ("go", &["go.sum"]),
    ("ruby", &["Gemfile.lock"]),
    ("php", &["composer.lock"]),
];

/// Manifests, by the ecosystem whose tools read them.
const MANIFESTS: &[(&str, &[&str])] = &[
    ("python", &["requirements.txt", "pyproject.toml", "Pipfile"]),
    ("node", &["package.json"]),
    ("rust", &["Cargo.toml"]),
    ("go", &["go.mod"]),
    ("ruby", &["Gemfile"]),
    ("php", &["composer.json"]),
];

/// Captures that may name a file that the failure is about.
const FILE_CAPTURES: &[&str] = &["file", "path"];

/// The remedies, smallest first.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let has_snapshot = incident.attr("last-good").is_some_and(|id| !id.is_empty());
    if !has_snapshot || root.disposition == Disposition::Never {
        return Vec::new();
    }
    let mut remedies = Vec::new();
    if root.category.starts_with("dependency-") {
        let ecosystem = root.code.split('.').next().unwrap_or_default();
        let locks = present(LOCKS, ecosystem, &incident.stage.directory);
        let manifests = present(MANIFESTS, ecosystem, &incident.stage.directory);
        if !locks.is_empty() {
            let because =
                "the dependencies fitted together in the last green run, and the lock file holds exactly those";
            remedies.push(back(&locks, because, 0.35));
        }
        if !manifests.is_empty() {
            let because = "the dependencies fitted together in the last green run; this takes back what was changed in them since";
            let both: Vec<String> = manifests.into_iter().chain(locks).collect();
            remedies.push(back(&both, because, 0.2));
        }
    }
    if let Some(path) = named_file(root, &incident.stage.directory) {
        let because = "the failure names this file, and it was good in the last green run";
        remedies.push(back(&[path], because, 0.25));
    }
    remedies
}

fn back(paths: &[String], because: &str, confidence: f64) -> Remedy {
    remedy("rollback", format!("take {} back to the last green run", paths.join(", ")))
        .because(because)
        .confidence(confidence)
        .action(action::restore_snapshot(paths.iter().map(String::as_str)))
}

/// The files of an ecosystem that the project has, in the stage's directory, else at the root.
fn present(table: &[(&str, &[&str])], ecosystem: &str, directory: &str) -> Vec<String> {
    let names = table.iter().find(|(known, _)| *known == ecosystem).map_or(&[][..], |(_, names)| names);
    let in_directory = |directory: &str| -> Vec<String> {
        names.iter().map(|name| joined(directory, name)).filter(|path| host::workspace::is_file(path)).collect()
    };
    let found = in_directory(directory);
    if found.is_empty() && directory != "." { in_directory(".") } else { found }
}

/// A file of the project that a capture names, there or missing; absolute paths by their longest tail whose directory exists.
fn named_file(root: &Finding, directory: &str) -> Option<String> {
    if root.category != "configuration" {
        return None;
    }
    let printed = FILE_CAPTURES.iter().find_map(|name| root.capture(name))?.trim_matches(['\'', '"', '`', ' ']);
    let parts: Vec<&str> = printed.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() || parts.contains(&"..") || parts.contains(&".git") {
        return None;
    }
    if !printed.starts_with('/') {
        return Some(joined(directory, &parts.join("/")));
    }
    let tails = (0..parts.len()).map(|start| parts[start..].join("/"));
    let mut known = tails.filter(|tail| {
        let parent = tail.rsplit_once('/').map(|(parent, _)| parent);
        host::workspace::is_file(tail) || parent.is_some_and(host::workspace::is_directory)
    });
    known.next()
}

fn joined(directory: &str, path: &str) -> String {
    let directory = directory.trim_start_matches("./").trim_end_matches('/');
    if directory.is_empty() || directory == "." { path.to_owned() } else { format!("{directory}/{path}") }
}
