//! `selfheal.toml` → [`Pipeline`].

use std::ops::RangeInclusive;

use super::matrix;
use super::model::{Detection, Healing, Mode, Patches, Pipeline, STRATEGIES, StageOrder};
use super::needs;
use super::plugins;
use super::problem::{DefinitionErrors, Problem, ProblemKind, Report};
use super::quarantine;
use super::reader::{Misplaced, Table};
use super::stages;
use super::tree::{Entry, from_toml};

/// A pipeline file that shows and explains every key.
pub const EXAMPLE: &str = include_str!("../../docs/selfheal.toml");

/// Longest time that can be given anywhere: 30 days.
pub(crate) const MAX_DURATION_MS: u64 = 30 * 86_400_000;

/// Stages at the same time that can be asked for; more than any machine starts sensibly.
pub(crate) const PARALLEL: RangeInclusive<u64> = 1..=1024;

/// Trials of one incident that can be asked for; 0 diagnoses and tries nothing.
pub(crate) const HEALING_ATTEMPTS: RangeInclusive<u64> = 0..=20;

/// What a file without mistakes says.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// What its author should know about it, in the order of the file.
    pub warnings: Vec<Problem>,
}

/// Reads `selfheal.toml`. `file_name` is only used in messages.
///
/// # Errors
/// Every mistake of the file at once. As long as the text is not even TOML, only the places where it is not: what would
/// follow from guesses about the rest helps nobody.
pub fn parse(text: &str, file_name: &str) -> Result<Parsed, DefinitionErrors> {
    read(text, file_name, Stages::Needed)
}

/// Reads the settings of a `selfheal.toml` that may have no stages, for commands that bring their own. Stages that are
/// there are checked all the same.
///
/// # Errors
/// As [`parse`].
pub fn parse_settings(text: &str, file_name: &str) -> Result<Parsed, DefinitionErrors> {
    read(text, file_name, Stages::Optional)
}

/// Whether a file without stages is a mistake.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stages {
    Needed,
    Optional,
}

fn read(text: &str, file_name: &str, wanted: Stages) -> Result<Parsed, DefinitionErrors> {
    let mut report = Report::new(text, file_name);
    let root = from_toml(text, &mut report);
    if report.has_errors() {
        return Err(report.into_errors());
    }
    const KEYS: &[&str] = &["pipeline", "stage", "detection", "healing", "quarantine", "gates", "plugins"];
    const MISPLACED: Misplaced = &[
        ("name", "it belongs under [pipeline]"),
        ("timeout", "it belongs under [pipeline]"),
        ("max-parallel", "it belongs under [pipeline]"),
        ("secrets", "it belongs under [pipeline]"),
        ("jobs", "did you mean `[[stage]]`?"),
        ("steps", "did you mean `[[stage]]`?"),
        ("stages", "did you mean `[[stage]]`?"),
    ];
    let mut pipeline = Pipeline::named(super::model::DEFAULT_NAME);
    if let Some(table) = Table::open(&root, "the file", KEYS, MISPLACED, &mut report) {
        let section = |key| table.get(key);
        read_pipeline(section("pipeline"), &mut pipeline, &mut report);
        if wanted == Stages::Needed || section("stage").is_some() {
            let drafts = stages::read(section("stage"), &mut report);
            let drafts = matrix::expand(drafts, &mut report);
            let names = section("quarantine").map(|_| quarantine::names(&drafts));
            pipeline.stages = needs::resolve(drafts, &mut report);
            // Settings may be those of a command that has no name in the file.
            let names = names.filter(|_| wanted == Stages::Needed);
            pipeline.quarantine = quarantine::read(section("quarantine"), names.as_ref(), &mut report);
        } else {
            pipeline.quarantine = quarantine::read(section("quarantine"), None, &mut report);
        }
        read_detection(section("detection"), &mut pipeline.detection, &mut report);
        read_healing(section("healing"), &mut pipeline.healing, &mut report);
        read_gates(section("gates"), &mut report);
        plugins::read(section("plugins"), &mut pipeline.plugins, &mut report);
    }
    let warnings = report.finish()?;
    Ok(Parsed { pipeline, warnings })
}

fn read_pipeline(entry: Option<&Entry>, pipeline: &mut Pipeline, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["name", "timeout", "max-parallel", "order", "secrets"];
    const MISPLACED: Misplaced =
        &[("parallel", "did you mean `max-parallel`?"), ("jobs", "did you mean `max-parallel`?")];
    let Some(table) = entry.and_then(|it| Table::open(&it.node, "[pipeline]", KEYS, MISPLACED, report)) else {
        return;
    };
    if let Some(name) = table.get("name").and_then(|it| it.filled_text("a name such as \"shop\"", report)) {
        pipeline.name = name.to_owned();
    }
    pipeline.timeout_ms = table.get("timeout").and_then(|it| it.duration_ms(1..=MAX_DURATION_MS, report));
    if let Some(number) = table.get("max-parallel").and_then(|it| it.integer(PARALLEL, report)) {
        pipeline.max_parallel = narrow(number);
    }
    let orders = [("critical-path", StageOrder::CriticalPath), ("file", StageOrder::File)];
    if let Some(order) = table.get("order").and_then(|it| it.word(&orders, report)) {
        pipeline.order = order;
    }
    for (name, span) in table.get("secrets").and_then(|it| it.texts(report)).unwrap_or_default() {
        if stages::is_variable(name) {
            pipeline.secrets.push(name.to_owned());
        } else {
            report.error(span, ProblemKind::BadVariable { name: name.to_owned() });
        }
    }
}

fn read_detection(entry: Option<&Entry>, detection: &mut Detection, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["confidence-threshold", "pattern-matching", "learning"];
    let Some(table) = entry.and_then(|it| Table::open(&it.node, "[detection]", KEYS, &[], report)) else {
        return;
    };
    if let Some(threshold) = table.get("confidence-threshold").and_then(|it| it.number(1.0, report)) {
        detection.confidence_threshold = threshold;
    }
    if let Some(flag) = table.get("pattern-matching").and_then(|it| it.flag(report)) {
        detection.pattern_matching = flag;
    }
    if let Some(flag) = table.get("learning").and_then(|it| it.flag(report)) {
        detection.learning = flag;
    }
}

fn read_healing(entry: Option<&Entry>, healing: &mut Healing, report: &mut Report<'_>) {
    const KEYS: &[&str] =
        &["mode", "modes", "max-attempts", "patches", "cpu-budget", "time-budget", "control-rate", "rollback"];
    const MISPLACED: Misplaced =
        &[("attempts", "did you mean `max-attempts`?"), ("retries", "did you mean `max-attempts`?")];
    let Some(table) = entry.and_then(|it| Table::open(&it.node, "[healing]", KEYS, MISPLACED, report)) else {
        return;
    };
    let modes = [("off", Mode::Off), ("shadow", Mode::Shadow), ("suggest", Mode::Suggest), ("auto", Mode::Auto)];
    if let Some(mode) = table.get("mode").and_then(|it| it.word(&modes, report)) {
        healing.mode = mode;
    }
    let by_strategy =
        table.get("modes").and_then(|it| Table::open(&it.node, "[healing.modes]", &STRATEGIES, &[], report));
    for strategy in STRATEGIES {
        let entry = by_strategy.as_ref().and_then(|table| table.get(strategy));
        if let Some(mode) = entry.and_then(|it| it.word(&modes, report)) {
            healing.modes.insert(strategy.to_owned(), mode);
        }
    }
    if let Some(number) = table.get("max-attempts").and_then(|it| it.integer(HEALING_ATTEMPTS, report)) {
        healing.max_attempts = narrow(number);
    }
    let patches = [("propose", Patches::Propose), ("apply", Patches::Apply)];
    if let Some(patches) = table.get("patches").and_then(|it| it.word(&patches, report)) {
        healing.patches = patches;
    }
    if let Some(ms) = table.get("cpu-budget").and_then(|it| it.duration_ms(0..=MAX_DURATION_MS, report)) {
        healing.cpu_budget_ms = ms;
    }
    if let Some(ms) = table.get("time-budget").and_then(|it| it.duration_ms(0..=MAX_DURATION_MS, report)) {
        healing.time_budget_ms = ms;
    }
    if let Some(rate) = table.get("control-rate").and_then(|it| it.number(1.0, report)) {
        healing.control_rate = rate;
    }
    if let Some(flag) = table.get("rollback").and_then(|it| it.flag(report)) {
        healing.rollback = flag;
    }
}

/// Gates are checked, so that a file is right once there are runners for them, and each that asks for something warns.
fn read_gates(entry: Option<&Entry>, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["test-coverage", "code-quality", "security-scan", "performance-benchmark"];
    let Some(table) = entry.and_then(|it| Table::open(&it.node, "[gates]", KEYS, &[], report)) else {
        return;
    };
    for entry in KEYS.iter().filter_map(|key| table.get(key)) {
        check_gate(entry, report);
    }
}

/// Checks one gate by its name, in which `_` counts as `-`.
pub(crate) fn check_gate(entry: &Entry, report: &mut Report<'_>) {
    const GRADES: [(&str, ()); 6] = [("A", ()), ("B", ()), ("C", ()), ("D", ()), ("E", ()), ("F", ())];
    let asks = match entry.key.replace('_', "-").as_str() {
        "test-coverage" => entry.number(100.0, report).is_some(),
        "code-quality" => entry.word(&GRADES, report).is_some(),
        // `security-scan = false` asks for nothing, and that is what it gets.
        _ => entry.flag(report) == Some(true),
    };
    if asks {
        report.warn(&entry.key_span, ProblemKind::NotMeasured { gate: entry.key.clone() });
    }
}

/// A number whose range was checked to fit.
pub(crate) fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
