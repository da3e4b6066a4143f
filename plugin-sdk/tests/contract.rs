//! What the contract's own documentation promises: every code is explained, every item is documented and dated.

use std::fs;
use std::path::{Path, PathBuf};

use plugin_sdk::codes;

fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file of the contract")
}

#[test]
fn every_code_of_the_sdk_stands_in_the_readme_of_the_contract() {
    let readme = read(&wit().join("README.md"));
    let lists = [
        codes::CATEGORIES,
        codes::ECOSYSTEMS,
        codes::STRATEGIES,
        codes::SEVERITIES,
        codes::POSITIONS,
        codes::BLOCKS,
        codes::CAPTURES,
        codes::EVIDENCE,
        codes::TRIED_ENDS,
        codes::PURPOSES,
        codes::TOOLS,
        codes::FAULTS,
        codes::FAILURES,
    ];
    let missing: Vec<&str> = lists.concat().into_iter().filter(|code| !readme.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "wit/README.md does not name {missing:?}");
}

#[test]
fn every_item_of_the_contract_is_documented() {
    for entry in fs::read_dir(wit().join("v0")).expect("wit/v0 exists") {
        let path = entry.expect("an entry").path();
        let text = read(&path);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let is_structure =
                line.is_empty() || line.starts_with("//") || line.starts_with('@') || line.starts_with('}');
            let needs_no_doc =
                ["use ", "include ", "import ", "export ", "package "].iter().any(|word| line.starts_with(word));
            if is_structure || needs_no_doc {
                continue;
            }
            let above = lines[..index].iter().rev().find(|line| !line.starts_with('@'));
            let is_documented = above.is_some_and(|line| line.starts_with("///"));
            assert!(is_documented, "{}:{}: {line} has no documentation", path.display(), index + 1);
        }
    }
}
