//! `selfheal run`: a whole pipeline.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::anyhow;
use driver::ports::{Clock as _, Observer, Plugins, Stdin, Workspace};
use pipeline::definition::{Mode, Patches, Pipeline};
use pipeline::id::{RunId, StageName};
use pipeline::plan::Plan;

use plugin_host::Role;

use super::cache_plan::{self, Outlook};
use crate::args::{Format, RunArgs};
use crate::drive::{self, Job, exit_code};
use crate::engine::{self, SystemClock};
use crate::exit::Failure;
use crate::outputs;
use crate::pipeline_file::{self, Loaded};
use crate::project::{self, Project};
use crate::report::human::{HumanReport, Voice};
use crate::report::json::JsonReport;
use crate::report::paint::{HEALED, NAME, duration, paint, size};

/// Runs it.
pub fn run(args: RunArgs) -> Result<u8, Failure> {
    let executor = engine::executor()?;
    let project = Project::at(&args.dir)?;
    let (source, warnings) = pipeline_file::read(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let plugins = engine::plugins_of_a_run(&project, &settings, &args.heal, &executor)?;
    let workspace = engine::workspace(&project, &[])?;
    let runtime = engine::runtime()?;
    let tools = engine::tools(&project::environment());
    let loaded = runtime.block_on(pipeline_file::load(
        source,
        warnings,
        &project,
        plugins.as_ref(),
        tools,
        workspace.version_control(),
    ))?;
    for warning in &loaded.warnings {
        tell!("{} {warning}", paint(HEALED, "warning:"));
    }
    let Loaded { mut pipeline, source, .. } = loaded;
    drive::override_healing(&mut pipeline, &args.heal);
    keep_stages(&mut pipeline, &args.stage)?;
    // What a stage's outputs depend on is known before it starts; a runner that may change meanwhile is not.
    pipeline.uses_cache &= !args.no_cache && !args.watch;
    let runner_digests = outputs::runner_digests(&pipeline, &plugins);
    if args.plan {
        let workspace: Arc<dyn Workspace> = workspace;
        let outlook = runtime.block_on(cache_plan::outlook(&project, &pipeline, &workspace, &runner_digests));
        return show_plan(&pipeline, source, &outlook, args.format);
    }
    for stage in &pipeline.stages {
        let Some(runner) = &stage.runner else { continue };
        if !plugins.catalog().find(runner).is_some_and(|plugin| plugin.has_role(Role::Runner)) {
            return Err(Failure::plugin(anyhow!("stage {} names the runner {runner}, and there is none", stage.name))
                .hint("selfheal plugin list shows the plugins that are used, and why others are not"));
        }
    }
    let store = drive::open_store(&project.state)?;
    let plugins: Arc<dyn Plugins> = match args.watch {
        true => Arc::new(engine::watching(&project, &pipeline, plugins, &args.heal, &executor)),
        false => plugins,
    };
    let job = Job {
        project,
        pipeline,
        plugins,
        workspace,
        executor,
        store,
        stdin: Stdin::Null,
        shows_trials: false,
        keeps_last_good: true,
        seed: args.heal.seed,
        runner_digests,
    };
    let code = runtime.block_on(async {
        recover(&job, args.format).await?;
        let (run, seed) = job.new_run();
        let observer = observer(&job.project, &run, args.format);
        let finished = job.run(&run, seed, observer).await?;
        Ok::<u8, Failure>(exit_code(&finished, args.heal.strict))
    })?;
    Ok(code)
}

fn observer(project: &Project, run: &RunId, format: Format) -> Arc<dyn Observer> {
    match format {
        Format::Json => Arc::new(JsonReport::new(run.as_str())),
        Format::Human => Arc::new(HumanReport::new(Voice::Run, &project.root, &project.state, run.as_str())),
    }
}

/// Brings runs to an end whose engine was killed: the workspace is put in order, attempts that may run twice run again.
pub async fn recover(job: &Job, format: Format) -> Result<(), Failure> {
    for unfinished in job.store.unfinished().map_err(anyhow::Error::new)? {
        if unfinished.is_alive {
            continue;
        }
        tell!("selfheal: run {} was cut off; finishing it first", paint(NAME, &unfinished.run));
        let observer = observer(&job.project, &unfinished.run, format);
        let told = |recovery: &driver::ports::Recovery| {
            for line in &recovery.done {
                tell!("selfheal: {line}");
            }
            for line in &recovery.stuck {
                tell!("selfheal: {} {line}", paint(HEALED, "not undone:"));
            }
        };
        let resumed = job.resume(&unfinished.run, observer, told).await;
        if let Err(failure) = resumed {
            // A journal that cannot be gone on with must not keep the next run from starting; the workspace is in order.
            tell!("selfheal: run {} cannot be finished: {:#}", unfinished.run, failure.error);
            job.store.release(&unfinished.run).map_err(anyhow::Error::new)?;
        }
    }
    Ok(())
}

/// Keeps the named stages and all they need.
fn keep_stages(pipeline: &mut Pipeline, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let plan = Plan::new(pipeline);
    let mut wanted = Vec::new();
    for name in names {
        let Some(index) = plan.index_of(&StageName::new(name.as_str())) else {
            let known: Vec<&str> = pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
            return Err(Failure::bad_input(anyhow!("there is no stage {name:?}"))
                .hint(format!("the stages are: {}", known.join(", "))));
        };
        wanted.push(index);
    }
    let mut kept: BTreeSet<usize> = plan.transitive_needs(&wanted).into_iter().collect();
    kept.extend(wanted);
    let mut index = 0;
    pipeline.stages.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
    Ok(())
}

fn show_plan(pipeline: &Pipeline, source: &str, cache: &[Outlook], format: Format) -> Result<u8, Failure> {
    if format == Format::Json {
        let plan = serde_json::json!({ "version": 1, "source": source, "pipeline": pipeline, "cache": cache });
        say!("{plan}");
        return Ok(crate::exit::PASSED);
    }
    say!("{} ({source}), {} at a time", paint(NAME, &pipeline.name), pipeline.max_parallel);
    let plan = Plan::new(pipeline);
    for &index in plan.order() {
        let stage = &pipeline.stages[index];
        say!("  {}  $ {}", paint(NAME, &stage.name), stage.command.to_string().replace('\n', "; "));
        if !stage.needs.is_empty() {
            let needs: Vec<&str> = stage.needs.iter().map(StageName::as_str).collect();
            say!("      needs    {}", needs.join(", "));
        }
        if let Some(reason) = &stage.reason {
            say!("      because  {reason} ({})", stage.evidence.join(", "));
        }
        let limits = &stage.limits;
        let mut bounds = Vec::new();
        bounds.extend(limits.timeout_ms.map(|ms| format!("time {}", duration(ms))));
        bounds.extend(limits.memory_bytes.map(|bytes| format!("memory {}", size(bytes))));
        bounds.extend(limits.cpu_ms.map(|ms| format!("processor time {}", duration(ms))));
        bounds.extend(limits.open_files.map(|count| format!("{count} open files")));
        bounds.extend(limits.jobs.map(|count| format!("{count} jobs")));
        if !bounds.is_empty() {
            say!("      limits   {}", bounds.join(", "));
        }
        for service in &stage.services {
            let ready = format!("ready when {} within {}", service.ready, duration(service.timeout_ms));
            say!("      service  {}  $ {} ({ready})", paint(NAME, &service.name), service.command);
        }
        if let Some(outlook) = cache.iter().find(|outlook| outlook.stage == stage.name) {
            say!("      cache    {}", outlook.text());
        }
    }
    for line in rails(pipeline) {
        say!("  {line}");
    }
    for entry in &pipeline.quarantine {
        let left = entry.until.days_left(SystemClock.now());
        let left = left.map_or_else(|| "expired".to_owned(), |days| format!("days left: {days}"));
        let (stage, signature, owner) = (&entry.stage, &entry.signature, &entry.owner);
        say!("      quarantine  {stage}: {signature}, {owner} until {} ({left})", entry.until);
    }
    Ok(crate::exit::PASSED)
}

/// The rails in force, one line each (design.md section 5).
fn rails(pipeline: &Pipeline) -> Vec<String> {
    let healing = &pipeline.healing;
    let mode = match healing.mode {
        Mode::Off => "off: failures are diagnosed, nothing is tried",
        Mode::Shadow => "shadow: remedies are chosen and recorded, nothing is tried",
        Mode::Suggest => "suggest: remedies are shown, nothing is tried",
        Mode::Auto => "auto: remedies are tried in scratch, verified, and kept or undone",
    };
    let patches = match healing.patches {
        Patches::Propose => {
            "propose: a change to a versioned file is verified by the whole pipeline and offered as a patch"
        }
        Patches::Apply => "apply: a change to a versioned file is verified by the whole pipeline and then made",
    };
    let mut lines = vec!["healing".to_owned(), format!("    mode        {mode}")];
    if !healing.modes.is_empty() {
        let modes: Vec<String> =
            healing.modes.iter().map(|(strategy, mode)| format!("{strategy} {}", mode.as_str())).collect();
        lines.push(format!("    modes       {}: otherwise than the rest", modes.join(", ")));
    }
    lines.extend([
        format!("    patches     {patches}"),
        format!(
            "    budget      {} trials, {} of processor time and {} of time per incident",
            healing.max_attempts,
            duration(healing.cpu_budget_ms),
            duration(healing.time_budget_ms)
        ),
        format!("    control     {:.0} % of helpful remedies are checked against luck", healing.control_rate * 100.0),
        format!("    certainty   findings below {:.0} % count as unknown", pipeline.detection.confidence_threshold * 100.0),
        "    retry       only for a matched transient class; the same failure twice is not retried a third time".to_owned(),
        "    never       skip or weaken a test, lower a gate, drop a lock or a hash, relax TLS, touch CI files or this policy"
            .to_owned(),
        "    undo        what makes things worse is undone byte for byte and not tried again".to_owned(),
    ]);
    lines
}
