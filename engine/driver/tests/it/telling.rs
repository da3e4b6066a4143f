//! What notifiers are told, and that nothing depends on them.

use std::sync::Arc;

use driver::fakes::{MemoryJournal, ScriptedPlugins};
use driver::ports::News;
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};

use crate::scenarios;
use crate::world::{Scenario, World, decisions};
use pipeline::event::Decision;

fn told(world: &World) -> Vec<News> {
    world.plugins.told.lock().unwrap().clone()
}

/// The world of a scenario whose notifiers take that long.
fn slow_world(scenario: &Scenario, telling_ms: u64) -> World {
    let mut world = World::new(scenario);
    world.plugins = Arc::new(ScriptedPlugins {
        findings: scenario.findings.iter().cloned().collect(),
        remedies: scenario.remedies.clone(),
        telling_ms,
        ..ScriptedPlugins::default()
    });
    world
}

#[tokio::test(start_paused = true)]
async fn an_incident_s_end_is_told_once_with_its_cause_and_category() {
    let world = World::new(&scenarios::transient());
    let ended = world.run().await;
    assert_eq!(ended.incidents, [IncidentEnd::Healed]);
    let told = told(&world);
    let [news] = told.as_slice() else { panic!("one piece of news: {told:?}") };
    assert_eq!((news.kind.as_str(), news.run.as_str()), ("incident-ended", "r-1"));
    let attr = |key: &str| news.attrs.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str());
    assert_eq!((attr("incident"), attr("stage"), attr("ended")), (Some("r-1.1"), Some("test"), Some("healed")));
    let finding = &scenarios::transient().findings[0].1;
    assert_eq!(attr("category"), Some(finding.category.as_str()));
    assert_eq!(attr("code"), Some(finding.code.as_str()));
    assert_eq!(attr("cause"), Some(finding.text.as_str()));
    assert_eq!(attr("signature"), Some(finding.signature.as_str()));
    assert!(attr("at").is_some_and(|at| at.ends_with('Z')));
}

#[tokio::test(start_paused = true)]
async fn a_green_run_tells_nothing() {
    let world = World::new(&Scenario { script: |_, _| 0, ..scenarios::transient() });
    world.run().await;
    assert_eq!(told(&world), []);
}

#[tokio::test(start_paused = true)]
async fn a_notifier_that_never_answers_changes_no_decision_and_is_cut_off_after_the_end() {
    let scenario = scenarios::transient();
    let quick = World::new(&scenario).run().await;
    let world = slow_world(&scenario, u64::MAX / 4);
    let ended = world.run().await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed));
    assert_eq!(told(&world), []);
    assert_eq!(ended.at, quick.at + 5_000, "the end waits a moment, and no longer");
    assert!(ended.decisions().eq(quick.decisions()));
}

#[tokio::test(start_paused = true)]
async fn a_notifier_that_takes_a_moment_is_heard_out() {
    let world = slow_world(&scenarios::transient(), 1_000);
    world.run().await;
    assert_eq!(told(&world).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_goes_on_tells_nothing_that_was_on_record_before() {
    let scenario = scenarios::transient();
    let journal = MemoryJournal::default();
    let first = World::new(&scenario);
    first.driver(journal.clone()).run(first.start(), first.interrupts()).await.unwrap();
    let records = journal.records();
    let place = decisions(&records).count();
    assert!(place > 0);
    let end = records
        .iter()
        .position(|record| matches!(&record.event, pipeline::event::Event::Decision(Decision::EndIncident { .. })))
        .unwrap();
    // Cut off at every batch after the incident's end.
    for length in end + 1..records.len() {
        let is_whole = matches!(records[length].event, pipeline::event::Event::Fact(_));
        if !is_whole {
            continue;
        }
        let mut cut = MemoryJournal::default();
        driver::ports::Journal::append(&mut cut, &records[..length]).unwrap();
        let world = World::new(&scenario);
        world.resume(&cut).await;
        assert_eq!(told(&world), [], "cut off after {length} records");
    }
}
