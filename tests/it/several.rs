//! Several stages that fail at the same time, through the built binary.

use crate::lab::Lab;

/// Two stages side by side that need the same variable, which the project's example file gives, and one that needs both.
fn lab() -> Lab {
    let stage = |name: &str| {
        format!("[[stage]]\nname = \"{name}\"\nrun = \"echo x >> $OUTSIDE/{name}; sh app.sh && touch build/{name}\"\n")
    };
    let publish = "[[stage]]\nname = \"publish\"\nneeds = [\"unit\", \"e2e\"]\nrun = \"test -f build/unit && test -f build/e2e\"\n";
    Lab::new(&format!("{}{}{publish}", stage("unit"), stage("e2e")))
        .file("app.sh", "echo ${GREETING:?parameter not set}\n")
        .file(".env.example", "GREETING=hello\n")
        .file(".gitignore", "build/\n")
        .file("build/.keep", "")
        .committed()
}

#[test]
fn stages_that_failed_for_one_cause_are_one_incident_that_one_remedy_heals() {
    let lab = lab();
    let events = lab.heals(&[]);
    let mut ends = events.incidents();
    ends.sort();
    assert_eq!(ends, ["healed", "joined"], "{events:#?}");
    assert_eq!(events.tried(), ["config"]);
    assert_eq!((events.stage("unit"), events.stage("e2e")), ("success healed".into(), "success healed".into()));
    assert_eq!((lab.count("unit"), lab.count("e2e")), (2, 2), "each ran once more, in the scratch");
    lab.selfheal(&["explain", "last"]).says("→ joined: ").says("both are one incident").says("(with ");
}

#[test]
fn one_ticket_names_all_stages_that_failed_for_one_cause() {
    let stage =
        |name: &str| format!("[[stage]]\nname = \"{name}\"\nrun = \"echo 'test total ... FAILED'; exit 101\"\n");
    let lab = Lab::new(&format!("{}{}", stage("unit"), stage("e2e"))).committed();
    let events = lab.run(&[]);
    assert_eq!(events.code(), 1, "{events:#?}");
    let tickets = events.tickets();
    assert_eq!(tickets.len(), 1, "{events:#?}");
    let ticket = std::fs::read_to_string(&tickets[0]).expect("the ticket is there");
    assert!(ticket.contains("unit") && ticket.contains("e2e"), "{ticket}");
    lab.replays();
}
