//! `selfheal learn show|label|forget`: what was learned in a project.
//!
//! The learned classifier keeps its lessons in its own store, under keys that `wit/README.md` names; it alone writes them. How
//! often a strategy helped is in the engine's record. Labels and wishes to forget are events that all notifiers are told.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use driver::ports::{Clock as _, News};
use pipeline::id::PluginId;
use plugin_host::PluginHost;
use serde::Deserialize;

use super::learn_label;
use crate::args::{Format, LearnCommand};
use crate::drive;
use crate::engine::{self, SystemClock};
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::Project;
use crate::report::paint::{HEALED, NAME, harmless, paint};
use crate::standard::LEARNER;

/// Kind of the event that takes lessons back.
const FORGOTTEN: &str = "lessons-forgotten";
/// What the keys of lessons start with.
const LESSONS: &str = "learned/lesson/";
/// Characters of a cause that are shown.
const SHOWN: usize = 160;

/// A lesson as the learned classifier keeps it.
#[derive(Clone, Debug, Deserialize)]
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
    let arms = match project.state.database().exists() {
        true => drive::open_store(&project.state)?.arms(SystemClock.now()).map_err(anyhow::Error::new)?,
        false => Vec::new(),
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
        for arm in &arms {
            say!(
                "{}",
                serde_json::json!({
                    "version": 1, "kind": "strategy", "code": arm.code, "strategy": arm.strategy,
                    "helped": arm.healed, "did_not_help": arm.failed,
                })
            );
        }
        return Ok(exit::PASSED);
    }
    if lessons.is_empty() && arms.is_empty() {
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
    if !arms.is_empty() {
        say!("strategies, an outcome of 30 days ago counts half");
    }
    for arm in &arms {
        say!(
            "  {} {:<12} helped {:.1}, did not help {:.1}",
            paint(NAME, format!("{:<30}", arm.code)),
            arm.strategy,
            arm.healed,
            arm.failed
        );
    }
    Ok(exit::PASSED)
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

fn plugins_of(project: &Project) -> Result<std::sync::Arc<PluginHost>, Failure> {
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    engine::plugins_and_learner(project, &pipeline_file::settings(&source, &project.name))
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
