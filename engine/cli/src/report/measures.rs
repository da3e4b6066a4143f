//! Metrics and artifacts that a runner reported.

use pipeline::outcome::Outcome;

use super::paint::{NAME, harmless, paint};

/// Most metrics and artifacts of a stage that are shown; the journal has more.
const MOST_MEASURES: usize = 10;

/// What a runner reported beside the outcome, one line each.
pub fn measures(outcome: &Outcome) -> Vec<String> {
    let metrics = outcome.metrics.iter().map(|one| {
        let unit = if one.unit.is_empty() { String::new() } else { format!(" {}", harmless(&one.unit, 20)) };
        format!("{} {}{unit}", paint(NAME, harmless(&one.name, 100)), one.value)
    });
    let artifacts = outcome
        .artifacts
        .iter()
        .map(|one| format!("{} {}", paint(NAME, harmless(&one.path, 200)), harmless(&one.title, 100)));
    let all: Vec<String> = metrics.chain(artifacts).collect();
    let more = all.len().saturating_sub(MOST_MEASURES);
    let rest = (more > 0).then(|| format!("and {more} more metrics and artifacts: selfheal explain --format json"));
    all.into_iter().take(MOST_MEASURES).chain(rest).collect()
}
