//! Crash after every journal entry and recover to the same end.

use driver::DriverError;
use driver::fakes::MemoryJournal;
use driver::ports::{Journal, JournalError, Workspace as _};
use pipeline::event::{Event, Fact, Purpose, Record};
use pipeline::outcome::{Qualifier, RunResult};

use crate::scenarios;
use crate::world::{Ended, Scenario, World};

/// How the engine dies when its journal is that long.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Death {
    /// `kill -9` just before a batch is written.
    Before,
    /// `kill -9` when it is written and nothing of it is done.
    After,
    /// The disk is full: the engine notices and can still clean up.
    FullDisk,
}

/// A journal whose engine dies with it. The unwinding is nobody's to catch but the test's, so nothing is cleaned up.
struct Mortal {
    journal: MemoryJournal,
    death: Death,
    after: usize,
}

impl Journal for Mortal {
    fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        if self.death == Death::Before && self.journal.records().len() >= self.after {
            std::panic::resume_unwind(Box::new("killed"));
        }
        self.journal.append(records)?;
        if self.death == Death::After && self.journal.records().len() >= self.after {
            std::panic::resume_unwind(Box::new("killed"));
        }
        Ok(())
    }
}

/// Runs until the journal has `after` records; returns whether the engine died there.
async fn die(world: &World, death: Death, after: usize) -> (MemoryJournal, bool) {
    if death == Death::FullDisk {
        let journal = MemoryJournal::failing_after(after);
        let result = world.driver(journal.clone()).run(world.start(), world.interrupts()).await;
        let has_died = matches!(result, Err(DriverError::Journal(_)));
        assert!(has_died || result.is_ok());
        assert_eq!(world.workspace.open_scratches().len(), 0, "an engine that notices its end cleans up");
        assert_eq!(world.executor.running(), 0, "an engine that notices its end stops its commands");
        return (journal, has_died);
    }
    let journal = MemoryJournal::default();
    let driver = world.driver(Mortal { journal: journal.clone(), death, after });
    let result = tokio::spawn(driver.run(world.start(), world.interrupts())).await;
    (journal, result.is_err())
}

fn badness(result: RunResult) -> u8 {
    match result {
        RunResult::Success | RunResult::Skip => 0,
        _ => 1,
    }
}

#[track_caller]
fn check(whole: &Ended, resumed: &Ended, what: &str) {
    assert_eq!(
        badness(resumed.result),
        badness(whole.result),
        "{what}: {:?} became {:?}",
        whole.result,
        resumed.result
    );
    assert_eq!(resumed.files, whole.files, "{what}: other files");
    // A failure that nobody lived to write down cannot count; every other one does.
    let is_failure = |fact: &Fact| {
        let Fact::AttemptEnded { purpose: Purpose::Plain, outcome, .. } = fact else { return false };
        !outcome.is_success() && !outcome.cancelled
    };
    let has_failed = resumed.facts().any(is_failure);
    if whole.qualifier != Qualifier::Clean && has_failed {
        assert_ne!(resumed.qualifier, Qualifier::Clean, "{what}: a healed run looks clean");
    }
    if whole.result == RunResult::Success && whole.qualifier == Qualifier::Clean {
        assert_eq!(resumed.qualifier, Qualifier::Clean, "{what}: a clean run looks bad");
    }
}

async fn crash_everywhere(scenario: &Scenario) {
    let whole = World::new(scenario).run().await;
    for death in [Death::Before, Death::After, Death::FullDisk] {
        let mut deaths = 0;
        // A fact and its decisions are written together, so a journal can only end before a fact.
        let is_fact =
            |index: &usize| whole.records.get(*index).is_none_or(|record| matches!(record.event, Event::Fact(_)));
        for after in (1..=whole.records.len()).filter(is_fact) {
            let what = format!("{}, {death:?} {after}", scenario.name);
            let world = World::new(scenario);
            let (journal, has_died) = die(&world, death, after).await;
            deaths += usize::from(has_died);
            let resumed = world.resume(&journal).await;
            assert_eq!(world.workspace.open_scratches().len(), 0, "{what}: a scratch is open");
            check(&whole, &resumed, &what);
        }
        assert!(deaths > 2, "{}: the engine died {deaths} times", scenario.name);
    }
}

#[tokio::test(start_paused = true)]
async fn killed_after_any_journal_entry_a_run_recovers_to_the_same_end() {
    for scenario in scenarios::all() {
        crash_everywhere(&scenario).await;
    }
    crash_everywhere(&scenarios::two_patches()).await;
}

#[tokio::test(start_paused = true)]
async fn killed_while_outputs_are_looked_up_or_put_back_a_run_recovers_to_the_same_end() {
    let scenario = scenarios::kept();
    let warm = || async {
        let world = World::new(&scenario);
        world.run().await;
        world.workspace.with(&world.workspace.place(), |files| files.remove("ignored/dist/app"));
        world
    };
    let whole = warm().await.run().await;
    for death in [Death::Before, Death::After] {
        for after in 1..whole.records.len() {
            let world = warm().await;
            let (journal, _) = die(&world, death, after).await;
            let resumed = world.resume(&journal).await;
            check(&whole, &resumed, &format!("{death:?} {after}"));
            assert_eq!(world.executor.ran().len(), 2, "{death:?} {after}: only the first run ran anything");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn killed_again_and_again_a_run_still_ends_and_no_file_is_lost() {
    for scenario in scenarios::all() {
        let whole = World::new(&scenario).run().await;
        for stride in [3, 7, 11] {
            let world = World::new(&scenario);
            let (journal, _) = die(&world, Death::After, stride).await;
            for life in 2..6 {
                let mortal =
                    Mortal { journal: journal.clone(), death: Death::After, after: journal.records().len() + stride };
                let driver = world.driver(mortal);
                let records = journal.records();
                let interrupts = world.interrupts();
                let result = tokio::spawn(async move { driver.resume(&records, interrupts, |_| ()).await }).await;
                if result.is_ok() {
                    break;
                }
                assert!(life < 6);
            }
            let resumed = world.resume(&journal).await;
            assert_eq!(badness(resumed.result), badness(whole.result), "{} by {stride}", scenario.name);
            assert_eq!(resumed.files, whole.files, "{} by {stride}", scenario.name);
            assert_eq!(world.workspace.open_scratches().len(), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_nobody_lived_to_write_down_is_not_lost_and_not_called_clean() {
    let scenario = scenarios::patch_applied();
    let world = World::new(&scenario);
    let whole = World::new(&scenario).run().await;
    let is_commit = |record: &Record| matches!(record.event, Event::Fact(Fact::ScratchCommitted { .. }));
    let before = whole.records.iter().position(is_commit).unwrap();
    let (journal, has_died) = die(&world, Death::Before, before).await;
    assert!(has_died);
    assert_eq!(world.workspace.files()["requirements.txt"], "flask\npillow\n", "it was committed");
    let resumed = world.resume(&journal).await;
    assert_eq!((resumed.result, resumed.qualifier), (RunResult::Success, Qualifier::FlakySuspect));
    assert_eq!(resumed.files, whole.files);
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_may_not_run_twice_is_not_run_twice() {
    let mut scenario = scenarios::transient();
    scenario.script = |_, _| 0;
    scenario.pipeline.stages[1].is_idempotent = false;
    let world = World::new(&scenario);
    // Start, start of install, its end, its result and the start of test are written.
    let (journal, has_died) = die(&world, Death::After, 5).await;
    assert!(has_died);
    let resumed = world.resume(&journal).await;
    assert_eq!(resumed.result, RunResult::Error);
    let started = world.executor.ran().iter().filter(|line| line.ends_with("make test")).count();
    assert_eq!(started, 0, "the engine died before its effect, and cannot know that");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_had_ended_is_not_gone_on_with() {
    let world = World::new(&scenarios::transient());
    let ended = world.run().await;
    let journal = MemoryJournal::default();
    journal.clone().append(&ended.records).unwrap();
    let again = world.resume(&journal).await;
    assert_eq!((again.result, again.qualifier), (ended.result, ended.qualifier));
    assert_eq!(again.records, ended.records);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_says_something_else_is_not_gone_on_with() {
    let world = World::new(&scenarios::transient());
    let (journal, _) = die(&world, Death::After, 8).await;
    let mut records = journal.records();
    records.pop();
    let changed = MemoryJournal::default();
    changed.clone().append(&records).unwrap();
    let error = world.try_resume(&changed).await.unwrap_err();
    assert!(matches!(error, DriverError::Diverged(_)), "{error:?}");
}
