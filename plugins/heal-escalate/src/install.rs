//! What has to be installed on the machine, and by which line: headers, libraries, programs and Java that only the
//! distribution's package manager brings. A ticket says what a person, or the recipe of the image, would type; where the
//! pipeline file grants this plugin the package manager, the host installs it for a trial.

mod tables;

use plugin_sdk::java;
use plugin_sdk::prelude::*;

use tables::packages::{PACKAGES, Package};

/// What the distribution's packages are looked up by.
enum Wanted {
    /// A header, e.g. `openssl/ssl.h`.
    Header(String),
    /// A library as the linker is given it, e.g. `z` for `-lz`.
    Library(String),
    /// A module of pkg-config or a package of CMake or Meson.
    Module(String),
    /// A program.
    Program(String),
    /// A Java of at least this version.
    Java(u32),
}

/// A package manager: its program, what stands before the packages on a line for a person and for a machine, and its column
/// of the table.
struct Manager {
    program: &'static str,
    line: &'static str,
    argv: &'static [&'static str],
    packages: fn(&Package) -> &'static str,
}

/// In the order of the ticket's lines. The host lets a remedy install with these forms, where the pipeline file grants the
/// program to this plugin.
const MANAGERS: &[Manager] = &[
    Manager {
        program: "apt-get",
        line: "apt-get install --no-install-recommends",
        argv: &["apt-get", "install", "-y", "--no-install-recommends"],
        packages: |package| package.apt,
    },
    Manager { program: "dnf", line: "dnf install", argv: &["dnf", "install", "-y"], packages: |package| package.dnf },
    Manager { program: "apk", line: "apk add", argv: &["apk", "add", "--no-cache"], packages: |package| package.apk },
    Manager { program: "brew", line: "brew install", argv: &["brew", "install"], packages: |package| package.brew },
];

/// Longest installation: toolchains are hundreds of megabytes.
const PATIENCE: Duration = Duration::from_secs(600);

/// The lines, one a package manager, as a list of commands; `None` where the evidence names nothing that the table knows.
pub fn lines(incident: &Incident, log: &dyn Log) -> Option<String> {
    let wanted = wanted(incident, log)?;
    if let Wanted::Java(version) = wanted {
        return Some(format!(
            "apt-get install --no-install-recommends openjdk-{version}-jdk-headless\ndnf install java-{version}-openjdk-devel\napk add openjdk{version}-jdk\nbrew install openjdk@{version}\n# then point the stage to it, where several are installed:\nexport JAVA_HOME=/usr/lib/jvm/java-{version}-openjdk-amd64"
        ));
    }
    let package = package_for(&wanted)?;
    let rows = MANAGERS.iter().map(|manager| (manager.line, (manager.packages)(package)));
    let rows = rows.filter(|(_, names)| !names.is_empty());
    Some(rows.map(|(line, names)| format!("{line} {names}")).collect::<Vec<String>>().join("\n"))
}

/// What to add to the pipeline file so that the remedy of [`remedies`] may run; `None` where there is none.
pub fn grant(incident: &Incident, log: &dyn Log) -> Option<String> {
    let (manager, _) = installable(incident, log)?;
    Some(format!("[plugins.grants.heal-escalate]\nprocess = [\"{}\"]", manager.program))
}

/// The installation by this machine's own package manager. It changes the machine and is not undone, so the host refuses it
/// unless the pipeline file grants the program to this plugin.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let Some((manager, names)) = installable(incident, log) else {
        return Vec::new();
    };
    let argv = manager.argv.iter().copied().chain(names.split(' '));
    let proposed = remedy("dependency", format!("install {names} with {}", manager.program))
        .because(format!(
            "{} is not installed, the package {names} brings it, and the pipeline file decides whether a remedy may change the machine",
            names_of(incident)
        ))
        .confidence(0.85)
        .irreversible()
        .action(action::run_command(argv).timeout(PATIENCE));
    incident.untried(vec![proposed])
}

/// What the failure misses, in its own words.
fn names_of(incident: &Incident) -> String {
    let root = incident.root();
    let names = ["file", "path", "library", "requirement", "package", "command", "tool", "name", "target", "object"];
    let found = names.iter().find_map(|name| root.capture(name));
    found.unwrap_or("what the stage needs").to_owned()
}

/// The first package manager of this machine, and what it would install.
fn installable(incident: &Incident, log: &dyn Log) -> Option<(&'static Manager, &'static str)> {
    if incident.is_offline() || incident.root().disposition == Disposition::Never {
        return None;
    }
    let package = package_for(&wanted(incident, log)?)?;
    let manager = MANAGERS.iter().find(|manager| incident.has_tool(manager.program))?;
    let names = (manager.packages)(package);
    (!names.is_empty()).then_some((manager, names))
}

/// The package that has exactly what is wanted, before one that has the directory of a header.
fn package_for(wanted: &Wanted) -> Option<&'static Package> {
    let is_exact =
        |package: &&Package| matches!(wanted, Wanted::Header(header) if package.headers.contains(&header.as_str()));
    PACKAGES.iter().find(is_exact).or_else(|| PACKAGES.iter().find(|package| provides(package, wanted)))
}

fn wanted(incident: &Incident, log: &dyn Log) -> Option<Wanted> {
    let root = incident.root();
    let any = |names: &[&str]| names.iter().find_map(|name| root.capture(name)).map(str::to_owned);
    let all = ["library", "requirement", "package", "name", "target", "object", "file", "tool"];
    match root.code.as_str() {
        "c.missing-header" => any(&["file", "path", "name"]).map(Wanted::Header),
        "c.missing-library" => {
            let is_module = root.cause.text.contains("ackage");
            any(&all).map(if is_module { Wanted::Module } else { Wanted::Library })
        }
        "c.cmake-package-missing" | "c.meson-dependency" => any(&all).map(Wanted::Module),
        "c.configure-missing" => any(&["requirement"]).or_else(|| named_in(&root.cause.text)).map(Wanted::Module),
        "system.missing-shared-library" => root.capture("library").map(|file| Wanted::Library(plain_library(file))),
        "system.command-not-found" | "go.cgo-tool-missing" => any(&["command", "tool", "name"]).map(Wanted::Program),
        "system.time-zone" => Some(Wanted::Program("zdump".to_owned())),
        "system.no-display" => Some(Wanted::Program("xvfb-run".to_owned())),
        "jvm.class-version"
        | "jvm.class-not-accessible"
        | "jvm.java-version"
        | "jvm.java-missing"
        | "jvm.java-internals"
        | "jvm.enforcer-toolchain" => java(incident, log).map(Wanted::Java),
        _ => None,
    }
}

/// `libz.so.1` is the library that the linker is given as `-lz`.
fn plain_library(file: &str) -> String {
    let stem = file.split(".so").next().unwrap_or(file).split(".dylib").next().unwrap_or(file);
    stem.strip_prefix("lib").unwrap_or(stem).to_owned()
}

/// A module or package that a message of a configure script names.
fn named_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c)));
    let plain = words.map(|word| word.trim_end_matches('.')).filter(|word| word.len() > 2);
    let mut known = plain.filter(|word| {
        PACKAGES.iter().any(|package| provides(package, &Wanted::Module((*word).to_owned())) || package.apt == *word)
    });
    known.next().map(str::to_owned)
}

fn provides(package: &Package, wanted: &Wanted) -> bool {
    let is_listed = |names: &[&str], wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    match wanted {
        // A directory of the table, `openssl/`, stands for every header in it.
        Wanted::Header(header) => package.headers.iter().any(|known| match known.strip_suffix('/') {
            Some(directory) => header.split_once('/').is_some_and(|(first, _)| first == directory),
            None => header == known,
        }),
        Wanted::Library(library) => is_listed(package.libraries, library),
        Wanted::Module(module) => {
            // `widget >= 2.0` and `libwidget` name the same as `widget`.
            let module = module.split([' ', '>', '<', '=']).next().unwrap_or_default();
            is_listed(package.modules, module) || is_listed(package.libraries, module) || package.apt == module
        }
        Wanted::Program(program) => is_listed(package.programs, program),
        Wanted::Java(_) => false,
    }
}

/// The Java to install: the oldest of those that the failure asks for, or the newest where it asks for older ones.
fn java(incident: &Incident, log: &dyn Log) -> Option<u32> {
    let needed = java::needed(incident.root(), log)?;
    needed.least.or(needed.most).filter(|version| *version >= 8)
}
