//! What an event teaches: the line that named a failure's cause, and the category that was verified.
//!
//! Read from the event's `attrs`, see `wit/README.md`: `category`, `cause` (the cause line, secrets masked), `incident` (its id),
//! `at` (when) and `ended` (how the incident ended) or, for a person's word, nothing more.

use plugin_sdk::json::{self, Value, json};
use plugin_sdk::notifier::Event;

use crate::classes;
use crate::delta::Teacher;

/// Kind of the event that says how an incident ended.
const INCIDENT_ENDED: &str = "incident-ended";
/// Kind of the event that carries a person's word (`selfheal learn label`).
const LABELLED: &str = "finding-labelled";
/// Kind of the event that takes lessons back (`selfheal learn forget`).
const FORGOTTEN: &str = "lessons-forgotten";
/// The only end that confirms a category: the remedy helped, and where a control attempt was drawn, it did not pass without the
/// remedy. `flaky-suspect` says that it was luck, and a remedy that did not help says nothing about the category.
const VERIFIED: &str = "healed";
/// Characters of a cause line that are kept: the model reads no more of a line.
const LONGEST_LINE: usize = 1_000;

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The incident, or what stands for one. One incident teaches one thing: a person's word replaces what was learned from it
    /// before, and nothing but a person's word replaces a person's.
    pub incident: String,
    /// The cause line.
    pub line: String,
    /// Category code, or `none` when a person says that the line is no failure.
    pub category: String,
    /// Place of the category.
    pub class: usize,
    /// Who says so.
    pub teacher: Teacher,
    /// When, in RFC 3339; empty when the event did not say.
    pub at: String,
}

/// What an event asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To learn.
    Learn(Lesson),
    /// To forget what one incident taught.
    Forget(String),
    /// To forget everything.
    ForgetAll,
}

/// What an event asks for; `None` when that is nothing to this plugin.
pub fn of_event(event: &Event) -> Option<Request> {
    if event.kind == FORGOTTEN {
        let incident = event.attr("incident").map(str::to_owned);
        return Some(incident.map_or(Request::ForgetAll, Request::Forget));
    }
    let category = event.attr("category")?;
    let class = classes::index(category)?;
    let line = event.attr("cause").filter(|line| !line.trim().is_empty())?;
    let incident = event.attr("incident")?;
    let teacher = match event.kind.as_str() {
        INCIDENT_ENDED if event.attr("ended") == Some(VERIFIED) && class >= classes::FIRST_CAUSE => {
            Teacher::Verification
        }
        LABELLED => Teacher::Person,
        _ => return None,
    };
    Some(Request::Learn(Lesson {
        incident: incident.to_owned(),
        line: line.chars().take(LONGEST_LINE).collect(),
        category: category.to_owned(),
        class,
        teacher,
        at: event.attr("at").unwrap_or_default().to_owned(),
    }))
}

impl Lesson {
    /// The stored form: a JSON object that a person can read.
    pub fn to_json(&self) -> String {
        json!({
            "incident": self.incident,
            "category": self.category,
            "cause": self.line,
            "by": self.teacher.as_str(),
            "at": self.at,
        })
        .to_string()
    }

    /// Reads the stored form; `None` for what is none.
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        let value: Value = json::from_slice(bytes).ok()?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let category = text("category")?;
        Some(Self {
            incident: text("incident")?,
            line: text("cause")?,
            class: classes::index(&category)?,
            category,
            teacher: Teacher::of_word(&text("by")?)?,
            at: text("at").unwrap_or_default(),
        })
    }
}
