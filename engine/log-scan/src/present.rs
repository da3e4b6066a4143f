//! What is shown of the candidates, and how many lines around them.

use crate::candidate::Candidate;
use crate::diagnosis::{ContextLine, Diagnosis, RankedFinding};
use crate::kept::AroundLine;
use crate::rank::Options;
use crate::weight;

/// A finding this much lighter than the root is not worth its lines.
const WORTH_SHOWING: f64 = 2.0;
/// A runner-up this much lighter than the root is no alternative.
const WORTH_NAMING: f64 = 3.5;
/// Lines shown before and after a cause line.
const BEFORE: usize = 4;
const AFTER: usize = 6;
/// Lines of its block shown with a cause line, on each side.
const OF_BLOCK: usize = 12;

/// Fills in findings, runner-up and context. The first candidate is the root.
pub(crate) fn present(candidates: Vec<Candidate<'_>>, options: &Options<'_>, diagnosis: &mut Diagnosis) {
    let mut others = candidates.into_iter();
    let Some(mut root) = others.next() else { return };
    root.finding.context = context(&root, options.max_context, Part::Root);
    let mut budget = options.max_context - root.finding.context.len();
    let heaviest = root.weight;
    diagnosis.findings.push(root.finding);
    for mut other in others {
        let root = &diagnosis.findings[0];
        let is_alternative = other.finding.category != root.category
            && !other.is_explained
            && !other.is_echo()
            && other.weight >= heaviest - WORTH_NAMING;
        let is_worth_showing = diagnosis.findings.len() < options.max_findings
            && other.weight >= heaviest - WORTH_SHOWING
            && !diagnosis.findings.iter().any(|shown| shows(shown, &other.finding));
        let is_runner_up = is_alternative && diagnosis.runner_up.is_none();
        if !is_runner_up && !is_worth_showing {
            continue;
        }
        // The root weighs at least as much: it is a rival at no distance.
        other.finding.confidence = weight::confidence(other.weight, Some(other.weight));
        other.finding.context = context(&other, budget, Part::Other);
        budget -= other.finding.context.len();
        if is_runner_up {
            diagnosis.runner_up = Some(other.finding);
        } else {
            diagnosis.findings.push(other.finding);
        }
    }
}

/// Whether a finding that is shown already says what another one would: it is on the same line, or the same tool's next
/// line of one message.
fn shows(shown: &RankedFinding, other: &RankedFinding) -> bool {
    shown.line == other.line || shown.code == other.code && shown.context.iter().any(|line| line.line == other.line)
}

/// How much context a finding gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Root,
    Other,
}

fn context(candidate: &Candidate<'_>, budget: usize, part: Part) -> Vec<ContextLine> {
    let (mut above, mut below) = match part {
        Part::Root => (BEFORE, AFTER),
        Part::Other => (1, 2),
    };
    let Some(found) = candidate.found else { return Vec::new() };
    let (lines_before, lines_after) = (found.before.read(), found.after.read());
    if let (Part::Root, Some(block)) = (part, candidate.block()) {
        let (before, after) = block.extent(&lines_before, &lines_after);
        (above, below) = (before.clamp(2, OF_BLOCK), after.clamp(2, OF_BLOCK));
    }
    let cause = candidate.finding.line;
    let around = || lines_before.iter().chain(&lines_after);
    let has_text = |line: &&AroundLine| !line.text.trim().is_empty();
    let matched = Some(found).filter(|found| found.line != cause);
    let mut lines: Vec<ContextLine> = Vec::new();
    let mut before: Vec<&AroundLine> = around().filter(|line| line.line < cause).filter(has_text).collect();
    before = before.split_off(before.len().saturating_sub(above));
    lines.extend(before.into_iter().map(shown_line));
    lines.extend(matched.map(|found| ContextLine { line: found.line, text: found.shown.clone() }));
    lines.extend(around().filter(|line| line.line > cause).filter(has_text).take(below).map(shown_line));
    lines.sort_by_key(|line| line.line);
    lines.dedup_by_key(|line| line.line);
    lines.truncate(budget);
    lines
}

fn shown_line(line: &AroundLine) -> ContextLine {
    ContextLine { line: line.line, text: line.shown.clone() }
}
