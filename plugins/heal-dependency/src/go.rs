//! Go: `go.mod`, `go.sum` and the vendor directory, by the go command's own means. Checksums stay the go command's affair:
//! nothing here touches `GOSUMDB`, `GOPRIVATE` or what a sum says.

use plugin_sdk::prelude::*;

use crate::edit;
use crate::version;

/// What a module path may consist of.
const PATH_MARKS: &str = "-._~/!+";

/// The remedies for a finding of the ecosystem.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    if !incident.has_tool("go") {
        return Vec::new();
    }
    match incident.root().code.as_str() {
        "go.lock-outdated" => outdated(incident, log),
        "go.module-not-found" => missing(incident, log),
        "go.version" | "go.directive" => toolchain(incident, log),
        _ => Vec::new(),
    }
}

/// A command of Go in the directory of the module.
fn go(words: &[&str], directory: &str) -> Preparation {
    action::run_command(["go"].iter().chain(words).copied()).directory(directory)
}

/// The directory whose `go.mod` the stage works with: its own, else the only one below it.
fn module_directory(directory: &str) -> Option<String> {
    if host::workspace::is_file(&path::below(directory, "go.mod")) {
        return Some(directory.to_owned());
    }
    let found = host::workspace::glob(&path::below(directory, "**/go.mod"), 2).ok()?;
    let [only] = &found[..] else { return None };
    Some(only.path.strip_suffix("/go.mod").unwrap_or(".").to_owned())
}

fn says(incident: &Incident, log: &dyn Log, text: &str) -> bool {
    incident.root().cause.text.contains(text) || !log.find(text, 1, 1).is_empty()
}

/// Requirements, sums or the vendor directory that do not fit the code.
fn outdated(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let Some(directory) = module_directory(&incident.stage.directory) else {
        return Vec::new();
    };
    let has_vendor = host::workspace::is_file(&path::below(&directory, "vendor/modules.txt"));
    let is_vendor =
        ["inconsistent vendoring", "vendor/modules.txt", "-mod=vendor"].iter().any(|text| says(incident, log, text));
    let mut remedies = Vec::new();
    if is_vendor && has_vendor {
        remedies.push(
            remedy("dependency", "bring the vendor directory in line with go.mod")
                .because("vendor/modules.txt and go.mod name different versions; go mod vendor copies what go.mod says")
                .confidence(0.85)
                .action(go(&["mod", "vendor"], &directory)),
        );
    } else if !is_vendor {
        let missing_sum = says(incident, log, "missing go.sum entry");
        if missing_sum {
            remedies.push(
                remedy("dependency", "complete go.sum")
                    .because("go.sum lacks sums of modules that go.mod requires; go mod download adds them, checked against the checksum database")
                    .confidence(0.6)
                    .action(go(&["mod", "download", "all"], &directory)),
            );
        }
        remedies.insert(0, tidy(&directory, if missing_sum { 0.8 } else { 0.88 }));
    }
    if has_vendor {
        remedies.push(
            tidy(&directory, 0.6)
                .because("requirements changed, and the vendor directory has to follow them")
                .action(go(&["mod", "vendor"], &directory)),
        );
        if let Some(last) = remedies.last_mut() {
            last.title = "let go mod tidy correct go.mod and go.sum, and vendor anew".to_owned();
        }
    }
    remedies
}

fn tidy(directory: &str, confidence: f64) -> Remedy {
    remedy("dependency", "let go mod tidy correct go.mod and go.sum")
        .because("go.mod and go.sum do not fit what the code imports, and -mod=readonly, the default, forbids to write them during a build")
        .confidence(confidence)
        .action(go(&["mod", "tidy"], directory))
}

/// A package that no required module provides.
fn missing(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let Some(directory) = module_directory(&incident.stage.directory) else {
        return Vec::new();
    };
    if let Some(reference) = root.capture("reference") {
        return unknown_version(reference, root, &directory);
    }
    let captured = ["module", "package", "name"].iter().find_map(|name| root.capture(name));
    let Some(package) = captured.map(|name| name.trim_matches(['"', '`', ':', ';'])).filter(|name| is_path(name))
    else {
        return Vec::new();
    };
    let manifest = host::workspace::read_text(&path::below(&directory, "go.mod")).unwrap_or_default();
    let own = manifest.lines().find_map(|line| line.strip_prefix("module ")).map(|name| name.trim().to_owned());
    // A package of the module itself is missing in the code, and no other module has it.
    let is_own = own.is_some_and(|own| package == own || package.starts_with(&format!("{own}/")));
    if is_own || incident.is_offline() {
        return Vec::new();
    }
    let because = format!("the code imports {package}, and no module that go.mod requires provides it");
    let mut remedies = vec![
        remedy("dependency", format!("require the module of {package}"))
            .because(because.clone())
            .confidence(0.7)
            .action(go(&["get", package], &directory)),
    ];
    // The go command proposes `go get` only where the package exists by that name; tidy also drops what is not used.
    let is_module_known = says(incident, log, "to add it:");
    remedies.push(tidy(&directory, if is_module_known { 0.65 } else { 0.4 }).because(because));
    remedies
}

/// A required version that the module does not have: the newest one, by the go command.
fn unknown_version(reference: &str, root: &Finding, directory: &str) -> Vec<Remedy> {
    let text = root.cause.text.split_whitespace().find(|word| word.contains(&format!("@{reference}")));
    let Some(module) = text.and_then(|word| word.split('@').next()).filter(|module| is_path(module)) else {
        return Vec::new();
    };
    let newest = format!("{module}@latest");
    vec![
        remedy("dependency", format!("require the newest version of {module}"))
            .because(format!("{module} has no version {reference}"))
            .confidence(0.4)
            // Without its line the go command would ask for the unknown version while it looks for another one.
            .action(go(&["mod", "edit", "-droprequire", module], directory))
            .action(go(&["get", &newest], directory)),
    ]
}

fn is_path(text: &str) -> bool {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || PATH_MARKS.contains(c));
    let first = text.split('/').next().unwrap_or_default();
    is_plain && first.contains('.') && !text.contains("..") && !text.starts_with(['-', '.', '/'])
}

/// A `go` or `toolchain` line that asks for more than the installed Go.
fn toolchain(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let Some(directory) = module_directory(&incident.stage.directory) else {
        return Vec::new();
    };
    let mut remedies = Vec::new();
    let is_local = says(incident, log, "GOTOOLCHAIN=local");
    let wanted = root.capture("wanted").or_else(|| root.capture("tool")).map(|wanted| wanted.trim_start_matches("go"));
    if let Some(wanted) = wanted.filter(|_| is_local && !incident.is_offline()) {
        remedies.push(
            remedy("dependency", format!("let the go command fetch Go {wanted} for this stage"))
                .because(format!("go.mod asks for Go {wanted}, and GOTOOLCHAIN=local keeps the go command from fetching it, checked like any module"))
                .confidence(0.75)
                .action(action::set_env("GOTOOLCHAIN", "auto")),
        );
    }
    let is_own =
        root.cause.text.contains("go.mod requires go") || root.code == "go.directive" || root.capture("tool").is_some();
    let installed = root.capture("version").map(str::to_owned).or_else(|| running(log));
    if is_own && let Some(edit) = lowered(&directory, installed.as_deref(), &root.cause.text) {
        remedies.push(edit);
    }
    remedies
}

/// `(running go 1.22.2; GOTOOLCHAIN=local)`.
fn running(log: &dyn Log) -> Option<String> {
    let line = log.containing("running go ", 1).pop()?.text;
    let rest = line.split_once("running go ")?.1;
    Some(rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect())
}

/// `go.mod` with a `go` line that the installed Go understands, as a patch: whether the code needs the newer one, only the
/// build and the tests can tell. A `toolchain` line goes, for it is a wish that the `go` line repeats.
fn lowered(directory: &str, installed: Option<&str>, cause: &str) -> Option<Remedy> {
    let path = path::below(directory, "go.mod");
    let text = host::workspace::read_text(&path).ok()?;
    let at = |word: &str| {
        let mut at = 0;
        text.split_inclusive('\n').find_map(|line| {
            let start = at;
            at += line.len();
            line.strip_prefix(word).map(|value| (start, start + line.len(), value.trim().to_owned()))
        })
    };
    if cause.contains("unknown directive: toolchain") || cause.contains("toolchain not available") {
        let (start, end, value) = at("toolchain ")?;
        return Some(
            remedy("dependency", format!("drop the line `toolchain {value}` from {path}"))
                .because("the go command does not know or cannot get that toolchain, and the `go` line already says what the code needs")
                .confidence(0.5)
                .action(edit::replace(&path, &text, start, end, "")?),
        );
    }
    let (start, end, value) = at("go ")?;
    let short = |version: &str| version.split('.').take(2).collect::<Vec<&str>>().join(".");
    let wanted = match installed {
        Some(installed) => short(installed),
        // Go before 1.21 does not understand a third number.
        None if cause.contains("must match format") => short(&value),
        None => return None,
    };
    let parsed = |text: &str| version::Version::parse(text);
    let is_lower = match (parsed(&wanted), parsed(&value)) {
        (Some(wanted), Some(value)) => wanted.order(&value).is_lt(),
        _ => false,
    };
    if !is_lower {
        return None;
    }
    let place = edit::replace(&path, &text, start, end, &format!("go {wanted}\n"))?;
    Some(
        remedy("dependency", format!("lower the go line of {path} from {value} to {wanted}"))
            .because(format!("the installed Go is older than the {value} that {path} asks for; whether the code needs it, only the build can tell"))
            .confidence(0.4)
            .action(place),
    )
}
