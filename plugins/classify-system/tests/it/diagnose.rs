//! Diagnoses a log as the engine does, with the classifiers linked in instead of loaded as components.
//!
//! What differs from `selfheal diagnose`: nothing is known about the attempt but its log, the store of every plugin is empty,
//! and a second look that fails counts as none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use log_scan::{
    Claim, Diagnosis, Evidence, Options, Question, RuleSet, RuleSpec, Scanner, Templates, lines, normalised, votes,
};
use plugin_sdk::classifier::{Candidate, RuleRecord};
use plugin_sdk::prelude::*;
use plugin_sdk::testing::{LogText, World};
use plugin_sdk::types::{Capture, LogLine};

use crate::packs;

/// The rules of all packs, made ready once for all tests.
static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::load(specs()).expect("the rules of the packs are sound"));

/// What is said about a log, given green logs of the same job.
pub fn diagnose(log: &str, baseline: Option<&Templates>) -> Diagnosis {
    let mut scanner = Scanner::new(&RULES);
    scanner.push(log.as_bytes());
    let mut scan = scanner.finish();
    let questions = scan.questions();
    if !questions.is_empty() {
        let text: Vec<String> = lines(log.as_bytes()).map(normalised).collect();
        let text = LogText::new(&text.join("\n"));
        scan.settle(questions.iter().filter_map(|one| Some((one.number, second_look(one, &text)?))).collect());
    }
    scan.diagnose(&Evidence::default(), &Options { baseline, ..Options::default() })
}

fn second_look(question: &Question, log: &LogText) -> Option<Vec<Claim>> {
    let owner = question.rule.split('@').next()?;
    let pack = packs::ALL.iter().find(|pack| pack.id == owner)?;
    let captures = question.captures.iter().map(|(name, value)| Capture { name: name.clone(), value: value.clone() });
    let candidate = Candidate {
        code: question.code.clone(),
        line: LogLine { line: question.line, text: question.text.clone() },
        captures: captures.collect(),
        outcome: None,
    };
    let findings = World::new().enter(|| (pack.classify)(candidate, log)).ok()?;
    Some(findings.into_iter().map(claim).collect())
}

fn claim(finding: Finding) -> Claim {
    Claim {
        votes: votes(finding.attrs.iter().map(|attr| (attr.key.as_str(), attr.value.as_str()))),
        code: finding.code,
        category: finding.category,
        ecosystem: finding.ecosystem,
        severity: finding.severity.parse().expect("a severity of the contract"),
        confidence: finding.confidence,
        line: finding.cause.line,
        text: finding.cause.text,
        captures: finding.captures.into_iter().map(|one| (one.name, one.value)).collect::<BTreeMap<_, _>>(),
        disposition: word(finding.disposition).to_owned(),
        strategies: finding.strategies,
    }
}

fn specs() -> Vec<RuleSpec> {
    let mut specs = Vec::new();
    for pack in packs::ALL {
        let mut names = BTreeSet::new();
        specs.extend(pack.rules.iter().copied().flatten().map(|rule| spec(pack.id, &mut names, rule)));
    }
    specs
}

/// The rule under the id that the host gives it: without its code's first part where that is unique in the plugin.
fn spec(pack: &str, names: &mut BTreeSet<&'static str>, rule: &Rule) -> RuleSpec {
    let local = rule.code.split_once('.').map_or(rule.code, |(_, local)| local);
    let name = if names.insert(local) { local } else { rule.code };
    let rule = RuleRecord::from(rule);
    RuleSpec {
        id: format!("{pack}@0.0.0/{name}"),
        category: rule.category,
        ecosystem: rule.ecosystem,
        pattern: rule.pattern,
        negative: rule.negative,
        severity: rule.severity.parse().expect("a severity of the contract"),
        confidence: rule.confidence,
        specificity: rule.specificity,
        position: rule.position.parse().expect("a position of the contract"),
        disposition: word(rule.disposition).to_owned(),
        strategies: rule.strategies,
        asks_plugin: rule.asks_plugin,
        // Held to them elsewhere.
        examples: Vec::new(),
        attrs: rule.attrs.into_iter().map(|attr| (attr.key, attr.value)).collect(),
        code: rule.code,
    }
}

fn word(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Retry => "retry",
        Disposition::Auto => "auto",
        Disposition::Patch => "patch",
        Disposition::Never => "never",
    }
}
