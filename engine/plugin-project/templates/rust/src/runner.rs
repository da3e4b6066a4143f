//! Runs a stage and judges its coverage report.

use plugin_sdk::host::process::ProcessRequest;
use plugin_sdk::prelude::*;

const REPORT: &str = "coverage.xml";
/// Covered lines in per cent that are asked for, unless the configuration names another number.
const MINIMUM: f64 = 80.0;

struct Plugin;

impl Runner for Plugin {
    fn run(stage: Stage) -> Result<Report, PluginError> {
        let config = host::config::json()?;
        let minimum = match config.get("minimum") {
            None => MINIMUM,
            Some(value) => value
                .as_f64()
                .ok_or_else(|| PluginError::invalid_config("minimum", "not-a-number", "minimum is a number of per cent"))?,
        };
        let argv = match &stage.command {
            Command::Shell(script) => vec!["sh".to_owned(), "-c".to_owned(), script.clone()],
            Command::Argv(argv) => argv.clone(),
        };
        let ended = host::process::run(&ProcessRequest::new(argv).directory(&stage.directory).limits(stage.limits))?;
        let report = Report::of(ended.outcome);
        let path = if stage.directory == "." { REPORT.to_owned() } else { format!("{}/{REPORT}", stage.directory) };
        let covered = host::workspace::read_text(&path).ok().and_then(|text| line_rate(&text));
        Ok(match covered {
            None => report.verdict("coverage", "not-measured", format!("{path} is not there, or is no coverage report")),
            Some(covered) => report
                .metric("coverage.line-percent", covered, "%")
                .artifact(&path, "application/xml", "coverage report")
                .verdict(
                    "coverage",
                    if covered >= minimum { "pass" } else { "fail" },
                    format!("{covered:.1} % of lines are covered, {minimum:.1} % are asked for"),
                ),
        })
    }
}

/// The covered share of lines in per cent, of the first element `coverage`.
fn line_rate(xml: &str) -> Option<f64> {
    let (_, rest) = xml.split_once("<coverage ")?;
    let (attributes, _) = rest.split_once('>')?;
    let (_, value) = attributes.split_once("line-rate=\"")?;
    let rate: f64 = value.split_once('"')?.0.parse().ok()?;
    (0.0..=1.0).contains(&rate).then_some(rate * 100.0)
}

plugin_sdk::export_runner!(Plugin);
