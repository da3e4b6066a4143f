//! `[[quarantine]]`: failures that a person vouches for as flaky.
//!
//! An entry is a licence to run a stage again to decide, never to ignore its failure; see [`crate::healing`].

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::matrix::Expanded;
use super::problem::{ProblemKind, Report};
use super::reader::{Misplaced, Table};
use super::spelling::nearest;
use super::tree::{Entry, Node, Value};
use crate::id::{Signature, StageName};
use crate::time::Day;

/// Code of the finding that stands for a cause that is not known. Its signature is that of any failure.
const UNKNOWN_CODE: &str = crate::healing::UNKNOWN_CODE;

/// One failure of one stage, known to be flaky, until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// The stage; one entry for each stage of a matrix.
    pub stage: StageName,
    /// The root cause of the failure, as reports print it.
    pub signature: Signature,
    /// Who looks after it.
    pub owner: String,
    /// The last day, in UTC, on which the entry counts.
    pub until: Day,
    /// Why it may fail.
    pub reason: String,
}

/// What names in the file mean: the stages that a matrix made of one, or the stage itself.
pub(super) type StageNames = BTreeMap<String, Vec<StageName>>;

/// The names that entries may give.
pub(super) fn names(groups: &[Expanded]) -> StageNames {
    let mut names = StageNames::new();
    for group in groups {
        let stages: Vec<StageName> = group.stages.iter().map(|stage| stage.name.clone()).collect();
        for stage in &stages {
            names.insert(stage.as_str().to_owned(), vec![stage.clone()]);
        }
        names.insert(group.name.clone(), stages);
    }
    names
}

/// Reads the entries. `names` is `None` for a file without stages: then any name may be that of a stage.
pub(super) fn read(entry: Option<&Entry>, names: Option<&StageNames>, report: &mut Report<'_>) -> Vec<Quarantine> {
    let Some(entry) = entry else { return Vec::new() };
    let Value::List(nodes) = &entry.node.value else {
        return entry
            .wrong_type("a list of entries", "; write `[[quarantine]]` above each of them", report)
            .unwrap_or_default();
    };
    let mut entries = Vec::new();
    let mut first_lines: HashMap<(StageName, Signature), usize> = HashMap::new();
    for node in nodes {
        for one in read_entry(node, names, report) {
            let line = report.line_of(node.span.start);
            let key = (one.stage.clone(), one.signature.clone());
            if let Some(&first_line) = first_lines.get(&key) {
                let stage = one.stage.to_string();
                report.error(&node.span, ProblemKind::DuplicateQuarantine { stage, first_line });
            } else {
                first_lines.insert(key, line);
                entries.push(one);
            }
        }
    }
    entries
}

fn read_entry(node: &Node, names: Option<&StageNames>, report: &mut Report<'_>) -> Vec<Quarantine> {
    const LABEL: &str = "[[quarantine]]";
    const KEYS: &[&str] = &["stage", "signature", "owner", "until", "reason"];
    const EXAMPLES: [(&str, &str); 5] = [
        ("stage", "stage = \"test\""),
        ("signature", "signature = \"python.test-failed:8b3d84eefcfffb21\""),
        ("owner", "owner = \"ada@shop.example\""),
        ("until", "until = \"2026-12-31\""),
        ("reason", "reason = \"the clock of the runner is off, see SHOP-12\""),
    ];
    const MISPLACED: Misplaced = &[
        ("name", "did you mean `stage`?"),
        ("test", "did you mean `stage`?"),
        ("expires", "did you mean `until`?"),
        ("code", "did you mean `signature`?"),
        ("why", "did you mean `reason`?"),
    ];
    let Some(table) = Table::open(node, LABEL, KEYS, MISPLACED, report) else { return Vec::new() };
    for (key, example) in EXAMPLES {
        if table.get(key).is_none() {
            report.error(&node.span, ProblemKind::MissingKey { key, table: LABEL.to_owned(), example });
        }
    }
    let stages = table.get("stage").and_then(|it| read_stage(it, names, report));
    let signature = table.get("signature").and_then(|it| read_signature(it, report));
    let owner = table.get("owner").and_then(|it| read_person(it, report));
    let until = table.get("until").and_then(|it| read_day(it, report));
    let reason = table.get("reason").and_then(|it| it.filled_text("why it may fail", report)).map(str::to_owned);
    let (Some(stages), Some(signature), Some(owner), Some(until), Some(reason)) =
        (stages, signature, owner, until, reason)
    else {
        return Vec::new();
    };
    let entry =
        |stage| Quarantine { stage, signature: signature.clone(), owner: owner.clone(), until, reason: reason.clone() };
    stages.into_iter().map(entry).collect()
}

fn read_stage(entry: &Entry, names: Option<&StageNames>, report: &mut Report<'_>) -> Option<Vec<StageName>> {
    let name = entry.filled_text("the name of a stage", report)?;
    let Some(names) = names else { return Some(vec![StageName::new(name)]) };
    let found = names.get(name).cloned();
    if found.is_none() {
        let meant = nearest(name, names.keys().map(String::as_str));
        let advice = meant.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        report.error(&entry.node.span, ProblemKind::UnknownStage { stage: name.to_owned(), advice });
    }
    found
}

fn read_signature(entry: &Entry, report: &mut Report<'_>) -> Option<Signature> {
    let text = entry.text(report)?;
    let parts = text.split_once(':');
    let is_part = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    let Some((code, _)) = parts.filter(|(code, hash)| is_part(code) && is_part(hash)) else {
        report.error(&entry.node.span, ProblemKind::BadSignature { found: text.to_owned() });
        return None;
    };
    if code == UNKNOWN_CODE {
        report.error(&entry.node.span, ProblemKind::UnknownCause { signature: text.to_owned() });
        return None;
    }
    Some(Signature::new(text))
}

/// A person's name or address. One in angle brackets is what a report prints for somebody to replace.
fn read_person(entry: &Entry, report: &mut Report<'_>) -> Option<String> {
    const EXAMPLE: &str = "who looks after the failure";
    let text = entry.filled_text(EXAMPLE, report)?.trim();
    if text.starts_with('<') && text.ends_with('>') {
        let (key, found) = (entry.key.clone(), text.to_owned());
        report.error(&entry.node.span, ProblemKind::Placeholder { key, found, example: EXAMPLE });
        return None;
    }
    Some(text.to_owned())
}

/// A day, as a text or as a date of TOML.
fn read_day(entry: &Entry, report: &mut Report<'_>) -> Option<Day> {
    let day = match &entry.node.value {
        Value::Text(text) | Value::Moment(text) => text.parse().ok(),
        _ => None,
    };
    if day.is_none() {
        let (key, found) = (entry.key.clone(), entry.node.value.describe());
        report.error(&entry.node.span, ProblemKind::BadDay { key, found });
    }
    day
}
