//! Failures that a person vouches for, through the built binary.

use crate::lab::{Events, Lab, QUICK};

/// A test that fails in the attempts whose numbers `is_red` accepts, as pytest prints it.
fn stage(is_red: &str, beside: &str) -> String {
    let lines = [
        "    def test_total():",
        ">       assert total([1, 2]) == 4",
        "E       assert 3 == 4",
        "tests/test_cart.py:6: AssertionError",
        beside,
        "=========================== short test summary info ============================",
        "FAILED tests/test_cart.py::test_total - assert 3 == 4",
        "========================= 1 failed, 2 passed in 0.05s ==========================",
    ];
    let lines = lines.iter().flat_map(|line| line.split('\n'));
    let prints: String = lines.map(|line| format!("echo '{line}'\n")).collect();
    format!(
        "[[stage]]\nname = \"test\"\nrun = \"\"\"\necho x >> $OUTSIDE/attempts\nn=$(wc -l < $OUTSIDE/attempts)\n\
         [ $n {is_red} ] || exit 0\n{prints}exit 1\n\"\"\"\n"
    )
}

/// The signature of that failure, as the engine tells it.
fn signature() -> String {
    let events = lab(&stage("-gt 0", ""), "").run(&["--mode", "off"]);
    let end = events.decisions("end-incident").next().expect("it has failed").clone();
    end["signature"].as_str().expect("its cause is known").to_owned()
}

fn entry(until: &str) -> String {
    let signature = signature();
    format!(
        "[[quarantine]]\nstage = \"test\"\nsignature = \"{signature}\"\nowner = \"ada\"\nuntil = \"{until}\"\nreason = \"SHOP-12\"\n"
    )
}

fn lab(stage: &str, entry: &str) -> Lab {
    Lab::bare().with_repository().pipeline(&format!("{stage}\n{entry}\n{QUICK}")).committed()
}

fn ends(events: &Events) -> (i32, String, Vec<String>) {
    (events.code(), events.end(), events.incidents())
}

const LONG: &str = "9999-12-31";

#[test]
fn a_vouched_failure_is_run_again_and_a_pass_is_quarantined_and_never_clean() {
    let lab = lab(&stage("-lt 2", ""), &entry(LONG));
    let events = lab.run(&[]);
    assert_eq!(ends(&events), (0, "success quarantined".to_owned(), vec!["quarantined".to_owned()]), "{events:#?}");
    assert_eq!(lab.count("attempts"), 2);
    lab.replays();
    lab.selfheal(&["explain", "last"])
        .ends_with(0)
        .says("signature ")
        .says("ada vouches for this failure until 9999-12-31")
        .says("✓ quarantined test")
        .says("quarantined: test failed and passed; owner ada, ")
        .says("days left: SHOP-12");
    lab.selfheal(&["history"]).says("quarantined");
}

#[test]
fn a_quarantined_pass_is_not_good_enough_for_strict() {
    let lab = lab(&stage("-lt 2", ""), &entry(LONG));
    assert_eq!(lab.run(&["--strict"]).code(), 10);
}

#[test]
fn a_vouched_failure_that_fails_each_time_is_an_ordinary_one_whose_ticket_names_the_owner() {
    let lab = lab(&stage("-gt 0", ""), &entry(LONG));
    let events = lab.run(&[]);
    assert_eq!(ends(&events), (1, "failure clean".to_owned(), vec!["escalated".to_owned()]), "{events:#?}");
    assert_eq!(lab.count("attempts"), 3);
    let ticket = std::fs::read_to_string(&events.tickets()[0]).expect("the ticket is there");
    assert!(ticket.contains("Owner: ada."), "{ticket}");
    lab.selfheal(&["explain", "last"]).says("its owner is ada");
    lab.replays();
}

#[test]
fn a_second_failure_beside_the_vouched_one_takes_the_licence_away() {
    let other = "_____ test_name _____\n\n    def test_name():\n>       assert user().name\nE       KeyError: name\n";
    let lab = lab(&stage("-lt 2", other), &entry(LONG));
    let events = lab.run(&[]);
    assert_eq!((events.code(), lab.count("attempts")), (1, 1), "{events:#?}");
    lab.selfheal(&["explain", "last"]).says("quarantine does not count:").says("KeyError");
}

#[test]
fn an_expired_entry_counts_no_longer_and_the_report_says_so() {
    let lab = lab(&stage("-lt 2", ""), &entry("2020-02-29"));
    let events = lab.run(&[]);
    assert_eq!((events.code(), lab.count("attempts")), (1, 1), "{events:#?}");
    lab.selfheal(&["explain", "last"]).says("quarantine expired: it ended with 2020-02-29").says("its owner is ada");
}

#[test]
fn an_entry_without_an_owner_is_refused_with_its_place() {
    let entry = "[[quarantine]]\nstage = \"test\"\nsignature = \"a.b:1\"\nuntil = \"2026-12-31\"\nreason = \"x\"\n";
    let lab = lab(&stage("-gt 0", ""), entry);
    lab.selfheal(&["run"]).ends_with(2).says("selfheal.toml:18:1: [[quarantine]] has no `owner`");
}

#[test]
fn after_a_flaky_suspect_the_report_prints_the_lines_that_a_person_could_add() {
    let stage = "[[stage]]\nname = \"odd\"\nrun = \"echo x >> $OUTSIDE/attempts; [ $(wc -l < $OUTSIDE/attempts) -gt 1 ] || { echo 'scripted: the moon is broken'; exit 1; }\"\n\
                 [healing]\ncontrol-rate = 1.0\n[[plugins.config.scripted.remedies]]\ntitle = \"a charm\"\nactions = [{ set-env = [\"CHARM\", \"1\"] }]\n";
    let lab = Lab::bare().with_repository().guest("scripted", "scripted").pipeline(stage).committed();
    let events = lab.run(&[]);
    assert_eq!(events.end(), "success flaky-suspect", "{events:#?}");
    let told =
        lab.selfheal(&["explain", "last"]).says("hint: if somebody vouches that this failure of odd").stdout.clone();
    let lines: String =
        told.lines().filter_map(|line| line.strip_prefix("    ")).map(|line| format!("{line}\n")).collect();
    let entry = lines
        .split_once("[[quarantine]]")
        .map(|(_, rest)| format!("[[quarantine]]{rest}"))
        .expect("the lines are there");
    let lab = lab.pipeline(&format!("{stage}\n{entry}"));
    lab.selfheal(&["run", "--plan"]).ends_with(2).says("`owner` is still the placeholder");
    let lab = lab.pipeline(&format!("{stage}\n{}", entry.replace("<who looks after it>", "ada")));
    lab.selfheal(&["run", "--plan"]).ends_with(0);
}
