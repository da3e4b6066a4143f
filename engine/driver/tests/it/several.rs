//! Several failures at once, and failures that a person vouches for.

use pipeline::event::{Decision, Event, Fact, Purpose};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Qualifier, RunResult};

use crate::scenarios;
use crate::world::{Ended, Scenario, World};

async fn run(scenario: &Scenario) -> (World, Ended) {
    let world = World::new(scenario);
    let ended = world.run().await;
    assert_eq!(world.workspace.open_scratches().len(), 0, "{}: a scratch is open", scenario.name);
    (world, ended)
}

fn trials(ended: &Ended) -> usize {
    ended.decisions().filter(|decision| matches!(decision, Decision::PrepareTrial { .. })).count()
}

fn qualifiers(ended: &Ended) -> Vec<String> {
    let ends = ended.decisions().filter_map(|decision| match decision {
        Decision::EndStage { stage, result, qualifier, .. } => {
            Some(format!("{stage} {} {}", result.as_str(), qualifier.as_str()))
        }
        _ => None,
    });
    let mut ends: Vec<String> = ends.collect();
    ends.sort();
    ends
}

#[tokio::test(start_paused = true)]
async fn one_remedy_heals_all_stages_that_failed_for_one_cause() {
    let (_, ended) = run(&scenarios::one_cause()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed));
    let mut ends = ended.incidents.clone();
    ends.sort_by_key(|end| end.as_str());
    assert_eq!(ends, [IncidentEnd::Healed, IncidentEnd::Joined]);
    assert_eq!(trials(&ended), 1);
    assert_eq!(qualifiers(&ended), ["e2e success healed", "publish success clean", "unit success healed"]);
    // What both made in the one scratch is in the workspace.
    for made in ["ignored/unit", "ignored/e2e"] {
        assert!(ended.files.contains_key(made), "{made} is lost: {:?}", ended.files);
    }
}

#[tokio::test(start_paused = true)]
async fn a_patch_is_verified_by_every_stage_of_its_cluster() {
    let (_, ended) = run(&scenarios::one_cause_patched()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed));
    assert_eq!(ended.files["requirements.txt"], "flask\npillow\n");
    let verified = ended
        .decisions()
        .filter(|decision| matches!(decision, Decision::StartAttempt { purpose: Purpose::Verify { .. }, .. }));
    assert_eq!(verified.count(), 2, "the other stage of the cluster, and what needs both");
}

/// Positions of what is looked for among all records.
fn positions(ended: &Ended, of: fn(&Event) -> bool) -> Vec<usize> {
    ended.records.iter().enumerate().filter(|(_, record)| of(&record.event)).map(|(index, _)| index).collect()
}

fn is_trial(event: &Event) -> bool {
    matches!(event, Event::Decision(Decision::StartAttempt { purpose: Purpose::Trial { .. }, .. }))
}

fn is_trial_end(event: &Event) -> bool {
    matches!(event, Event::Fact(Fact::AttemptEnded { purpose: Purpose::Trial { .. }, .. }))
}

fn put_off(ended: &Ended) -> usize {
    ended.decisions().filter(|decision| matches!(decision, Decision::PutOff { .. })).count()
}

#[tokio::test(start_paused = true)]
async fn different_causes_are_on_trial_at_the_same_time_and_committed_one_after_the_other() {
    let (world, ended) = run(&scenarios::two_causes()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed), "{:?}", ended.incidents);
    assert_eq!(ended.incidents, [IncidentEnd::Healed, IncidentEnd::Healed]);
    assert_eq!(qualifiers(&ended), ["e2e success healed", "publish success clean", "unit success healed"]);
    let (begun, over) = (positions(&ended, is_trial), positions(&ended, is_trial_end));
    assert_eq!((begun.len(), over.len()), (2, 2));
    assert!(begun[1] < over[0], "both have begun before either has ended");
    let commits = positions(&ended, |event| {
        let Event::Decision(decision) = event else {
            return matches!(event, Event::Fact(Fact::ScratchCommitted { .. }));
        };
        matches!(decision, Decision::CommitScratch { .. })
    });
    let is_decision = |index: &usize| matches!(ended.records[*index].event, Event::Decision(_));
    assert_eq!(commits.iter().map(is_decision).collect::<Vec<_>>(), [true, false, true, false], "one after the other");
    assert!(over[1] < commits[0], "nothing is committed while somebody looks at the workspace");
    assert_eq!(world.plugins.asked.lock().unwrap().len(), 2, "both were asked about before anything was tried");
    assert_eq!((ended.at, put_off(&ended)), (30, 0), "as long as the longest of the stages three times");
}

#[tokio::test(start_paused = true)]
async fn what_touches_the_same_file_as_an_earlier_commit_is_tried_again_and_loses_nothing() {
    let (_, ended) = run(&scenarios::overlapping()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed));
    assert_eq!(ended.incidents, [IncidentEnd::Healed, IncidentEnd::Healed]);
    assert_eq!((trials(&ended), put_off(&ended)), (3, 1));
    let made = ["ignored/e2e", "ignored/lock", "ignored/unit"];
    assert!(made.iter().all(|path| ended.files.contains_key(*path)), "{:?}", ended.files);
}

#[tokio::test(start_paused = true)]
async fn two_patches_are_both_applied_and_the_second_is_verified_on_top_of_the_first() {
    let (_, ended) = run(&scenarios::two_patches()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed), "{:?}", ended.incidents);
    assert_eq!(ended.files["requirements.txt"], "flask\npillow\n");
    assert_eq!(ended.files["settings.toml"], "second = 1\n");
    assert_eq!(put_off(&ended), 1);
    let committed = positions(&ended, |event| matches!(event, Event::Fact(Fact::ScratchCommitted { .. })));
    let verified = |event: &Event| match event {
        Event::Decision(Decision::StartAttempt { stage, purpose: Purpose::Verify { .. }, .. }) => {
            Some(stage.as_str().to_owned())
        }
        _ => None,
    };
    let between = &ended.records[committed[0]..committed[1]];
    let mut stages: Vec<String> = between.iter().filter_map(|record| verified(&record.event)).collect();
    stages.sort();
    stages.dedup();
    assert_eq!(stages, ["e2e", "publish", "unit"], "the stage that was healed first has to pass with the second patch");
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_room_beside_a_scratch_remedies_are_tried_one_after_the_other() {
    let ended = World::without_room(&scenarios::two_causes()).run().await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed));
    let (begun, over) = (positions(&ended, is_trial), positions(&ended, is_trial_end));
    assert!(over[0] < begun[1], "the second has begun before the first has ended");
    assert_eq!(put_off(&ended), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_a_person_vouches_for_is_run_again_in_scratch() {
    let (world, ended) = run(&scenarios::quarantined()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Quarantined));
    assert_eq!(ended.incidents, [IncidentEnd::Quarantined]);
    assert_eq!(world.executor.ran(), ["test", "test", "gate"].map(|name| format!("sh -c make {name}")));
    assert!(world.plugins.asked.lock().unwrap().is_empty(), "a licence needs no healer");
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_fails_each_time_is_handed_over_and_its_ticket_names_the_owner() {
    let (world, ended) = run(&scenarios::quarantined_in_vain()).await;
    assert_eq!((ended.result, ended.incidents.as_slice()), (RunResult::Failure, [IncidentEnd::Escalated].as_slice()));
    assert_eq!(world.executor.ran().len(), 3, "once, and twice again");
    let mut tickets = std::fs::read_dir(world.path().join("tickets")).unwrap();
    let ticket = std::fs::read_to_string(tickets.next().unwrap().unwrap().path()).unwrap();
    assert!(ticket.contains("Owner: ada."), "{ticket}");
}
