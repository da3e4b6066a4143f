//! `selfheal learn export` and `import`: what was learned goes to another machine, or through a CI cache to the next run.
//!
//! The file is JSON with a version. It holds outcomes of trials, benched pairs of failure and remedy, typical durations, and
//! the lessons of the learned classifier with the one masked line that each consists of: no other line of a log, no
//! command, no environment.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use driver::ports::{Clock as _, News};
use pipeline::definition::STRATEGIES;
use pipeline::finding::CATEGORIES;
use plugin_host::{PluginHost, Role};
use serde::{Deserialize, Serialize};
use store::{BenchedPair, LearnedOutcome, Learning, Statement, TypicalDuration};

use super::learn::{self, Lesson, counted};
use crate::drive;
use crate::engine::{self, SystemClock};
use crate::exit::{self, Failure};
use crate::people;
use crate::pipeline_file;
use crate::project::Project;
use crate::report::paint::{NAME, PASSED, paint};
use crate::standard::LEARNER;

/// Version of the file.
const VERSION: u32 = 1;
/// What the file says it is.
const KIND: &str = "selfheal-learning";
/// Largest file that is read: a thousand times what a busy project exports.
const LARGEST: u64 = 64 << 20;
/// Longest text in a file; a lesson's line is the longest that there is.
const LONGEST: usize = 64 << 10;

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Transfer {
    version: u32,
    kind: String,
    outcomes: Vec<LearnedOutcome>,
    benched: Vec<BenchedPair>,
    durations: Vec<TypicalDuration>,
    lessons: Vec<Lesson>,
}

/// Writes it.
pub fn export(file: &Path, dir: &Path) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let (mut outcomes, mut benched, mut durations) = (Vec::new(), Vec::new(), Vec::new());
    if project.state.database().exists() {
        let store = drive::open_store(&project.state)?;
        people::note_reverts(&project, &store)?;
        outcomes = store.outcomes(SystemClock.now()).map_err(anyhow::Error::new)?;
        benched = store.benched_pairs().map_err(anyhow::Error::new)?;
        durations = store.all_typical_durations().map_err(anyhow::Error::new)?;
    }
    let lessons = learn::lessons(learn::plugins_of(&project)?.as_ref())?;
    let transfer = Transfer { version: VERSION, kind: KIND.to_owned(), outcomes, benched, durations, lessons };
    let text = serde_json::to_string_pretty(&transfer).map_err(anyhow::Error::new)?;
    if file == Path::new("-") {
        say!("{text}");
        return Ok(exit::PASSED);
    }
    std::fs::write(file, format!("{text}\n"))
        .with_context(|| format!("write {}", file.display()))
        .map_err(Failure::bad_input)?;
    say!("{} {}", paint(PASSED, "exported:"), sum(&transfer));
    say!("    {}", paint(NAME, file.display()));
    Ok(exit::PASSED)
}

/// Takes it in; after an error nothing is.
pub fn import(file: &Path, by: Option<&str>, dir: &Path) -> Result<u8, Failure> {
    let project = Project::at(dir)?;
    let text = read(file)?;
    let shown = file.display();
    let mut transfer: Transfer = serde_json::from_str(&text)
        .map_err(|error| Failure::bad_input(anyhow!("{shown}:{}:{}: {error}", error.line(), error.column())))?;
    if let Err(place) = check(&transfer) {
        return Err(Failure::bad_input(anyhow!("{shown}: {place}")).hint("write it with `selfheal learn export FILE`"));
    }
    let store = drive::open_store(&project.state)?;
    let now = SystemClock.now();
    // What is known already, here or from an earlier import, counts once.
    let known: BTreeSet<(String, u64, &str)> = store
        .outcomes(now)
        .map_err(anyhow::Error::new)?
        .into_iter()
        .map(|one| (one.incident.to_string(), one.number, one.outcome.as_str()))
        .collect();
    transfer.outcomes.retain(|one| !known.contains(&(one.incident.to_string(), one.number, one.outcome.as_str())));
    let known = store.benched().map_err(anyhow::Error::new)?;
    transfer.benched.retain(|one| !known.contains(&(one.signature.clone(), one.remedy.clone())));
    let mut wanted = Vec::new();
    for one in std::mem::take(&mut transfer.durations) {
        let typical = store.typical_durations(&one.pipeline, [&one.stage]).map_err(anyhow::Error::new)?;
        if !typical.contains_key(&one.stage) {
            wanted.push(one);
        }
    }
    transfer.durations = wanted;
    let plugins = only_the_learner(&project)?;
    let lessons = learn::lessons(&plugins)?;
    transfer.lessons.retain(|lesson| !lessons.contains(lesson));
    for lesson in &transfer.lessons {
        learn::tell(&plugins, &news_of(lesson))?;
    }
    let summary = sum(&transfer);
    let Transfer { outcomes, benched, durations, lessons, .. } = transfer;
    let learning = Learning { outcomes, benched, durations };
    let is_new = learning != Learning::default();
    if is_new {
        let statement = Statement::LearningImported { by: people::speaker(by), learning };
        store.append_statement(now, &statement).map_err(anyhow::Error::new)?;
    }
    if is_new || !lessons.is_empty() {
        say!("{} {summary}", paint(PASSED, "imported:"));
    } else {
        say!("nothing in {shown} is new");
    }
    Ok(exit::PASSED)
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(LARGEST + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(LARGEST + 1).read_to_string(&mut text))
    };
    read.with_context(|| format!("read {}", file.display())).map_err(Failure::bad_input)?;
    if text.len() as u64 > LARGEST {
        return Err(Failure::bad_input(anyhow!("{} is larger than {} MiB", file.display(), LARGEST >> 20)));
    }
    Ok(text)
}

/// What is wrong, and where.
fn check(transfer: &Transfer) -> Result<(), String> {
    if transfer.kind != KIND {
        return Err(format!("`kind` is {:?}, not {KIND:?}", transfer.kind));
    }
    if transfer.version != VERSION {
        return Err(format!("`version` is {}, and this selfheal knows {VERSION}", transfer.version));
    }
    let is_text = |text: &str| !text.is_empty() && text.len() <= LONGEST;
    let check = |is_right: bool, place: String| if is_right { Ok(()) } else { Err(format!("{place} is not right")) };
    for (at, one) in transfer.outcomes.iter().enumerate() {
        check(is_text(one.incident.as_str()), format!("outcomes[{at}].incident"))?;
        check(one.number > 0, format!("outcomes[{at}].number"))?;
        check(is_text(&one.code), format!("outcomes[{at}].code"))?;
        check(STRATEGIES.contains(&one.strategy.as_str()), format!("outcomes[{at}].strategy"))?;
    }
    for (at, one) in transfer.benched.iter().enumerate() {
        check(is_text(one.signature.as_str()), format!("benched[{at}].signature"))?;
        check(is_text(one.remedy.as_str()), format!("benched[{at}].remedy"))?;
        check(STRATEGIES.contains(&one.strategy.as_str()), format!("benched[{at}].strategy"))?;
    }
    for (at, one) in transfer.durations.iter().enumerate() {
        check(is_text(&one.pipeline), format!("durations[{at}].pipeline"))?;
        check(is_text(one.stage.as_str()), format!("durations[{at}].stage"))?;
    }
    for (at, one) in transfer.lessons.iter().enumerate() {
        let is_category = one.category == "none" || CATEGORIES.contains(&one.category.as_str());
        check(is_text(&one.incident), format!("lessons[{at}].incident"))?;
        check(is_category, format!("lessons[{at}].category"))?;
        check(is_text(&one.cause), format!("lessons[{at}].cause"))?;
        check(["person", "verification"].contains(&one.by.as_str()), format!("lessons[{at}].by"))?;
    }
    Ok(())
}

/// The plugins without other notifiers: nobody is told of an incident that happened elsewhere.
fn only_the_learner(project: &Project) -> Result<std::sync::Arc<PluginHost>, Failure> {
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let mut settings = pipeline_file::settings(&source, &project.name);
    let all = engine::plugins_and_learner(project, &settings)?;
    let others = all.catalog().with_role(Role::Notifier).map(|plugin| plugin.id.to_string());
    settings.plugins.disabled.extend(others.filter(|id| id != LEARNER));
    engine::plugins_and_learner(project, &settings)
}

/// The event that teaches a lesson, as the one that taught it there.
fn news_of(lesson: &Lesson) -> News {
    let Lesson { incident, category, cause, by, at } = lesson;
    let is_verified = by == "verification";
    let mut attrs = vec![
        ("incident".to_owned(), incident.clone()),
        ("category".to_owned(), category.clone()),
        ("cause".to_owned(), cause.clone()),
        ("at".to_owned(), at.clone()),
    ];
    if is_verified {
        attrs.push(("ended".to_owned(), "healed".to_owned()));
    }
    News {
        kind: if is_verified { "incident-ended" } else { "finding-labelled" }.to_owned(),
        run: String::new(),
        title: format!("{incident} is {category}"),
        body: String::new(),
        attrs,
    }
}

fn sum(transfer: &Transfer) -> String {
    format!(
        "{}, {}, {}, {}",
        counted(transfer.outcomes.len(), "outcome"),
        counted(transfer.benched.len(), "benched remedy").replace("remedys", "remedies"),
        counted(transfer.durations.len(), "duration"),
        counted(transfer.lessons.len(), "lesson")
    )
}
