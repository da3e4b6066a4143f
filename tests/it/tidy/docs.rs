//! Rules between the sources and the documents about them: what is listed exists, and what exists is listed.

use crate::tree::{self, none, read};

/// House style, section 6.
const MAX_ARCHITECTURE_LINES: usize = 250;

/// The lines between `<!-- NAME -->` and the next comment, without fences and blanks.
#[track_caller]
fn marked(document: &str, name: &str) -> Vec<String> {
    let start = format!("<!-- {name} -->");
    let (_, rest) = document.split_once(&start).unwrap_or_else(|| panic!("there is no {start}"));
    let (body, _) = rest.split_once("<!--").unwrap_or_else(|| panic!("nothing ends what {start} begins"));
    body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("```")).map(str::to_owned).collect()
}

/// The transitions in the expectation of a test's source.
#[track_caller]
fn expected(path: &str) -> Vec<String> {
    let text = read(path);
    let lines = text.lines().map(str::trim).filter(|line| line.contains("-->") && !line.contains("format!"));
    let found: Vec<String> = lines.map(str::to_owned).collect();
    assert!(!found.is_empty(), "{path} expects no transition");
    found
}

#[test]
fn the_architecture_shows_the_tables_of_the_machines() {
    let document = read("engine/ARCHITECTURE.md");
    for (name, path) in
        [("stages", "engine/pipeline/src/stage/tests.rs"), ("incidents", "engine/pipeline/src/incident/tests.rs")]
    {
        let (shown, real) = (marked(&document, name), expected(path));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let updated = read("engine/ARCHITECTURE.md").replace(&shown.join("\n"), &real.join("\n"));
            std::fs::write(tree::root().join("engine/ARCHITECTURE.md"), updated).expect("the document can be written");
        } else {
            assert!(shown == real, "engine/ARCHITECTURE.md shows another table of {name}: UPDATE_EXPECT=1 mends that");
        }
    }
}

#[test]
fn the_architecture_stays_short_and_names_every_crate() {
    let document = read("engine/ARCHITECTURE.md");
    let lines = document.lines().count();
    assert!(lines < MAX_ARCHITECTURE_LINES, "engine/ARCHITECTURE.md has {lines} lines");
    let crates = tree::folders("engine").into_iter().filter(|name| {
        let manifest = tree::root().join("engine").join(name).join("Cargo.toml");
        manifest.is_file()
    });
    let missing: Vec<String> = crates.filter(|name| !document.contains(&format!("| `{name}`"))).collect();
    none("list these crates in engine/ARCHITECTURE.md", &missing);
}

/// First cells of the rows of a document's tables, as far as they are code.
fn listed(document: &str) -> Vec<&str> {
    document.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

#[test]
fn every_plugin_has_its_row_in_the_table() {
    let document = read("plugins/README.md");
    let (listed, folders) = (listed(&document), tree::folders("plugins"));
    let missing: Vec<String> = folders.iter().filter(|name| !listed.contains(&name.as_str())).cloned().collect();
    none("add these to the table of plugins/README.md", &missing);
    let prefixes = ["plan-", "run-", "classify-", "heal-", "notify-"];
    let gone: Vec<String> = listed
        .into_iter()
        .filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
        .filter(|name| !folders.iter().any(|folder| folder == name))
        .map(str::to_owned)
        .collect();
    none("plugins/README.md lists plugins that do not exist", &gone);
}

#[test]
fn the_example_for_plugin_authors_is_the_one_that_the_sdk_compiles() {
    let (document, library) = (read("plugins/README.md"), read("plugin-sdk/src/lib.rs"));
    let example = document.split_once("```rust\n").and_then(|(_, rest)| rest.split_once("```"));
    let (example, _) = example.expect("plugins/README.md has an example in Rust");
    let doc: String = library
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    assert!(doc.contains(&format!("```\n{example}```")), "the example is not the one in plugin-sdk/src/lib.rs");
}

#[test]
fn every_grant_of_a_standard_plugin_stands_in_the_table() {
    let (document, grants) = (read("plugins/README.md"), read("engine/cli/src/standard.rs"));
    let mut complaints = Vec::new();
    for name in tree::folders("plugins") {
        let Some(row) = document.lines().find(|line| line.starts_with(&format!("| `{name}`"))) else { continue };
        // `asks()` grants both.
        for (call, interface) in [("reads()", "`workspace`"), ("runs()", "`process`")] {
            let is_granted = [call, "asks()"].iter().any(|call| grants.contains(&format!("(\"{name}\", {call})")));
            if is_granted != row.contains(interface) {
                complaints.push(format!("{name}: granted {interface}: {is_granted}; the table says otherwise"));
            }
        }
    }
    none("plugins/README.md and engine/cli/src/standard.rs differ", &complaints);
}

#[test]
fn every_example_is_named_in_the_readme() {
    if !tree::root().join("README.md").is_file() {
        return;
    }
    let document = read("README.md");
    let missing: Vec<String> =
        tree::folders("examples").into_iter().filter(|name| !document.contains(name.as_str())).collect();
    none("name these examples in README.md", &missing);
}

#[test]
fn the_licence_files_are_whole() {
    let (mit, apache) = (read("LICENSE-MIT"), read("LICENSE-APACHE"));
    assert!(mit.contains("Permission is hereby granted, free of charge") && mit.contains("WITHOUT WARRANTY"));
    assert!(apache.contains("Version 2.0, January 2004") && apache.contains("END OF TERMS AND CONDITIONS"));
    let choice = read("LICENSE");
    assert!(
        choice.contains("MIT OR Apache-2.0") && choice.contains("LICENSE-MIT") && choice.contains("LICENSE-APACHE")
    );
}
