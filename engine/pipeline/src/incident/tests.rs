//! The table of incidents, printed and exercised.

use expect_test::expect;

use super::*;

const EVENTS: [IncidentEvent; 23] = [
    IncidentEvent::Begun,
    IncidentEvent::Diagnosed,
    IncidentEvent::Answered,
    IncidentEvent::Licensed,
    IncidentEvent::Chosen,
    IncidentEvent::TooLong,
    IncidentEvent::ToldOnly,
    IncidentEvent::HandedOver,
    IncidentEvent::Prepared,
    IncidentEvent::DidNotHelp,
    IncidentEvent::Progressed,
    IncidentEvent::BrokeSomething,
    IncidentEvent::WasLuck,
    IncidentEvent::PassedAgain,
    IncidentEvent::Kept,
    IncidentEvent::Offered,
    IncidentEvent::Undo,
    IncidentEvent::PutOff,
    IncidentEvent::Again,
    IncidentEvent::Benched,
    IncidentEvent::Overtaken,
    IncidentEvent::TakenIn,
    IncidentEvent::Closed,
];

/// One line per transition of the table, without those by which the end of a run overtakes an incident.
pub(crate) fn transitions() -> Vec<String> {
    let mut lines = Vec::new();
    for from in IncidentState::ALL {
        for event in EVENTS {
            if event == IncidentEvent::Overtaken {
                continue;
            }
            if let Ok(to) = from.on(event) {
                lines.push(format!("{from:?} --{event:?}--> {to:?}\n"));
            }
        }
    }
    lines
}

#[test]
fn the_table_of_incidents_is_the_documented_one() {
    expect![[r#"
        Detected --Begun--> Diagnosing
        Diagnosing --Diagnosed--> Classified
        Classified --Answered--> Planned
        Classified --Licensed--> Applying
        Classified --ToldOnly--> Reported
        Classified --TakenIn--> Joined
        Planned --Chosen--> Applying
        Planned --TooLong--> Held
        Planned --ToldOnly--> Reported
        Planned --HandedOver--> Escalated
        Planned --Undo--> Reverting
        Held --ToldOnly--> Reported
        Held --HandedOver--> Escalated
        Reported --Closed--> Recorded
        AwaitingApproval --Closed--> Recorded
        Applying --Prepared--> Verifying
        Applying --DidNotHelp--> Ineffective
        Applying --BrokeSomething--> Worsened
        Applying --PutOff--> Reverting
        Verifying --DidNotHelp--> Ineffective
        Verifying --Progressed--> Classified
        Verifying --BrokeSomething--> Worsened
        Verifying --WasLuck--> FlakySuspect
        Verifying --PassedAgain--> Quarantined
        Verifying --Kept--> Healed
        Verifying --Offered--> AwaitingApproval
        Verifying --PutOff--> Reverting
        Healed --Closed--> Recorded
        FlakySuspect --Closed--> Recorded
        Quarantined --Closed--> Recorded
        Ineffective --Undo--> Reverting
        Worsened --Undo--> Reverting
        Reverting --Again--> Classified
        Reverting --Benched--> Poisoned
        Escalated --Closed--> Recorded
        Joined --Closed--> Recorded
        Poisoned --Again--> Classified
        Superseded --Closed--> Recorded
    "#]]
    .assert_eq(&transitions().concat());
}

#[test]
fn superseded_leaves_from_anywhere_but_the_end() {
    for from in IncidentState::ALL {
        let step = from.on(IncidentEvent::Overtaken);
        assert_eq!(step.is_ok(), from != IncidentState::Recorded, "{from:?}");
    }
}

#[test]
fn every_state_but_the_end_can_be_left() {
    for from in IncidentState::ALL {
        let ways = EVENTS.iter().filter(|event| from.on(**event).is_ok()).count();
        assert_eq!(ways == 0, from == IncidentState::Recorded, "{from:?}");
    }
}
