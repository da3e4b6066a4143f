//! What a strategy has shown.

use pipeline::incident::IncidentEnd;
use pipeline::time::Timestamp;

use super::empty;
use super::sample::{remedy, tried_run};
use crate::{Figures, MIN_PRECISION, MIN_TRIALS, wilson_lower_bound};

#[test]
fn the_lower_bound_is_that_of_wilson() {
    // From the formula, by hand and by R's `prop.test(good, tried, correct = FALSE)`.
    for (good, tried, expected) in [
        (0, 0, 0.0),
        (0, 10, 0.0),
        (1, 1, 0.2065),
        (9, 10, 0.5958),
        (10, 10, 0.7225),
        (15, 15, 0.7961),
        (16, 16, 0.8064),
        (50, 100, 0.4038),
        (95, 100, 0.8882),
    ] {
        let bound = wilson_lower_bound(good, tried);
        assert!((bound - expected).abs() < 0.0001, "{good} of {tried}: {bound}");
    }
}

#[test]
fn the_number_that_is_missing_is_the_number_that_makes_it_ready() {
    let figures = |healed, tried| Figures { healed, tried, ..Figures::default() };
    assert_eq!(figures(0, 0).missing(), 16, "sixteen of sixteen");
    assert_eq!(figures(16, 16).missing(), 0);
    assert_eq!(figures(9, 9).missing(), 7);
    for (healed, tried) in [(3, 5), (10, 14), (40, 50), (0, 3)] {
        let missing = figures(healed, tried).missing();
        let is_ready = |more: u64| wilson_lower_bound(healed + more, tried + more) >= MIN_PRECISION;
        assert!(missing > 0 && is_ready(missing) && !is_ready(missing - 1), "{healed} of {tried}: {missing}");
        assert!(tried + missing >= MIN_TRIALS);
    }
    assert_eq!(figures(5, 10).precision(), Some(0.5));
    assert_eq!(figures(0, 0).precision(), None);
}

#[test]
fn false_heals_are_no_precision() {
    let sure = Figures { healed: 16, tried: 16, false_heals: 4, ..Figures::default() };
    assert_eq!(sure.precision(), Some(0.75));
    assert!(sure.missing() > 0);
}

#[test]
fn trials_and_shadowed_decisions_are_counted_by_code_and_strategy() {
    let (_folder, store) = empty();
    let fix = remedy("config", "A");
    let mut shadowed = tried_run("r-5", 5, "a.code", &fix, Some("worsened"), IncidentEnd::Escalated);
    let incident = shadowed.incident(1);
    shadowed.shadow(&incident, &remedy("dependency", "B"));
    for story in [
        tried_run("r-1", 1, "a.code", &fix, None, IncidentEnd::Healed),
        tried_run("r-2", 2, "a.code", &fix, Some("ineffective"), IncidentEnd::Escalated),
        tried_run("r-3", 3, "a.code", &fix, None, IncidentEnd::FlakySuspect),
        tried_run("r-4", 4, "a.code", &fix, Some("refused"), IncidentEnd::Escalated),
        shadowed,
    ] {
        store.append(&story.run, &story.records).unwrap();
    }
    let named =
        |strategy: &str| Figures { code: "a.code".to_owned(), strategy: strategy.to_owned(), ..Figures::default() };
    let expected = [
        Figures { tried: 4, healed: 1, worsened: 1, ..named("config") },
        Figures { shadowed: 1, ..named("dependency") },
    ];
    assert_eq!(store.figures(Timestamp(1_000)).unwrap(), expected);
}
