//! Where the projects of a workspace lie: at its root, and one or two folders below.

use plugin_sdk::prelude::*;

use crate::files::{has, text};
use crate::toml;

/// Whose tools a folder needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ecosystem {
    /// Python.
    Python,
    /// Node.js and TypeScript.
    Node,
    /// Rust.
    Rust,
}

impl Ecosystem {
    /// The code of the contract.
    pub fn code(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Rust => "rust",
        }
    }
}

/// A folder with a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Relative to the workspace root; `.` is the root.
    pub directory: String,
    /// Whose tools it needs.
    pub ecosystem: Ecosystem,
}

/// Files that make a folder a project.
const MARKS: &[(Ecosystem, &[&str])] = &[
    (Ecosystem::Rust, &["Cargo.toml"]),
    (Ecosystem::Python, &["pyproject.toml", "setup.py", "requirements.txt", "Pipfile"]),
    (Ecosystem::Node, &["package.json"]),
];

/// Folders that hold other people's code, products or things to look at.
const SKIPPED: &[&str] = &[
    "node_modules",
    "target",
    "dist",
    "build",
    "out",
    "vendor",
    "third_party",
    "venv",
    ".venv",
    "env",
    "examples",
    "example",
    "docs",
    "doc",
    "fixtures",
    "testdata",
    "test",
    "tests",
    "__pycache__",
    "site-packages",
    "templates",
    "template",
    "benchmarks",
];

/// Most folders of a plan; a workspace with more of them has a pipeline file.
const MAX_FOLDERS: usize = 12;

/// The folders, the root first.
pub fn find() -> Vec<Folder> {
    let mut folders = Vec::new();
    for (ecosystem, marks) in MARKS {
        let is_at_root = marks.iter().any(|mark| has(".", mark));
        if is_at_root {
            folders.push(Folder { directory: ".".to_owned(), ecosystem: *ecosystem });
        }
        if is_at_root && covers_folders(*ecosystem) {
            continue;
        }
        let patterns = marks.iter().flat_map(|mark| [format!("*/{mark}"), format!("*/*/{mark}")]);
        let mut below: Vec<String> = patterns
            .flat_map(|pattern| host::workspace::glob(&pattern, 200).unwrap_or_default())
            .filter_map(|entry| entry.path.rsplit_once('/').map(|(directory, _)| directory.to_owned()))
            .filter(|directory| !directory.split('/').any(|name| SKIPPED.contains(&name) || name.starts_with('.')))
            .collect();
        below.sort();
        below.dedup();
        let all = below.clone();
        // What lies in a project belongs to it.
        below.retain(|directory| {
            !all.iter().any(|other| directory.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/')))
        });
        folders.extend(below.into_iter().map(|directory| Folder { directory, ecosystem: *ecosystem }));
    }
    folders.sort_by_key(|folder| (folder.directory != ".", folder.directory.clone()));
    folders.truncate(MAX_FOLDERS);
    folders
}

/// Whether the project at the root also is the one of the folders below it.
fn covers_folders(ecosystem: Ecosystem) -> bool {
    match ecosystem {
        Ecosystem::Rust => true,
        Ecosystem::Node => {
            has(".", "pnpm-workspace.yaml")
                || text(".", "package.json").is_some_and(|text| text.contains("\"workspaces\""))
        }
        Ecosystem::Python => text(".", "pyproject.toml").is_some_and(|text| {
            toml::has_table(&text, "tool.uv.workspace")
                || toml::has_table(&text, "project")
                || toml::has_table(&text, "tool.poetry")
        }),
    }
}
