//! Reads the labelled logs. `tests/logs/README.md` says what the fields mean.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// An excerpt and what is true of it.
pub struct Excerpt {
    pub id: String,
    pub text: String,
    /// One answer, or two where one can argue.
    pub answers: [Answer; 2],
}

/// What one reader says of an excerpt.
pub struct Answer {
    pub category: String,
    pub root_line: String,
    pub healable_by: String,
}

/// A whole log and where its failure is.
pub struct Whole {
    pub id: String,
    pub log: String,
    /// The green log of the same job.
    pub green: String,
    /// First and last lines, 1-based.
    pub failure: Vec<(u64, u64)>,
    /// Parts of lines that a person needs to see: the cause, the test or target that failed, the message, file and line.
    pub signals: Vec<String>,
}

impl Excerpt {
    /// Whether the excerpt is of a build that is well.
    pub fn is_healthy(&self) -> bool {
        self.answers[0].category == "none"
    }

    /// Whether it is long enough for its root line to be a question, and has one.
    pub fn asks_for_root_line(&self) -> bool {
        !self.answers[0].root_line.is_empty() && self.text.split('\n').count() >= 4
    }
}

/// The excerpts of one file.
pub fn excerpts(file: &str) -> Vec<Excerpt> {
    let answer = |row: &Value| Answer {
        category: text(row, "category"),
        root_line: text(row, "root_line"),
        healable_by: text(row, "healable_by"),
    };
    let excerpt = |row: Value| Excerpt {
        id: text(&row, "id"),
        text: text(&row, "text"),
        answers: [answer(&row), answer(&row["second_reader"])],
    };
    rows(file).map(excerpt).collect()
}

/// The whole logs.
pub fn wholes() -> Vec<Whole> {
    let ranges = |row: &Value, reader: &str| -> Vec<(u64, u64)> {
        let pairs = row[reader]["error"].as_array().expect("the marked lines are a list").iter();
        pairs.map(|pair| (number(&pair[0]), number(&pair[1]))).collect()
    };
    let signals: Value = serde_json::from_str(&read("whole/signals.json")).expect("the signals are JSON");
    let signals = |id: &str| -> Vec<String> {
        serde_json::from_value(signals[id].clone()).unwrap_or_else(|_| panic!("whole/signals.json has a list for {id}"))
    };
    let whole = |row: Value| Whole {
        id: text(&row, "id"),
        signals: signals(row["id"].as_str().unwrap_or_default()),
        log: read(&format!("whole/{}", text(&row, "log"))),
        green: read(&format!("whole/{}", text(&row, "pass_log"))),
        failure: [ranges(&row, "groundtruth"), ranges(&row, "groundtruth2")].concat(),
    };
    rows("whole/index.jsonl").map(whole).collect()
}

fn rows(file: &str) -> impl Iterator<Item = Value> {
    let lines: Vec<String> = read(file).lines().map(str::to_owned).collect();
    lines.into_iter().map(|line| serde_json::from_str(&line).expect("a row of labels is JSON"))
}

fn read(file: &str) -> String {
    let logs: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/logs");
    let path = logs.join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("read {}: {error}", path.display()))
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap_or_else(|| panic!("a row of labels has the text {field}: {row}")).to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a marked line is a number")
}
