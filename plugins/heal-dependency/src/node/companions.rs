//! Packages that a tool of the project asks for by name and that nothing declares: test environments, presets, plugins,
//! shareable settings, a tool's own command line.

use plugin_sdk::prelude::*;

use super::manifest::Manifest;
use super::{package_of, peers, range, registry};
use crate::version::Version;

/// How close the version of a companion has to be to that of its tool.
#[derive(Clone, Copy)]
enum Pace {
    /// They are released together, under the same number.
    Version,
    /// The major version is the same.
    Major,
}

/// What keeps pace with a tool: the beginning of the companion's name, the tool.
const TOGETHER: &[(&str, &str, Pace)] = &[
    ("@vitest/", "vitest", Pace::Version),
    ("babel-jest", "jest", Pace::Major),
    ("jest-circus", "jest", Pace::Major),
    ("jest-environment-jsdom", "jest", Pace::Major),
    ("jest-environment-node", "jest", Pace::Major),
    ("jest-jasmine2", "jest", Pace::Major),
    ("ts-jest", "jest", Pace::Major),
    ("@typescript-eslint/", "@typescript-eslint/parser", Pace::Version),
];

/// What the tool of the first name asks for in words, not by the package's name.
const IN_WORDS: &[(&str, &str)] = &[("CLI for webpack must be installed", "webpack-cli")];

/// Files with settings that ESLint reads no more by default from version 9 on.
const OLD_SETTINGS: &[&str] =
    &[".eslintrc", ".eslintrc.js", ".eslintrc.cjs", ".eslintrc.json", ".eslintrc.yml", ".eslintrc.yaml"];
/// The last series of ESLint that reads them.
const OLD_ESLINT: &str = "^8.57.0";

/// Remedies for a package that a bundler, a test runner or a preprocessor asks for.
pub fn remedies(incident: &Incident, manifest: &Manifest) -> Vec<Remedy> {
    let root = incident.root();
    let text = &root.cause.text;
    let in_words = IN_WORDS.iter().find(|(words, _)| text.contains(words)).map(|(_, package)| (*package).to_owned());
    let named = ["package", "module", "name", "requirement", "tool", "option", "command"]
        .iter()
        .find_map(|name| root.capture(name));
    let Some(package) = in_words.or_else(|| package_of(named?)) else { return Vec::new() };
    required(&package, incident, manifest)
}

/// Remedies for settings, plugins and parsers that ESLint does not find.
pub fn of_eslint(incident: &Incident, manifest: &Manifest) -> Vec<Remedy> {
    let root = incident.root();
    if root.capture("file").is_some() {
        return older_eslint(manifest).into_iter().collect();
    }
    let full = root.capture("package").or_else(|| root.capture("module")).map(str::to_owned);
    let Some(package) = full.or_else(|| settings_package(root.capture("name")?)).as_deref().and_then(package_of) else {
        return Vec::new();
    };
    required(&package, incident, manifest)
}

/// The package of shareable settings: `prettier` is `eslint-config-prettier`, `plugin:vue/base` is `eslint-plugin-vue`.
fn settings_package(name: &str) -> Option<String> {
    if let Some(inside) = name.strip_prefix("plugin:") {
        let (plugin, _) = inside.rsplit_once('/')?;
        return Some(prefixed(plugin, "eslint-plugin"));
    }
    (!name.starts_with("eslint:")).then(|| prefixed(name, "eslint-config"))
}

/// `@scope` is `@scope/PREFIX`, `@scope/name` is `@scope/PREFIX-name`, `name` is `PREFIX-name`.
fn prefixed(name: &str, prefix: &str) -> String {
    if name.split(['/', '-']).any(|_| name.starts_with(prefix) || name.contains(&format!("/{prefix}"))) {
        return name.to_owned();
    }
    match name.strip_prefix('@').map(|scoped| scoped.split_once('/')) {
        Some(Some((scope, inside))) => format!("@{scope}/{prefix}-{inside}"),
        Some(None) => format!("{name}/{prefix}"),
        None => format!("{prefix}-{name}"),
    }
}

fn required(package: &str, incident: &Incident, manifest: &Manifest) -> Vec<Remedy> {
    if incident.is_offline() {
        return Vec::new();
    }
    if manifest.version_of(package).is_some() {
        return vec![
            remedy("dependency", "install what package.json declares")
                .because(format!("{} declares {package}, but it is not installed", manifest.path))
                .confidence(0.8)
                .action(manifest.manager.install_all(&manifest.directory)),
        ];
    }
    let pace = TOGETHER.iter().filter(|(name, ..)| package.starts_with(name)).find_map(|(_, tool, pace)| {
        let installed = Version::parse(&manifest.installed(tool)?)?;
        let version = match pace {
            Pace::Version => installed.text.clone(),
            Pace::Major => format!("^{}.0.0", installed.major()),
        };
        Some((*tool, installed.text, version))
    });
    let (wanted, why) = match pace {
        Some((tool, installed, version)) => {
            (format!("{package}@{version}"), format!(", in the version that goes with {tool} {installed}"))
        }
        None => match agreeing(package, manifest) {
            Some(version) => {
                (format!("{package}@{version}"), "; it is the newest version that accepts what is installed".to_owned())
            }
            None => (package.to_owned(), String::new()),
        },
    };
    vec![
        remedy("dependency", format!("require {wanted} for development"))
            .because(format!(
                "a tool of the project asks for {package}, and {} does not declare it{why}",
                manifest.path
            ))
            .confidence(0.82)
            .action(manifest.manager.add_for_development(&wanted, &manifest.directory)),
    ]
}

/// The newest version whose peers are satisfied by what is installed; `None` when that is the newest of all, or nobody knows.
fn agreeing(package: &str, manifest: &Manifest) -> Option<String> {
    let published = registry::published(package).ok()?;
    let agrees = |candidate: &registry::Published| {
        candidate.peers.iter().all(|(peer, range)| {
            let is_declared = manifest.version_of(peer).is_some();
            let installed = manifest.installed(peer).filter(|_| is_declared);
            installed.is_none_or(|installed| range::holds(range, &installed))
        })
    };
    let newest = |candidates: &mut dyn Iterator<Item = &registry::Published>| {
        candidates
            .filter(|candidate| !candidate.version.contains('-'))
            .filter_map(|candidate| Version::parse(&candidate.version))
            .max_by(Version::order)
    };
    let best = newest(&mut published.iter().filter(|candidate| agrees(candidate)))?;
    let last = newest(&mut published.iter())?;
    (best.text != last.text).then_some(best.text)
}

/// The project's settings are of the form that ESLint reads up to version 8.
fn older_eslint(manifest: &Manifest) -> Option<Remedy> {
    let declared = manifest.version_of("eslint")?;
    let has_settings =
        OLD_SETTINGS.iter().find(|name| host::workspace::is_file(&path::below(&manifest.directory, name)));
    let settings = has_settings?;
    let installed = manifest.installed("eslint").as_deref().and_then(Version::parse)?;
    if installed.major() < 9 {
        return None;
    }
    let wanted = peers::styled("^", OLD_ESLINT.trim_start_matches('^'));
    let edit = manifest.change("eslint", &wanted)?;
    let proposed = remedy("dependency", format!("require eslint {wanted}"))
        .because(format!(
            "the project's rules stand in {settings}, which ESLint reads up to version 8 only; {declared} is declared"
        ))
        .confidence(0.75)
        .action(edit);
    Some(manifest.with_lock(proposed))
}
