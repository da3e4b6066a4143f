//! Uses `process`.

use plugin_sdk::host::process::{ProcessError, ProcessRequest};
use plugin_sdk::prelude::*;

struct Speaker;

impl Runner for Speaker {
    fn run(stage: Stage) -> Result<Report, PluginError> {
        let denied = matches!(
            host::process::run(&ProcessRequest::new(["not-granted"])),
            Err(ProcessError::Denied(_))
        );
        let request = ProcessRequest::new(["sh", "-c", "true"]).directory(stage.directory).limits(stage.limits).capture(64);
        let result = host::process::run(&request)?;
        let said = result.stdout();
        Ok(Report::of(result.outcome)
            .metric("words", said.split_whitespace().count() as f64, "")
            .artifact("out/report.txt", "text/plain", format!("report of {}", stage.name))
            .verdict("denial", if denied { "pass" } else { "fail" }, "a program that was not granted"))
    }
}

plugin_sdk::export_runner!(Speaker);
