//! The journal reproduces the run, and a journal that was changed is found out.

use pipeline::event::{Decision, Event, Fact, Record};
use pipeline::replay::replay;

use crate::scenarios;
use crate::world::World;

/// Whether a replay of changed records says that something is wrong.
fn is_found(records: &[Record]) -> bool {
    match replay(records) {
        Err(_) => true,
        Ok(replayed) => replayed.divergence.is_some(),
    }
}

#[tokio::test(start_paused = true)]
async fn replaying_a_journal_reproduces_every_decision() {
    for scenario in scenarios::all() {
        // World::run checks the journal it made: numbers, JSON round trip, replay.
        let ended = World::new(&scenario).run().await;
        let replayed = replay(&ended.records).unwrap();
        assert_eq!(replayed.facts + replayed.decisions, ended.records.len(), "{}", scenario.name);
        assert!(replayed.run.is_ended());
        let again: Vec<_> = replayed.run.incidents().iter().filter_map(|incident| incident.end()).collect();
        assert_eq!(again, ended.incidents, "{}", scenario.name);
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_was_taken_out_or_put_in_is_found() {
    for scenario in scenarios::all() {
        let ended = World::new(&scenario).run().await;
        for (index, record) in ended.records.iter().enumerate() {
            if !matches!(record.event, Event::Decision(_)) {
                continue;
            }
            let mut without = ended.records.clone();
            without.remove(index);
            assert!(is_found(&without), "{}: record {} was taken out", scenario.name, record.seq);
            let mut with = ended.records.clone();
            with.insert(index, Record { event: Event::Decision(Decision::CancelAttempts), ..record.clone() });
            assert!(is_found(&with), "{}: something was put in before record {}", scenario.name, record.seq);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_was_changed_is_found() {
    for scenario in scenarios::all() {
        let ended = World::new(&scenario).run().await;
        for (index, record) in ended.records.iter().enumerate() {
            let mut changed = ended.records.clone();
            if let Event::Fact(Fact::AttemptEnded { outcome, .. }) = &mut changed[index].event {
                outcome.exit_code = Some(i32::from(outcome.exit_code == Some(0)));
                assert!(is_found(&changed), "{}: record {} was changed", scenario.name, record.seq);
            }
        }
    }
}
