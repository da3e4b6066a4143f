//! `selfheal history`: past runs of the project.

use std::collections::{BTreeMap, BTreeSet};

use driver::ports::Clock as _;
use pipeline::id::RunId;
use pipeline::outcome::{Qualifier, RunResult};
use pipeline::time::Timestamp;
use store::{HistoryFilter, Standing, Store, TrialOutcome};

use crate::args::{Format, HistoryArgs};
use crate::drive;
use crate::engine::SystemClock;
use crate::exit::{self, Failure};
use crate::people;
use crate::project::Project;
use crate::report::paint::{FAILED, HEALED, NAME, PASSED, duration, paint};

/// Lists them, the latest first.
pub fn history(args: HistoryArgs) -> Result<u8, Failure> {
    let project = Project::at(&args.dir)?;
    if !project.state.database().exists() {
        tell!("there is no recorded run of {}", project.root.display());
        tell!("hint: selfheal run {}", pipeline::remedy::quote(&args.dir.display().to_string()));
        return Ok(exit::PASSED);
    }
    let store = drive::open_store(&project.state)?;
    people::note_reverts(&project, &store)?;
    let runs = store.history(args.limit as usize, &HistoryFilter::default()).map_err(anyhow::Error::new)?;
    let waiting = waiting_by_run(&store)?;
    let false_heals = false_heals_by_run(&store)?;
    let count = |counts: &BTreeMap<RunId, usize>, run: &RunId| counts.get(run).copied().unwrap_or_default();
    for run in &runs {
        if args.format == Format::Json {
            let line = serde_json::json!({
                "version": 1,
                "run": run.run,
                "pipeline": run.pipeline,
                "started": run.started,
                "ended": run.ended,
                "result": run.result,
                "qualifier": run.qualifier,
                "stages": run.stages,
                "incidents": run.incidents,
                "cached": run.cached,
                "waiting": count(&waiting, &run.run),
                "false_heals": count(&false_heals, &run.run),
            });
            say!("{line}");
            continue;
        }
        let word = match (run.result, run.qualifier.unwrap_or_default()) {
            (Some(RunResult::Success), Qualifier::Clean) => paint(PASSED, "✓ passed"),
            (Some(RunResult::Success), qualifier) => paint(HEALED, format!("✓ {}", qualifier.as_str())),
            (Some(result), _) => paint(FAILED, format!("✗ {}", result.as_str())),
            (None, _) => paint(HEALED, "… unfinished"),
        };
        let spent = run
            .ended
            .map_or_else(String::new, |ended: Timestamp| duration(pipeline::time::millis(ended.since(run.started))));
        let cached = if run.cached > 0 { format!(" ({} cached)", run.cached) } else { String::new() };
        let mut more = String::new();
        match count(&waiting, &run.run) {
            0 => {}
            1 => more.push_str(", 1 patch waits"),
            many => more.push_str(&format!(", {many} patches wait")),
        }
        match count(&false_heals, &run.run) {
            0 => {}
            1 => more.push_str(", 1 false heal"),
            many => more.push_str(&format!(", {many} false heals")),
        }
        say!(
            "{}  {}  {word}  {}  {} stages{cached}, {} incidents{more}  {spent}",
            paint(NAME, &run.run),
            run.started,
            run.pipeline,
            run.stages,
            run.incidents
        );
    }
    if args.format == Format::Human && !waiting.is_empty() {
        say!("hint: selfheal approve --list shows the patches that wait");
    }
    Ok(exit::PASSED)
}

fn waiting_by_run(store: &Store) -> Result<BTreeMap<RunId, usize>, Failure> {
    let mut counts = BTreeMap::new();
    for proposal in store.proposals().map_err(anyhow::Error::new)? {
        if proposal.standing == Standing::Waiting {
            *counts.entry(proposal.incident.run).or_default() += 1;
        }
    }
    Ok(counts)
}

/// Incidents whose heal turned out to be false, by run; imported ones are of runs that are not listed.
fn false_heals_by_run(store: &Store) -> Result<BTreeMap<RunId, usize>, Failure> {
    let outcomes = store.outcomes(SystemClock.now()).map_err(anyhow::Error::new)?;
    let incidents: BTreeSet<&str> =
        outcomes.iter().filter(|one| one.outcome == TrialOutcome::FalseHeal).map(|one| one.incident.as_str()).collect();
    let mut counts = BTreeMap::new();
    for (run, _) in incidents.into_iter().filter_map(|incident| incident.rsplit_once('.')) {
        *counts.entry(RunId::new(run)).or_default() += 1;
    }
    Ok(counts)
}
