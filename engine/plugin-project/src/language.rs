//! The languages that plugins are written in.

use std::fmt;
use std::path::Path;

/// A language with a template and a tool chain that makes components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `cargo`, for the target `wasm32-wasip2`.
    Rust,
    /// `componentize-js`, which brings an engine for JavaScript into the component.
    JavaScript,
    /// `componentize-py`, which brings CPython into the component.
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rust, Self::JavaScript, Self::Python];

    /// The word on the command line, and the folder of its template.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::JavaScript => "js",
            Self::Python => "python",
        }
    }

    /// The file that shows a project of this language.
    pub fn marker(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::JavaScript => "package.json",
            Self::Python => "requirements.txt",
        }
    }

    /// The language of a project, told by its files.
    pub fn of(project: &Path) -> Option<Self> {
        Self::ALL.into_iter().find(|language| project.join(language.marker()).is_file())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rust => "Rust",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
        })
    }
}
