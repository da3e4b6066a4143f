//! `selfheal exec -- CMD`: one command, passed through unchanged, healed when it fails.

use std::sync::Arc;

use anyhow::anyhow;
use driver::ports::Stdin;
use pipeline::definition::{Pipeline, Stage};
use pipeline::id::StageName;
use pipeline::outcome::Outcome;
use pipeline::remedy::CommandLine;

use crate::args::{ExecArgs, Format};
use crate::drive::{self, Job};
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::Project;
use crate::report::human::{HumanReport, Voice};

/// Name of the only stage.
const STAGE: &str = "exec";

/// Runs it.
pub fn exec(args: ExecArgs) -> Result<u8, Failure> {
    let executor = engine::executor()?;
    let (project, directory) = Project::around_here()?;
    let mut pipeline = settings(&project)?;
    let words = args.command.clone();
    let mut stage = Stage::new(STAGE, CommandLine::Argv(args.command));
    stage.runner = None;
    stage.directory = directory;
    // Nobody said that the command may run twice, so a run that was cut off is put in order but not gone on with.
    stage.is_idempotent = false;
    if let Some(text) = &args.timeout {
        stage.limits.timeout_ms = Some(pipeline::definition::parse_duration(text).ok_or_else(|| {
            Failure::bad_input(anyhow!("--timeout {text} is not a time")).hint("write it like `90s`, `10m` or `2h`")
        })?);
    }
    pipeline.stages = vec![stage];
    drive::override_healing(&mut pipeline, &args.heal);
    let plugins = engine::plugins_of_a_run(&project, &pipeline, &args.heal, &executor)?;
    let workspace = engine::workspace(&project, &words)?;
    let store = drive::open_store(&project.state)?;
    let job = Job {
        project,
        pipeline,
        plugins,
        workspace,
        executor,
        store,
        stdin: Stdin::Inherit,
        shows_trials: true,
        keeps_last_good: false,
        seed: args.heal.seed,
        runner_digests: std::collections::BTreeMap::new(),
    };
    engine::runtime()?.block_on(async {
        super::run::recover(&job, Format::Human).await?;
        let (run, seed) = job.new_run();
        let report = HumanReport::new(Voice::Exec, &job.project.root, &job.project.state, run.as_str());
        let finished = job.run(&run, seed, Arc::new(report)).await?;
        let last = finished.run.last_outcome(&StageName::new(STAGE)).cloned();
        Ok(code(&finished, last.as_ref(), args.heal.strict))
    })
}

/// The pipeline file's settings for detection, healing and plugins, if there is one; its stages are not `exec`'s concern.
fn settings(project: &Project) -> Result<Pipeline, Failure> {
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let mut settings = pipeline_file::settings(&source, STAGE);
    settings.name = STAGE.to_owned();
    settings.timeout_ms = None;
    Ok(settings)
}

/// The exit code of the last attempt in the workspace; the engine's own codes where there is none.
fn code(finished: &driver::Finished, last: Option<&Outcome>, is_strict: bool) -> u8 {
    let own = drive::exit_code(finished, is_strict);
    if matches!(own, exit::STUCK | exit::HEALED_STRICT | exit::INTERRUPTED) {
        return own;
    }
    match last {
        Some(outcome) if outcome.fault.is_none() => u8::try_from(outcome.shell_code() & 0xff).unwrap_or(exit::FAILED),
        _ => own,
    }
}
