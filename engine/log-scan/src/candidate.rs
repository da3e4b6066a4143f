//! A finding while it is being ranked.

use std::collections::BTreeMap;

use crate::block::Block;
use crate::diagnosis::RankedFinding;
use crate::kept::{AroundLine, Match};
use crate::mask;
use crate::rule::RuleSpec;
use crate::ruleset::RuleSet;
use crate::scan::{Claim, Found};
use crate::weight::{self, Facts, Scene};

/// A finding while it is being ranked.
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
}

impl Candidate<'_> {
    /// The kind of block that its rule names.
    pub(crate) fn block(&self) -> Option<Block> {
        self.rule.attr("block").and_then(Block::named)
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
    weighed(Candidate { rule, found: Some(found), finding, weight: 0.0, is_explained: false }, scene)
}

/// The line that names the cause: the matched one, or where the rule's block or its plugin says.
fn cause_line(rule: &RuleSpec, found: &Match) -> AroundLine {
    let matched = || AroundLine { line: found.line, text: found.text.clone(), shown: found.shown.clone() };
    match &found.claim {
        Some(claim) => claimed_line(claim, found).unwrap_or_else(matched),
        None => {
            let block = rule.attr("block").and_then(Block::named);
            block.and_then(|block| block.cause_below(found, &found.after.read())).unwrap_or_else(matched)
        }
    }
}

fn claimed_line(claim: &Claim, found: &Match) -> Option<AroundLine> {
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
        weighed(Candidate { rule, found: None, finding, weight: 0.0, is_explained: false }, scene)
    };
    proven.map(candidate).collect()
}

fn weighed<'a>(mut candidate: Candidate<'a>, scene: &Scene<'_>) -> Candidate<'a> {
    candidate.weight = scene.log_odds(&Facts {
        rule: candidate.rule,
        category: &candidate.finding.category,
        severity: candidate.finding.severity,
        confidence: candidate.finding.confidence,
        line: candidate.found.map_or(0, |found| found.line),
        is_echo: candidate.is_echo(),
        calls_itself_warning: candidate.found.is_some_and(|found| weight::calls_itself_warning(&found.text)),
    });
    candidate
}
