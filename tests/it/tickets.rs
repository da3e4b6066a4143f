//! One ticket for each failure, however often it happens, closed when the stage passes again.

use serde_json::Value;

use crate::lab::Lab;
use crate::schema::{complaints, schema};

/// A failure that is a person's.
const STAGE: &str = r#"
[[stage]]
name = "test"
run = "test -e fixed || { printf 'test_a.py:3: in test_a\\n    assert total == 3\\nE   AssertionError: assert 2 == 3\\nFAILED test_a.py::test_a - AssertionError: assert 2 == 3\\n'; exit 1; }"
"#;

#[track_caller]
fn tickets(lab: &Lab, more: &[&str]) -> Vec<Value> {
    let mut args = vec!["tickets", "--format", "json"];
    args.extend(more);
    let (answer, schema) = (lab.selfheal(&args), schema("tickets"));
    answer
        .ends_with(0)
        .stdout
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).expect("an object");
            assert_eq!(complaints(&schema, &line), Vec::<String>::new(), "{line}");
            line
        })
        .collect()
}

#[test]
fn a_failure_has_one_ticket_that_counts_closes_and_opens_again() {
    let lab = Lab::new(STAGE).committed();
    lab.selfheal(&["tickets"]).ends_with(0).says("no open ticket");
    let first = lab.run(&[]);
    assert_eq!(first.incidents(), ["escalated"], "{first:#?}");
    let path = first.tickets()[0].clone();
    let text = || std::fs::read_to_string(&path).expect("read the ticket");
    assert!(text().contains("**Open**") && text().contains("Seen once"), "{}", text());
    assert_eq!(lab.run(&[]).tickets(), std::slice::from_ref(&path), "the same file");
    let [one] = &tickets(&lab, &[])[..] else { panic!("one ticket") };
    assert_eq!((&one["occurrences"], &one["closed_by"]), (&2.into(), &Value::Null));
    assert!(text().contains("Seen 2 times"), "{}", text());

    lab.write("fixed", "");
    assert_eq!(lab.run(&[]).end(), "success clean");
    assert_eq!(tickets(&lab, &[]), Vec::<Value>::new());
    let [one] = &tickets(&lab, &["--all"])[..] else { panic!("one ticket") };
    let run = one["closed_by"].as_str().expect("a run").to_owned();
    assert!(text().contains(&format!("**Closed**: stage `test` passed clean in run `{run}`")), "{}", text());
    lab.selfheal(&["tickets", "--all"]).ends_with(0).says(&format!("closed by {run}"));

    std::fs::remove_file(lab.root().join("fixed")).expect("break it again");
    lab.run(&[]);
    let [one] = &tickets(&lab, &[])[..] else { panic!("it is open again") };
    assert_eq!((&one["occurrences"], &one["closed_by"]), (&3.into(), &Value::Null));
    assert!(text().contains("**Open**"), "{}", text());
}
