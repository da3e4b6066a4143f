//! What a plugin is asked in a test, and what it has to answer: files in `tests/` of its project.
//!
//! `NAME.toml` is the question and `NAME.expect` the answer. The table of the question tells the role: `[incident]` asks a
//! healer, `[project]` a planner, `[stage]` a runner, `[event]` and `[ticket]` a notifier; without one the log is given to a
//! classifier, and then `NAME.log` alone is a whole question.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bundle::Role;
use pipeline::finding::Disposition;
use serde::{Deserialize, Serialize};

/// Ending of answers.
pub const ANSWER: &str = "expect";

/// One question with its answer.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Name of its files, without endings.
    pub name: String,
    /// The folder of its files.
    pub folder: PathBuf,
    /// What is asked.
    pub question: Question,
    /// The answer that was accepted; `None` when none was yet.
    pub expected: Option<String>,
}

/// A file of a fixture cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FixtureError {
    /// It cannot be read or written.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// It says something that no fixture says.
    #[error("read {}: {reason}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// The content of `NAME.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Question {
    /// The failed attempt's log, relative to the fixture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The project's files as a healer or classifier sees them: a folder relative to the fixture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// Exit code of the job, for a classifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Whether the standard plugins' rules compete with the plugin's own, as they do for a user.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub beside_standard: bool,
    /// The plugin's configuration.
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub config: toml::Table,
    /// Asks a healer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentPart>,
    /// Asks a planner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectPart>,
    /// Asks a runner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StagePart>,
    /// Tells a notifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventPart>,
    /// Has a notifier open a ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketPart>,
    /// What the test's server answers, one request after the other. `SERVER` in the configuration is its address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response: Vec<ResponsePart>,
    /// Programs that stand in for real ones of the same name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub program: Vec<ProgramPart>,
}

impl Question {
    /// The role that it asks.
    pub fn role(&self) -> Role {
        match self {
            Self { incident: Some(_), .. } => Role::Healer,
            Self { project: Some(_), .. } => Role::Planner,
            Self { stage: Some(_), .. } => Role::Runner,
            Self { event: Some(_), .. } | Self { ticket: Some(_), .. } => Role::Notifier,
            _ => Role::Classifier,
        }
    }
}

/// An incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct IncidentPart {
    /// Name of the stage.
    pub stage: String,
    /// Its script.
    pub run: String,
    /// Exit code; 1 unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Installed programs.
    pub tools: Vec<String>,
    /// Attempts that remain; 2 unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u32>,
    /// Facts, e.g. `offline = "true"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// What the evidence shows, root cause first. Where none is named, the standard plugins and this one read the log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finding: Vec<FindingPart>,
    /// What was tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<TriedPart>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingPart {
    /// Dotted code.
    pub code: String,
    /// Category code.
    pub category: String,
    /// Ecosystem code.
    #[serde(default = "generic")]
    pub ecosystem: String,
    /// Line of the cause in the log; 0 for none.
    #[serde(default)]
    pub line: u64,
    /// Its text; that of the log's line unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the rule captured.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub captures: BTreeMap<String, String>,
    /// The most careful disposition that the rule knows.
    #[serde(default = "auto")]
    pub disposition: Disposition,
    /// Strategies that could help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strategies: Vec<String>,
    /// How sure the host is.
    #[serde(default = "likely")]
    pub confidence: f64,
    /// Fingerprint; made of the code unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

fn generic() -> String {
    "generic".to_owned()
}

fn auto() -> Disposition {
    Disposition::Auto
}

fn likely() -> f64 {
    0.95
}

/// A remedy that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TriedPart {
    /// Strategy code.
    pub strategy: String,
    /// Title.
    pub title: String,
    /// How it ended.
    pub ended: String,
}

/// A project without a pipeline file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ProjectPart {
    /// Its folder, relative to the fixture.
    pub folder: String,
    /// Installed programs.
    pub tools: Vec<String>,
    /// Facts.
    pub facts: BTreeMap<String, String>,
}

/// A stage to run. It really runs, in a copy of the folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct StagePart {
    /// The project's folder, relative to the fixture.
    pub folder: String,
    /// Its name.
    pub name: String,
    /// Its script.
    pub run: String,
    /// Facts, e.g. `runner = "…"`.
    pub facts: BTreeMap<String, String>,
}

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EventPart {
    /// Kind code.
    pub kind: String,
    /// Id of the run.
    pub run: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Facts.
    pub facts: BTreeMap<String, String>,
}

/// A ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct TicketPart {
    /// The failure's signature.
    pub signature: String,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Facts.
    pub facts: BTreeMap<String, String>,
}

/// An answer of the test's server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResponsePart {
    /// Status code.
    pub status: u16,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body.
    #[serde(default)]
    pub body: String,
}

/// A program that answers always the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProgramPart {
    /// Its name.
    pub name: String,
    /// What it prints.
    #[serde(default)]
    pub stdout: String,
    /// How it ends.
    #[serde(default)]
    pub exit_code: i32,
}

/// All fixtures of a folder, sorted by name. A folder that is not there has none.
///
/// # Errors
/// When a file cannot be read or says something that no fixture says.
pub fn all_in(folder: &Path) -> Result<Vec<Fixture>, FixtureError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(FixtureError::Io { action: "list", path: folder.to_owned(), source }),
    };
    let names: BTreeSet<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let (mut fixtures, mut used_logs) = (Vec::new(), BTreeSet::new());
    for name in names.iter().filter_map(|name| name.strip_suffix(".toml")) {
        let path = folder.join(format!("{name}.toml"));
        let text = read(&path)?;
        let mut question: Question = toml::from_str(&text)
            .map_err(|error| FixtureError::Invalid { path, reason: error.to_string().trim_end().to_owned() })?;
        let own_log = format!("{name}.log");
        if question.log.is_none() && names.contains(&own_log) {
            question.log = Some(own_log);
        }
        used_logs.extend(question.log.clone());
        fixtures.push(fixture(folder, name, question)?);
    }
    for log in names.iter().filter(|name| name.ends_with(".log") && !used_logs.contains(*name)) {
        let question = Question { log: Some(log.clone()), ..Question::default() };
        fixtures.push(fixture(folder, log.trim_end_matches(".log"), question)?);
    }
    fixtures.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(fixtures)
}

fn fixture(folder: &Path, name: &str, question: Question) -> Result<Fixture, FixtureError> {
    let path = folder.join(format!("{name}.{ANSWER}"));
    let expected = if path.is_file() { Some(read(&path)?) } else { None };
    Ok(Fixture { name: name.to_owned(), folder: folder.to_owned(), question, expected })
}

fn read(path: &Path) -> Result<String, FixtureError> {
    fs::read_to_string(path).map_err(|source| FixtureError::Io { action: "read", path: path.to_owned(), source })
}

impl Fixture {
    /// Accepts an answer: it is what is expected from now on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn accept(&self, answer: &str) -> Result<PathBuf, FixtureError> {
        let path = self.folder.join(format!("{}.{ANSWER}", self.name));
        match fs::write(&path, answer) {
            Ok(()) => Ok(path),
            Err(source) => Err(FixtureError::Io { action: "write", path, source }),
        }
    }
}

#[cfg(test)]
mod tests;
