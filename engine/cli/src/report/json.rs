//! The event stream for programs: one JSON object per line, with a version. The schema is `engine/cli/schema/`.

use std::io::Write as _;
use std::sync::Mutex;

use driver::ports::{Observer, SeenFinding, Stream};
use pipeline::event::Record;
use pipeline::id::StageName;
use pipeline::time::Timestamp;
use serde::Serialize;

/// Version of the event stream's shape.
pub const VERSION: u32 = 1;

/// One line of the stream.
#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    run: &'a str,
    #[serde(flatten)]
    record: &'a Record,
}

/// A record as one line of JSON, without a line break.
pub fn line(run: &str, record: &Record) -> serde_json::Result<String> {
    serde_json::to_string(&Line { version: VERSION, run, record })
}

/// A line that is no record: what was seen in output that is still coming.
#[derive(Serialize)]
struct ProvisionalLine<'a> {
    version: u32,
    run: &'a str,
    at: Timestamp,
    provisional: Provisional<'a>,
}

#[derive(Serialize)]
struct Provisional<'a> {
    provisional: &'static str,
    #[serde(flatten)]
    seen: &'a SeenFinding,
}

/// What was seen in output that is still coming, as one line of JSON, without a line break.
pub fn provisional_line(run: &str, at: Timestamp, seen: &SeenFinding) -> serde_json::Result<String> {
    let provisional = Provisional { provisional: "finding-seen", seen };
    serde_json::to_string(&ProvisionalLine { version: VERSION, run, at, provisional })
}

/// Prints every record as it is journaled.
pub struct JsonReport {
    run: String,
    /// Keeps lines whole when records come from several threads.
    out: Mutex<std::io::Stdout>,
}

impl JsonReport {
    /// A report for one run on standard output.
    pub fn new(run: &str) -> Self {
        Self { run: run.to_owned(), out: Mutex::new(std::io::stdout()) }
    }
}

impl Observer for JsonReport {
    fn record(&self, record: &Record) {
        if let (Ok(line), Ok(mut out)) = (line(&self.run, record), self.out.lock()) {
            // A reader that went away is not the run's concern.
            let _ = writeln!(out, "{line}");
        }
    }

    fn finding_seen(&self, at: Timestamp, seen: &SeenFinding) {
        if let (Ok(line), Ok(mut out)) = (provisional_line(&self.run, at, seen), self.out.lock()) {
            let _ = writeln!(out, "{line}");
        }
    }

    fn output(&self, _stage: &StageName, _stream: Stream, _bytes: &[u8]) {}
}
