//! What was learned goes to another machine, once, and bad files change nothing.

use serde_json::Value;

use crate::lab::Lab;
use crate::schema::{complaints, schema};

/// A stage whose download fails once, for a reason that time cures.
const FLAKY_NETWORK: &str = r#"
[[stage]]
name = "fetch"
run = "echo x >> $OUTSIDE/tries; test $(wc -l < $OUTSIDE/tries) -gt 1 || { echo 'curl: (28) Operation timed out after 30000 milliseconds with 0 bytes received'; exit 28; }"
"#;

/// What is known, but for the numbers that fall with every moment.
#[track_caller]
fn show(lab: &Lab) -> Vec<Value> {
    let answer = lab.selfheal(&["learn", "show", "--format", "json"]);
    let read = |line: &str| {
        let mut line: Value = serde_json::from_str(line).expect("an object");
        for decaying in ["helped", "did_not_help"] {
            line.as_object_mut().expect("an object").remove(decaying);
        }
        line
    };
    answer.ends_with(0).stdout.lines().map(read).collect()
}

#[test]
fn what_one_machine_learned_another_one_knows_after_an_import_and_only_once() {
    let teacher = Lab::new(FLAKY_NETWORK).committed();
    teacher.heals(&[]);
    let file = teacher.outside("learned.json").display().to_string();
    teacher.selfheal(&["learn", "export", &file]).ends_with(0).says("1 outcome, ").says("1 lesson");
    let text = std::fs::read_to_string(&file).expect("read the export");
    let exported: Value = serde_json::from_str(&text).expect("an object");
    assert_eq!(complaints(&schema("learning"), &exported), Vec::<String>::new());
    assert!(!text.contains("tries"), "the command is not in it: {text}");
    assert_eq!(exported["durations"][0]["stage"], "fetch");

    let pupil = Lab::new(FLAKY_NETWORK).committed();
    assert_eq!(show(&pupil), Vec::<Value>::new());
    pupil.selfheal(&["learn", "import", &file]).ends_with(0).says("imported: 1 outcome");
    let known = show(&pupil);
    assert_eq!(known.len(), show(&teacher).len(), "{known:?}");
    assert_eq!(
        known.iter().map(|line| line["tried"].clone()).filter(|one| !one.is_null()).collect::<Vec<_>>(),
        [Value::from(1)]
    );
    pupil.selfheal(&["learn", "import", &file]).ends_with(0).says("is new");
    assert_eq!(show(&pupil), known);
    // Home again it is nothing new either, and a run replays as before.
    teacher.selfheal(&["learn", "import", &file]).ends_with(0).says("is new");
    pupil.heals(&[]);
    pupil.selfheal(&["learn", "forget", "--all"]).ends_with(0);
    assert_eq!(show(&pupil), Vec::<Value>::new());
}

#[test]
fn a_bad_file_is_refused_with_its_place_and_leaves_everything_as_it_was() {
    let lab = Lab::new(FLAKY_NETWORK).committed();
    lab.heals(&[]);
    let known = show(&lab);
    let good = lab.selfheal(&["learn", "export"]).ends_with(0).stdout.clone();
    for (bad, place) in [
        (good.replace("\"version\": 1", "\"version\": 9"), "`version` is 9"),
        (good.replace("selfheal-learning", "something"), "`kind`"),
        (good.replace("\"healed\"", "\"splendid\""), "bad.json:"),
        (good.replace("\"strategy\": \"retry\"", "\"strategy\": \"luck\""), "outcomes[0].strategy"),
        (good.replace("\"number\": 1", "\"number\": 0"), "outcomes[0].number"),
        (good.replace("\"by\": \"verification\"", "\"by\": \"rumour\""), "lessons[0].by"),
        ("{".to_owned(), "bad.json:1:"),
    ] {
        assert_ne!(bad, good, "{place}");
        lab.write("bad.json", &bad);
        lab.selfheal(&["learn", "import", "bad.json"]).ends_with(2).says(place);
        assert_eq!(show(&lab), known, "{place}");
    }
    lab.selfheal(&["learn", "import", "none.json"]).ends_with(2).says("none.json");
}
