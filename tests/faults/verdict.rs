//! What is wrong with what became of a case. The engine's word counts for nothing here unless the project itself bears it out.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::catalogue::{Case, End, Fault, Nature};
use crate::manner::{self, Retried, Seen};

/// A case, what became of it, and what is wrong with that.
pub struct Verdict<'a> {
    /// The case.
    pub case: Case<'a>,
    /// What was seen; `None` for the project as it is.
    pub seen: Option<Runs>,
    /// Empty when all is well.
    pub complaints: Vec<String>,
}

/// One broken project in every manner, each time made anew.
pub struct Runs {
    /// With healing, allowed to apply patches.
    pub healing: Seen,
    /// Without healing, and then as a plain retry.
    pub retry: Retried,
}

/// Runs a case in every manner. What goes wrong in the suite itself is a complaint about the case.
pub fn of(case: Case<'_>) -> Verdict<'_> {
    let broken = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<String>().map_or("it panicked", String::as_str);
        Verdict { case, seen: None, complaints: vec![text.to_owned()] }
    };
    catch_unwind(AssertUnwindSafe(|| judged(case))).unwrap_or_else(broken)
}

fn judged(case: Case<'_>) -> Verdict<'_> {
    match case.fault {
        None => Verdict { case, seen: None, complaints: about_health(&manner::heal(&case)) },
        Some(fault) => {
            let runs = Runs { healing: manner::heal(&case), retry: manner::retry(&case) };
            let mut complaints = about_breakage(&runs.retry);
            complaints.extend(about_healing(fault, &runs.healing));
            if fault.end == End::Proposed {
                complaints.extend(about_proposal(&manner::propose(&case)));
            }
            Verdict { case, seen: Some(runs), complaints }
        }
    }
}

impl Verdict<'_> {
    /// The end of the line that tells how the case went.
    pub fn in_short(&self) -> String {
        let word = if self.complaints.is_empty() { "ok" } else { "FAILED" };
        let Some(seen) = &self.seen else { return word.to_owned() };
        let events = &seen.healing.events;
        let end = match events.red_to_green_ms() {
            Some(time) => format!("{} by {} in {time} ms", events.end(), events.healed_by()),
            None => events.incidents().join(", "),
        };
        format!("{word} ({end})")
    }
}

impl Runs {
    /// Whether the plain retry hid something: a bug that it made green, or a result that is not right.
    pub fn retry_hid_something(&self, fault: &Fault) -> bool {
        self.retry.is_false_green || self.retry.is_green && fault.nature == Nature::Bug
    }

    /// Whether healing hid something, likewise.
    pub fn healing_hid_something(&self, fault: &Fault) -> bool {
        self.healing.is_false_green() || self.healing.is_green() && fault.nature == Nature::Bug
    }

    /// Whether healing left something worse than it was.
    pub fn healing_did_harm(&self) -> bool {
        let is_changed_in_vain = !self.healing.is_green() && !self.healing.changes.is_empty();
        is_changed_in_vain || !self.healing.broken_promises.is_empty()
    }
}

fn about_health(seen: &Seen) -> Vec<String> {
    let mut complaints = Vec::new();
    if seen.events.end() != "success clean" {
        complaints.push(format!("the project is not healthy: {:#?}", seen.events));
    }
    complaints.extend(seen.truth.as_ref().err().map(|message| format!("the project is not true: {message}")));
    complaints.extend(changed("a healthy run changed", &seen.changes));
    complaints
}

fn about_breakage(retry: &Retried) -> Vec<String> {
    let first = &retry.first;
    let mut complaints = Vec::new();
    if first.is_green() {
        complaints.push("it is green without healing, so nothing is broken".to_owned());
    }
    complaints.extend(changed("a run without healing changed", &first.changes));
    complaints
}

fn about_healing(fault: &Fault, seen: &Seen) -> Vec<String> {
    let mut complaints = about_promises(seen);
    let end = seen.events.end();
    match (seen.is_green(), fault.end) {
        (true, End::Escalated) if fault.nature == Nature::Bug => {
            complaints.push(format!("a real bug ended green: {:#?}", seen.events));
        }
        // More than is expected of it; whether it is right is checked below.
        (true, End::Escalated) => {}
        (true, expected) => {
            let word = if expected == End::FlakySuspect { "success flaky-suspect" } else { "success healed" };
            if end != word {
                complaints.push(format!("it ended {end:?} instead of {word:?}"));
            }
            let by = seen.events.healed_by();
            if by != fault.strategy {
                complaints.push(format!("it was healed by {by:?} instead of {}: {:#?}", fault.strategy, seen.events));
            }
        }
        (false, expected) if expected.is_green() => {
            complaints.push(format!("it was not healed (expected: {expected}): {:#?}", seen.events));
        }
        (false, _) => {
            let ends = seen.events.incidents();
            if ends.is_empty() || !ends.iter().all(|end| end == "escalated") {
                complaints.push(format!("its incidents ended {ends:?} instead of escalated: {:#?}", seen.events));
            }
            if seen.events.tickets().is_empty() {
                complaints.push("nobody was told: there is no ticket".to_owned());
            }
        }
    }
    for offer in &fault.offers {
        let title = offer.lines().find(|line| line.starts_with("title")).unwrap_or_default();
        let title = title.split('"').nth(1).unwrap_or_default();
        if !seen.events.proposals().iter().any(|proposed| proposed == title) {
            complaints
                .push(format!("nobody weighed {title:?}, so that nothing was put to the test: {:#?}", seen.events));
        }
    }
    if end == "success clean" {
        complaints.push("a run that failed at first is called clean".to_owned());
    }
    if seen.is_green() {
        complaints.extend(seen.truth.as_ref().err().map(|message| format!("it is green, but not true: {message}")));
    } else {
        complaints.extend(changed("an incident that was not healed changed", &seen.changes));
    }
    complaints
}

fn about_proposal(seen: &Seen) -> Vec<String> {
    let mut complaints = about_promises(seen);
    if seen.events.incidents() != ["proposed"] || seen.is_green() {
        complaints.push(format!("nothing was proposed: {:#?}", seen.events));
    }
    complaints.extend(changed("a proposal changed", &seen.changes));
    complaints.extend(seen.patch.as_ref().err().map(|message| format!("the patch does not fit: {message}")));
    complaints
}

fn about_promises(seen: &Seen) -> Vec<String> {
    changed("healing changed a test, a gate, a hash or the pipeline:", &seen.broken_promises)
}

fn changed(what: &str, differences: &[String]) -> Vec<String> {
    if differences.is_empty() { Vec::new() } else { vec![format!("{what} {differences:#?}")] }
}
