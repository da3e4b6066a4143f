//! What lies beside an offered patch: a summary that can be posted as it is, made from the run's records.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use driver::ports::{Observer, SeenFinding, StatePaths, Stream};
use pipeline::definition::Pipeline;
use pipeline::event::{ChangeKind, Decision, Event, Fact, FileChange, Purpose, Record};
use pipeline::finding::Finding;
use pipeline::id::{IncidentId, RunId, StageName};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::Outcome;
use pipeline::remedy::{Remedy, quote};
use pipeline::time::Timestamp;
use store::Store;

use crate::report::paint::duration;
use crate::ticket_files;

/// Changed files that a summary lists.
const MOST_CHANGES: usize = 50;

/// Where the summary of an incident's patch is.
pub fn path_of(state: &StatePaths, incident: &IncidentId) -> PathBuf {
    state.patches().join(format!("{incident}.md"))
}

/// Writes what people read beside the run: summaries of offered patches, and tickets that tell how often and whether it is
/// over. It follows the records like every report and passes them on.
pub struct Scribe {
    /// The report.
    pub inner: Arc<dyn Observer>,
    /// The record.
    pub store: Arc<Store>,
    /// Where the files go.
    pub state: StatePaths,
    /// The project's folder.
    pub root: PathBuf,
    /// The run.
    pub run: RunId,
}

impl Observer for Scribe {
    fn record(&self, record: &Record) {
        match &record.event {
            Event::Decision(Decision::EndIncident { incident, end: IncidentEnd::Proposed, .. }) => {
                self.summarise(incident)
            }
            Event::Fact(Fact::TicketSaved { .. }) | Event::Decision(Decision::EndRun { .. }) => {
                // A ticket that cannot be written is told by the run itself; its text is on record.
                let _ = ticket_files::refresh(&self.store);
            }
            _ => {}
        }
        self.inner.record(record);
    }

    fn finding_seen(&self, at: Timestamp, seen: &SeenFinding) {
        self.inner.finding_seen(at, seen);
    }

    fn output(&self, stage: &StageName, stream: Stream, bytes: &[u8]) {
        self.inner.output(stage, stream, bytes);
    }
}

impl Scribe {
    /// A summary that cannot be written is missed by nobody but its reader: the patch and the record are there.
    fn summarise(&self, incident: &IncidentId) {
        let Ok(records) = self.store.records(&self.run) else { return };
        if let Some(text) = summary(&records, incident, &self.root) {
            let _ = std::fs::write(path_of(&self.state, incident), text);
        }
    }
}

/// What the records say about one incident.
#[derive(Default)]
struct Told<'a> {
    pipeline: Option<&'a Pipeline>,
    run: Option<&'a RunId>,
    stage: Option<&'a StageName>,
    cause: Option<&'a Finding>,
    remedies: Vec<&'a Remedy>,
    attempts: Vec<(&'a StageName, &'a Purpose, &'a Outcome)>,
    changes: &'a [FileChange],
    patch: Option<&'a str>,
}

/// The summary in Markdown; `None` for an incident without a patch. `root` is the project's folder.
pub fn summary(records: &[Record], incident: &IncidentId, root: &Path) -> Option<String> {
    let told = gather(records, incident);
    let (pipeline, run, stage, patch) = (told.pipeline?, told.run?, told.stage?, told.patch?);
    let last = told.remedies.last()?;
    let mut text = format!("# Proposed fix: {}\n\n", one_line(&last.title));
    text.push_str(&format!(
        "Stage `{stage}` of `{}` failed in run `{run}`. A patch for it was verified.\n",
        pipeline.name
    ));
    if let Some(cause) = told.cause {
        text.push_str(&format!(
            "\n## Cause\n\n`{}` ({}), {:.0} % certain, line {} of the log:\n\n{}",
            cause.code,
            cause.category,
            cause.confidence * 100.0,
            cause.line,
            fenced("text", &cause.text)
        ));
    }
    text.push_str("\n## What it changes\n\n");
    for remedy in &told.remedies {
        text.push_str(&format!(
            "- {}: {} ({})\n",
            one_line(&remedy.title),
            one_line(&remedy.rationale),
            remedy.strategy
        ));
    }
    text.push_str("\n| file | change | lines |\n|---|---|---|\n");
    let versioned: Vec<&FileChange> = told.changes.iter().filter(|change| change.is_versioned).collect();
    for change in versioned.iter().take(MOST_CHANGES) {
        text.push_str(&row_of(change));
    }
    if versioned.len() > MOST_CHANGES {
        text.push_str(&format!("| and {} more | | |\n", versioned.len() - MOST_CHANGES));
    }
    text.push_str("\n## How it was verified\n\nIn a scratch of the workspace, with the patch:\n\n");
    for (stage, purpose, outcome) in &told.attempts {
        text.push_str(&attempt_of(stage, purpose, outcome));
    }
    let command = pipeline.stages.iter().find(|known| &known.name == stage)?;
    let again = match &command.command {
        pipeline::remedy::CommandLine::Shell(script) => format!("sh -c {}", quote(script)),
        argv => argv.to_string(),
    };
    let folder = if command.directory == "." { root.to_owned() } else { root.join(&command.directory) };
    let (root, folder) = (quote(&root.display().to_string()), quote(&folder.display().to_string()));
    let shell = format!(
        "cd {folder} && selfheal exec --mode off -- {again}   # the failure, as it is without the patch\n\
         cd {root} && git apply --stat {patch}\ncd {root} && git apply {patch}\n",
        patch = quote(patch),
    );
    text.push_str(&format!("\n## See for yourself\n\n{}", fenced("sh", &shell)));
    let shell = format!(
        "selfheal approve {incident} --dir {root}\nselfheal reject {incident} --dir {root} --reason 'why not'\n"
    );
    text.push_str(&format!("\n## Approve or reject\n\n{}", fenced("sh", &shell)));
    text.push_str(
        "\nApproving applies the patch if every file that it touches is as it was, and puts on record who did.\n",
    );
    Some(text)
}

fn gather<'a>(records: &'a [Record], incident: &IncidentId) -> Told<'a> {
    let mut told = Told::default();
    for record in records {
        match &record.event {
            Event::Fact(Fact::RunStarted { pipeline, run, .. }) => {
                (told.pipeline, told.run) = (Some(&**pipeline), Some(run))
            }
            Event::Fact(Fact::Diagnosed { incident: of, stage, diagnosis, .. }) if of == incident => {
                told.stage = told.stage.or(Some(stage));
                told.cause = told.cause.or(diagnosis.root());
            }
            Event::Decision(Decision::PrepareTrial { incident: of, remedy, keeps_scratch, .. }) if of == incident => {
                if !keeps_scratch {
                    told.remedies.clear();
                    told.attempts.clear();
                }
                told.remedies.push(&**remedy);
            }
            Event::Fact(Fact::AttemptEnded { stage, purpose, outcome, .. }) => match purpose {
                Purpose::Trial { incident: of }
                | Purpose::Verify { incident: of }
                | Purpose::Control { incident: of }
                    if of == incident =>
                {
                    told.attempts.push((stage, purpose, outcome));
                }
                _ => {}
            },
            Event::Fact(Fact::ScratchInspected { incident: of, changes }) if of == incident => told.changes = changes,
            Event::Fact(Fact::PatchSaved { incident: of, path, .. }) if of == incident => told.patch = Some(path),
            _ => {}
        }
    }
    told
}

fn row_of(change: &FileChange) -> String {
    let word = match change.change {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Removed => "removed",
    };
    let more = if change.is_abridged { " or more" } else { "" };
    let (added, removed) = (change.added_lines.len(), change.removed_lines.len());
    format!("| `{}` | {word} | +{added} −{removed}{more} |\n", change.path.replace('|', "\\|").replace('`', "'"))
}

fn attempt_of(stage: &StageName, purpose: &Purpose, outcome: &Outcome) -> String {
    let word = if outcome.is_success() { "passed" } else { "failed" };
    let spent = duration(outcome.duration_ms);
    match purpose {
        Purpose::Control { .. } => format!("- without the patch, `{stage}` {word} in {spent} (control)\n"),
        _ => format!("- `{stage}` {word} in {spent}\n"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A block that its content cannot leave.
pub fn fenced(language: &str, content: &str) -> String {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", content.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_text_cannot_leave_its_block() {
        assert_eq!(fenced("text", "a\n````\n# b\n"), "`````text\na\n````\n# b\n`````\n");
    }
}
