//! Makes a fixture of a real incident.
//!
//! What is written is what the journal and the attempt's log hold: secrets are masked in both. Of a long log only the part
//! around the findings is kept, with the numbers of lines moved accordingly.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use driver::log_text::FileLog;
use driver::ports::LogText as _;
use pipeline::event::{Event, Fact, Record};
use pipeline::finding::{Diagnosis, Finding};
use pipeline::id::{IncidentId, StageName};
use pipeline::outcome::Outcome;

use crate::fixture::{FindingPart, FixtureError, IncidentPart, Question};

/// Lines of a log that are kept whole.
const WHOLE: u64 = 2_000;
/// Lines that are kept of a longer one, above the first and below the last finding.
const AROUND: u64 = 500;
/// Findings that are kept; a healer rarely looks past the root cause.
const MOST_FINDINGS: usize = 5;

/// What was found out about one incident when it was opened.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The incident.
    pub incident: IncidentId,
    /// The stage that failed.
    pub stage: StageName,
    /// The attempt that failed.
    pub attempt: u32,
    /// What it ran.
    pub run: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What its log shows.
    pub diagnosis: Diagnosis,
}

/// Whom the fixture asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A healer: the findings are part of the question.
    Healer,
    /// A classifier: only the log is.
    Classifier,
}

/// The incidents of a run, each as it was first diagnosed.
pub fn incidents(records: &[Record]) -> Vec<Recorded> {
    let (mut commands, mut outcomes) = (BTreeMap::new(), BTreeMap::new());
    let mut found: Vec<Recorded> = Vec::new();
    for fact in records.iter().filter_map(|record| match &record.event {
        Event::Fact(fact) => Some(fact),
        Event::Decision(_) => None,
    }) {
        match fact {
            Fact::RunStarted { pipeline, .. } => {
                commands.extend(pipeline.stages.iter().map(|stage| (stage.name.clone(), stage.command.to_string())));
            }
            Fact::AttemptEnded { stage, attempt, outcome, .. } => {
                outcomes.insert((stage.clone(), *attempt), outcome.clone());
            }
            Fact::Diagnosed { incident, stage, attempt, diagnosis, .. }
                if !found.iter().any(|known| known.incident == *incident) =>
            {
                found.push(Recorded {
                    incident: incident.clone(),
                    stage: stage.clone(),
                    attempt: *attempt,
                    run: commands.get(stage).cloned().unwrap_or_default(),
                    outcome: outcomes.get(&(stage.clone(), *attempt)).cloned().unwrap_or_default(),
                    diagnosis: diagnosis.as_ref().clone(),
                });
            }
            _ => {}
        }
    }
    found
}

impl Recorded {
    /// Writes `NAME.toml` and `NAME.log` into a folder of fixtures; `log` is that of the failed attempt. Returns the path of
    /// the question.
    ///
    /// # Errors
    /// When a file cannot be written, or is there already.
    pub fn write(&self, folder: &Path, asks: Asks, log: &Path) -> Result<PathBuf, FixtureError> {
        let name = self.name();
        let (path, log_copy) = (folder.join(format!("{name}.toml")), folder.join(format!("{name}.log")));
        if path.exists() {
            return Err(FixtureError::Invalid { path, reason: "it is there already".to_owned() });
        }
        let (text, dropped) = self.excerpt(&FileLog::open(log));
        let question =
            toml::to_string_pretty(&self.question(asks, dropped)).expect("tables come last, and keys are words");
        let head = format!("# Incident {}, recorded with `selfheal plugin test --record`.\n", self.incident);
        let write = |path: &Path, text: &str| {
            let written = fs::create_dir_all(folder).and_then(|()| fs::write(path, text));
            written.map_err(|source| FixtureError::Io { action: "write", path: path.to_owned(), source })
        };
        write(&log_copy, &text)?;
        write(&path, &format!("{head}{question}"))?;
        Ok(path)
    }

    /// The code of the root cause and the incident's number say what it is and keep two apart.
    fn name(&self) -> String {
        let code = self.diagnosis.findings.first().map_or("unknown", |root| root.code.as_str());
        let number: String = self.incident.as_str().chars().rev().take_while(|c| *c != '-').collect();
        let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        format!("{}-{}", plain(code), plain(&number.chars().rev().collect::<String>()))
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.diagnosis.findings.iter().take(MOST_FINDINGS)
    }

    /// The kept lines of the log, and how many above them were left out.
    fn excerpt(&self, log: &FileLog) -> (String, u64) {
        let count = log.line_count();
        let lines: Vec<u64> = self.findings().map(|finding| finding.line).filter(|line| *line > 0).collect();
        let (first, last) = match (count > WHOLE, lines.iter().min(), lines.iter().max()) {
            (false, ..) => (1, count),
            (true, Some(first), Some(last)) => (first.saturating_sub(AROUND).max(1), last + AROUND),
            (true, ..) => (count - WHOLE + 1, count),
        };
        let kept = u32::try_from(last.min(count).saturating_sub(first) + 1).unwrap_or(u32::MAX);
        let mut text = String::new();
        for (_, line) in log.lines(first, kept) {
            text.push_str(&line);
            text.push('\n');
        }
        (text, first - 1)
    }

    fn question(&self, asks: Asks, dropped: u64) -> Question {
        if asks == Asks::Classifier {
            return Question { exit_code: self.outcome.exit_code, beside_standard: true, ..Question::default() };
        }
        let finding = self.findings().map(|finding| FindingPart {
            code: finding.code.clone(),
            category: finding.category.clone(),
            ecosystem: finding.ecosystem.clone(),
            line: finding.line.saturating_sub(dropped),
            text: Some(finding.text.clone()),
            captures: finding.captures.clone(),
            disposition: finding.disposition,
            strategies: finding.strategies.clone(),
            confidence: finding.confidence,
            signature: Some(finding.signature.to_string()),
        });
        let incident = IncidentPart {
            stage: self.stage.to_string(),
            run: self.run.clone(),
            exit_code: self.outcome.exit_code,
            finding: finding.collect(),
            ..IncidentPart::default()
        };
        Question { incident: Some(incident), ..Question::default() }
    }
}
