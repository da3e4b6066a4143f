//! Rust: `Cargo.toml`, `Cargo.lock`, and what cargo says about them.

mod conflict;
mod features;

use plugin_sdk::prelude::*;

use crate::edit;
use crate::version;

/// What cargo puts before the versions that there are.
const CANDIDATES: [&str; 2] = ["candidate versions found which didn't match: ", "versions that meet the requirements"];

/// Paths that a `use` may begin with and that are no crate.
const NO_CRATES: &[&str] = &["crate", "self", "super", "std", "core", "alloc", "proc_macro", "test"];

/// Tables of a manifest that hold dependencies, by the end of their name.
const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

/// The remedies for a finding of the ecosystem.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let directory = &incident.stage.directory;
    match root.code.as_str() {
        "rust.lock-outdated" => lock(incident),
        "rust.no-such-version" => no_such_version(root, log, directory),
        "rust.crate-not-found" => not_found(root, log, directory),
        "rust.unresolved-import" => {
            let features = features::remedies(root, log, directory);
            if features.is_empty() { unresolved(incident) } else { features }
        }
        "rust.feature-off" if !incident.is_offline() => features::remedies(root, log, directory),
        "rust.edition-needs-newer" => edition(root, directory),
        "rust.msrv" => msrv(root, log, directory),
        "rust.toolchain-target-missing" => target(incident),
        "rust.yanked" => yanked(root, directory),
        "rust.version-conflict" | "rust.links-conflict" | "rust.dependency-feature-missing" => {
            conflict::remedies(log, directory)
        }
        _ => Vec::new(),
    }
}

fn cargo(arguments: &[&str], directory: &str) -> Preparation {
    action::run_command(["cargo"].iter().chain(arguments).copied()).directory(directory)
}

fn lock(incident: &Incident) -> Vec<Remedy> {
    let offline: &[&str] = if incident.is_offline() { &["--offline"] } else { &[] };
    let because = "Cargo.lock does not fit Cargo.toml, and --locked forbids cargo to write it during the stage";
    let update = |title: &str, words: &[&str], confidence: f64| {
        let words: Vec<&str> = words.iter().chain(offline).copied().collect();
        remedy("dependency", title)
            .because(because)
            .confidence(confidence)
            .action(cargo(&words, &incident.stage.directory))
    };
    vec![
        update("bring Cargo.lock up to date where it does not fit", &["update", "--workspace"], 0.9),
        update("let cargo complete Cargo.lock", &["metadata", "--format-version=1", "--quiet"], 0.5),
    ]
}

fn no_such_version(root: &Finding, log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let requirement = root.capture("requirement").unwrap_or_default();
    let (from_requirement, asked) =
        requirement.split_once('=').map_or((requirement, ""), |(name, asked)| (name.trim(), asked));
    let package = root.capture("package").unwrap_or(from_requirement);
    let asked = asked.trim().trim_matches('"');
    let listed = root.capture("versions").map(version::list).filter(|listed| !listed.is_empty());
    let listed = listed.unwrap_or_else(|| candidates(log, root.cause.line));
    let wanted: String = asked.trim_start_matches(|c: char| !c.is_ascii_digit()).to_owned();
    let Some(nearest) = version::nearest(&wanted, &listed) else {
        return withdrawn(package, asked, log, directory);
    };
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        let (start, end) = requirement_in(&text, package)?;
        // Cargo prints the caret that a bare version stands for.
        let is_asked =
            asked.is_empty() || text[start..end].trim().trim_start_matches('^') == asked.trim_start_matches('^');
        let edit = is_asked.then(|| edit::replace(&path, &text, start, end, &nearest.text)).flatten()?;
        Some((path, edit))
    });
    edits
        .take(1)
        .map(|(path, edit)| {
            remedy("dependency", format!("require {package} {} in {path}", nearest.text))
                .because(format!(
                    "the registry has no version of {package} that fits {asked}; {} is the nearest that it has",
                    nearest.text
                ))
                .confidence(0.8)
                .action(edit)
        })
        .collect()
}

/// An exact version that was yanked: the next compatible one, which cargo chooses.
fn withdrawn(package: &str, asked: &str, log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let Some(exact) = asked.strip_prefix('=').map(str::trim).filter(|_| !log.find(" is yanked", 1, 1).is_empty())
    else {
        return Vec::new();
    };
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        let (start, end) = requirement_in(&text, package)?;
        edit::replace(&path, &text, start, end, exact).map(|edit| (path, edit))
    });
    edits
        .take(1)
        .map(|(path, edit)| {
            remedy("dependency", format!("require a version of {package} that is compatible with {exact} in {path}"))
                .because(format!(
                    "{package} {exact} was withdrawn from the registry; without the `=` cargo takes the newest compatible version"
                ))
                .confidence(0.8)
                .action(edit)
        })
        .collect()
}

/// A `rust-version` below what the manifest's own edition needs.
fn edition(root: &Finding, directory: &str) -> Vec<Remedy> {
    let (Some(declared), Some(wanted)) = (root.capture("version"), root.capture("wanted")) else { return Vec::new() };
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        let at = text.match_indices("rust-version").map(|(at, _)| at).find(|at| {
            let value = string_in(&text, *at).map(|(start, end)| &text[start..end]);
            value == Some(declared)
        })?;
        let (start, end) = string_in(&text, at)?;
        edit::replace(&path, &text, start, end, wanted).map(|edit| (path, edit))
    });
    edits
        .take(1)
        .map(|(path, edit)| {
            remedy("dependency", format!("raise rust-version to {wanted} in {path}"))
                .because(format!(
                    "the edition of the manifest needs Rust {wanted}, so nothing older than that can build it"
                ))
                .confidence(0.8)
                .action(edit)
        })
        .collect()
}

/// The versions that cargo lists below the cause.
fn candidates(log: &dyn Log, line: u64) -> Vec<version::Version> {
    let found = CANDIDATES.iter().find_map(|mark| {
        let number = *log.find(mark, line.max(1), 1).first()?;
        let text = log.line(number)?.text;
        let rest = text.split_once(mark)?.1.to_owned();
        Some(rest)
    });
    let text = found.unwrap_or_default();
    version::list(text.trim_start_matches([' ', ':']).trim_start_matches("are").trim_end_matches("..."))
}

/// The manifests of a stage's directory and one or two levels below it, and that of the root.
fn manifests(directory: &str) -> Vec<(String, String)> {
    let mut paths = vec![path::below(directory, "Cargo.toml")];
    for pattern in ["*/Cargo.toml", "*/*/Cargo.toml"] {
        let found = host::workspace::glob(&path::below(directory, pattern), 100).unwrap_or_default();
        paths.extend(found.into_iter().map(|entry| entry.path));
    }
    paths.push("Cargo.toml".to_owned());
    paths.dedup();
    paths.into_iter().filter_map(|path| host::workspace::read_text(&path).ok().map(|text| (path, text))).collect()
}

/// Where the version of a dependency stands in a manifest: `name = "V"`, `name = { version = "V" }` or a table of its own.
fn requirement_in(text: &str, package: &str) -> Option<(usize, usize)> {
    let (mut at, mut section) = (0, String::new());
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            section = trimmed.split('#').next().unwrap_or_default().trim().trim_matches(['[', ']']).to_owned();
        } else if let Some((key, value)) = line.split_once('=') {
            let key_name = key.trim().trim_matches('"');
            let is_table = TABLES.iter().any(|table| section.ends_with(table));
            let is_own_table = section.rsplit_once('.').is_some_and(|(table, name)| {
                name.trim_matches('"') == package && TABLES.iter().any(|known| table.ends_with(known))
            });
            let offset = at + key.len() + 1;
            let is_plain = value.trim_start().starts_with('"');
            if (is_table && key_name == package && is_plain) || (is_own_table && key_name == "version") {
                return string_in(value, 0).map(|(start, end)| (offset + start, offset + end));
            }
            if is_table && (key_name == package || value.contains(&format!("package = \"{package}\""))) {
                let version = value.find("version")?;
                return string_in(value, version).map(|(start, end)| (offset + start, offset + end));
            }
        }
        at += line.len();
    }
    None
}

/// Whether a manifest names a dependency, in whatever form.
fn declares(text: &str, package: &str) -> bool {
    let mut section = "";
    text.lines().map(str::trim).any(|line| {
        if let Some(head) = line.strip_prefix('[') {
            section = head.split(']').next().unwrap_or_default().trim();
            let of_its_own = section.rsplit_once('.').filter(|(_, name)| name.trim_matches('"') == package);
            return of_its_own.is_some_and(|(table, _)| TABLES.iter().any(|known| table.ends_with(known)));
        }
        let key = line.split(['=', '.']).next().unwrap_or_default().trim().trim_matches('"');
        key == package && TABLES.iter().any(|table| section.ends_with(table))
    })
}

/// The inside of the first string at or behind a place.
fn string_in(text: &str, from: usize) -> Option<(usize, usize)> {
    let start = text[from..].find('"').map(|place| from + place + 1)?;
    let end = text[start..].find('"').map(|place| start + place)?;
    Some((start, end))
}

/// A name that the registry does not know: cargo often knows which one was meant.
fn not_found(root: &Finding, log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let Some(package) = root.capture("package").or_else(|| root.capture("name")) else {
        return Vec::new();
    };
    let meant = log.find("perhaps you meant:", root.cause.line.max(1), 1).first().and_then(|number| {
        let line = log.line(*number)?;
        let rest = line.text.split_once("perhaps you meant:")?.1;
        rest.split([',', ' ']).map(|name| name.trim_matches('`')).find(|name| !name.is_empty()).map(str::to_owned)
    });
    let Some(meant) = meant.filter(|meant| is_crate_name(meant)) else {
        return Vec::new();
    };
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        let mut lines = text.match_indices(package).filter(|(at, _)| {
            let before = text[..*at].chars().next_back().is_none_or(|c| c == '\n' || c == '"');
            let after = text[at + package.len()..].trim_start_matches('"').trim_start().starts_with('=');
            before && after
        });
        let (at, _) = lines.next()?;
        lines
            .next()
            .is_none()
            .then(|| edit::replace(&path, &text, at, at + package.len(), &meant))
            .flatten()
            .map(|edit| (path, edit))
    });
    edits
        .take(1)
        .map(|(path, edit)| {
            remedy("dependency", format!("require {meant} instead of {package} in {path}"))
                .because(format!("the registry has no {package}; cargo says that {meant} may have been meant"))
                .confidence(0.45)
                .action(edit)
        })
        .collect()
}

fn is_crate_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

/// A crate that the code uses and no manifest names.
fn unresolved(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let Some(module) = root.capture("module").map(|module| module.trim_matches(['`', ' '])) else {
        return Vec::new();
    };
    let name = module.split("::").next().unwrap_or(module);
    let directory = &incident.stage.directory;
    let is_own = ["src/NAME.rs", "src/NAME/mod.rs"]
        .iter()
        .any(|path| host::workspace::is_file(&path::below(directory, &path.replace("NAME", name))));
    let manifest = host::workspace::read_text(&path::below(directory, "Cargo.toml")).unwrap_or_default();
    let is_candidate = is_crate_name(name) && !NO_CRATES.contains(&name) && !is_own && manifest.contains("[package]");
    let is_declared =
        requirement_in(&manifest, name).is_some() || requirement_in(&manifest, &name.replace('_', "-")).is_some();
    if !is_candidate || is_declared || incident.is_offline() {
        return Vec::new();
    }
    vec![
        remedy("dependency", format!("require the crate {name}"))
            .because(format!("the code uses `{name}`, and neither the project nor its dependencies have that name"))
            .confidence(0.5)
            .action(cargo(&["add", name], directory)),
    ]
}

/// A package that asks for a newer compiler.
fn msrv(root: &Finding, log: &dyn Log, directory: &str) -> Vec<Remedy> {
    let Some(package) = root.capture("package").map(|package| package.split('@').next().unwrap_or(package)) else {
        return Vec::new();
    };
    if let Some((name, wanted)) = precise_hint(log) {
        return vec![
            remedy("dependency", format!("lock {name} at {wanted}, which the installed compiler can build"))
                .because("the locked version asks for a newer compiler, and cargo names one that does not")
                .confidence(0.8)
                .action(cargo(&["update", "-p", &name, "--precise", &wanted], directory)),
        ];
    }
    let Some(installed) = installed_compiler(log) else {
        return Vec::new();
    };
    let is_own = manifests(directory).iter().any(|(_, text)| name_of(text).as_deref() == Some(package));
    if !is_own && is_crate_name(package) {
        // Known to cargo from 1.84 on; earlier ones take the newest version whatever compiler it asks for.
        let update =
            cargo(&["update", "-p", package], directory).env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
        return vec![
            remedy("dependency", format!("lock a version of {package} that rustc {installed} can build"))
                .because(format!("the locked version of {package} asks for a newer compiler than the installed {installed}; cargo chooses one that does not"))
                .confidence(0.75)
                .action(update),
        ];
    }
    let edits = manifests(directory).into_iter().filter_map(|(path, text)| {
        let is_own = text.contains("[package]") && name_of(&text).as_deref() == Some(package);
        let is_shared = text.contains("[workspace.package]") && text.contains("rust-version");
        if !is_own && !is_shared {
            return None;
        }
        let at = text.match_indices("rust-version").map(|(at, _)| at).find(|at| {
            let rest = text[at + "rust-version".len()..].trim_start();
            rest.strip_prefix('=').is_some_and(|rest| rest.trim_start().starts_with('"'))
        })?;
        let (start, end) = string_in(&text, at)?;
        edit::replace(&path, &text, start, end, &installed).map(|edit| (path, edit))
    });
    edits
        .take(1)
        .map(|(path, edit)| {
            remedy("dependency", format!("lower rust-version to {installed} in {path}"))
                .because(format!("{package} asks for a newer compiler than the installed {installed}, and the project itself says so; whether the code really needs it, only the build can tell"))
                .confidence(0.4)
                .action(edit)
        })
        .collect()
}

/// `cargo update -p NAME --precise VERSION` or `cargo update NAME@V --precise VERSION` with a real version.
fn precise_hint(log: &dyn Log) -> Option<(String, String)> {
    log.find("--precise ", 1, 10).into_iter().find_map(|number| {
        let text = log.line(number)?.text;
        let (before, after) = text.split_once(" --precise ")?;
        let name = before.rsplit([' ', '`']).next()?.to_owned();
        let wanted: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || ".-+".contains(*c)).collect();
        let is_real = wanted.starts_with(|c: char| c.is_ascii_digit())
            && is_crate_name(name.split('@').next().unwrap_or_default());
        is_real.then_some((name, wanted))
    })
}

/// `rustc 1.95.0 is not supported by the following package` → `1.95`.
fn installed_compiler(log: &dyn Log) -> Option<String> {
    log.find("rustc 1.", 1, 20).into_iter().find_map(|number| {
        let text = log.line(number)?.text;
        let is_it =
            text.contains("is not supported") || text.contains("currently active") || text.contains("installed");
        let at = text.find("rustc 1.").filter(|_| is_it)?;
        let version: String =
            text[at + "rustc ".len()..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let parts: Vec<&str> = version.split('.').take(2).collect();
        (parts.len() == 2).then(|| parts.join("."))
    })
}

fn name_of(manifest: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.split('=').next().is_some_and(|key| key.trim() == "name"))?;
    string_in(line, 0).map(|(start, end)| line[start..end].to_owned())
}

fn target(incident: &Incident) -> Vec<Remedy> {
    let target = incident.root().capture("target").filter(|target| is_crate_name(&target.replace('.', "")));
    let Some(target) = target.filter(|_| incident.has_tool("rustup") && !incident.is_offline()) else {
        return Vec::new();
    };
    vec![
        remedy("dependency", format!("install the standard library for {target}"))
            .because(format!("the toolchain has no standard library for {target}, and rustup can add it"))
            .confidence(0.9)
            .irreversible()
            .action(action::run_command(["rustup", "target", "add", target]).directory(&incident.stage.directory)),
    ]
}

fn yanked(root: &Finding, directory: &str) -> Vec<Remedy> {
    let Some(package) = root.capture("package").filter(|package| is_crate_name(package)) else {
        return Vec::new();
    };
    vec![
        remedy("dependency", format!("lock another version of {package}"))
            .because(format!("the locked version of {package} was withdrawn from the registry"))
            .confidence(0.7)
            .action(cargo(&["update", "-p", package], directory)),
    ]
}
