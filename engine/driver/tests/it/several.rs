//! Several failures at once, and failures that a person vouches for.

use pipeline::event::{Decision, Purpose};
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

#[tokio::test(start_paused = true)]
async fn different_causes_are_healed_one_after_the_other() {
    let (world, ended) = run(&scenarios::two_causes()).await;
    assert_eq!((ended.result, ended.qualifier), (RunResult::Success, Qualifier::Healed), "{:?}", ended.incidents);
    assert_eq!(ended.incidents, [IncidentEnd::Healed, IncidentEnd::Healed]);
    assert_eq!(qualifiers(&ended), ["e2e success healed", "publish success clean", "unit success healed"]);
    // Both were asked about before anything was tried.
    let first_trial = ended.decisions().position(|decision| matches!(decision, Decision::PrepareTrial { .. }));
    let asked = ended.decisions().take(first_trial.unwrap());
    assert_eq!(asked.filter(|decision| matches!(decision, Decision::AskHealers { .. })).count(), 2);
    assert!(world.plugins.asked.lock().unwrap().len() >= 3, "after the commit the healers were asked anew");
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
