//! What pip's own index says: releases with their dates, what an archive holds, what pip's resolver would choose.
//!
//! Asked through `python3` and the pip that it has, as errands (`process`), so that the index, its certificates and its access
//! are those that the machine is configured with and no address of an index stands here. The programs below `ask/` read
//! archives and never run or install what they download.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use plugin_sdk::json::{self, Value, json};
use plugin_sdk::prelude::*;

/// The program of an errand.
const PROGRAM: &str = concat!(
    include_str!("index/ask/index.py"),
    include_str!("index/ask/contents.py"),
    include_str!("index/ask/resolve.py"),
    include_str!("index/ask/main.py"),
);
/// Seconds that all questions of one call may take together, out of the 60 that the host gives it.
const SECONDS: f64 = 45.0;
/// Most of an answer that is read, in bytes: the releases of a distribution with a thousand of them take 80 KiB.
const MAX_ANSWER_BYTES: u32 = 1 << 20;

/// Why the index gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// The user said so.
    Offline,
    /// The program was not granted or is not there.
    NotRun(String),
    /// The time for questions is spent.
    Late,
    /// Anything that pip or the index said instead of an answer.
    Failed(String),
}

impl fmt::Display for Unasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offline => f.write_str("the run is offline"),
            Self::NotRun(why) => write!(f, "python3 could not be run: {why}"),
            Self::Late => f.write_str("the package index took too long"),
            Self::Failed(why) => write!(f, "the package index could not be asked: {why}"),
        }
    }
}

/// A final release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its version.
    pub version: String,
    /// The day it was uploaded, `YYYY-MM-DD`; empty where the index does not say.
    pub date: String,
    /// Whether it can be installed on the code's Python without a compiler.
    pub fits: bool,
}

/// Requirements that pip can resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Which of the alternatives they are.
    pub number: usize,
    /// The versions that pip would choose, by normal name.
    pub versions: BTreeMap<String, String>,
}

/// Something that code expects of a package: a module, a name in a module, an attribute of a class, or an argument of a
/// function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The module; empty for an attribute of a class.
    pub module: String,
    /// The class; empty for anything else. A function may be a method of it.
    pub class: String,
    /// The name; empty for the module itself.
    pub name: String,
    /// An argument that the function of this name takes; empty for anything else.
    pub argument: String,
}

impl Expected {
    /// A module as a whole.
    pub fn module(module: &str) -> Self {
        Self { module: module.to_owned(), class: String::new(), name: String::new(), argument: String::new() }
    }

    fn question(&self, ask: &str, distribution: &str, version: &str) -> Value {
        json!({ "ask": ask, "name": distribution, "version": version, "module": self.module, "class": self.class,
            "name_in_module": self.name, "argument": self.argument })
    }
}

/// The index, for one call of the plugin.
pub struct Index {
    python: Option<(u64, u64)>,
    is_offline: bool,
    spent: Cell<f64>,
}

impl Index {
    /// The index as it looks to code that runs on a version of Python; `None` for the version of `python3`.
    pub fn new(python: Option<(u64, u64)>, is_offline: bool) -> Self {
        Self { python, is_offline, spent: Cell::new(0.0) }
    }

    /// The final releases of a distribution, oldest first; none when the index has no such distribution.
    ///
    /// # Errors
    /// When the index cannot be asked.
    pub fn releases(&self, distribution: &str) -> Result<Vec<Release>, Unasked> {
        let reply = self.ask(json!({ "ask": "releases", "name": distribution }))?;
        let releases = reply.get("releases").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |release: &Value, key: &str| release.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(releases
            .iter()
            .map(|release| Release {
                version: text(release, "version"),
                date: text(release, "date"),
                fits: release.get("fits").and_then(Value::as_bool).unwrap_or(false),
            })
            .collect())
    }

    /// Whether a release has what is expected; `None` when reading its archive does not tell.
    ///
    /// # Errors
    /// When the index cannot be asked.
    pub fn has(&self, distribution: &str, version: &str, expected: &Expected) -> Result<Option<bool>, Unasked> {
        let reply = self.ask(expected.question("has", distribution, version))?;
        Ok(reply.get("says").and_then(Value::as_bool))
    }

    /// Whether the code of a release needs something of another package; `None` when reading its archive does not tell.
    ///
    /// # Errors
    /// When the index cannot be asked.
    pub fn uses(&self, distribution: &str, version: &str, expected: &Expected) -> Result<Option<bool>, Unasked> {
        let reply = self.ask(expected.question("uses", distribution, version))?;
        Ok(reply.get("says").and_then(Value::as_bool))
    }

    /// The first of several sets of requirements that pip can resolve, with the versions it would choose.
    ///
    /// # Errors
    /// When the index cannot be asked.
    pub fn resolve(&self, alternatives: &[Vec<String>]) -> Result<Option<Resolved>, Unasked> {
        let reply = self.ask(json!({ "ask": "resolve", "alternatives": alternatives, "within": self.left() - 3.0 }))?;
        let versions = reply.get("versions").and_then(Value::as_object).map(|versions| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            versions.iter().map(|(name, version)| (name.clone(), text(version))).collect()
        });
        let number = reply.get("number").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        Ok(number.zip(versions).map(|(number, versions)| Resolved { number, versions }))
    }

    /// What pip says about requirements that it cannot resolve, also where the stage told it to be quiet.
    ///
    /// # Errors
    /// When the index cannot be asked.
    pub fn explain(&self, requirements: &[String]) -> Result<String, Unasked> {
        let within = self.left() / 3.0;
        let reply = self.ask(json!({ "ask": "explain", "requirements": requirements, "within": within }))?;
        Ok(reply.get("text").and_then(Value::as_str).unwrap_or_default().to_owned())
    }

    fn left(&self) -> f64 {
        SECONDS - self.spent.get()
    }

    fn ask(&self, mut question: Value) -> Result<Value, Unasked> {
        if self.is_offline {
            return Err(Unasked::Offline);
        }
        if self.left() < 2.0 {
            return Err(Unasked::Late);
        }
        if let Some((major, minor)) = self.python {
            question["python"] = json!([major, minor]);
        }
        // Isolated: no variable, directory or site of the user brings code along.
        let argv = ["python3", "-I", "-c", PROGRAM, &question.to_string()];
        let timeout_ms = Duration::from_secs_f64(self.left()).as_millis().try_into().ok();
        let limits = Limits { timeout_ms, ..Limits::default() };
        let request = host::process::ProcessRequest::new(argv).limits(limits).capture(MAX_ANSWER_BYTES);
        let result = host::process::run(&request).map_err(|error| Unasked::NotRun(format!("{error:?}")))?;
        self.spent.set(self.spent.get() + Duration::from_millis(result.outcome.duration_ms).as_secs_f64());
        if result.outcome.timed_out {
            return Err(Unasked::Late);
        }
        let reply: Value = result
            .stdout()
            .lines()
            .last()
            .and_then(|line| json::from_str(line).ok())
            .ok_or_else(|| Unasked::Failed("no answer".to_owned()))?;
        match reply.get("error").and_then(Value::as_str) {
            Some(error) => Err(Unasked::Failed(error.to_owned())),
            None => Ok(reply),
        }
    }
}
