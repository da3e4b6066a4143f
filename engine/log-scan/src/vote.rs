//! What a classifier that reads a whole log by its wording adds to what rules found.
//!
//! Such a claim names a category and says how likely the best few are: it is an *opinion*. Where rules disagree, an opinion
//! moves their candidates a little, by less than a clear rule weighs more than a vague one. Only where no rule is sure of a
//! cause it stands as a candidate itself.
//!
//! Invariant: an opinion never overrules `never`. Where the root without opinions is `never`, the root with them is, too.

use crate::candidate::Candidate;
use crate::mask;
use crate::rank::{CASCADE, UNKNOWN, put_root_first};
use crate::rule::Severity;
use crate::scan::Found;
use crate::suspect;
use crate::weight::{Known, Scene};

/// What stands before the category in the key of a vote.
const KEY: &str = "vote.";
/// The disposition that nothing overrules, and what is left to do then.
pub(crate) const NEVER: &str = "never";
const ESCALATE: &str = "escalate";

/// How much of the difference between two categories' log-odds moves a candidate.
const SHARE: f64 = 0.5;
/// The most that a vote moves a candidate either way. Not much more than the range within which the first line wins.
const MOST: f64 = 0.8;
/// The least probability: categories that got no vote were not impossible, only not among the best few.
const LEAST: f64 = 0.02;

// Measured on 203 + 403 labelled excerpts and 97 healthy logs (2026-11-23). SHARE of 0.25 to 0.8 and MOST of 0.5 to 1.2 name the
// same causes; without votes one fewer is named and the calibration error is 0.040 instead of 0.029.

/// Without any sign that the job failed, an opinion needs failure words among this many last lines with text.
const LAST_LINES: usize = 3;
/// Without any sign that the job failed, an opinion less sure than this is not heard. At 0.7 one more cause of 403 is named and
/// three more healthy logs of 53 are called failures (`plugins/classify-system/tests/it/logs.rs`).
const SURE_ALONE: f64 = 0.9;

/// The votes among the further facts of a finding: `vote.CATEGORY` with a probability from 0 to 1. What is no number between
/// these is not counted.
pub fn votes<'a>(attrs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(String, f64)> {
    let vote = |(key, value): (&str, &str)| {
        let category = key.strip_prefix(KEY).filter(|category| !category.is_empty())?;
        let probability: f64 = value.parse().ok()?;
        (0.0..=1.0).contains(&probability).then(|| (category.to_owned(), probability))
    };
    attrs.into_iter().filter_map(vote).collect()
}

/// Ranks candidates of rules, root first, with what opinions add.
pub(crate) fn hear<'a>(
    opinions: Vec<Candidate<'a>>,
    candidates: Vec<Candidate<'a>>,
    may_stand: impl Fn(&[Candidate<'a>]) -> bool,
) -> Vec<Candidate<'a>> {
    let mut ranked = candidates;
    put_root_first(&mut ranked);
    if opinions.is_empty() {
        return ranked;
    }
    let without = ranked.clone();
    for opinion in &opinions {
        count(opinion.votes(), &mut ranked);
    }
    put_root_first(&mut ranked);
    if may_stand(&ranked) {
        opinions.into_iter().for_each(|opinion| stand(opinion, &mut ranked, &without));
    }
    if is_never(&without) && !is_never(&ranked) { without } else { ranked }
}

/// Whether something besides the opinion says that the job failed: evidence, closing words, or the end of an excerpt.
pub(crate) fn is_supported(opinion: &Candidate<'_>, scene: &Scene<'_>, found: &Found) -> bool {
    let finding = &opinion.finding;
    let last = found.tail.iter().rev().filter(|line| !line.text.trim().is_empty()).take(LAST_LINES);
    let ends_in_failure = || last.into_iter().any(|line| suspect::is_suspicious(&line.text));
    match scene.known() {
        Known::Passed => false,
        Known::Failed | Known::FailedByLog => true,
        Known::Nothing => {
            finding.severity == Severity::Error
                && finding.confidence >= SURE_ALONE
                && !scene.passed_after(finding.line)
                && ends_in_failure()
        }
    }
}

/// Makes an opinion `never` where a rule says that of the same line, or of one that reads alike: of a message that comes again
/// and again, only some lines are candidates.
pub(crate) fn yield_to_never(opinion: &mut Candidate<'_>, candidates: &[Candidate<'_>]) {
    let text = mask::mask_line(&opinion.finding.text);
    let is_same = |candidate: &&Candidate<'_>| {
        candidate.finding.line == opinion.finding.line
            || candidate.found.is_some_and(|found| found.line == opinion.finding.line)
            || mask::mask_line(&candidate.finding.text) == text
    };
    if candidates.iter().filter(|candidate| candidate.is_never()).any(|candidate| is_same(&candidate)) {
        make_never(opinion);
    }
}

fn make_never(opinion: &mut Candidate<'_>) {
    opinion.finding.disposition = NEVER.to_owned();
    opinion.finding.strategies = vec![ESCALATE.to_owned()];
}

fn is_never(ranked: &[Candidate<'_>]) -> bool {
    ranked.first().is_some_and(Candidate::is_never)
}

/// Moves each candidate by how much likelier its category is than the other categories that rules named.
fn count(votes: &[(String, f64)], candidates: &mut [Candidate<'_>]) {
    let mut categories: Vec<String> = candidates.iter().map(|candidate| candidate.finding.category.clone()).collect();
    categories.sort_unstable();
    categories.dedup();
    let probability = |category: &str| {
        let vote = votes.iter().find(|(voted, _)| voted == category);
        vote.map_or(0.0, |(_, probability)| *probability).clamp(LEAST, 1.0 - LEAST)
    };
    let log_odds = |probability: f64| (probability / (1.0 - probability)).ln();
    for candidate in candidates {
        let own = candidate.finding.category.as_str();
        let others: Vec<f64> =
            categories.iter().filter(|other| *other != own).map(|other| probability(other)).collect();
        if !others.is_empty() {
            let mean = others.iter().sum::<f64>() / others.len() as f64;
            candidate.weight += (SHARE * (log_odds(probability(own)) - log_odds(mean))).clamp(-MOST, MOST);
        }
    }
}

/// Lets an opinion stand beside the candidates, or makes it part of one that says the same of the same line. `without` is
/// the ranking before any vote.
fn stand<'a>(mut opinion: Candidate<'a>, ranked: &mut Vec<Candidate<'a>>, without: &[Candidate<'a>]) {
    let says_the_same = |candidate: &&mut Candidate<'a>| {
        candidate.finding.line == opinion.finding.line && candidate.finding.category == opinion.finding.category
    };
    if let Some(rule) = ranked.iter_mut().find(says_the_same) {
        rule.weight = rule.weight.max(opinion.weight);
        rule.is_explained = false;
        put_root_first(ranked);
        return;
    }
    let heaviest = without.iter().map(|candidate| candidate.weight).fold(f64::NEG_INFINITY, f64::max);
    let is_close = |candidate: &&Candidate<'a>| candidate.weight >= heaviest - CASCADE;
    if without.iter().filter(is_close).any(Candidate::is_never) {
        make_never(&mut opinion);
    }
    // A root that names no cause gives way to one that does.
    let gives_way = ranked.first().is_some_and(|root| root.finding.category == UNKNOWN);
    if gives_way {
        ranked.insert(0, opinion);
    } else {
        ranked.push(opinion);
        put_root_first(ranked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_probabilities_of_categories_are_votes() {
        let attrs = [
            ("vote.rate-limit", "0.70"),
            ("because", "429"),
            ("vote.", "0.5"),
            ("vote.unknown", "NaN"),
            ("vote.deployment", "1.2"),
            ("vote.resource-disk", "much"),
        ];
        assert_eq!(votes(attrs), [("rate-limit".to_owned(), 0.7)]);
    }
}
