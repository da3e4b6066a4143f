//! How much of what a person needs is in the lines that a diagnosis shows, beside what people look at instead: the last 200
//! lines of the log, and all lines with a keyword.
//!
//! A failure seldom stands at the end of the log of a large project: other jobs print before it, and steps that always run
//! come after. So each log stands between the green logs of other jobs here, behind none, one or two of them.

use crate::diagnose::diagnose;
use crate::labels::{Whole, wholes};

/// Lines that all findings of a log may show together.
const BUDGET: usize = 40;
/// What many people open first.
const TAIL: usize = 200;
/// What the others search for, whatever the case of the letters.
const KEYWORDS: [&str; 4] = ["error", "fail", "exception", "fatal"];
/// Measured on 2026-11-23, in percent: what must be shown.
const FLOOR: f64 = 97.0;

/// What one way of looking at logs shows.
#[derive(Default)]
struct View {
    name: &'static str,
    shares: Vec<f64>,
    lines: usize,
    missed: Vec<String>,
}

impl View {
    fn look(&mut self, whole: &Whole, shown: &[&str]) {
        let is_shown = |signal: &String| shown.iter().any(|line| line.contains(signal.as_str()));
        let (seen, missed): (Vec<&String>, Vec<&String>) = whole.signals.iter().partition(|signal| is_shown(signal));
        self.shares.push(seen.len() as f64 / whole.signals.len() as f64);
        self.lines += shown.len();
        self.missed.extend(missed.into_iter().map(|signal| format!("{}: {signal}", whole.id)));
    }

    fn percent(&self) -> f64 {
        100.0 * self.shares.iter().sum::<f64>() / self.shares.len() as f64
    }

    fn report(&self) -> String {
        let lines = self.lines as f64 / self.shares.len() as f64;
        format!("{:14} {:5.1} % of the signals in {lines:.0} lines", self.name, self.percent())
    }
}

#[test]
fn forty_lines_show_more_of_a_failure_than_the_end_of_the_log_and_a_keyword_search() {
    let wholes = wholes();
    let view = |name| View { name, ..View::default() };
    let (mut ours, mut tail, mut keywords) = (view("findings"), view("tail -200"), view("keyword search"));
    for (index, whole) in wholes.iter().enumerate() {
        let log = between_green_jobs(&wholes, index);
        let lines: Vec<&str> = log.lines().collect();
        let said = diagnose(&log, None);
        let mut numbers: Vec<u64> = Vec::new();
        for finding in said.findings.iter().chain(&said.runner_up) {
            numbers.push(finding.line);
            numbers.extend(finding.context.iter().map(|line| line.line));
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert!(numbers.len() <= BUDGET, "{} shows {} lines", whole.id, numbers.len());
        let shown: Vec<&str> = numbers.iter().map(|&number| lines[number as usize - 1]).collect();
        ours.look(whole, &shown);
        tail.look(whole, &lines[lines.len().saturating_sub(TAIL)..]);
        let has_keyword = |line: &&&str| KEYWORDS.iter().any(|word| line.to_lowercase().contains(word));
        keywords.look(whole, &lines.iter().filter(has_keyword).copied().collect::<Vec<&str>>());
    }
    let report = [&ours, &tail, &keywords].map(View::report).join("\n");
    println!("{} whole logs between green jobs\n{report}\nmissed {}", wholes.len(), ours.missed.join("\n       "));
    assert!(ours.percent() > tail.percent() && ours.percent() > keywords.percent(), "{report}");
    assert!(ours.percent() >= FLOOR, "{report}\nmissed: {}", ours.missed.join(", "));
}

/// What a service says of a green job at its end; of what is a step here it would not say that.
const VERDICTS: [&str; 2] = ["Job succeeded", "Finished: SUCCESS"];

/// The log between those of two green jobs before it and none, one or two after it, all of other ecosystems.
fn between_green_jobs(wholes: &[Whole], index: usize) -> String {
    let ecosystem = |whole: &Whole| whole.id.split('-').next().unwrap_or_default().to_owned();
    let own = ecosystem(&wholes[index]);
    let mut others: Vec<(String, &str)> = Vec::new();
    for other in wholes[index..].iter().chain(&wholes[..index]) {
        let name = ecosystem(other);
        if name != own && others.iter().all(|(known, _)| *known != name) {
            others.push((name, &other.green));
        }
    }
    let greens: Vec<&str> = others.into_iter().map(|(_, green)| green).collect();
    let (before, after) = greens.split_at(2);
    let parts = before.iter().copied().chain([wholes[index].log.as_str()]).chain(after[..index % 3].iter().copied());
    let lines = parts.flat_map(str::lines).filter(|line| !VERDICTS.iter().any(|verdict| line.ends_with(verdict)));
    lines.map(|line| format!("{line}\n")).collect()
}
