//! The product's own figures on its own labelled logs: a change that makes diagnosis worse fails here.
//!
//! `dev.jsonl` and `whole/` are what writers of rules look at, so those are development figures: they say that nothing broke.
//! `held.jsonl` is not read by writers of rules; only its totals count, and they say how well the wording carries over to
//! logs that nobody tuned for. A miss that somebody looks at there is lost as a measure, so a failure does not even name them.
//!
//! A floor stands a little below what was measured, so that a change of one doubtful log is no alarm. Who improves a figure
//! raises its floor; who must lower one says why in the commit. `cargo test -p classify-system -- --nocapture` prints all.

use log_scan::{Diagnosis, Outcome, Templates};

use crate::diagnose::diagnose;
use crate::figures::{Calibration, Misses, Report, Share};
use crate::labels::{Excerpt, excerpts, wholes};

/// What a set of excerpts must reach: shares in percent, the calibration error from 0 to 1.
struct Floors {
    /// Category of the first finding, either reader's answer.
    category: f64,
    /// The first finding's line is the root line, where an excerpt has at least four lines.
    root_line: f64,
    /// The first finding offers what would heal it.
    strategy: f64,
    /// No failure is claimed for an excerpt of a healthy build.
    quiet: f64,
    /// Most by which confidence and the share of right answers may differ.
    calibration_error: f64,
}

/// Measured on 2026-11-23.
const DEV: Floors = Floors { category: 98.0, root_line: 90.0, strategy: 98.5, quiet: 98.0, calibration_error: 0.08 };
/// Measured on 2026-11-23.
const HELD: Floors = Floors { category: 89.0, root_line: 83.0, strategy: 90.5, quiet: 82.0, calibration_error: 0.05 };

#[test]
fn excerpts_that_writers_of_rules_read_are_diagnosed_as_well_as_before() {
    check("dev.jsonl", &DEV, Misses::Named);
}

#[test]
fn excerpts_that_nobody_tuned_for_are_diagnosed_as_well_as_before() {
    check("held.jsonl", &HELD, Misses::Counted);
}

#[test]
fn the_first_finding_of_a_whole_log_lies_in_the_failure_as_often_as_before() {
    let (mut alone, mut beside_green, mut quiet) = (Share::default(), Share::default(), Share::default());
    for whole in wholes() {
        let is_hit = |said: Diagnosis| {
            said.root().is_some_and(|root| whole.failure.iter().any(|(from, to)| (*from..=*to).contains(&root.line)))
        };
        alone.count(is_hit(diagnose(&whole.log, None)), &whole.id);
        let green = Templates::learn(whole.green.as_bytes());
        beside_green.count(is_hit(diagnose(&whole.log, Some(&green))), &whole.id);
        quiet.count(diagnose(&whole.green, None).outcome != Outcome::Failure, &whole.id);
    }
    Report::of("whole/", Misses::Named)
        .share("first finding in the failure", 92.0, &alone)
        .share("the same beside the green log", 92.0, &beside_green)
        .share("quiet on the green log", 99.0, &quiet)
        .check();
}

fn check(file: &str, floors: &Floors, misses: Misses) {
    let (mut category, mut root_line) = (Share::default(), Share::default());
    let (mut strategy, mut quiet) = (Share::default(), Share::default());
    let mut calibration = Calibration::default();
    for excerpt in excerpts(file) {
        let said = diagnose(&excerpt.text, None);
        let id = &excerpt.id;
        if excerpt.is_healthy() {
            quiet.count(said.outcome != Outcome::Failure, id);
            continue;
        }
        let is_right = is_category(&excerpt, &said);
        category.count(is_right, id);
        strategy.count(is_strategy(&excerpt, &said), id);
        if let Some(first) = said.findings.first() {
            calibration.count(first.confidence, is_right);
        }
        if excerpt.asks_for_root_line() {
            root_line.count(is_root_line(&excerpt, &said), id);
        }
    }
    Report::of(file, misses)
        .share("category", floors.category, &category)
        .share("root line", floors.root_line, &root_line)
        .share("strategy offered", floors.strategy, &strategy)
        .share("quiet on healthy excerpts", floors.quiet, &quiet)
        .calibration(floors.calibration_error, &calibration)
        .check();
}

fn is_category(excerpt: &Excerpt, said: &Diagnosis) -> bool {
    let is_said = said.outcome == Outcome::Failure;
    let first = said.findings.first().filter(|_| is_said).map_or("unknown", |first| first.category.as_str());
    excerpt.answers.iter().any(|answer| answer.category == first)
}

fn is_strategy(excerpt: &Excerpt, said: &Diagnosis) -> bool {
    let offers = |strategy: &String| said.findings.first().is_some_and(|first| first.strategies.contains(strategy));
    excerpt.answers.iter().any(|answer| offers(&answer.healable_by))
}

fn is_root_line(excerpt: &Excerpt, said: &Diagnosis) -> bool {
    let number = said.findings.first().and_then(|first| usize::try_from(first.line).ok()?.checked_sub(1));
    let line = number.and_then(|number| excerpt.text.split('\n').nth(number));
    line.is_some_and(|line| excerpt.answers.iter().any(|answer| answer.root_line.trim() == line.trim()))
}
