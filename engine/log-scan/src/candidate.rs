//! A finding while it is being ranked.

use std::collections::BTreeMap;

use crate::block::{self, Block};
use crate::diagnosis::RankedFinding;
use crate::hint;
use crate::kept::{AroundLine, Match};
use crate::mask;
use crate::rule::RuleSpec;
use crate::ruleset::RuleSet;
use crate::scan::{Claim, Found};
use crate::shape;
use crate::vote::NEVER;
use crate::weight::{self, Facts, Scene};

/// Specificity that neither adds nor takes away: an opinion's confidence is calibrated as it is.
const NEUTRAL: u8 = 50;

/// A finding while it is being ranked.
#[derive(Clone)]
pub(crate) struct Candidate<'a> {
    /// The rule that makes it.
    pub rule: &'a RuleSpec,
    /// Where it comes from; absent when the evidence alone makes it.
    pub found: Option<&'a Match>,
    /// What is shown of it; its context comes last.
    pub finding: RankedFinding,
    /// Log-odds that this is the cause.
    pub weight: f64,
    /// Whether it is a symptom or summary of a cause that is a candidate too.
    pub is_explained: bool,
    /// Whether the job went on after it.
    pub went_on: bool,
}

impl Candidate<'_> {
    /// How likely a plugin takes the categories to be that it thinks of for the whole log.
    pub(crate) fn votes(&self) -> &[(String, f64)] {
        self.found.and_then(|found| found.claim.as_ref()).map_or(&[], |claim| &claim.votes)
    }

    /// Whether this is what a plugin makes of the whole log, rather than what a rule found in a line.
    pub(crate) fn is_opinion(&self) -> bool {
        !self.votes().is_empty()
    }

    /// Whether nothing may be done about it without a person.
    pub(crate) fn is_never(&self) -> bool {
        self.finding.disposition == NEVER
    }

    /// Whether its line shows a command about to run.
    pub(crate) fn is_echo(&self) -> bool {
        self.found.is_some_and(|found| found.is_echo)
    }
}

/// The finding that a match makes.
pub(crate) fn of_match<'a>(rule: &'a RuleSpec, found: &'a Match, scene: &Scene<'_>) -> Candidate<'a> {
    let cause = cause_line(rule, found);
    let claim = found.claim.as_ref();
    let code = claim.map_or(&rule.code, |claim| &claim.code);
    let finding = RankedFinding {
        code: code.clone(),
        category: claim.map_or(&rule.category, |claim| &claim.category).clone(),
        ecosystem: claim.map_or(&rule.ecosystem, |claim| &claim.ecosystem).clone(),
        severity: claim.map_or(rule.severity, |claim| claim.severity),
        confidence: claim.map_or(rule.confidence, |claim| claim.confidence.clamp(0.0, 1.0)),
        line: cause.line,
        signature: mask::signature(code, &cause.text),
        text: cause.shown,
        captures: claim.map_or(&found.captures, |claim| &claim.captures).clone(),
        disposition: claim.map_or(&rule.disposition, |claim| &claim.disposition).clone(),
        strategies: claim.map_or(&rule.strategies, |claim| &claim.strategies).clone(),
        context: Vec::new(),
        rule: rule.id.clone(),
    };
    weighed(Candidate { rule, found: Some(found), finding, weight: 0.0, is_explained: false, went_on: false }, scene)
}

/// The line that names the cause: the matched one, or where the rule's block or its plugin says.
fn cause_line(rule: &RuleSpec, found: &Match) -> AroundLine {
    let matched = || AroundLine { line: found.line, text: found.text.clone(), shown: found.shown.clone() };
    match &found.claim {
        Some(claim) => claimed_line(claim, found).unwrap_or_else(matched),
        None => {
            let block = rule.attr("block").and_then(Block::named);
            let below = || block.and_then(|block| block.cause_below(found, &found.after.read()));
            // The lines around a match are cleaned only where one of them may be the cause: most matches are never shown.
            let of_test = || {
                let is_heading = shape::is_test_heading(&found.text);
                is_heading.then(|| block::exception_below(&found.after.read())).flatten()
            };
            let restated = hint::is_verdict(&found.text).then(|| first_said(found)).flatten();
            restated.or_else(of_test).or_else(below).unwrap_or_else(matched)
        }
    }
}

/// Where the job runner's closing line only repeats what was said above, the line that said it first.
fn first_said(found: &Match) -> Option<AroundLine> {
    /// Shorter ends are alike by chance.
    const ALIKE: usize = 40;
    let same_end = |text: &str| text.bytes().rev().zip(found.text.bytes().rev()).take_while(|(a, b)| a == b).count();
    found.before.read().into_iter().find(|line| same_end(line.text.trim_end()) >= ALIKE)
}

fn claimed_line(claim: &Claim, found: &Match) -> Option<AroundLine> {
    if claim.line == found.line && (claim.text.is_empty() || claim.text == found.text) {
        return None;
    }
    if !claim.text.is_empty() {
        return Some(AroundLine { line: claim.line, text: claim.text.clone(), shown: claim.text.clone() });
    }
    found.before.read().into_iter().chain(found.after.read()).find(|line| line.line == claim.line)
}

/// Findings that need no line: rules whose `evidence` holds and that matched nothing.
pub(crate) fn of_evidence<'a>(rules: &'a RuleSet, found: &Found, scene: &Scene<'_>) -> Vec<Candidate<'a>> {
    let unmatched =
        rules.rules().iter().enumerate().filter(|(index, _)| !found.matches.iter().any(|found| found.rule == *index));
    let proven = unmatched.filter_map(|(_, rule)| Some((rule, scene.evidence.first_of(rule.attr_list("evidence"))?)));
    let candidate = |(rule, text): (&'a RuleSpec, String)| {
        let finding = RankedFinding {
            code: rule.code.clone(),
            category: rule.category.clone(),
            ecosystem: rule.ecosystem.clone(),
            severity: rule.severity,
            confidence: rule.confidence,
            line: found.lines.max(1),
            signature: mask::signature(&rule.code, &text),
            text,
            captures: BTreeMap::new(),
            disposition: rule.disposition.clone(),
            strategies: rule.strategies.clone(),
            context: Vec::new(),
            rule: rule.id.clone(),
        };
        weighed(Candidate { rule, found: None, finding, weight: 0.0, is_explained: false, went_on: false }, scene)
    };
    proven.map(candidate).collect()
}

fn weighed<'a>(mut candidate: Candidate<'a>, scene: &Scene<'_>) -> Candidate<'a> {
    candidate.went_on = candidate.found.is_some_and(|found| scene.course.went_on_after(found.line));
    candidate.weight = scene.log_odds(&Facts {
        rule: candidate.rule,
        specificity: if candidate.is_opinion() { NEUTRAL } else { candidate.rule.specificity },
        category: &candidate.finding.category,
        severity: candidate.finding.severity,
        confidence: candidate.finding.confidence,
        line: candidate.found.map_or(0, |found| found.line),
        is_echo: candidate.is_echo(),
        calls_itself_warning: candidate.found.is_some_and(|found| weight::calls_itself_warning(&found.text)),
    });
    candidate
}
