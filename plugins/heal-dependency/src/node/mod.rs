//! Node.js: `package.json`, the lock file, and whichever package manager the lock file belongs to.

pub mod companions;
pub mod core_modules;
pub mod exports;
pub mod manifest;
pub mod peers;
pub mod range;
pub mod registry;
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
        "node.module-not-found" => missing(incident, &manifest),
        // Node's own modules need no package, but types.
        "node.typescript-module" if root.capture("module").and_then(package_of).is_none() => types(incident, &manifest),
        "node.typescript-module" => missing(incident, &manifest),
        "node.types-missing" => types(incident, &manifest),
        "node.tool-not-installed" => not_installed(incident, &manifest),
        "node.lock-out-of-sync" => lock(&manifest),
        "node.etarget" => no_such_version(root, &manifest),
        "node.e404" => withdrawn(root, &manifest),
        "node.eresolve" | "node.peer-conflict" => peers::remedies(log, &manifest),
        "node.openssl-unsupported" => webpack(&manifest),
        "node.esm-required" => {
            let required = required(root, log, &manifest);
            if required.is_empty() { exports::closed_path(root, log, &manifest) } else { required }
        }
        "node.not-a-function" if !incident.is_offline() => exports::remedies(root, log, &manifest),
        "node.bundler-missing" => companions::remedies(incident, &manifest),
        "node.lint-config" => companions::of_eslint(incident, &manifest),
        "node.engine-unsupported" => engine(log, &manifest),
        "system.command-not-found" => tool(root, &manifest),
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
    let plain = |name: &str| format!("@types/{}", name.trim_start_matches('@').replace('/', "__"));
    let module = root.capture("module").map(|module| module.trim_matches(['\'', '"']));
    // The compiler says it itself: "Try `npm i --save-dev @types/node`".
    let hinted = root.cause.text.split("--save-dev ").nth(1).and_then(|rest| rest.split(['`', ' ']).next());
    let hinted = hinted.filter(|name| name.starts_with("@types/") && package_of(name).is_some()).map(str::to_owned);
    let of_node = module
        .map(|module| module.trim_start_matches("node:"))
        .filter(|module| core_modules::NAMES.contains(&module.split('/').next().unwrap_or(module)))
        .map(|_| "@types/node".to_owned());
    let named = hinted.or(of_node).or_else(|| {
        let package = root.capture("package").and_then(package_of)?;
        Some(if package.starts_with("@types/") { package } else { plain(&package) })
    });
    let derived = || Some(plain(&module.and_then(package_of)?));
    let Some(package) = named.or_else(derived).filter(|_| !incident.is_offline()) else {
        return Vec::new();
    };
    let require = |wanted: &str, why: &str, confidence: f64| {
        remedy("dependency", format!("require {wanted} for development"))
            .because(format!("the package brings no types of its own; the community's stand under this name{why}"))
            .confidence(confidence)
            .action(manifest.manager.add_for_development(wanted, &manifest.directory))
    };
    // The newest types are written for the newest compiler; each earlier one has a tag of its own.
    let compiler = manifest.version_of("typescript").and_then(Version::parse);
    let tag = compiler.map(|version| format!("ts{}.{}", version.major(), version.minor()));
    let tag = tag.filter(|tag| registry::has_tag(&package, tag));
    let tagged = tag.map(|tag| {
        let why = ", with a tag for the project's version of TypeScript";
        require(&format!("{package}@{tag}"), why, 0.75)
    });
    tagged.into_iter().chain([require(&package, "", 0.7)]).collect()
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

/// A package that can only be imported goes back to the last version that can be required.
fn required(root: &Finding, log: &dyn Log, manifest: &Manifest) -> Vec<Remedy> {
    let near = log.lines(root.cause.line.saturating_sub(3).max(1), 12);
    let named = near.iter().chain([&root.cause]).find_map(|line| {
        let (_, path) = line.text.split_once("require() of ES Module ")?;
        let inside = path.split(" from ").next()?.rsplit_once("/node_modules/")?.1;
        package_of(inside)
    });
    let Some(package) = named else { return Vec::new() };
    let Some(declared) = manifest.version_of(&package) else { return Vec::new() };
    let (Some(current), Ok(published)) = (Version::parse(declared), registry::published(&package)) else {
        return Vec::new();
    };
    let last = published
        .iter()
        .filter(|candidate| !candidate.is_module)
        .filter_map(|candidate| Version::parse(&candidate.version))
        .filter(|version| version.major() <= current.major())
        .max_by(|a, b| a.order(b));
    let because = |version: &str| {
        format!(
            "{package} {declared} is an ES module, which this code requires; {version} is the last one that can be required"
        )
    };
    moved_to(&package, declared, last, because, manifest)
}

/// A package for another Node.js moves to its newest version for the one that runs.
fn engine(log: &dyn Log, manifest: &Manifest) -> Vec<Remedy> {
    let text = |needle: &str| log.containing(needle, 5).into_iter().next().map(|line| line.text);
    // npm: `Not compatible with your version of node/npm: NAME@1.2.3`, `Actual:   {"node":"v20.1.0",…}`.
    let from_npm = || {
        let named = text("Not compatible with your version of node/npm: ")?;
        let package = named.rsplit_once(": ")?.1.trim().rsplit_once('@')?.0.to_owned();
        let actual = text("Actual: ")?.split_once("\"node\":\"")?.1.split('"').next()?.to_owned();
        Some((package, actual))
    };
    // Yarn: `error NAME@1.2.3: The engine "node" is incompatible with this module. Expected version ">=18". Got "16.20.0"`.
    let from_yarn = || {
        let line = text("The engine \"node\" is incompatible with this module")?;
        let package = line.split_once("error ")?.1.split_once(": ")?.0.rsplit_once('@')?.0.to_owned();
        let actual = line.split_once("Got \"")?.1.split('"').next()?.to_owned();
        Some((package, actual))
    };
    let Some((package, actual)) = from_npm().or_else(from_yarn) else { return Vec::new() };
    let Some((declared, package)) = package_of(&package).and_then(|name| Some((manifest.version_of(&name)?, name)))
    else {
        return Vec::new();
    };
    let Ok(published) = registry::published(&package) else { return Vec::new() };
    let newest = published
        .iter()
        .filter(|candidate| candidate.node.is_empty() || range::holds(&candidate.node, &actual))
        .filter_map(|candidate| Version::parse(&candidate.version))
        .max_by(|a, b| a.order(b));
    let because = |version: &str| {
        format!(
            "{package} {declared} does not run on the installed Node.js {actual}; {version} is the newest one that does"
        )
    };
    moved_to(&package, declared, newest, because, manifest)
}

fn moved_to(
    package: &str,
    declared: &str,
    version: Option<Version>,
    because: impl Fn(&str) -> String,
    manifest: &Manifest,
) -> Vec<Remedy> {
    let proposed = version.and_then(|version| {
        let wanted = peers::styled(declared, &version.text);
        let edit = manifest.change(package, &wanted)?;
        let proposed = remedy("dependency", format!("require {package} {wanted}"));
        Some(manifest.with_lock(proposed.because(because(&version.text)).confidence(0.75).action(edit)))
    });
    proposed.into_iter().collect()
}

/// Programs of packages with another name.
const TOOLS: &[(&str, &str)] = &[
    ("tsc", "typescript"),
    ("ng", "@angular/cli"),
    ("nest", "@nestjs/cli"),
    ("vue-cli-service", "@vue/cli-service"),
    ("babel", "@babel/cli"),
    ("playwright", "@playwright/test"),
    ("run-s", "npm-run-all"),
    ("run-p", "npm-run-all"),
    ("stylelint", "stylelint"),
    ("cap", "@capacitor/cli"),
    ("webpack-dev-server", "webpack-dev-server"),
];
/// Programs that are called like their package.
const SAME_NAME: &[&str] = &[
    "ava",
    "c8",
    "concurrently",
    "copyfiles",
    "cpy",
    "cross-env",
    "del",
    "dotenv",
    "esbuild",
    "eslint",
    "gulp",
    "husky",
    "jest",
    "lerna",
    "mkdirp",
    "mocha",
    "next",
    "nodemon",
    "npm-run-all",
    "nuxt",
    "nx",
    "nyc",
    "parcel",
    "prettier",
    "rimraf",
    "rollup",
    "serve",
    "shx",
    "standard",
    "tap",
    "terser",
    "ts-node",
    "tsup",
    "tsx",
    "turbo",
    "uglifyjs",
    "vite",
    "vitest",
    "wait-on",
    "webpack",
    "xo",
];

/// A program that a script calls and no package of the project brings.
fn tool(root: &Finding, manifest: &Manifest) -> Vec<Remedy> {
    let named = ["tool", "command", "program", "name"].iter().find_map(|name| root.capture(name));
    let Some(tool) = named else { return Vec::new() };
    let is_called = manifest.scripts().iter().any(|script| script.split_whitespace().any(|word| word == tool));
    let listed = TOOLS.iter().find(|(known, _)| *known == tool).map(|(_, package)| *package);
    let Some(package) = listed.or_else(|| SAME_NAME.iter().copied().find(|known| *known == tool)).filter(|_| is_called)
    else {
        return Vec::new();
    };
    if manifest.version_of(package).is_some() {
        return vec![
            remedy("dependency", "install what package.json declares")
                .because(format!("{} declares {package}, which brings {tool}, but it is not installed", manifest.path))
                .confidence(0.85)
                .action(manifest.manager.install_all(&manifest.directory)),
        ];
    }
    vec![
        remedy("dependency", format!("require {package} for development"))
            .because(format!(
                "a script of {} calls {tool}, which comes with {package}, and nothing declares it",
                manifest.path
            ))
            .confidence(0.75)
            .action(manifest.manager.add_for_development(package, &manifest.directory)),
    ]
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
