//! What a classifier that reads whole logs may do to the ranking, and what not.

use std::sync::LazyLock;

use log_scan::{Claim, Diagnosis, Evidence, Options, Outcome, RuleSet, RuleSpec, Scan, Scanner, Severity};
use proptest::prelude::*;

use crate::rules::{With, rule};

/// A broad rule as a learned classifier declares it: it only brings the plugin to be asked.
fn asking() -> RuleSpec {
    let mut asking = rule("learned.failure-word", "unknown", r"\b(?:[Ee]rror|fail(?:ed)?|killed)\b").sure(0.05);
    asking.specificity = 5;
    asking.asks_plugin = true;
    asking.attr("asks", "once")
}

fn claim(category: &str, confidence: f64, line: u64, text: &str, votes: &[(&str, f64)]) -> Claim {
    Claim {
        code: format!("learned.{category}"),
        category: category.to_owned(),
        ecosystem: "generic".to_owned(),
        severity: Severity::Error,
        confidence,
        line,
        text: text.to_owned(),
        captures: Default::default(),
        disposition: "retry".to_owned(),
        strategies: vec!["retry".to_owned()],
        votes: votes.iter().map(|(category, probability)| ((*category).to_owned(), *probability)).collect(),
    }
}

fn scan(rules: &[RuleSpec], log: &str) -> Scan {
    let set = RuleSet::load(rules.to_vec()).expect("the rules are sound");
    let mut scanner = Scanner::new(&set);
    scanner.push(log.as_bytes());
    scanner.finish()
}

/// The diagnosis with the plugin's answer; `None` when it had none.
fn judge(rules: &[RuleSpec], log: &str, answer: Option<Claim>, evidence: &Evidence) -> Diagnosis {
    let mut scan = scan(rules, log);
    let questions = scan.questions();
    scan.settle(questions.iter().map(|question| (question.number, answer.iter().cloned().collect())).collect());
    scan.diagnose(evidence, &Options::default())
}

fn failed() -> Evidence {
    Evidence { exit_code: Some(1), ..Evidence::default() }
}

const TIMEOUT: &str = "connecting\nerror: upstream gave no answer for 30 s\nbuild failed\n";

fn timeout(confidence: f64) -> Claim {
    claim(
        "network-transient",
        confidence,
        2,
        "error: upstream gave no answer for 30 s",
        &[("network-transient", confidence), ("deployment", 0.1)],
    )
}

#[test]
fn a_broad_rule_asks_once_however_often_it_matches() {
    let log = "error: one\nall is well\n".repeat(5_000);
    let scan = scan(&[asking()], &log);
    let questions = scan.questions();
    assert_eq!(questions.iter().map(|question| question.line).collect::<Vec<_>>(), [1]);
    assert!(scan.diagnose(&failed(), &Options::default()).root().is_none(), "its match is no finding");
}

#[test]
fn an_opinion_names_what_no_rule_knows() {
    let diagnosis = judge(&[asking()], TIMEOUT, Some(timeout(0.8)), &failed());
    let root = diagnosis.root().expect("the evidence says that it failed");
    assert_eq!((root.code.as_str(), root.line, root.disposition.as_str()), ("learned.network-transient", 2, "retry"));
    assert_eq!(judge(&[asking()], TIMEOUT, Some(timeout(0.95)), &Evidence::default()).outcome, Outcome::Failure);
}

#[test]
fn an_opinion_alone_needs_a_sign_that_the_job_failed() {
    let rules = [asking()];
    let nothing = Evidence::default();
    let went_on = TIMEOUT.replace("build failed", "trying the next one\nfetched\nbuilt\ninstalled");
    assert_eq!(judge(&rules, &went_on, Some(timeout(0.95)), &nothing).outcome, Outcome::NoFailure);
    assert_eq!(judge(&rules, TIMEOUT, Some(timeout(0.8)), &nothing).outcome, Outcome::NoFailure);
    let passed = format!("{TIMEOUT}Finished: SUCCESS\n");
    assert_eq!(judge(&rules, &passed, Some(timeout(0.95)), &nothing).outcome, Outcome::NoFailure);
}

#[test]
fn votes_decide_between_rules_that_weigh_about_the_same() {
    let rules = [
        asking(),
        rule("system.first", "deployment", "^error: upstream").heals("retry", "retry"),
        rule("system.second", "network-transient", "^build failed").heals("retry", "retry"),
    ];
    let root = |answer| judge(&rules, TIMEOUT, answer, &failed()).findings[0].code.clone();
    assert_eq!(root(None), "system.first");
    assert_eq!(root(Some(timeout(0.9))), "system.second");
}

#[test]
fn an_opinion_that_says_the_same_as_a_rule_makes_it_surer_and_keeps_its_captures() {
    let vague = rule("system.upstream", "network-transient", r"^error: (?P<host>\S+) gave").sure(0.2);
    let without = judge(&[asking(), vague.clone()], TIMEOUT, None, &failed());
    let with = judge(&[asking(), vague], TIMEOUT, Some(timeout(0.9)), &failed());
    assert_eq!(with.findings[0].captures["host"], "upstream");
    assert!(with.findings[0].confidence > without.findings[0].confidence);
    assert!(with.findings.iter().all(|finding| !finding.code.starts_with("learned.")));
}

const CATEGORIES: [&str; 4] = ["network-transient", "security-finding", "test-failure", "unknown"];

/// A rule that matches the line `fires N`.
fn any_rule(number: usize) -> impl Strategy<Value = RuleSpec> {
    let disposition = prop::sample::select(vec!["retry", "auto", "patch", "never", "never"]);
    (prop::sample::select(CATEGORIES.to_vec()), disposition, 0.02..0.98f64, 0u8..=100).prop_map(
        move |(category, disposition, confidence, specificity)| {
            let mut rule = rule(&format!("system.r{number}"), category, &format!("fires {number}"));
            rule.specificity = specificity;
            rule.sure(confidence).heals(disposition, "retry")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_opinion_never_overrules_never(
        rules in (any_rule(0), any_rule(1), any_rule(2), any_rule(3)),
        fires in proptest::collection::vec(0usize..6, 1..8),
        category in prop::sample::select(CATEGORIES.to_vec()),
        (confidence, line) in (0.02..0.99f64, 1u64..9),
        votes in proptest::collection::vec(0.0..1.0f64, 4),
        is_known in any::<bool>(),
    ) {
        let rules = [asking(), rules.0, rules.1, rules.2, rules.3];
        let log: String = fires.iter().map(|number| format!("error: fires {number}\n")).collect();
        let line = line.min(fires.len() as u64);
        let text = format!("error: fires {}", fires[line as usize - 1]);
        let votes: Vec<(&str, f64)> = CATEGORIES.into_iter().zip(votes).collect();
        let answer = claim(category, confidence, line, &text, &votes);
        let evidence = if is_known { failed() } else { Evidence::default() };
        let without = judge(&rules, &log, None, &evidence);
        let with = judge(&rules, &log, Some(answer), &evidence);
        let Some(root) = with.findings.first() else { return Ok(()) };
        // Where no rule matched, the engine's own stand-in only says that a person should look.
        let was_never = |finding: &log_scan::RankedFinding| {
            finding.disposition == "never" && finding.code != "system.unknown-failure"
        };
        if without.findings.first().is_some_and(was_never) {
            prop_assert_eq!(&root.disposition, "never");
        }
        let fired = &rules[1..];
        let is_never_here = fired.iter().enumerate().any(|(number, rule)| {
            rule.disposition == "never" && fires[root.line as usize - 1] == number
        });
        if root.code.starts_with("learned.") && is_never_here {
            prop_assert_eq!(&root.disposition, "never");
            prop_assert_eq!(&root.strategies, &["escalate"]);
        }
    }

    #[test]
    fn a_broad_rule_matches_the_first_line_that_a_search_finds(lines in proptest::collection::vec("(killed|fail|all is|err|Error|x| |:){0,4}", 0..40), cut in 1usize..50) {
        static PATTERN: LazyLock<regex::Regex> =
            LazyLock::new(|| regex::Regex::new(&asking().pattern).expect("it is sound"));
        static SET: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::load(vec![asking()]).expect("it is sound"));
        let log = lines.join("\n");
        let mut scanner = Scanner::new(&SET);
        log.as_bytes().chunks(cut).for_each(|chunk| scanner.push(chunk));
        let asked: Vec<u64> = scanner.finish().questions().iter().map(|question| question.line).collect();
        let first = (1..).zip(&lines).find(|(_, line)| PATTERN.is_match(line.trim_end())).map(|(number, _)| number);
        prop_assert_eq!(asked, first.into_iter().collect::<Vec<u64>>());
    }
}
