//! `selfheal learn label`: a person says what kind of failure it was.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use driver::effects::log_path;
use driver::log_text::FileLog;
use driver::ports::{Clock as _, DiagnoseRequest, LogText as _, News, Plugins as _};
use log_scan::SecretMask;
use pipeline::definition::Pipeline;
use pipeline::event::{Event, Fact, Record};
use pipeline::finding::{CATEGORIES, Diagnosis};
use plugin_host::PluginHost;
use sha2::{Digest as _, Sha256};
use store::{IncidentSummary, Store};

use super::learn;
use crate::args::LabelArgs;
use crate::drive;
use crate::engine::{self, SystemClock};
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::{self, Project};
use crate::report::paint::{NAME, PASSED, harmless, paint};

/// Kind of the event.
const LABELLED: &str = "finding-labelled";
/// The label of a line that speaks of no failure.
const NONE: &str = "none";
/// Characters of a line that are shown.
const SHOWN: usize = 160;

/// What the command line names.
enum Named<'a> {
    /// A line of a log.
    Line(&'a Path),
    /// A recorded failure.
    Failure(&'a str),
}

/// What is labelled.
struct Subject {
    /// Id of the incident, or one that stands for the line.
    incident: String,
    /// Id of the run; empty for a log of somebody else's.
    run: String,
    /// The line that names the cause.
    cause: String,
}

/// Labels a failure.
pub fn label(args: LabelArgs) -> Result<u8, Failure> {
    let project = Project::at(&args.dir)?;
    let (source, _warnings) = pipeline_file::read_settings(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let (named, category) = match (args.words.as_slice(), &args.log) {
        ([category], Some(log)) => (Named::Line(log), category),
        ([failure, category], None) => (Named::Failure(failure), category),
        ([_], None) => {
            return Err(Failure::bad_input(anyhow!("name a failure and its category"))
                .hint("such as `selfheal learn label last rate-limit`, or a line of a --log"));
        }
        _ => return Err(Failure::bad_input(anyhow!("a --log and a recorded failure cannot be labelled at once"))),
    };
    check_category(category)?;
    if !settings.detection.learning {
        return Err(Failure::bad_input(anyhow!("learning is switched off for {}", project.root.display()))
            .hint(format!("set `learning = true` under [detection] in {}", pipeline_file::NATIVE)));
    }
    let plugins = engine::plugins(&project, &settings, &[])?;
    let subject = match named {
        Named::Line(log) => of_log(log, args.line, &settings, &plugins)?,
        Named::Failure(failure) => of_record(failure, args.line, &project)?,
    };
    let mask = SecretMask::new(project::secret_values(&settings.secrets, &project::environment()));
    let cause = mask.mask(&subject.cause).into_owned();
    let attrs = [
        ("incident", subject.incident.clone()),
        ("category", category.clone()),
        ("cause", cause.clone()),
        ("at", SystemClock.now().to_string()),
    ];
    let news = News {
        kind: LABELLED.to_owned(),
        run: subject.run,
        title: format!("{} is {}", subject.incident, category),
        body: String::new(),
        attrs: attrs.map(|(key, value)| (key.to_owned(), value)).into(),
    };
    learn::tell(&plugins, &news)?;
    let is_kept = learn::lessons(&plugins)?
        .iter()
        .any(|lesson| lesson.incident == subject.incident && lesson.category == *category);
    if !is_kept {
        return Err(Failure::plugin(anyhow!("the label was not kept")));
    }
    say!("{} {} is {}", paint(PASSED, "learned:"), paint(NAME, &subject.incident), category);
    say!("    {}", harmless(&cause, SHOWN));
    say!("hint: `selfheal learn forget {}` takes it back", subject.incident);
    Ok(exit::PASSED)
}

fn check_category(category: &str) -> Result<(), Failure> {
    if category == NONE || CATEGORIES.contains(&category) {
        return Ok(());
    }
    Err(Failure::bad_input(anyhow!("there is no category {category:?}"))
        .hint(format!("the categories are: {}, and `{NONE}` for a line that is no failure", CATEGORIES.join(", "))))
}

/// A line of a log: the one that is named, or the one that the diagnosis names.
fn of_log(path: &Path, line: Option<u64>, settings: &Pipeline, plugins: &PluginHost) -> Result<Subject, Failure> {
    let metadata = std::fs::metadata(path)
        .with_context(|| format!("open the log {}", path.display()))
        .map_err(Failure::bad_input)?;
    if !metadata.is_file() {
        return Err(Failure::bad_input(anyhow!("{} is not a file", path.display())));
    }
    let cause = match line {
        Some(line) => line_of(path, line)?,
        None => {
            let request = DiagnoseRequest {
                log: path.to_owned(),
                outcome: None,
                baselines: Vec::new(),
                confidence_threshold: settings.detection.confidence_threshold,
                pattern_matching: settings.detection.pattern_matching,
            };
            let (diagnosis, _faults) = engine::runtime()?.block_on(plugins.diagnose(request));
            cause_of(&diagnosis, path)?
        }
    };
    // The same line is the same lesson, whatever the file is called.
    let digest: String = Sha256::digest(cause.as_bytes()).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    Ok(Subject { incident: format!("log-{digest}"), run: String::new(), cause })
}

/// The cause of a recorded incident.
fn of_record(failure: &str, line: Option<u64>, project: &Project) -> Result<Subject, Failure> {
    if !project.state.database().exists() {
        return Err(Failure::bad_input(anyhow!("there is no recorded run of {}", project.root.display()))
            .hint("name the project's folder with --dir, or a log with --log FILE"));
    }
    let store = drive::open_store(&project.state)?;
    let incident = find(&store, failure)?;
    let records = store.records(&incident.run).map_err(anyhow::Error::new)?;
    let diagnosed = records.iter().find_map(|record| match record {
        Record { event: Event::Fact(Fact::Diagnosed { incident: of, attempt, diagnosis, .. }), .. }
            if *of == incident.incident =>
        {
            Some((*attempt, diagnosis))
        }
        _ => None,
    });
    let Some((attempt, diagnosis)) = diagnosed else {
        return Err(Failure::bad_input(anyhow!("{} ended before it was diagnosed", incident.incident)));
    };
    let log = log_path(&project.state, incident.run.as_str(), &incident.stage, attempt);
    let cause = match line {
        Some(line) => line_of(&log, line)?,
        None => cause_of(diagnosis, &log)?,
    };
    Ok(Subject { incident: incident.incident.to_string(), run: incident.run.to_string(), cause })
}

/// An incident by its id (`RUN.NUMBER`), or the only one of a run.
fn find(store: &Store, failure: &str) -> Result<IncidentSummary, Failure> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (run, number) = match failure.rsplit_once('.') {
        Some((run, number)) if is_number(number) => (run, Some(number)),
        _ => (failure, None),
    };
    let run = store.run(run).map_err(|error| {
        Failure::bad_input(anyhow::Error::new(error)).hint("selfheal history lists the runs of a project")
    })?;
    let mut incidents = store.incidents(&run.run).map_err(anyhow::Error::new)?;
    let known: Vec<String> =
        incidents.iter().map(|incident| format!("{} (stage {})", incident.incident, incident.stage)).collect();
    if let Some(number) = number {
        let id = format!("{}.{number}", run.run);
        incidents.retain(|incident| incident.incident.as_str() == id);
    }
    match (incidents.len(), known.is_empty()) {
        (1, _) => Ok(incidents.remove(0)),
        (_, true) => Err(Failure::bad_input(anyhow!("nothing failed in run {}", run.run))),
        (0, _) => Err(Failure::bad_input(anyhow!("there is no incident {failure:?}"))
            .hint(format!("the run has {}", known.join(", ")))),
        _ => Err(Failure::bad_input(anyhow!("run {} has several incidents", run.run))
            .hint(format!("name one of {}", known.join(", ")))),
    }
}

fn line_of(log: &Path, line: u64) -> Result<String, Failure> {
    let text = FileLog::open(log).lines(line, 1).into_iter().next().map(|(_, text)| text);
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) => Ok(text),
        None => Err(Failure::bad_input(anyhow!("{} has no text in line {line}", log.display()))),
    }
}

/// The line that a diagnosis names; where it names none, the lines that are worth a look are the hint.
fn cause_of(diagnosis: &Diagnosis, log: &Path) -> Result<String, Failure> {
    if let Some(finding) = diagnosis.findings.first() {
        return Ok(finding.text.clone());
    }
    let failure = Failure::bad_input(anyhow!("no line of {} is known to name the cause", log.display()))
        .hint("name it with --line N");
    let lines = diagnosis.excerpt.iter().filter(|line| line.line > 0 && !line.text.trim().is_empty());
    Err(lines
        .fold(failure, |failure, line| failure.hint(format!("line {}: {}", line.line, harmless(&line.text, SHOWN)))))
}
