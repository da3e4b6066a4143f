//! The event stream of one run, read back.

use std::fmt;

use serde_json::Value;

use super::Answer;

/// The events of a run and how the command ended.
pub struct Events {
    answer: Answer,
    lines: Vec<Value>,
}

impl Events {
    /// From the output of `selfheal run --format json`.
    #[track_caller]
    pub fn of(answer: Answer) -> Self {
        let read = |line: &str| -> Value {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in the event {line:?}"))
        };
        let lines = answer.stdout.lines().map(read).collect();
        Self { answer, lines }
    }

    /// Exit code of the command.
    pub fn code(&self) -> i32 {
        self.answer.code
    }

    /// What it said to a person meanwhile.
    pub fn stderr(&self) -> &str {
        &self.answer.stderr
    }

    /// All events as text.
    pub fn text(&self) -> &str {
        &self.answer.stdout
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Facts of a kind.
    pub fn facts<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.lines.iter().map(|line| &line["fact"]).filter(move |fact| fact["fact"] == kind)
    }

    /// Decisions of a kind.
    pub fn decisions<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.lines.iter().map(|line| &line["decision"]).filter(move |decision| decision["decision"] == kind)
    }

    /// Result and qualifier of the run, e.g. `success healed`; empty for a run that did not end.
    pub fn end(&self) -> String {
        let end = self.decisions("end-run").last();
        end.map_or_else(String::new, |end| format!("{} {}", text(&end["result"]), text(&end["qualifier"])))
    }

    /// Result and qualifier of a stage.
    pub fn stage(&self, name: &str) -> String {
        let end = self.decisions("end-stage").filter(|end| end["stage"] == name).last();
        end.map_or_else(String::new, |end| format!("{} {}", text(&end["result"]), text(&end["qualifier"])))
    }

    /// How the incidents ended, in order.
    pub fn incidents(&self) -> Vec<String> {
        self.decisions("end-incident").map(|end| text(&end["end"])).collect()
    }

    /// Codes of the root causes that were diagnosed, in order.
    pub fn causes(&self) -> Vec<String> {
        self.facts("diagnosed").map(|fact| text(&fact["diagnosis"]["findings"][0]["code"])).collect()
    }

    /// Strategies that were tried, in order.
    pub fn tried(&self) -> Vec<String> {
        self.decisions("prepare-trial").map(|trial| text(&trial["remedy"]["strategy"])).collect()
    }

    /// Plugins whose remedies were tried, in order.
    pub fn healers_tried(&self) -> Vec<String> {
        self.decisions("prepare-trial").map(|trial| text(&trial["remedy"]["plugin"])).collect()
    }

    /// Strategy and plugin of the remedy that decided the first incident.
    pub fn healed_by(&self) -> String {
        self.decisions("end-incident").next().map_or_else(String::new, |end| text(&end["strategy"]))
    }

    /// Faults of plugins, as classifiers and as healers: id and code.
    pub fn faults(&self) -> Vec<(String, String)> {
        let facts = self.facts("diagnosed").chain(self.facts("remedies-proposed"));
        let faults = facts.filter_map(|fact| fact["faults"].as_array()).flatten();
        faults.map(|fault| (text(&fault["plugin"]), text(&fault["code"]))).collect()
    }

    /// Why remedies were refused.
    pub fn refusals(&self) -> Vec<String> {
        let proposals = self.decisions("weighed").filter_map(|one| one["proposals"].as_array()).flatten();
        proposals.filter_map(|one| one["refused"].as_str().map(str::to_owned)).collect()
    }

    /// Titles of all remedies that were weighed.
    pub fn proposals(&self) -> Vec<String> {
        let proposals = self.decisions("weighed").filter_map(|one| one["proposals"].as_array()).flatten();
        proposals.map(|one| text(&one["title"])).collect()
    }

    /// How trials ended, as the healers were told: `progressed`, `ineffective`, `worsened`, …
    pub fn endings(&self) -> Vec<String> {
        let last = self.decisions("ask-healers").last().and_then(|ask| ask["tried"].as_array());
        last.into_iter().flatten().map(|note| text(&note["ended"])).collect()
    }

    /// Milliseconds from the first failure to the end of a run that became green.
    pub fn red_to_green_ms(&self) -> Option<u64> {
        let at = |name: &str| self.lines.iter().find(|line| line["decision"]["decision"] == name)?["at"].as_u64();
        if !self.end().starts_with("success") {
            return None;
        }
        Some(at("end-run")?.saturating_sub(at("diagnose")?))
    }

    /// The patches that were offered.
    pub fn patches(&self) -> Vec<String> {
        self.facts("patch-saved").map(|fact| text(&fact["path"])).collect()
    }

    /// The tickets that were written.
    pub fn tickets(&self) -> Vec<String> {
        self.facts("ticket-saved").map(|fact| text(&fact["path"])).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

impl fmt::Debug for Events {
    /// The facts and decisions in short, for the message of a failed check.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit code {}", self.answer.code)?;
        for line in &self.lines {
            let event = if line["fact"].is_null() { &line["decision"] } else { &line["fact"] };
            let text: String = event.to_string().chars().take(700).collect();
            writeln!(f, "{} {text}", line["seq"])?;
        }
        write!(f, "{}", self.answer.stderr)
    }
}
