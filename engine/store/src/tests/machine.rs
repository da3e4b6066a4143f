//! The tables of runs that the rules really decide: what the fold expects of the journal is what `pipeline` writes.

use std::collections::VecDeque;

use pipeline::event::{Decision, Fact, Purpose, ScratchKind};
use pipeline::incident::IncidentEnd;
use pipeline::outcome::{Outcome, RunResult};
use pipeline::remedy::{Action, Remedy};
use pipeline::run::Run;
use pipeline::time::Timestamp;

use super::empty;
use super::sample::{Story, diagnosis, failed, finding, passed, pipeline_named, remedy, stage};
use crate::Store;

/// A file under version control: a remedy that edits it has to pass the whole pipeline.
const VERSIONED: &str = "requirements.txt";

/// A remedy that adds a line to the versioned file.
fn patch() -> Remedy {
    let edit = Action::EditFile { path: VERSIONED.to_owned(), find: String::new(), replace: "pillow\n".to_owned() };
    Remedy { title: "set BAD".to_owned(), actions: vec![edit], ..remedy("dependency", "BAD") }
}

/// How the world answers.
struct World {
    /// Proposed whenever the healers are asked.
    remedies: Vec<Remedy>,
    /// How an attempt ends: by stage, purpose and the title of the remedy that is on trial.
    attempt: fn(&str, &Purpose, &str) -> Outcome,
    /// Code of the cause of a failed attempt, by the title of the remedy that is on trial.
    cause: fn(&str) -> &'static str,
    /// Whether a scratch can be thrown away.
    can_drop: bool,
}

/// Plays a run to its end and journals it as the driver does.
fn play(world: &World) -> (tempfile::TempDir, Store) {
    let (folder, store) = empty();
    let mut pipeline = pipeline_named("demo");
    pipeline.healing.control_rate = 0.0;
    pipeline.stages[1].needs.push(stage("build"));
    let mut story = Story::begin_with("r-1", 1_000_000, pipeline);
    let first = story.records[0].clone();
    let pipeline::event::Event::Fact(start) = &first.event else { unreachable!("a story begins with a fact") };
    let (mut run, decisions) = Run::start(start, first.at).unwrap();
    let mut open: VecDeque<Decision> = decisions.into();
    let mut on_trial = String::new();
    while let Some(decision) = open.pop_front() {
        story.decision(decision.clone());
        let Some(fact) = answer(world, &decision, &mut on_trial) else {
            continue;
        };
        story.fact(fact.clone());
        let at: Timestamp = story.records.last().unwrap().at;
        open.extend(run.step(&fact, at).unwrap());
    }
    assert!(run.is_ended(), "the world answers everything");
    store.append(&story.run, &story.records).unwrap();
    (folder, store)
}

/// The fact that a decision ends with.
fn answer(world: &World, decision: &Decision, on_trial: &mut String) -> Option<Fact> {
    Some(match decision.clone() {
        Decision::StartAttempt { stage, attempt, purpose, .. } => {
            let outcome = (world.attempt)(stage.as_str(), &purpose, on_trial);
            Fact::AttemptEnded { stage, attempt, purpose, outcome }
        }
        Decision::Diagnose { incident, stage, attempt } => {
            let diagnosis = Box::new(diagnosis(finding((world.cause)(on_trial))));
            Fact::Diagnosed { incident, stage, attempt, diagnosis, faults: Vec::new() }
        }
        Decision::AskHealers { incident, .. } => Fact::RemediesProposed {
            incident,
            remedies: world.remedies.clone(),
            versioned: vec![VERSIONED.to_owned()],
            faults: Vec::new(),
        },
        Decision::PrepareTrial { incident, remedy, .. } => {
            *on_trial = remedy.title.clone();
            let (changes, env) = (Vec::new(), Vec::new());
            Fact::TrialPrepared { incident, scratch: ScratchKind::Overlay, changes, env, problem: None }
        }
        Decision::InspectScratch { incident } => Fact::ScratchInspected { incident, changes: Vec::new() },
        Decision::CommitScratch { incident } => Fact::ScratchCommitted { incident },
        Decision::DropScratch { incident } if world.can_drop => {
            on_trial.clear();
            Fact::ScratchDropped { incident }
        }
        Decision::DropScratch { incident } => Fact::ScratchStuck { incident, problem: "busy".to_owned() },
        Decision::SavePatch { incident } => {
            Fact::PatchSaved { incident, path: "a.patch".to_owned(), digest: "d1".to_owned() }
        }
        Decision::SaveTicket { incident, .. } => Fact::TicketSaved { incident, path: "a.md".to_owned() },
        _ => return None,
    })
}

/// Title and end of each trial of the only incident, sorted, and the incident's end.
fn ends(store: &Store) -> (Vec<(String, Option<String>)>, Option<IncidentEnd>) {
    let mut incidents = store.incidents(&"r-1".into()).unwrap();
    assert_eq!(incidents.len(), 1);
    let incident = incidents.remove(0);
    let mut trials: Vec<_> = incident.trials.into_iter().map(|trial| (trial.title, trial.end)).collect();
    trials.sort();
    (trials, incident.end)
}

fn told(title: &str, end: &str) -> (String, Option<String>) {
    (title.to_owned(), Some(end.to_owned()))
}

#[test]
fn a_remedy_that_breaks_a_stage_is_benched_and_the_one_that_helps_is_learned() {
    let (bad, good) = (patch(), remedy("config", "GOOD"));
    let (_folder, store) = play(&World {
        remedies: vec![bad.clone(), good.clone()],
        attempt: |stage, purpose, on_trial| match (stage, purpose, on_trial) {
            ("build", Purpose::Verify { .. }, "set BAD") => failed(1),
            ("build", ..) | (_, Purpose::Trial { .. }, _) => passed(1),
            _ => failed(1),
        },
        cause: |_| "python.module-not-found",
        can_drop: true,
    });
    let (trials, end) = ends(&store);
    assert_eq!(end, Some(IncidentEnd::Healed));
    assert!(trials.contains(&told("set GOOD", "healed")), "{trials:?}");
    // Which one comes first is drawn; the bad one may not have been tried.
    let was_tried = trials.contains(&told("set BAD", "worsened"));
    assert_eq!(trials.len(), if was_tried { 2 } else { 1 });
    let benched = store.benched().unwrap();
    assert_eq!(benched.iter().any(|(_, key)| key == &bad.key()), was_tried);
    assert!(benched.iter().all(|(_, key)| key != &good.key()));
    assert_eq!(store.run("last").unwrap().result, Some(RunResult::Success));
}

#[test]
fn a_remedy_that_breaks_a_stage_is_benched_when_it_was_the_last_one_to_try() {
    let bad = patch();
    let (_folder, store) = play(&World {
        remedies: vec![bad.clone()],
        attempt: |stage, purpose, _| match (stage, purpose) {
            ("build", Purpose::Verify { .. }) => failed(1),
            ("build", _) | (_, Purpose::Trial { .. }) => passed(1),
            _ => failed(1),
        },
        cause: |_| "python.module-not-found",
        can_drop: true,
    });
    let (trials, end) = ends(&store);
    assert_eq!(trials, [told("set BAD", "worsened")]);
    assert!(matches!(end, Some(IncidentEnd::Escalated | IncidentEnd::Reported)), "{end:?}");
    assert_eq!(store.benched().unwrap(), [(finding("python.module-not-found").signature, bad.key())]);
}

#[test]
fn every_trial_has_an_end_when_nothing_helps() {
    let (_folder, store) = play(&World {
        remedies: ["A", "B", "C", "D", "E"].map(|variable| remedy("config", variable)).to_vec(),
        attempt: |stage, _, _| {
            if stage == "build" { passed(1) } else { failed(1) }
        },
        cause: |_| "python.module-not-found",
        can_drop: true,
    });
    let (trials, _) = ends(&store);
    assert_eq!(trials.len(), 3, "{trials:?}");
    assert!(trials.iter().all(|(_, end)| end.as_deref() == Some("ineffective")), "{trials:?}");
    let arms = store.arms(Timestamp(1_000_000)).unwrap();
    assert_eq!((arms.len(), arms[0].failed), (1, 3.0));
}

#[test]
fn a_remedy_that_progressed_is_told_apart_from_the_one_that_finished() {
    let (_folder, store) = play(&World {
        remedies: vec![remedy("config", "ONE"), remedy("dependency", "TWO")],
        // The second of two remedies helps, whichever it is; the first one changes the failure.
        attempt: |stage, purpose, on_trial| match (stage, purpose) {
            ("build", _) => passed(1),
            (_, Purpose::Trial { .. }) if on_trial == "set TWO" => passed(1),
            _ => failed(1),
        },
        cause: |on_trial| {
            if on_trial == "set ONE" { "python.syntax" } else { "python.module-not-found" }
        },
        can_drop: true,
    });
    let (trials, end) = ends(&store);
    assert_eq!(end, Some(IncidentEnd::Healed));
    let progressed = trials.contains(&told("set ONE", "progressed"));
    assert_eq!(trials.len(), if progressed { 2 } else { 1 });
    assert!(trials.contains(&told("set TWO", "healed")), "{trials:?}");
}

#[test]
fn a_scratch_that_cannot_be_dropped_ends_its_trial_and_its_incident_as_stuck() {
    let (_folder, store) = play(&World {
        remedies: vec![remedy("config", "A")],
        attempt: |stage, _, _| {
            if stage == "build" { passed(1) } else { failed(1) }
        },
        cause: |_| "python.module-not-found",
        can_drop: false,
    });
    let (trials, end) = ends(&store);
    assert_eq!((trials, end), (vec![told("set A", "stuck")], Some(IncidentEnd::Stuck)));
    assert_eq!(store.run("last").unwrap().result, Some(RunResult::Error));
}
