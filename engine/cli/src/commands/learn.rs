//! `selfheal learn show|label|forget|export|import`: what was learned in a project.
//!
//! The learned classifier keeps its lessons in its own store, under keys that `wit/README.md` names; it alone writes them. How
//! often a strategy helped, and which limits stages need, is in the engine's record. Labels and wishes to forget are events that all notifiers are told.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use driver::ports::{Clock as _, News};
use pipeline::id::PluginId;
use plugin_host::PluginHost;
use serde::{Deserialize, Serialize};

use store::{Figures, LearnedFloor};

use super::{learn_label, learn_transfer};
use crate::args::{Format, LearnCommand};
use crate::drive;
use crate::engine::{self, SystemClock};
use crate::exit::{self, Failure};
use crate::people;
use crate::pipeline_file;
use crate::project::Project;
use crate::report::limits;
use crate::report::paint::{HEALED, NAME, harmless, paint};
use crate::standard::LEARNER;

/// Kind of the event that takes lessons back.
const FORGOTTEN: &str = "lessons-forgotten";
/// What the keys of lessons start with.
const LESSONS: &str = "learned/lesson/";
/// Characters of a cause that are shown.
const SHOWN: usize = 160;

/// A lesson as the learned classifier keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// The incident, or what stands for a line of somebody's log.
    pub incident: String,
    /// Category code.
    pub category: String,
    /// The cause line.
    pub cause: String,
    /// `person` or `verification`.
    pub by: String,
    /// When, in RFC 3339; empty when nobody said.
    pub at: String,
}

/// Answers.
pub fn learn(command: LearnCommand) -> Result<u8, Failure> {
    match command {
        LearnCommand::Show { dir, format } => show(&dir, format),
        LearnCommand::Export { file, dir } => learn_transfer::export(&file, &dir),
        LearnCommand::Import { file, by, dir } => learn_transfer::import(&file, by.as_deref(), &dir),
        LearnCommand::Label(args) => learn_label::label(args),
        LearnCommand::Forget { incident, all: _, dir } => forget(incident.as_deref(), &dir),
    }
}

/// The lessons of a project, oldest first. What is no lesson is left out.
pub fn lessons(plugins: &PluginHost) -> Result<Vec<Lesson>, Failure> {
    let kept = plugins.kept_by(&PluginId::from(LEARNER), LESSONS).map_err(|error| {
        Failure::from(anyhow::Error::new(error)).hint("remove that file to start without what was learned")
    })?;
    Ok(kept.iter().filter_map(|(_, value)| serde_json::from_slice(value).ok()).collect())
}

/// Tells all notifiers; an error when the learned classifier is not among them or did not take it.
pub fn tell(plugins: &PluginHost, news: &News) -> Result<(), Failure> {
    if plugins.catalog().find(LEARNER).is_none() {
        return Err(Failure::plugin(anyhow!("the plugin {LEARNER} is not used")).hint("selfheal plugin list says why"));
    }
    for fault in engine::runtime()?.block_on(plugins.notify(news)) {
        if fault.plugin == LEARNER {
            return Err(Failure::plugin(anyhow!("{}", pipeline_file::fault_text(&fault))));
        }
        tell!("{} {}", paint(HEALED, "warning:"), pipeline_file::fault_text(&fault));
    }
    Ok(())
}

fn show(dir: &Path, format: Format) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let plugins = plugins_of(&project)?;
    let lessons = lessons(&plugins)?;
    let (mut arms, mut figures, mut floors) = (Vec::new(), Vec::new(), Vec::new());
    if project.state.database().exists() {
        let store = drive::open_store(&project.state)?;
        people::note_reverts(&project, &store)?;
        arms = store.arms(SystemClock.now()).map_err(anyhow::Error::new)?;
        figures = store.figures(SystemClock.now()).map_err(anyhow::Error::new)?;
        floors = store.all_floors().map_err(anyhow::Error::new)?;
    }
    let arm_of = |figures: &Figures| {
        let arm = arms.iter().find(|arm| arm.code == figures.code && arm.strategy == figures.strategy);
        arm.map_or((0.0, 0.0), |arm| (arm.healed, arm.failed))
    };
    if format == Format::Json {
        for lesson in &lessons {
            let Lesson { incident, category, cause, by, at } = lesson;
            say!(
                "{}",
                serde_json::json!({
                    "version": 1, "kind": "lesson", "incident": incident, "category": category, "cause": cause, "by": by, "at": at,
                })
            );
        }
        for one in &figures {
            let (helped, did_not_help) = arm_of(one);
            say!(
                "{}",
                serde_json::json!({
                    "version": 1, "kind": "strategy", "code": one.code, "strategy": one.strategy,
                    "helped": helped, "did_not_help": did_not_help,
                    "shadowed": one.shadowed, "tried": one.tried, "healed": one.healed, "worsened": one.worsened,
                    "false_heals": one.false_heals, "precision": one.precision(), "lower_bound": one.lower_bound(),
                    "ready": one.missing() == 0, "missing": one.missing(),
                })
            );
        }
        for LearnedFloor { pipeline, stage, floor, learned } in &floors {
            say!(
                "{}",
                serde_json::json!({
                    "version": 1, "kind": "limits", "pipeline": pipeline, "stage": stage, "run": floor.run,
                    "at": learned.to_string(), "limits": floor.limits, "greens": floor.greens, "wait": floor.wait,
                })
            );
        }
        return Ok(exit::PASSED);
    }
    if lessons.is_empty() && figures.is_empty() && floors.is_empty() {
        say!("nothing was learned in {}", project.root.display());
        say!("hint: selfheal learn label last CATEGORY says what kind of failure the last run had");
        return Ok(exit::PASSED);
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for lesson in &lessons {
        *counts.entry(lesson.category.as_str()).or_default() += 1;
    }
    say!("{} in {}", counted(lessons.len(), "lesson"), project.root.display());
    for (category, count) in counts {
        say!("  {} {count}", paint(NAME, format!("{category:<30}")));
    }
    for lesson in &lessons {
        let teacher = if lesson.by == "person" { "by a person" } else { "verified by a remedy" };
        say!("{}  {}  {teacher}  {}", paint(NAME, &lesson.incident), lesson.category, lesson.at);
        say!("    {}", harmless(&lesson.cause, SHOWN));
    }
    if !figures.is_empty() {
        say!("strategies, an outcome of 180 days ago counts half");
    }
    for one in &figures {
        let (helped, did_not_help) = arm_of(one);
        let code = paint(NAME, format!("{:<30}", one.code));
        say!("  {code} {:<12} helped {helped:.1}, did not help {did_not_help:.1}", one.strategy);
        say!("    {}", promotion(one));
    }
    if !floors.is_empty() {
        say!("limits that stages start with, since they healed them");
    }
    for LearnedFloor { pipeline, stage, floor, .. } in &floors {
        say!("  {} of {pipeline}: {} (run {})", paint(NAME, stage), limits::words(&floor.limits), floor.run);
        say!("    less is tried after {} green attempts, {} so far", floor.wait, floor.greens);
    }
    Ok(exit::PASSED)
}

/// What a strategy has shown, and whether that is enough to let it heal by itself.
fn promotion(one: &Figures) -> String {
    let mut text = format!("tried {}, healed {}", one.tried, one.healed);
    if one.false_heals > 0 {
        text.push_str(&format!(" ({} false)", one.false_heals));
    }
    text.push_str(&format!(", worsened {}, in shadow {}", one.worsened, one.shadowed));
    if let Some(precision) = one.precision() {
        text.push_str(&format!("; {:.0} % precise, at least {:.0} %", precision * 100.0, one.lower_bound() * 100.0));
    }
    match one.missing() {
        0 => text.push_str(": ready"),
        missing => text.push_str(&format!(": not yet (needs {missing} more)")),
    }
    text
}

fn forget(incident: Option<&str>, dir: &Path) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let plugins = plugins_of(&project)?;
    let before = lessons(&plugins)?;
    if let Some(incident) = incident
        && !before.iter().any(|lesson| lesson.incident == incident)
    {
        return Err(Failure::bad_input(anyhow!("nothing was learned from {incident:?}"))
            .hint("selfheal learn show lists the lessons and their incidents"));
    }
    let what = incident.map_or_else(|| "everything".to_owned(), |incident| format!("what {incident} taught"));
    let news = News {
        kind: FORGOTTEN.to_owned(),
        run: String::new(),
        title: format!("forget {what}"),
        body: String::new(),
        attrs: incident.map(|incident| ("incident".to_owned(), incident.to_owned())).into_iter().collect(),
    };
    tell(&plugins, &news)?;
    if incident.is_none() && project.state.database().exists() {
        let store = drive::open_store(&project.state)?;
        store.forget(None, None, SystemClock.now()).map_err(anyhow::Error::new)?;
    }
    let after = lessons(&plugins)?;
    if after.iter().any(|lesson| incident.is_none_or(|incident| lesson.incident == incident)) {
        return Err(Failure::plugin(anyhow!("{LEARNER} did not forget {what}")));
    }
    say!("forgot {what} ({})", counted(before.len() - after.len(), "lesson"));
    Ok(exit::PASSED)
}

pub fn plugins_of(project: &Project) -> Result<std::sync::Arc<PluginHost>, Failure> {
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    engine::plugins_and_learner(project, &pipeline_file::settings(&source, &project.name))
}

pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
