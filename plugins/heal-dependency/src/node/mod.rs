//! Node.js: `package.json`, the lock file, and whichever package manager the lock file belongs to.

pub mod core_modules;
pub mod manifest;
pub mod peers;
pub mod usage;

use plugin_sdk::prelude::*;

use self::manifest::Manifest;
use crate::version::Version;

/// The remedies for a finding of the ecosystem.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let Some(manifest) = Manifest::read(&incident.stage.directory) else {
        return Vec::new();
    };
    match root.code.as_str() {
        "node.module-not-found" | "node.typescript-module" => missing(incident, &manifest),
        "node.types-missing" => types(incident, &manifest),
        "node.tool-not-installed" => not_installed(incident, &manifest),
        "node.lock-out-of-sync" => lock(&manifest),
        "node.etarget" => no_such_version(root, &manifest),
        "node.e404" => withdrawn(root, &manifest),
        "node.eresolve" | "node.peer-conflict" => peers::remedies(log, &manifest),
        "node.openssl-unsupported" => webpack(&manifest),
        _ => Vec::new(),
    }
}

/// The package of an imported name: `@scope/name/inside` is `@scope/name`. `None` for paths and for Node's own modules.
fn package_of(module: &str) -> Option<String> {
    let module = module.trim_matches(['\'', '"', '`', ' ']);
    if module.is_empty() || module.starts_with(['.', '/', '#', '~']) || module.contains(['\\', ':']) {
        return None;
    }
    let parts: Vec<&str> = module.split('/').collect();
    let name = if module.starts_with('@') { parts.get(..2)?.join("/") } else { parts[0].to_owned() };
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "@/._-".contains(c)) && !name.contains("..");
    (is_plain && name.len() > 1 && !core_modules::NAMES.contains(&name.as_str())).then_some(name)
}

fn missing(incident: &Incident, manifest: &Manifest) -> Vec<Remedy> {
    let module = incident.root().capture("module").and_then(package_of);
    let Some(package) = module.filter(|_| !incident.is_offline()) else {
        return Vec::new();
    };
    if manifest.version_of(&package).is_some() {
        return vec![
            remedy("dependency", "install what package.json declares")
                .because(format!("{} declares {package}, but it is not installed", manifest.path))
                .confidence(0.85)
                .action(manifest.manager.install_all(&manifest.directory)),
        ];
    }
    if manifest.own_name().as_deref() == Some(package.as_str()) {
        return Vec::new();
    }
    vec![
        remedy("dependency", format!("require {package}"))
            .because(format!("the code imports {package}, and {} does not declare it", manifest.path))
            .confidence(0.85)
            .action(manifest.manager.add(&package, &manifest.directory)),
    ]
}

fn types(incident: &Incident, manifest: &Manifest) -> Vec<Remedy> {
    let root = incident.root();
    let named = root.capture("package").filter(|package| package.starts_with("@types/")).map(str::to_owned);
    let derived = || {
        let package = root.capture("module").and_then(package_of)?;
        Some(format!("@types/{}", package.trim_start_matches('@').replace('/', "__")))
    };
    let Some(package) = named.or_else(derived).filter(|_| !incident.is_offline()) else {
        return Vec::new();
    };
    vec![
        remedy("dependency", format!("require {package} for development"))
            .because("the package brings no types of its own; the community's stand under this name")
            .confidence(0.7)
            .action(manifest.manager.add_for_development(&package, &manifest.directory)),
    ]
}

fn not_installed(incident: &Incident, manifest: &Manifest) -> Vec<Remedy> {
    if incident.is_offline() {
        return Vec::new();
    }
    vec![
        remedy("dependency", "install what package.json declares")
            .because(format!("a program that {} declares is not installed", manifest.path))
            .confidence(0.75)
            .action(manifest.manager.install_all(&manifest.directory)),
    ]
}

fn lock(manifest: &Manifest) -> Vec<Remedy> {
    vec![
        remedy("dependency", format!("bring {} up to date", manifest.manager.lock_file()))
            .because(format!(
                "{} and the lock file do not fit together, and the stage may not write the lock file",
                manifest.path
            ))
            .confidence(0.85)
            .action(manifest.manager.update_lock(&manifest.directory)),
    ]
}

fn no_such_version(root: &Finding, manifest: &Manifest) -> Vec<Remedy> {
    let Some(package) = root.capture("package").or_else(|| root.capture("name")).and_then(package_of) else {
        return Vec::new();
    };
    let Some(declared) = manifest.version_of(&package) else {
        return Vec::new();
    };
    let mut remedies = Vec::new();
    let because = format!("the registry has no version of {package} that fits {declared}");
    let asked = Version::parse(declared);
    if let Some(major) = asked
        .as_ref()
        .map(Version::major)
        .filter(|major| declared.trim_start_matches(['^', '~']).contains('.') && *major > 0)
    {
        let wanted = format!("^{major}.0.0");
        if let Some(edit) = manifest.change(&package, &wanted) {
            let proposed = remedy("dependency", format!("require {package} {wanted}"))
                .because(format!("{because}; another version of the same major is the smallest step"))
                .confidence(0.65)
                .action(edit);
            remedies.push(manifest.with_lock(proposed));
        }
    }
    remedies.push(
        remedy("dependency", format!("require the newest {package}"))
            .because(because)
            .confidence(0.6)
            .action(manifest.manager.add(&format!("{package}@latest"), &manifest.directory)),
    );
    remedies
}

/// A package that the registry does not have goes, but only if nothing uses it.
fn withdrawn(root: &Finding, manifest: &Manifest) -> Vec<Remedy> {
    let written = root.capture("package").map(|package| package.trim_matches(['\'', '"']));
    let name = written.or_else(|| root.capture("url").map(name_in)).map(|package| {
        match package.char_indices().skip(1).find(|(_, c)| *c == '@') {
            Some((at, _)) => &package[..at],
            None => package,
        }
    });
    let Some(package) = name.and_then(|name| package_of(&name.replace("%2f", "/").replace("%2F", "/"))) else {
        return Vec::new();
    };
    let Some(edit) = manifest.removal(&package).filter(|_| !usage::is_used(&package, manifest)) else {
        return Vec::new();
    };
    let proposed = remedy("dependency", format!("no longer require {package}"))
        .because(format!("the registry has no {package} (or not for this user), and no source file or script names it"))
        .confidence(0.4)
        .action(edit);
    vec![manifest.with_lock(proposed)]
}

/// The package that an address in a registry names: `https://registry.example/npm/@acme%2fwidgit` is `@acme%2fwidgit`.
fn name_in(url: &str) -> &str {
    match url.rfind("/@") {
        Some(at) => &url[at + 1..],
        None => url.rsplit('/').next().unwrap_or_default(),
    }
}

/// The last webpack 4 hashes with its own MD4, so that OpenSSL is not asked.
fn webpack(manifest: &Manifest) -> Vec<Remedy> {
    const FIXED: &str = "4.47.0";
    let is_before =
        |version: &str| Version::parse(version).is_some_and(|version| version.major() == 4 && version.minor() < 47);
    let Some(edit) = manifest
        .version_of("webpack")
        .filter(|version| is_before(version))
        .and_then(|_| manifest.change("webpack", FIXED))
    else {
        return Vec::new();
    };
    let proposed = remedy("dependency", format!("require webpack {FIXED}"))
        .because("webpack before 4.47 asks OpenSSL for MD4, which OpenSSL 3 does not have; webpack 4.47 brings its own")
        .confidence(0.75)
        .action(edit);
    vec![manifest.with_lock(proposed)]
}
