//! Which match is the cause.
//!
//! Every match gets a weight ([`crate::weight`]). A symptom or a summary points up to the nearest cause above it and then
//! counts for little itself. Of the matches that weigh about as much as the heaviest, the first in the log is the root: the
//! others are its cascade. Matches with one signature are one finding.

use std::collections::BTreeMap;

use crate::candidate::{Candidate, of_evidence, of_match};
use crate::diagnosis::{Diagnosis, Outcome};
use crate::evidence::Evidence;
use crate::excerpt::excerpt;
use crate::extent;
use crate::kept::Match;
use crate::mask;
use crate::present::present;
use crate::rule::{Position, RuleSpec, Severity};
use crate::ruleset::RuleSet;
use crate::scan::Found;
use crate::suspect;
use crate::template::Templates;
use crate::vote;
use crate::weight::{self, Known, Scene};

/// How far above a symptom its cause may stand, in lines.
const REACH: u64 = 400;
/// How far below a heading its cause may stand, in lines.
const HEADING: u64 = 12;
/// Weights within this range of the heaviest count as equal, and then the first line wins.
pub(crate) const CASCADE: f64 = 0.6;
/// Wording this unspecific makes no failure by itself: any program may print it.
const UNSPECIFIC: u8 = 20;
/// The category of what names no cause.
pub(crate) const UNKNOWN: &str = "unknown";
/// The category of failed tests.
const TEST_FAILURE: &str = "test-failure";
/// Categories that are no reason outside of a test for its failure.
const NO_REASON: [&str; 4] = [TEST_FAILURE, "flaky-test", UNKNOWN, "configuration"];

/// How to judge.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Lines of green logs of the same stage; matches on such lines weigh nothing.
    pub baseline: Option<&'a Templates>,
    /// Confidence below which the answer is `unknown`, from 0 to 1.
    pub confidence_threshold: f64,
    /// Most lines shown, all findings and the runner-up together, cause lines included.
    pub max_context: usize,
    /// Most findings.
    pub max_findings: usize,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { baseline: None, confidence_threshold: 0.5, max_context: 40, max_findings: 4 }
    }
}

/// Judges a log.
pub(crate) fn diagnose(rules: &RuleSet, found: &Found, evidence: &Evidence, options: &Options<'_>) -> Diagnosis {
    let scene = Scene { evidence, hints: found.hints, course: &found.course };
    let mut diagnosis = Diagnosis {
        outcome: Outcome::NoFailure,
        lines: found.lines,
        truncated: evidence.log_truncated,
        findings: Vec::new(),
        runner_up: None,
        excerpt: Vec::new(),
    };
    if scene.known() == Known::Passed {
        return diagnosis;
    }
    let is_novel = |line: &&Match| options.baseline.is_none_or(|green| !green.contains(&line.text));
    let is_finding = |line: &&Match| line.claim.is_some() || !rules.rule(line.rule).is_matched_once();
    let matches = found
        .matches
        .iter()
        .filter(is_finding)
        .filter(is_novel)
        .map(|found| of_match(rules.rule(found.rule), found, &scene));
    let all = matches.chain(of_evidence(rules, found, &scene));
    let (mut opinions, mut candidates): (Vec<_>, Vec<_>) = all.partition(Candidate::is_opinion);
    explain(&mut candidates);
    explain_tests(&mut candidates);
    let threshold = options.confidence_threshold;
    let is_sure_of_a_cause = |ranked: &[Candidate<'_>]| {
        let names_cause = ranked.first().is_some_and(|root| root.finding.category != UNKNOWN);
        names_cause && judged(ranked, &scene, threshold).1 == Outcome::Failure
    };
    opinions.retain(|opinion| vote::is_supported(opinion, &scene, found));
    opinions.iter_mut().for_each(|opinion| vote::yield_to_never(opinion, &candidates));
    let mut candidates = vote::hear(opinions, merged(candidates), |ranked| !is_sure_of_a_cause(ranked));
    if let Some(root) = candidates.first_mut() {
        point_up(root);
    }
    diagnosis.truncated |= candidates.is_empty() && scene.is_cut_off();

    diagnosis.outcome = match candidates.first() {
        None if scene.known() == Known::Nothing && !diagnosis.truncated => Outcome::NoFailure,
        None => Outcome::Unknown,
        Some(_) => {
            let (confidence, outcome) = judged(&candidates, &scene, threshold);
            candidates[0].finding.confidence = confidence;
            outcome
        }
    };
    if diagnosis.outcome == Outcome::Unknown {
        diagnosis.excerpt = excerpt(found);
        if candidates.is_empty() {
            diagnosis.findings.extend(suspect::stand_in(found));
        }
    }
    if diagnosis.outcome != Outcome::NoFailure {
        present(candidates, options, &mut diagnosis);
    }
    diagnosis
}

/// How sure the root of a ranking is, and what follows from that.
fn judged(ranked: &[Candidate<'_>], scene: &Scene<'_>, threshold: f64) -> (f64, Outcome) {
    let Some(root) = ranked.first() else { return (0.0, Outcome::Unknown) };
    let rival = ranked.iter().skip(1).filter(|other| is_rival(root, other));
    let confidence = weight::confidence(root.weight, rival.map(|other| other.weight).reduce(f64::max));
    (confidence, outcome(root, confidence >= threshold, scene))
}

/// Whether another finding makes the root less sure. A vaguer reading of the same line does not.
fn is_rival(root: &Candidate<'_>, other: &Candidate<'_>) -> bool {
    let is_vaguer_reading = other.finding.line == root.finding.line && other.rule.specificity < root.rule.specificity;
    let is_no_cause = root.is_opinion() && other.finding.category == UNKNOWN;
    other.finding.category != root.finding.category && !other.is_explained && !is_vaguer_reading && !is_no_cause
}

fn outcome(root: &Candidate<'_>, is_sure: bool, scene: &Scene<'_>) -> Outcome {
    if scene.known() != Known::Nothing {
        // A truncated log is `unknown`, not a guess.
        return if is_sure && !scene.evidence.log_truncated { Outcome::Failure } else { Outcome::Unknown };
    }
    let is_specific = root.is_opinion() || root.rule.specificity > UNSPECIFIC;
    let speaks_of_failure = root.finding.severity == Severity::Error && is_specific;
    let went_well = root.is_echo() || root.found.is_some_and(|found| scene.passed_after(found.line));
    match (speaks_of_failure && !went_well, is_sure) {
        _ if scene.evidence.log_truncated => Outcome::Unknown,
        (true, true) => Outcome::Failure,
        (true, false) => Outcome::Unknown,
        (false, _) => Outcome::NoFailure,
    }
}

/// Walks up from each symptom and summary to the nearest cause above it, or down from a heading.
fn explain(candidates: &mut [Candidate<'_>]) {
    candidates.sort_by_key(|candidate| candidate.finding.line);
    let mut supported = vec![false; candidates.len()];
    for index in 0..candidates.len() {
        let symptom = &candidates[index];
        if symptom.rule.position == Position::Cause || symptom.found.is_none() {
            continue;
        }
        let explains = |cause: &&Candidate<'_>| {
            cause.rule.position == Position::Cause
                && cause.finding.severity == Severity::Error
                && !cause.is_echo()
                && may_explain(cause.rule, symptom.rule)
        };
        let line = symptom.finding.line;
        // A symptom that was moved to its cause line stands on the same line as the cause, on either side of it in the list.
        let above = candidates
            .iter()
            .rposition(|cause| cause.finding.line <= line && cause.finding.line + REACH >= line && explains(&cause));
        // A heading has its causes right below.
        let below = || {
            candidates
                .iter()
                .position(|cause| cause.finding.line > line && cause.finding.line <= line + HEADING && explains(&cause))
        };
        let cause = above.or_else(below);
        if let Some(cause) = cause {
            candidates[index].is_explained = true;
            candidates[index].weight -= 2.0;
            if !std::mem::replace(&mut supported[cause], true) {
                candidates[cause].weight += 0.2;
            }
        }
    }
}

/// Moves a root that only says that something failed up to the nearest line that reads like a reason.
fn point_up(root: &mut Candidate<'_>) {
    let is_closing = root.rule.position == Position::Summary && root.finding.category == UNKNOWN;
    let Some(found) = root.found.filter(|_| is_closing) else { return };
    if let Some(reason) = suspect::above(found) {
        root.finding.line = reason.line;
        root.finding.signature = mask::signature(&root.finding.code, &reason.text);
        root.finding.text = reason.shown;
    }
}

/// Points down from a failed test to what its own message says that it lacked: a port, a network, a tool.
fn explain_tests(candidates: &mut [Candidate<'_>]) {
    for test in 0..candidates.len() {
        let is_test = |candidate: &Candidate<'_>| candidate.finding.category == TEST_FAILURE;
        let Some(found) = candidates[test].found.filter(|_| is_test(&candidates[test])) else { continue };
        let reach = found.after.first..found.after.first + found.after.len() as u64;
        let is_outside = |candidate: &Candidate<'_>| {
            candidate.rule.position == Position::Cause
                && candidate.finding.severity == Severity::Error
                && !candidate.is_echo()
                && !NO_REASON.contains(&candidate.finding.category.as_str())
                && reach.contains(&candidate.finding.line)
        };
        let Some(lacking) = candidates.iter().position(is_outside) else { continue };
        let end = extent::end_below(&found.text, &found.after.read());
        if end.is_some_and(|end| candidates[lacking].finding.line <= end) {
            candidates[test].is_explained = true;
            candidates[test].weight -= 2.0;
            candidates[lacking].weight += 0.2;
        }
    }
}

/// Whether a cause of one ecosystem can show as a symptom of another: only when one of them is anybody's.
fn may_explain(cause: &RuleSpec, symptom: &RuleSpec) -> bool {
    cause.ecosystem == symptom.ecosystem
        || [&cause.ecosystem, &symptom.ecosystem].iter().any(|ecosystem| ecosystem.as_str() == "generic")
}

/// One candidate for each signature, as heavy as the heaviest: the first of those that weigh about as much as it.
fn merged(candidates: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let mut by_signature: Vec<Candidate<'_>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for candidate in candidates {
        match places.get(&candidate.finding.signature) {
            Some(place) => {
                let first = &mut by_signature[*place];
                if candidate.weight > first.weight + CASCADE {
                    *first = candidate;
                } else {
                    first.weight = first.weight.max(candidate.weight);
                    first.is_explained &= candidate.is_explained;
                }
            }
            None => {
                places.insert(candidate.finding.signature.clone(), by_signature.len());
                by_signature.push(candidate);
            }
        }
    }
    by_signature
}

/// Sorts by weight, with the first of those that weigh about as much as the heaviest in front.
pub(crate) fn put_root_first(candidates: &mut Vec<Candidate<'_>>) {
    candidates.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.finding.line.cmp(&b.finding.line)));
    let Some(heaviest) = candidates.first().map(|candidate| candidate.weight) else {
        return;
    };
    let contenders = candidates.iter().enumerate().take_while(|(_, candidate)| candidate.weight >= heaviest - CASCADE);
    let first = contenders.min_by_key(|(_, candidate)| candidate.finding.line).map_or(0, |(index, _)| index);
    let root = candidates.remove(first);
    candidates.insert(0, root);
}
