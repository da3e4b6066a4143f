//! Rules about single files: size, name, words that have no place in them.

use crate::tree::{Source, all, none, rust};

/// Lines after which a file has to say why it is so long.
const LONG: usize = 500;
/// Lines that no file may have.
const TOO_LONG: usize = 800;

/// Data reads well at any length.
fn is_data(source: &Source) -> bool {
    source.is_below("tables") || source.is_below("data") || source.text.contains("@generated")
}

/// Whether the module doc speaks of its length.
fn explains_its_length(source: &Source) -> bool {
    let doc = source.text.lines().take(15).filter(|line| line.starts_with("//!"));
    doc.flat_map(|line| line.split(|c: char| !c.is_alphanumeric())).any(|word| matches!(word, "lines" | "long"))
}

#[test]
fn no_file_is_longer_than_a_reader_bears() {
    let mut complaints = Vec::new();
    for source in rust().iter().filter(|source| !is_data(source)) {
        let lines = source.text.lines().count();
        if lines > TOO_LONG {
            complaints.push(format!("{}: {lines} lines", source.path));
        } else if lines > LONG && !explains_its_length(source) {
            complaints.push(format!("{}: {lines} lines, and its module doc does not say why", source.path));
        }
    }
    none("split these files", &complaints);
}

#[test]
fn every_rust_file_begins_with_its_module_doc() {
    let is_documented = |source: &Source| {
        let mut lines = source.text.lines().filter(|line| !line.is_empty() && !line.starts_with("#![allow"));
        lines.next().is_some_and(|line| line.starts_with("//!") || line.contains("@generated"))
    };
    let sources = rust();
    let silent = sources.iter().filter(|source| {
        // Unit tests are about the module beside them.
        let is_unit_test = source.name() == "tests.rs" || source.path.contains("/src/") && source.is_below("tests");
        !is_unit_test && !source.is_below("examples") && !is_documented(source)
    });
    let silent: Vec<String> = silent.map(|source| source.path.clone()).collect();
    none("say in the first line what these files are for", &silent);
}

#[test]
fn no_file_or_folder_has_a_name_that_says_nothing() {
    const REFUSED: &[&str] = &["util", "utils", "helpers", "common", "misc", "manager", "base"];
    let named = |source: &Source| {
        source.path.split('/').map(|part| part.split('.').next().unwrap_or(part)).any(|part| REFUSED.contains(&part))
    };
    let sources = rust();
    let refused: Vec<String> = sources.iter().filter(|source| named(source)).map(|one| one.path.clone()).collect();
    none("name these files for what is in them", &refused);
}

/// Where tokio's clock is paused in every test, so that its `sleep` takes no time.
const PAUSED: &str = "engine/driver/";

/// A call of a function named `sleep`. Definitions and methods (the clock port) are none, nor is what the programs under
/// test do in their own languages.
fn sleeps(source: &Source, line: &str) -> bool {
    line.match_indices("sleep(").any(|(at, _)| {
        let before = &line[..at];
        let is_paused = source.path.starts_with(PAUSED) && before.ends_with("tokio::time::");
        let is_call = !before.ends_with(['.', '_']) && !before.trim_end().ends_with("fn");
        is_call && !is_paused
    })
}

#[test]
fn no_test_sleeps() {
    let mut complaints = Vec::new();
    for source in rust().iter().filter(|source| !source.path.starts_with("tests/it/tidy/")) {
        for (number, line) in source.code_of_tests() {
            let is_running =
                source.path.starts_with(PAUSED) && line.contains("#[tokio::test") && !line.contains("start_paused");
            if sleeps(source, line) || is_running {
                complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    none("wait for what has to happen instead of for time to pass, or pause the clock", &complaints);
}

#[test]
fn nothing_is_left_for_later() {
    // In pieces, so that this file does not hold them.
    let refused = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME")];
    let ignored = concat!("#[", "ignore");
    let mut complaints = Vec::new();
    for source in rust() {
        for (number, line) in source.text.lines().enumerate() {
            if refused.iter().any(|word| line.contains(word)) || line.trim_start().starts_with(ignored) {
                complaints.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    none("finish or remove these", &complaints);
}

#[test]
fn only_the_command_prints() {
    let prints = |line: &str| line.contains("println!") || line.contains("print!(");
    let mut complaints = Vec::new();
    for source in rust() {
        let may_print = source.path.starts_with("engine/cli/")
            || source.path.starts_with("engine/component-build/")
            || source.path.starts_with("examples/")
            || source.path.contains("/examples/")
            || source.name() == "build.rs"
            || source.is_for_tests();
        if may_print {
            continue;
        }
        for (number, line) in source.code_before_tests().filter(|(_, line)| prints(line)) {
            complaints.push(format!("{}:{number}: {}", source.path, line.trim()));
        }
    }
    none("return these as values; the command prints", &complaints);
}

/// Registries and mirrors whose names must not stand in the tree, in pieces so that this file does not hold them.
const REGISTRIES: &[(&str, &str)] = &[
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("npmjs", ".org"),
    ("npmjs", ".com"),
    ("yarnpkg", ".com"),
    ("crates", ".io"),
    ("deb.debian", ".org"),
    ("security.debian", ".org"),
    ("archive.ubuntu", ".com"),
    ("security.ubuntu", ".com"),
    ("rubygems", ".org"),
    ("proxy.golang", ".org"),
    ("repo1.maven", ".org"),
    ("repo.maven.apache", ".org"),
    ("packagist", ".org"),
    ("api.nuget", ".org"),
    ("registry-1.docker", ".io"),
];

#[test]
fn no_package_registry_is_named() {
    let names: Vec<String> = REGISTRIES.iter().map(|(name, end)| format!("{name}{end}")).collect();
    let mut complaints = Vec::new();
    // Cargo itself writes the registry of every package into its lock file.
    for source in all().iter().filter(|source| source.name() != "Cargo.lock") {
        for (number, line) in source.text.lines().enumerate() {
            if let Some(name) = names.iter().find(|name| line.contains(name.as_str())) {
                complaints.push(format!("{}:{}: {name}", source.path, number + 1));
            }
        }
    }
    none("use a host below .example", &complaints);
}
