//! What is shown of the candidates, and which lines around them.
//!
//! All findings of a log share one budget of lines. Each gets its block ([`crate::extent`]); the budget is spent on what is
//! essential in all of them first, then on the rest of their messages, and what is left over on further frames.

use std::collections::BTreeSet;

use crate::candidate::Candidate;
use crate::diagnosis::{ContextLine, Diagnosis};
use crate::extent::{self, Worth};
use crate::hint;
use crate::kept::AroundLine;
use crate::rank::Options;
use crate::rule::Position;
use crate::shape;
use crate::weight;

/// A finding this much lighter than the root is not worth its lines.
const WORTH_SHOWING: f64 = 2.0;
/// A runner-up this much lighter than the root is no alternative.
const WORTH_NAMING: f64 = 3.5;
/// Lines shown around a runner-up.
const OF_RUNNER_UP: usize = 3;
/// Lines shown on each side of a line that has no block.
const NEIGHBOURS: usize = 2;
/// Lines from the end of a block to the end of the step that are shown with it: what else the step said before it ended.
const TO_END: usize = 8;

/// Fills in findings, runner-up and context. The first candidate is the root.
pub(crate) fn present(candidates: Vec<Candidate<'_>>, options: &Options<'_>, diagnosis: &mut Diagnosis) {
    let Chosen { mut shown, runner_up } = choose(candidates, options);
    let heaviest = shown.first().map_or(0.0, |page| page.candidate.weight);
    let findings = shown.len();
    shown.extend(runner_up.map(|candidate| {
        let mut page = Page::of(candidate);
        page.offered.retain(|(worth, _)| *worth == Worth::Essential);
        page.offered.truncate(OF_RUNNER_UP);
        page
    }));
    spend(options.max_context, &mut shown);
    for (index, page) in shown.into_iter().enumerate() {
        let Page { candidate, mut taken, .. } = page;
        let mut finding = candidate.finding;
        if index > 0 {
            // The root weighs at least as much as any other: it is a rival at no distance.
            finding.confidence = weight::confidence(candidate.weight, Some(heaviest.max(candidate.weight)));
        }
        taken.sort_by_key(|line| line.line);
        finding.context = taken;
        if index < findings {
            diagnosis.findings.push(finding);
        } else {
            diagnosis.runner_up = Some(finding);
        }
    }
}

/// What is shown.
struct Chosen<'a> {
    /// The root first.
    shown: Vec<Page<'a>>,
    runner_up: Option<Candidate<'a>>,
}

fn choose<'a>(candidates: Vec<Candidate<'a>>, options: &Options<'_>) -> Chosen<'a> {
    let mut shown: Vec<Page<'a>> = Vec::new();
    let mut runner_up = None;
    let mut closing: Vec<Candidate<'a>> = Vec::new();
    for candidate in candidates {
        let Some(root) = shown.first().map(|page| &page.candidate) else {
            shown.push(Page::of(candidate));
            continue;
        };
        let is_alternative = candidate.finding.category != root.finding.category
            && !candidate.is_explained
            && !candidate.is_echo()
            && candidate.weight >= root.weight - WORTH_NAMING;
        let is_heavy = candidate.weight >= root.weight - WORTH_SHOWING && !candidate.went_on;
        let is_closing = candidate.is_explained && !candidate.went_on && candidate.finding.line > root.finding.line;
        if is_alternative && runner_up.is_none() {
            runner_up = Some(candidate);
        } else if is_heavy && shown.len() < options.max_findings && !shown.iter().any(|page| page.says(&candidate)) {
            shown.push(Page::of(candidate));
        } else if is_closing {
            closing.push(candidate);
        }
    }
    closing.retain(|candidate| !shown.iter().any(|page| page.says(candidate)));
    closing.sort_by_key(|candidate| candidate.finding.line);
    let detail = closing.iter().position(|candidate| candidate.rule.position == Position::Symptom);
    let detail = detail.map(|first| Page::of(closing.remove(first)));
    let is_bare = shown.iter().chain(&detail).all(|page| page.offered.is_empty());
    let last_line = shown.iter().chain(&detail).map(Page::end).max().unwrap_or(0);
    let conclusion = conclusion(closing).filter(|page| page.candidate.finding.line > last_line);
    let added = usize::from(detail.is_some()) + usize::from(conclusion.is_some());
    shown.truncate(options.max_findings.saturating_sub(added).max(1));
    shown.extend(detail.into_iter().chain(conclusion));
    shown.truncate(options.max_findings.max(1));
    if let Some(root) = shown.first_mut().filter(|_| is_bare) {
        root.offered = neighbours(&root.candidate);
    }
    Chosen { shown, runner_up }
}

/// The last thing that a tool says about the failure: it names the target, even where it only repeats the cause. A
/// verdict names nothing. The candidates come in the order of their lines.
fn conclusion(mut closing: Vec<Candidate<'_>>) -> Option<Page<'_>> {
    closing.retain(|candidate| candidate.found.is_some_and(|found| !hint::names_nothing(&found.text)));
    let last = Page::of(closing.pop()?);
    let start = last.start();
    // Of one message, its first line.
    Some(closing.into_iter().find(|candidate| candidate.finding.line >= start).map_or(last, Page::of))
}

/// A finding, the lines that it could show, and those that it does.
struct Page<'a> {
    candidate: Candidate<'a>,
    offered: Vec<(Worth, AroundLine)>,
    taken: Vec<ContextLine>,
}

impl<'a> Page<'a> {
    fn of(candidate: Candidate<'a>) -> Self {
        let offered = offered(&candidate);
        Self { candidate, offered, taken: Vec::new() }
    }

    /// The first line that it could show.
    fn start(&self) -> u64 {
        self.offered.iter().map(|(_, line)| line.line).fold(self.candidate.finding.line, u64::min)
    }

    /// The last line that it could show.
    fn end(&self) -> u64 {
        self.offered.iter().map(|(_, line)| line.line).fold(self.candidate.finding.line, u64::max)
    }

    /// Whether it says already what another finding would: it is on the same line, or the same message.
    fn says(&self, other: &Candidate<'_>) -> bool {
        let (shown, other) = (&self.candidate.finding, &other.finding);
        let is_in_block = || self.offered.iter().any(|(_, line)| line.line == other.line);
        shown.line == other.line || shown.category == other.category && is_in_block()
    }
}

/// The block of a finding, with the line that its rule matched when that is another one.
fn offered(candidate: &Candidate<'_>) -> Vec<(Worth, AroundLine)> {
    let Some(found) = candidate.found else { return Vec::new() };
    let cause = candidate.finding.line;
    let matched = AroundLine { line: found.line, text: found.text.clone(), shown: found.shown.clone() };
    let (lines_before, lines_after) = (found.before.read(), found.after.read());
    let around = || lines_before.iter().chain([&matched]).chain(&lines_after);
    let before: Vec<&AroundLine> = around().filter(|line| line.line < cause).collect();
    let after: Vec<&AroundLine> = around().filter(|line| line.line > cause).collect();
    let Some(text) = around().find(|line| line.line == cause).map(|line| line.text.as_str()) else {
        return vec![(Worth::Essential, matched)];
    };
    let mut lines: Vec<(Worth, AroundLine)> =
        extent::lines_of_block(text, &before, &after).into_iter().map(|(worth, line)| (worth, line.clone())).collect();
    let end = lines.last().map_or(cause, |(_, line)| line.line.max(cause));
    lines.extend(to_end_of_step(end, &after).into_iter().map(|line| (Worth::Plain, line.clone())));
    match lines.iter_mut().find(|(_, line)| line.line == matched.line) {
        Some((worth, _)) => *worth = Worth::Essential,
        None if matched.line != cause => lines.push((Worth::Essential, matched.clone())),
        None => {}
    }
    lines
}

/// What stands around a line where nothing has a block: the command above it, what came of it below.
fn neighbours(candidate: &Candidate<'_>) -> Vec<(Worth, AroundLine)> {
    let Some(found) = candidate.found.filter(|found| found.line == candidate.finding.line) else { return Vec::new() };
    let has_text = |line: &AroundLine| !shape::is_blank(&line.text) && !shape::is_ruler(&line.text);
    let before = found.before.read().into_iter().rev().take(NEIGHBOURS);
    let around = before.chain(found.after.read().into_iter().take(NEIGHBOURS));
    around.filter(has_text).map(|line| (Worth::Plain, line)).collect()
}

/// What stands between the end of a block and the end of the step, with the verdict, when that follows at once.
fn to_end_of_step<'a>(end: u64, after: &[&'a AroundLine]) -> Vec<&'a AroundLine> {
    let next: Vec<&AroundLine> = after.iter().copied().filter(|line| line.line > end).take(TO_END).collect();
    let is_end = |line: &&AroundLine| hint::is_verdict(&line.text) || hint::ends_step(&line.text);
    match next.iter().position(is_end) {
        Some(end) => next.into_iter().take(end + 1).filter(|line| !hint::ends_step(&line.text)).collect(),
        None => Vec::new(),
    }
}

/// Gives each page its lines. What is essential anywhere comes before what is plain anywhere; no line is shown twice.
fn spend(budget: usize, pages: &mut [Page<'_>]) {
    let mut shown: BTreeSet<u64> = pages.iter().map(|page| page.candidate.finding.line).collect();
    let mut left = budget.saturating_sub(pages.len());
    for worth in [Worth::Essential, Worth::Plain, Worth::Filling] {
        for page in &mut *pages {
            for (_, line) in page.offered.iter().filter(|(offered, _)| *offered == worth) {
                if left == 0 {
                    return;
                }
                if shown.insert(line.line) {
                    left -= 1;
                    page.taken.push(ContextLine { line: line.line, text: line.shown.clone() });
                }
            }
        }
    }
}
