//! The table of stages, printed and exercised.

use expect_test::expect;

use super::*;

fn states() -> Vec<(&'static str, StageState)> {
    vec![
        ("Pending", StageState::Pending),
        ("Ready", StageState::Ready),
        ("Checking", StageState::Checking),
        ("Restoring", StageState::Restoring { key: "k".into() }),
        ("CacheHit", StageState::CacheHit { key: "k".into() }),
        ("Running", StageState::Running { attempt: 1 }),
        ("Storing", StageState::Storing { attempt: 1 }),
        ("Passed", StageState::Passed { attempt: 1, qualifier: Qualifier::Clean }),
        ("Failed", StageState::Failed { attempt: 1 }),
        ("TimedOut", StageState::TimedOut { attempt: 1 }),
        ("Broken", StageState::Broken { attempt: 1 }),
        ("Lost", StageState::Lost { attempt: 1 }),
        ("Cancelled", StageState::Cancelled),
        ("Skipped", StageState::Skipped { reason: String::new() }),
    ]
}

fn events() -> Vec<(&'static str, StageEvent)> {
    vec![
        ("Unblocked", StageEvent::Unblocked),
        ("LookedUp", StageEvent::LookedUp),
        ("Missed", StageEvent::Missed),
        ("Found", StageEvent::Found { key: "k".into() }),
        ("Restored", StageEvent::Restored),
        ("Started", StageEvent::Started { attempt: 1 }),
        ("Saving", StageEvent::Saving),
        ("Succeeded", StageEvent::Succeeded { qualifier: Qualifier::Clean }),
        ("Failed", StageEvent::Failed),
        ("TimedOut", StageEvent::TimedOut),
        ("Broke", StageEvent::Broke),
        ("WasLost", StageEvent::WasLost),
        ("Cancelled", StageEvent::Cancelled),
        ("Skipped", StageEvent::Skipped { reason: String::new() }),
        ("Adopted", StageEvent::Adopted { attempt: 2, qualifier: Qualifier::Healed }),
    ]
}

/// One line per transition of the table.
pub(crate) fn transitions() -> Vec<String> {
    let mut lines = Vec::new();
    for (from_name, from) in states() {
        for (event_name, event) in events() {
            if let Ok(to) = from.on(event) {
                let to_name = states()
                    .into_iter()
                    .find(|(_, state)| std::mem::discriminant(state) == std::mem::discriminant(&to))
                    .map_or("?", |(name, _)| name);
                lines.push(format!("{from_name} --{event_name}--> {to_name}\n"));
            }
        }
    }
    lines
}

#[test]
fn the_table_of_stages_is_the_documented_one() {
    expect![[r#"
        Pending --Unblocked--> Ready
        Pending --Cancelled--> Cancelled
        Pending --Skipped--> Skipped
        Ready --LookedUp--> Checking
        Ready --Started--> Running
        Ready --Cancelled--> Cancelled
        Ready --Skipped--> Skipped
        Checking --Missed--> Ready
        Checking --Found--> Restoring
        Restoring --Missed--> Ready
        Restoring --Restored--> CacheHit
        Running --Saving--> Storing
        Running --Succeeded--> Passed
        Running --Failed--> Failed
        Running --TimedOut--> TimedOut
        Running --Broke--> Broken
        Running --WasLost--> Lost
        Running --Cancelled--> Cancelled
        Storing --Succeeded--> Passed
        Failed --Unblocked--> Ready
        Failed --Adopted--> Passed
        TimedOut --Unblocked--> Ready
        TimedOut --Adopted--> Passed
        Lost --Unblocked--> Ready
        Lost --Broke--> Broken
    "#]]
    .assert_eq(&transitions().concat());
}

#[test]
fn an_illegal_step_names_state_and_event() {
    let error = StageState::Pending.on(StageEvent::Failed).expect_err("a pending stage cannot fail");
    assert_eq!(error.to_string(), "move a stage from Pending on Failed");
}
