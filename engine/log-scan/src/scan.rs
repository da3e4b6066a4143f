//! What one pass over a log found, before it is judged.

use std::collections::BTreeMap;

use crate::course::Course;
use crate::diagnosis::{ContextLine, Diagnosis};
use crate::evidence::Evidence;
use crate::hint::HintLines;
use crate::kept::{Around, Match};
use crate::rank::{self, Options};
use crate::rule::Severity;
use crate::ruleset::RuleSet;

/// Most questions to plugins about one log; the contract's limit.
const MAX_QUESTIONS: usize = 200;

/// The matches of a log, and what else is needed to judge them. A few megabytes at most, whatever the log's size.
#[derive(Clone, Debug)]
pub struct Scan {
    pub(crate) rules: RuleSet,
    pub(crate) found: Found,
}

/// The data of a scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// Lines of the log.
    pub lines: u64,
    /// Kept matches, by line.
    pub matches: Vec<Match>,
    /// Where closing words stood.
    pub hints: HintLines,
    /// How the job went on.
    pub course: Course,
    /// The end of the log: numbers and shown texts.
    pub tail: Vec<ContextLine>,
}

/// A match that its rule's plugin wants to be asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Names the match in [`Scan::settle`].
    pub number: usize,
    /// The rule's id.
    pub rule: String,
    /// The rule's code.
    pub code: String,
    /// 1-based number of the matched line.
    pub line: u64,
    /// The matched line as rules see it.
    pub text: String,
    /// What the rule captured.
    pub captures: BTreeMap<String, String>,
    /// Whether the rule asks once in a log, for an opinion about all of it, and is no finding by itself.
    pub wants_opinion: bool,
}

/// What a plugin says that a match shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// Dotted code.
    pub code: String,
    /// Category code.
    pub category: String,
    /// Ecosystem code.
    pub ecosystem: String,
    /// How bad it is.
    pub severity: Severity,
    /// Probability that this is the cause, from 0 to 1; stands in for the rule's.
    pub confidence: f64,
    /// 1-based number of the cause line.
    pub line: u64,
    /// The cause line; empty to keep the matched one.
    pub text: String,
    /// Named pieces of the cause line.
    pub captures: BTreeMap<String, String>,
    /// The most careful disposition.
    pub disposition: String,
    /// Strategy codes, best first.
    pub strategies: Vec<String>,
    /// How likely the best categories are for the whole log, from 0 to 1; see [`votes`](crate::votes). A claim with votes is
    /// an opinion: it moves the findings of rules, and is one itself only where no rule is sure of a cause.
    pub votes: Vec<(String, f64)>,
}

impl Scan {
    /// The number of lines: `\n`, `\r\n` and a lone `\r` each end one, and text after the last end is one more.
    pub fn lines(&self) -> u64 {
        self.found.lines
    }

    /// Whether no rule matched anything.
    pub fn is_empty(&self) -> bool {
        self.found.matches.is_empty()
    }

    /// Matches whose rules want their plugin to be asked, at most 200: first those of rules that ask once in a log, then
    /// the others in the order of their lines.
    pub fn questions(&self) -> Vec<Question> {
        let matches = || self.found.matches.iter().enumerate();
        let asks_once = |found: &Match| self.rules.rule(found.rule).is_matched_once();
        let asks = |found: &Match| self.rules.rule(found.rule).asks_plugin && !asks_once(found);
        let once = matches().filter(|(_, found)| asks_once(found));
        let asking = once.chain(matches().filter(|(_, found)| asks(found)));
        let question = |(number, found): (usize, &Match)| {
            let rule = self.rules.rule(found.rule);
            Question {
                number,
                rule: rule.id.clone(),
                code: rule.code.clone(),
                line: found.line,
                text: found.text.clone(),
                captures: found.captures.clone(),
                wants_opinion: asks_once(found),
            }
        };
        asking.take(MAX_QUESTIONS).map(question).collect()
    }

    /// Takes the plugins' answers in: no claim drops the match, claims replace it. A match without an answer stays as its
    /// rule describes it. Answers to numbers that were never asked are ignored.
    ///
    /// The numbers are those of [`Scan::questions`] before this call; afterwards they are void.
    pub fn settle(&mut self, answers: Vec<(usize, Vec<Claim>)>) {
        let mut answers: BTreeMap<usize, Vec<Claim>> = answers.into_iter().collect();
        let matches = std::mem::take(&mut self.found.matches);
        let mut answered: Vec<(Claim, Match)> = Vec::new();
        for (number, found) in matches.into_iter().enumerate() {
            match answers.remove(&number).filter(|_| self.rules.rule(found.rule).asks_plugin) {
                None => self.found.matches.push(found),
                Some(claims) => answered.extend(claims.into_iter().map(|claim| (claim, found.clone()))),
            }
        }
        for (claim, found) in answered {
            let found = if claim.votes.is_empty() { found } else { self.moved(found, &claim) };
            self.found.matches.push(Match { claim: Some(claim), ..found });
        }
        self.found.matches.sort_by_key(|found| (found.line, found.rule));
    }

    /// A match moved to the line that an opinion names: its rule only matched the first line that it could.
    fn moved(&self, found: Match, claim: &Claim) -> Match {
        if found.line == claim.line {
            return found;
        }
        if let Some(known) = self.found.matches.iter().find(|known| known.line == claim.line) {
            return Match { rule: found.rule, captures: BTreeMap::new(), ..known.clone() };
        }
        let tail = self.found.tail.as_slice();
        let place = tail.iter().position(|line| line.line == claim.line);
        let (before, after) = place.map_or((tail, tail), |place| (&tail[..place], &tail[place + 1..]));
        let around = |lines: &[ContextLine]| if place.is_some() { Around::of_shown(lines) } else { Around::default() };
        Match {
            rule: found.rule,
            line: claim.line,
            text: claim.text.clone(),
            shown: place.map_or(&claim.text, |place| &tail[place].text).clone(),
            captures: BTreeMap::new(),
            is_echo: false,
            before: around(before),
            after: around(after),
            claim: None,
        }
    }

    /// Says which of the matches is the cause of the failure, if there was one.
    pub fn diagnose(&self, evidence: &Evidence, options: &Options<'_>) -> Diagnosis {
        rank::diagnose(&self.rules, &self.found, evidence, options)
    }
}
