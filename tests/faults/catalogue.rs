//! The projects and what can be done to them, read from `catalogue/*.toml`: one file for each ecosystem, with one small
//! healthy project and its faults.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::outside::Outside;

/// Name and text of each file.
const FILES: &[(&str, &str)] = &[
    ("shell", include_str!("catalogue/shell.toml")),
    ("git", include_str!("catalogue/git.toml")),
    ("python", include_str!("catalogue/python.toml")),
    ("node", include_str!("catalogue/node.toml")),
    ("rust", include_str!("catalogue/rust.toml")),
    ("native", include_str!("catalogue/native.toml")),
    ("java", include_str!("catalogue/java.toml")),
];

/// One file of the catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ecosystem {
    #[serde(skip)]
    name: &'static str,
    project: Project,
    #[serde(rename = "fault")]
    faults: Vec<Fault>,
}

/// A project that is healthy: its pipeline passes at once, and `verify` agrees.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The stages of `selfheal.toml`, by name: `default`, and others that faults choose.
    pub pipelines: BTreeMap<String, String>,
    /// Folders that its tools make; git ignores them.
    pub made: Vec<String>,
    /// Its tests, gates, hashes and pipeline: files and folders that no healing may change.
    pub keeps: Vec<String>,
    /// Path → content. `@SERVER@` stands for the server's address, `@OUTSIDE@` for the folder beside the project; scripts find
    /// both in their variables.
    pub files: BTreeMap<String, String>,
    /// Variables for every command, with the same two places.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// A script that makes what lies outside of the project: packages for the server's folder `site`, a remote repository. It
    /// is run once for all faults, in a folder that is then copied to `$OUTSIDE`.
    #[serde(default)]
    pub outside: String,
    /// That folder.
    #[serde(skip)]
    pub made_outside: Outside,
    /// A script that writes those of its files that depend on what lies outside; run in the project.
    #[serde(default)]
    pub script: String,
    /// A script that knows the truth. It is run in the project after a run and takes nobody's word for it: it looks at what
    /// the project computes, not at what a test said.
    pub verify: String,
}

/// One way to break the project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fault {
    /// Name below its ecosystem's.
    pub id: String,
    /// What is broken, in one sentence.
    pub what: String,
    /// Which of the seven strategies it is for.
    pub strategy: String,
    /// Of which nature it is.
    pub nature: Nature,
    /// How its incident is expected to end.
    pub end: End,
    /// Files that are written over the project's: path → content.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Changes of the project's files: path, text, replacement.
    #[serde(default)]
    pub edits: Vec<(String, String, String)>,
    /// A script that breaks what files cannot show; run in the project before the commit.
    #[serde(default)]
    pub script: String,
    /// A script that is run after the commit: what version control does not see.
    #[serde(default)]
    pub afterwards: String,
    /// The name of another pipeline of the project, or stages of its own.
    pub pipeline: Option<String>,
    /// Lines for the end of `selfheal.toml`.
    #[serde(default)]
    pub settings: String,
    /// Variables for every command, over the project's.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The first answers of the server, in place of files.
    #[serde(default)]
    pub first_answers: Vec<String>,
    /// The only answer that the server ever gives.
    pub only_answer: Option<String>,
    /// The project ran green before it was broken.
    #[serde(default)]
    pub after_green: bool,
    /// Every success under a remedy is checked by an attempt without it.
    #[serde(default)]
    pub control: bool,
    /// Remedies that a plugin of the scenario proposes beside the standard ones: tables for the guest `scripted`.
    #[serde(default)]
    pub offers: Vec<String>,
    /// More that has to be true after a heal.
    #[serde(default)]
    pub verify: String,
}

/// What kind of thing is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nature {
    /// Gone at the next attempt.
    Transient,
    /// Comes again every time, and can be repaired without touching what the project means.
    Healable,
    /// Comes again every time, is no mistake of the project, and is not to be repaired from here.
    Lasting,
    /// A bug of the project, or evidence of tampering: only a person may say what is right.
    Bug,
}

/// How an incident ends where patches are only proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Green, and the remedy gets the credit.
    Healed,
    /// A patch lies ready; applied it heals.
    Proposed,
    /// Green, but so it would have been without the remedy.
    FlakySuspect,
    /// A ticket for a person.
    Escalated,
}

impl End {
    /// Whether a run that may apply patches becomes green.
    pub fn is_green(self) -> bool {
        self != Self::Escalated
    }
}

/// A fault of a project; or the project as it is.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Ecosystem's name.
    pub ecosystem: &'a str,
    /// The project.
    pub project: &'a Project,
    /// What is done to it.
    pub fault: Option<&'a Fault>,
}

impl Case<'_> {
    /// `python/undeclared-module`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.ecosystem, self.fault.map_or("healthy", |fault| fault.id.as_str()))
    }
}

impl Ecosystem {
    /// The project as it is, and each of its faults.
    pub fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        let case = |fault| Case { ecosystem: self.name, project: &self.project, fault };
        std::iter::once(case(None)).chain(self.faults.iter().map(move |fault| case(Some(fault))))
    }
}

/// Reads the catalogue.
pub fn load() -> Vec<Ecosystem> {
    let read = |&(name, text): &(&'static str, &str)| {
        let ecosystem: Ecosystem =
            toml::from_str(text).unwrap_or_else(|error| panic!("catalogue/{name}.toml: {error}"));
        Ecosystem { name, ..ecosystem }
    };
    FILES.iter().map(read).collect()
}

impl fmt::Display for Nature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transient => "transient",
            Self::Healable => "healable",
            Self::Lasting => "lasting",
            Self::Bug => "bug",
        })
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Healed => "healed",
            Self::Proposed => "proposed",
            Self::FlakySuspect => "flaky-suspect",
            Self::Escalated => "escalated",
        })
    }
}
