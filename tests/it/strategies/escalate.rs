//! `escalate`: a ticket from which a person can start.

use crate::lab::Lab;

/// The ticket of the only incident, after a run that failed.
fn ticket(lab: &Lab) -> String {
    let events = lab.run(&[]);
    assert_eq!((events.code(), events.incidents()), (1, vec!["escalated".to_owned()]), "{events:#?}");
    let [path] = &events.tickets()[..] else { panic!("one ticket is written: {events:#?}") };
    lab.replays();
    lab.selfheal(&["run"]).ends_with(1).says("ticket");
    std::fs::read_to_string(path).expect("the ticket is there")
}

#[test]
fn a_failed_assertion_becomes_a_ticket_with_cause_and_reproduction() {
    let lab = Lab::new("[[stage]]\nname = \"test\"\nrun = \"python3 -B -m unittest -q test_shop.py\"\n").file(
        "test_shop.py",
        "import unittest\n\n\nclass Shop(unittest.TestCase):\n    def test_total(self):\n        self.assertEqual(2 + 3, 6)\n",
    );
    let text = ticket(&lab);
    for part in ["AssertionError: 5 != 6", "python3 -B -m unittest -q test_shop.py", "test"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

#[test]
fn a_compile_error_becomes_a_ticket_that_names_file_and_line() {
    let lab = Lab::new(
        "[[stage]]\nname = \"build\"\nrun = \"rustc --crate-type lib --emit metadata -o $OUTSIDE/lib.rmeta lib.rs\"\n",
    )
    .file("lib.rs", "pub fn total() -> u32 {\n    \"five\"\n}\n");
    let text = ticket(&lab);
    for part in ["mismatched types", "lib.rs:2:5", "rustc --crate-type lib"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}

#[test]
fn what_was_tried_in_vain_stands_in_the_ticket() {
    let text = ticket(&Lab::new("[[stage]]\nname = \"fetch\"\nrun = \"exit 75\"\n"));
    for part in ["system.tempfail", "retry", "run the stage again", "exit 75"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
}
