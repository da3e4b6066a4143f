//! What has to be installed on the machine, and by which line: headers, libraries, programs and Java that only the
//! distribution's package manager brings. Nothing is installed from here: a ticket says what a person, or the recipe of the
//! image, would type.

mod packages;

use plugin_sdk::prelude::*;

use packages::{PACKAGES, Package};

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

/// The lines, one a package manager, as a list of commands; `None` where the evidence names nothing that the table knows.
pub fn lines(incident: &Incident, log: &dyn Log) -> Option<String> {
    let wanted = wanted(incident, log)?;
    if let Wanted::Java(version) = wanted {
        return Some(format!(
            "apt-get install --no-install-recommends openjdk-{version}-jdk-headless\ndnf install java-{version}-openjdk-devel\napk add openjdk{version}-jdk\nbrew install openjdk@{version}\n# then point the stage to it, where several are installed:\nexport JAVA_HOME=/usr/lib/jvm/java-{version}-openjdk-amd64"
        ));
    }
    let package = PACKAGES.iter().find(|package| provides(package, &wanted))?;
    let rows = [
        ("apt-get install --no-install-recommends", package.apt),
        ("dnf install", package.dnf),
        ("apk add", package.apk),
        ("brew install", package.brew),
    ];
    let rows = rows.iter().filter(|(_, name)| !name.is_empty());
    Some(rows.map(|(command, name)| format!("{command} {name}")).collect::<Vec<String>>().join("\n"))
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
        "jvm.class-version" | "jvm.java-version" | "jvm.enforcer-toolchain" => java(incident, log).map(Wanted::Java),
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

/// The Java that reads the class files or takes the options that the failure is about.
fn java(incident: &Incident, log: &dyn Log) -> Option<u32> {
    let root = incident.root();
    let text = &root.cause.text;
    let version_behind = |text: &str, words: &str| -> Option<u32> {
        let digits: String = text
            .split_once(words)?
            .1
            .trim_start_matches([' ', ':', '['])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    };
    // Class files count from 45 for Java 1.1, so that 52 is Java 8.
    let of_class = |version: u32| version.checked_sub(44).filter(|version| (8..100).contains(version));
    let class = ["(class file version", "has wrong version", "major version", "class file version"]
        .iter()
        .find_map(|words| version_behind(text, words).and_then(of_class));
    let release = ["target release:", "source release:", "release version", "requires at least JDK", "requires Java"];
    let release = release.iter().find_map(|words| version_behind(text, words));
    // The enforcer says the range in the line below.
    let range = || {
        log.containing("is not in the allowed range", 1)
            .pop()
            .and_then(|line| version_behind(&line.text, "allowed range"))
    };
    class.or(release).or_else(range).filter(|version| *version >= 8)
}
