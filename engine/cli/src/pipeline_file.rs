//! Which pipeline a project has: `selfheal.toml`, `.autonomous-cicd.yml` over a planned one, or a planned one.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use driver::ports::{Place, Plugins, ProjectView, Tool};
use pipeline::definition::{self, Pipeline, PlannedStage};
use pipeline::event::FaultNote;
use pipeline::legacy;

use crate::exit::{self, Failure};
use crate::project::Project;

/// Name of the native file.
pub const NATIVE: &str = "selfheal.toml";
/// Name of the file that is read for compatibility.
pub const LEGACY: &str = ".autonomous-cicd.yml";

/// What the files of a project say, before any plugin is asked.
pub enum Source {
    /// A whole pipeline.
    Native(Box<Pipeline>),
    /// Settings over a pipeline that has to be planned.
    Legacy(Box<legacy::Legacy>),
    /// Nothing: the pipeline has to be planned.
    None,
}

/// A pipeline and where it came from.
pub struct Loaded {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// The file's name, or `planned`.
    pub source: &'static str,
    /// What its author should know, one rendered message each.
    pub warnings: Vec<String>,
}

/// Reads the project's files for a command that runs their stages. Returns warnings beside what they say.
pub fn read(root: &Path) -> Result<(Source, Vec<String>), Failure> {
    read_with(root, definition::parse)
}

/// Reads them for a command that only wants their settings: a file without stages is fine.
pub fn read_settings(root: &Path) -> Result<(Source, Vec<String>), Failure> {
    read_with(root, definition::parse_settings)
}

fn read_with(
    root: &Path,
    parse: impl Fn(&str, &str) -> Result<definition::Parsed, definition::DefinitionErrors>,
) -> Result<(Source, Vec<String>), Failure> {
    let mut warnings = Vec::new();
    let native = read_text(&root.join(NATIVE))?;
    let old = read_text(&root.join(LEGACY))?;
    if let Some(text) = native {
        let parsed = parse(&text, NATIVE).map_err(broken)?;
        warnings.extend(parsed.warnings.iter().map(ToString::to_string));
        if old.is_some() {
            warnings.push(format!("{LEGACY} is not used, because there is a {NATIVE}"));
        }
        return Ok((Source::Native(Box::new(parsed.pipeline)), warnings));
    }
    let Some(text) = old else { return Ok((Source::None, warnings)) };
    let parsed = legacy::parse(&text, LEGACY).map_err(broken)?;
    warnings.extend(parsed.warnings.iter().map(ToString::to_string));
    Ok((Source::Legacy(Box::new(parsed)), warnings))
}

fn broken(errors: definition::DefinitionErrors) -> Failure {
    Failure::bad_input(anyhow!("{errors}"))
}

fn read_text(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::bad_input(anyhow::Error::new(error).context(format!("read {}", path.display())))),
        Ok(bytes) => String::from_utf8(bytes)
            .map(Some)
            .with_context(|| format!("read {}: it is not UTF-8 text", path.display()))
            .map_err(Failure::bad_input),
    }
}

/// The settings that are known before any plugin is asked: those of the file, or the defaults.
pub fn settings(source: &Source, name: &str) -> Pipeline {
    match source {
        Source::Native(pipeline) => (**pipeline).clone(),
        Source::Legacy(legacy) => {
            let mut pipeline = Pipeline::named(name);
            legacy.apply(&mut pipeline);
            pipeline
        }
        Source::None => Pipeline::named(name),
    }
}

/// The pipeline: that of the file, or a planned one.
pub async fn load(
    source: Source,
    mut warnings: Vec<String>,
    project: &Project,
    plugins: &dyn Plugins,
    tools: Vec<Tool>,
    version_control: &str,
) -> Result<Loaded, Failure> {
    let old = match source {
        Source::Native(pipeline) => return Ok(Loaded { pipeline: *pipeline, source: NATIVE, warnings }),
        Source::Legacy(legacy) => Some(legacy),
        Source::None => None,
    };
    let view = ProjectView {
        name: project.name.clone(),
        tools,
        attrs: vec![
            ("version-control".to_owned(), version_control.to_owned()),
            ("os".to_owned(), std::env::consts::OS.to_owned()),
        ],
        place: Place { root: project.root.clone(), visible_root: project.root.clone(), namespace: None },
    };
    let (planned, faults) = plugins.plan(&view).await;
    warnings.extend(faults.iter().map(fault_text));
    let stages = planned
        .into_iter()
        .map(|stage| PlannedStage {
            plugin: stage.plugin,
            name: stage.name,
            run: stage.run,
            directory: stage.directory,
            needs: stage.needs,
            env: stage.env,
            limits: stage.limits,
            purpose: stage.purpose,
            reason: stage.reason,
            evidence: stage.evidence,
        })
        .collect();
    let planned = definition::from_planned(&project.name, stages);
    warnings.extend(planned.notes.iter().map(ToString::to_string));
    let mut pipeline = planned.pipeline;
    if pipeline.stages.is_empty() {
        return Err(Failure {
            code: exit::NOTHING,
            error: anyhow!(
                "there is nothing to run: {} has no {NATIVE}, and no planner knows this kind of project",
                project.root.display()
            ),
            hints: vec![
                format!("write a {NATIVE} with at least one [[stage]]"),
                "run a single command with `selfheal exec -- CMD`".to_owned(),
            ],
        });
    }
    let source = if let Some(old) = old {
        old.apply(&mut pipeline);
        LEGACY
    } else {
        "planned"
    };
    Ok(Loaded { pipeline, source, warnings })
}

/// A plugin's fault for a person.
pub fn fault_text(fault: &FaultNote) -> String {
    format!("plugin {} broke its contract ({}): {}", fault.plugin, fault.code, fault.message)
}
