//! `selfheal explain RUN`: the story of a recorded run, told by the same report as when it ran.

use std::sync::Arc;

use anyhow::anyhow;
use driver::ports::{Clock as _, Observer};
use pipeline::event::Record;
use pipeline::id::RunId;
use store::{LearnedOutcome, Standing, TrialOutcome};

use crate::args::{Format, RunRef};
use crate::drive;
use crate::engine::SystemClock;
use crate::exit::{self, Failure};
use crate::people;
use crate::project::Project;
use crate::report::human::{HumanReport, Voice};
use crate::report::json::JsonReport;
use crate::report::paint::{HEALED, NAME, harmless, paint};

/// Characters of a reason that are shown.
const SHOWN: usize = 300;

/// Tells it.
pub fn explain(args: RunRef) -> Result<u8, Failure> {
    let (project, run, records) = recorded(&args)?;
    let report: Arc<dyn Observer> = match args.format {
        Format::Json => Arc::new(JsonReport::new(run.as_str())),
        Format::Human => Arc::new(HumanReport::new(Voice::Explain, &project.root, &project.state, run.as_str())),
    };
    for record in &records {
        report.record(record);
    }
    if args.format == Format::Human {
        tell_since(&project, &run)?;
    }
    Ok(exit::PASSED)
}

/// Finds a run by its id, the beginning of it, or `last`.
pub fn recorded(args: &RunRef) -> Result<(Project, RunId, Vec<Record>), Failure> {
    let project = Project::at(&args.dir)?;
    if !project.state.database().exists() {
        return Err(Failure::bad_input(anyhow!("there is no recorded run of {}", project.root.display()))
            .hint("name the project's folder with --dir"));
    }
    let store = drive::open_store(&project.state)?;
    let summary = store.run(&args.run).map_err(|error| {
        Failure::bad_input(anyhow::Error::new(error)).hint("selfheal history lists the runs of a project")
    })?;
    let records = store.records(&summary.run).map_err(anyhow::Error::new)?;
    Ok((project, summary.run, records))
}

/// What people said about the run's patches since, and which of its heals turned out to be false.
fn tell_since(project: &Project, run: &RunId) -> Result<(), Failure> {
    let store = drive::open_store(&project.state)?;
    people::note_reverts(project, &store)?;
    for proposal in store.proposals().map_err(anyhow::Error::new)?.iter().filter(|one| &one.incident.run == run) {
        let id = paint(NAME, &proposal.incident.incident);
        match &proposal.standing {
            Standing::Waiting => say!("the patch of {id} waits for approval"),
            Standing::Approved { by, at, applied: Some(_) } => say!("the patch of {id} was approved by {by} at {at}"),
            Standing::Approved { by, at, applied: None } => {
                say!("the patch of {id} was approved by {by} at {at}, and applying it was cut off");
            }
            Standing::Reverted { at, .. } => say!("the patch of {id} was approved, and taken out again before {at}"),
            Standing::Rejected { by, at, reason } => {
                let reason = reason.as_ref().map_or_else(String::new, |text| format!(": {}", harmless(text, SHOWN)));
                say!("the patch of {id} was rejected by {by} at {at}{reason}");
            }
            Standing::Overtaken { run } => say!("the patch of {id} is overtaken: the stage passed in {run} without it"),
            Standing::Replaced { incident } => say!("the patch of {id} is replaced by that of {incident}"),
        }
    }
    let outcomes = store.outcomes(SystemClock.now()).map_err(anyhow::Error::new)?;
    let is_of_run = |one: &&LearnedOutcome| {
        one.incident.as_str().strip_prefix(run.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    for one in outcomes.iter().filter(is_of_run).filter(|one| one.outcome == TrialOutcome::FalseHeal) {
        let LearnedOutcome { incident, code, strategy, .. } = one;
        let what = format!("{strategy} counts as failed against {code}");
        say!(
            "{} {incident}: the failure came back within 7 days, or the patch went out again: {what}",
            paint(HEALED, "false heal:")
        );
    }
    Ok(())
}
