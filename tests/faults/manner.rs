//! The manners in which a broken project is run, and what is seen of each run from outside.

use std::process::Command;
use std::time::{Duration, Instant};

use lab::{Answer, Events, Lab, Tree};

use crate::catalogue::Case;
use crate::injection::{Site, inject, succeeds};

/// Attempts of the plain retry: what continuous integration offers as `retry: 2`.
const PLAIN_ATTEMPTS: usize = 3;

/// Runs its arguments and writes the processor time of all of them, four times `MmS.SSs`, to a file.
const MEASURE: &str = "file=$1; shift; code=0; \"$@\" || code=$?; times > \"$file\"; exit $code";

/// One run, seen from outside.
pub struct Seen {
    /// The stream of events and the exit code.
    pub events: Events,
    /// Processor time of the engine and all that it started.
    pub cpu: Duration,
    /// Whether the project now is what it claims to be.
    pub truth: Result<(), String>,
    /// What differs of the files that no healing may change.
    pub broken_promises: Vec<String>,
    /// What differs of everything but the folders that tools make.
    pub changes: Vec<String>,
    /// Why an offered patch does not fit.
    pub patch: Result<(), String>,
}

impl Seen {
    /// Whether the run ended green.
    pub fn is_green(&self) -> bool {
        self.events.code() == 0
    }

    /// Green, although the project is not what it claims to be.
    pub fn is_false_green(&self) -> bool {
        self.is_green() && (self.truth.is_err() || !self.broken_promises.is_empty())
    }
}

/// A plain retry: the pipeline without healing until it is green, at most three times.
pub struct Retried {
    /// The first run; the same thing as healing that is off.
    pub first: Seen,
    /// Whether a later one was green.
    pub is_green: bool,
    /// Green, although the project is not what it claims to be.
    pub is_false_green: bool,
    /// From the end of the first run to the end of the green one.
    pub to_green: Option<Duration>,
    /// Processor time of all runs but the first.
    pub cpu: Duration,
}

/// Heals, with permission to apply patches.
pub fn heal(case: &Case) -> Seen {
    once(case, &inject(case), &["--patches", "apply"])
}

/// Heals; patches are only offered.
pub fn propose(case: &Case) -> Seen {
    once(case, &inject(case), &["--patches", "propose"])
}

/// Runs it without healing, again and again.
pub fn retry(case: &Case) -> Retried {
    let site = inject(case);
    let first = once(case, &site, &["--mode", "off"]);
    let since = Instant::now();
    let mut retried =
        Retried { is_green: first.is_green(), is_false_green: false, to_green: None, cpu: Duration::ZERO, first };
    for _ in 1..PLAIN_ATTEMPTS {
        if retried.is_green {
            break;
        }
        let again = once(case, &site, &["--mode", "off"]);
        retried.cpu += again.cpu;
        retried.is_green = again.is_green();
        retried.is_false_green = again.is_false_green();
        retried.to_green = retried.is_green.then(|| since.elapsed());
    }
    retried
}

fn once(case: &Case, site: &Site, arguments: &[&str]) -> Seen {
    let lab = &site.lab;
    let before = lab.tree();
    let times = lab.outside("times");
    let plain = lab.run_command(arguments);
    let mut command = Command::new("sh");
    command.args(["-c", MEASURE, "sh"]).arg(&times).arg(plain.get_program()).args(plain.get_args());
    command.current_dir(lab.root()).stdin(std::process::Stdio::null());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let events = Events::of(Answer::of(command.output().expect("start the engine")));
    let cpu = read_times(&std::fs::read_to_string(times).expect("the shell wrote the times"));
    let after = lab.tree();
    let keeps = &case.project.keeps;
    let broken_promises = after.clone().only(keeps).differences(&before.clone().only(keeps));
    let without_made = |tree: Tree| case.project.made.iter().fold(tree, |tree, folder| tree.without(folder));
    let changes = without_made(after).differences(&without_made(before));
    let patch = fits(lab, &events.patches());
    let more = case.fault.map_or("", |fault| fault.verify.as_str());
    let truth = succeeds(lab, &lab.root(), &case.project.verify).and_then(|()| succeeds(lab, &lab.root(), more));
    Seen { events, cpu, truth, broken_promises, changes, patch }
}

fn fits(lab: &Lab, patches: &[String]) -> Result<(), String> {
    patches.iter().try_for_each(|patch| succeeds(lab, &lab.root(), &format!("git apply --check '{patch}'")))
}

/// The second line of `times`: processor time of the children, as user and as system.
fn read_times(text: &str) -> Duration {
    let seconds = |word: &str| -> f64 {
        let (minutes, seconds) = word.trim_end_matches('s').split_once('m').expect("times prints MmS.SSs");
        let number = |text: &str| text.replace(',', ".").parse::<f64>().expect("times prints numbers");
        number(minutes) * 60.0 + number(seconds)
    };
    let children = text.lines().nth(1).expect("times prints two lines");
    Duration::from_secs_f64(children.split_whitespace().map(seconds).sum())
}
