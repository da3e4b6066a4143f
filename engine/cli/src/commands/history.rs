//! `selfheal history`: past runs of the project.

use pipeline::outcome::{Qualifier, RunResult};
use pipeline::time::Timestamp;
use store::HistoryFilter;

use crate::args::{Format, HistoryArgs};
use crate::drive;
use crate::exit::{self, Failure};
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
    let runs = store.history(args.limit as usize, &HistoryFilter::default()).map_err(anyhow::Error::new)?;
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
        say!(
            "{}  {}  {word}  {}  {} stages{cached}, {} incidents  {spent}",
            paint(NAME, &run.run),
            run.started,
            run.pipeline,
            run.stages,
            run.incidents
        );
    }
    Ok(exit::PASSED)
}
