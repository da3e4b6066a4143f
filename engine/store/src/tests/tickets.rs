//! One ticket for each failure.

use pipeline::id::RunId;
use pipeline::incident::IncidentEnd;

use super::empty;
use super::sample::{Story, clean_run, remedy, tried_run};

fn handed_over(run: &str, at: u64, code: &str) -> Story {
    let mut story = tried_run(run, at, code, &remedy("retry", "A"), Some("ineffective"), IncidentEnd::Escalated);
    let incident = story.incident(1);
    story.hand_over(&incident);
    story
}

#[test]
fn hand_overs_of_one_failure_are_one_ticket_until_the_stage_passes() {
    let (_folder, store) = empty();
    for story in
        [handed_over("r-1", 0, "a.code"), handed_over("r-2", 1_000, "a.code"), handed_over("r-3", 2_000, "b.code")]
    {
        store.append(&story.run, &story.records).unwrap();
    }
    let tickets = store.tickets().unwrap();
    let of = |at: usize| (tickets[at].signature.as_str(), tickets[at].occurrences, tickets[at].closed.is_some());
    assert_eq!((of(0), of(1)), (("b.code-signature", 1, false), ("a.code-signature", 2, false)));
    assert_eq!(tickets[1].runs, [RunId::from("r-1"), RunId::from("r-2")]);
    assert!(tickets[1].first_seen < tickets[1].last_seen);

    let green = clean_run("r-4", 3_000);
    store.append(&green.run, &green.records).unwrap();
    let closed = store.tickets().unwrap().into_iter().map(|ticket| ticket.closed.unwrap().0);
    assert_eq!(closed.collect::<Vec<_>>(), [RunId::from("r-4"), RunId::from("r-4")]);

    let again = handed_over("r-5", 4_000, "a.code");
    store.append(&again.run, &again.records).unwrap();
    let open: Vec<_> = store.tickets().unwrap().into_iter().filter(|ticket| ticket.closed.is_none()).collect();
    assert_eq!((open.len(), open[0].occurrences), (1, 3));
}
