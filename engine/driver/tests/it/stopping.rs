//! Interrupts and deadlines: clean unwinding, wherever they hit.

use driver::fakes::GRACE_MS;
use pipeline::definition::Pipeline;
use pipeline::incident::IncidentEnd;
use pipeline::outcome::RunResult;

use crate::scenarios;
use crate::world::{Ended, Scenario, World};

/// Runs a scenario and interrupts it after so many milliseconds.
async fn interrupt_at(scenario: &Scenario, ms: u64) -> (World, Ended) {
    let world = World::new(scenario);
    let interrupting = async {
        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
        world.interrupt.cancel();
    };
    let (ended, ()) = tokio::join!(world.run(), interrupting);
    (world, ended)
}

fn check(scenario: &Scenario, whole: &Ended, world: &World, ended: &Ended, what: &str) {
    assert_eq!(world.workspace.open_scratches().len(), 0, "{what}: a scratch is open");
    assert_eq!(world.executor.running(), 0, "{what}: a command still runs");
    // A command that was stopped in the workspace leaves its last words there; one in scratch must not.
    let mut files = ended.files.clone();
    let was_plain = scenario_ran_plain(ended);
    if was_plain {
        files.remove("last-words");
    }
    let is_before = scenario.files.iter().all(|(path, content)| files.get(*path).map(String::as_str) == Some(*content));
    assert!(is_before || files == whole.files, "{what}: in between: {files:?}");
    assert!(!files.contains_key("last-words"), "{what}: something of a scratch is in the workspace");
    for end in &ended.incidents {
        let is_known = whole.incidents.contains(end) || *end == IncidentEnd::Superseded;
        assert!(is_known, "{what}: an incident ended as {}", end.as_str());
    }
}

/// Whether an attempt in the workspace was cancelled.
fn scenario_ran_plain(ended: &Ended) -> bool {
    use pipeline::event::{Fact, Purpose};
    let is_cancelled =
        |fact: &Fact| matches!(fact, Fact::AttemptEnded { purpose: Purpose::Plain, outcome, .. } if outcome.cancelled);
    ended.facts().any(is_cancelled)
}

#[tokio::test(start_paused = true)]
async fn interrupted_at_any_moment_a_run_ends_cancelled_and_leaves_nothing_behind() {
    for scenario in scenarios::all() {
        let whole = World::new(&scenario).run().await;
        // Between the moments at which commands end, and at them.
        for ms in (0..=whole.at.min(200)).step_by(5) {
            let what = format!("{} interrupted at {ms} ms", scenario.name);
            let (world, ended) = interrupt_at(&scenario, ms).await;
            let is_over = ended.at <= whole.at && ended.result == whole.result;
            assert!(is_over || ended.result == RunResult::Cancellation, "{what}: {:?}", ended.result);
            check(&scenario, &whole, &world, &ended, &what);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_waits_for_no_delay_of_a_remedy() {
    let mut scenario = scenarios::transient();
    let asked = pipeline::remedy::Action::Wait { base_ms: 0, cap_ms: 0, asked_ms: Some(250_000) };
    scenario.remedies = vec![scenarios::remedy("retry", vec![asked])];
    let (_, ended) = interrupt_at(&scenario, 1_000).await;
    assert_eq!(ended.result, RunResult::Cancellation);
    assert_eq!(ended.incidents, [IncidentEnd::Superseded]);
    assert!(ended.at <= 1_000 + GRACE_MS, "it took {} ms", ended.at);
}

fn late(pipeline: &mut Pipeline, ms: u64) {
    pipeline.timeout_ms = Some(ms);
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_time_is_up_ends_as_a_timeout_wherever_it_is() {
    for scenario in scenarios::all() {
        let whole = World::new(&scenario).run().await;
        for ms in (5..whole.at.min(200)).step_by(10) {
            let mut scenario = scenario.clone();
            late(&mut scenario.pipeline, ms);
            let world = World::new(&scenario);
            let ended = world.run().await;
            let what = format!("{} with {ms} ms", scenario.name);
            assert_eq!(ended.result, RunResult::Timeout, "{what}");
            assert!(ended.at <= ms + GRACE_MS + 10, "{what}: it took {} ms", ended.at);
            check(&scenario, &whole, &world, &ended, &what);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_in_time_meets_no_deadline() {
    let mut scenario = scenarios::chain();
    late(&mut scenario.pipeline, 1_000_000);
    let ended = World::new(&scenario).run().await;
    assert_eq!(ended.result, RunResult::Success);
    assert!(ended.at < 1_000);
}

#[tokio::test(start_paused = true)]
async fn a_resumed_run_has_only_the_time_that_its_first_life_left() {
    let mut scenario = scenarios::hopeless();
    scenario.takes_ms = 100;
    late(&mut scenario.pipeline, 350);
    let world = World::new(&scenario);
    // Dies when the first trial has ended, after 200 ms.
    let journal = driver::fakes::MemoryJournal::failing_after(12);
    let died = world.driver(journal.clone()).run(world.start(), world.interrupts()).await;
    assert!(died.is_err());
    let used = journal.records().last().unwrap().at.0;
    assert!(used > 0 && used < 350, "{used} ms");
    // The machine was off for an hour, which is not the run's time.
    tokio::time::sleep(std::time::Duration::from_secs(3_600)).await;
    let begun = driver::ports::Clock::now(&*world.clock).0;
    let ended = world.resume(&journal).await;
    assert_eq!(ended.result, RunResult::Timeout);
    let took = ended.at - begun;
    assert!(took >= 350 - used && took <= 350 - used + GRACE_MS, "{took} ms more, after {used} ms");
}
