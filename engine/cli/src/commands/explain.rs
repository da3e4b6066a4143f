//! `selfheal explain RUN`: the story of a recorded run, told by the same report as when it ran.

use std::sync::Arc;

use anyhow::anyhow;
use driver::ports::Observer;
use pipeline::event::Record;
use pipeline::id::RunId;

use crate::args::{Format, RunRef};
use crate::drive;
use crate::exit::{self, Failure};
use crate::project::Project;
use crate::report::human::{HumanReport, Voice};
use crate::report::json::JsonReport;

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
