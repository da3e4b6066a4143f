//! Modes of single strategies.

use super::*;

/// The notes of the one `weighed` among decisions: strategy, whether chosen, whether shadowed, whether refused.
fn notes(decisions: &[Decision]) -> Vec<(String, bool, bool, bool)> {
    let weighed = decisions.iter().find_map(|decision| match decision {
        Decision::Weighed { proposals, .. } => Some(proposals),
        _ => None,
    });
    let note = |note: &crate::event::WeighedNote| {
        (note.strategy.clone(), note.is_chosen, note.is_shadowed, note.refused.is_some())
    };
    weighed.expect("something was weighed").iter().map(note).collect()
}

#[test]
fn a_strategy_in_shadow_is_recorded_and_the_next_best_is_tried() {
    let variable = |strategy: &str, confidence: f64| {
        let action = Action::SetEnv { name: strategy.to_uppercase(), value: "1".to_owned() };
        Remedy { confidence, ..remedy(strategy, vec![action]) }
    };
    let proposals = || proposed(vec![variable("dependency", 0.99), variable("config", 0.2)]);
    let weigh = |mode: Mode, of_dependency: Mode| {
        let mut definition = pipeline(&[("test", &[])]);
        definition.healing.mode = mode;
        definition.healing.modes.insert("dependency".to_owned(), of_dependency);
        let (mut run, _) = start(definition);
        step(&mut run, ended("test", 1, Purpose::Plain, 1), &["diagnose test.1"]);
        step(&mut run, diagnosed("test", 1, missing()), &["ask"]);
        run.step(&proposals(), Timestamp(9)).expect("a step")
    };
    let note =
        |strategy: &str, is_chosen, is_shadowed, is_refused| (strategy.to_owned(), is_chosen, is_shadowed, is_refused);
    let decided = weigh(Mode::Auto, Mode::Shadow);
    assert_eq!(notes(&decided), [note("dependency", true, true, false), note("config", true, false, false)]);
    assert!(matches!(&decided[1], Decision::PrepareTrial { remedy, .. } if remedy.strategy == "config"), "{decided:?}");
    let decided = weigh(Mode::Auto, Mode::Off);
    assert_eq!(notes(&decided), [note("dependency", false, false, true), note("config", true, false, false)]);
    // And the other way round: trusted with more than the rest.
    let decided = weigh(Mode::Shadow, Mode::Auto);
    assert_eq!(notes(&decided), [note("dependency", true, false, false), note("config", false, false, false)]);
    assert!(matches!(&decided[1], Decision::PrepareTrial { .. }), "{decided:?}");
    let decided = weigh(Mode::Off, Mode::Auto);
    assert_eq!(notes(&decided), [note("dependency", true, false, false), note("config", false, false, true)]);
}
