//! `.autonomous-cicd.yml` → settings to put over a pipeline.
//!
//! The file has no stages: they come from `selfheal.toml` or from planners. Every key has its effect or a warning that
//! names it. A flag that is `false` for something this version does not do asks for nothing, and needs no warning.

use crate::definition::model::{Patches, Pipeline, StageOrder};
use crate::definition::native::{HEALING_ATTEMPTS, MAX_DURATION_MS, PARALLEL, check_gate, narrow};
use crate::definition::problem::{DefinitionErrors, Problem, ProblemKind, Report};
use crate::definition::reader::Table;
use crate::definition::tree::{Entry, from_yaml};

/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

/// What the file says; `None` and absent keys change nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Legacy {
    pipeline: PipelineKeys,
    detection: DetectionKeys,
    healing: HealingKeys,
    /// What the author should know, in the order of the file.
    pub warnings: Vec<Problem>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct PipelineKeys {
    order: Option<StageOrder>,
    max_parallel: Option<u32>,
    stage_timeout_ms: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct DetectionKeys {
    learning: Option<bool>,
    confidence_threshold: Option<f64>,
    pattern_matching: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct HealingKeys {
    max_attempts: Option<u32>,
    patches: Option<Patches>,
    rollback: Option<bool>,
}

impl Legacy {
    /// Puts the settings over a pipeline. The timeout only goes to stages that have none.
    pub fn apply(&self, pipeline: &mut Pipeline) {
        set(&mut pipeline.order, self.pipeline.order);
        set(&mut pipeline.max_parallel, self.pipeline.max_parallel);
        for stage in &mut pipeline.stages {
            stage.limits.timeout_ms = stage.limits.timeout_ms.or(self.pipeline.stage_timeout_ms);
        }
        set(&mut pipeline.detection.learning, self.detection.learning);
        set(&mut pipeline.detection.confidence_threshold, self.detection.confidence_threshold);
        set(&mut pipeline.detection.pattern_matching, self.detection.pattern_matching);
        set(&mut pipeline.healing.max_attempts, self.healing.max_attempts);
        set(&mut pipeline.healing.patches, self.healing.patches);
        set(&mut pipeline.healing.rollback, self.healing.rollback);
    }
}

fn set<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

/// Reads `.autonomous-cicd.yml`. `file_name` is only used in messages.
///
/// # Errors
/// Every mistake of the file at once, or the first place where it is not YAML.
pub fn parse(text: &str, file_name: &str) -> Result<Legacy, DefinitionErrors> {
    let mut report = Report::new(text, file_name);
    let Some(root) = from_yaml(text, &mut report) else {
        return Err(report.into_errors());
    };
    let mut legacy = Legacy::default();
    if let Some(file) = Table::open(&root, "the file", &["autonomous_cicd"], &[], &mut report) {
        match file.get("autonomous_cicd") {
            Some(entry) => read_sections(entry, &mut legacy, &mut report),
            None if !report.has_errors() => {
                let (key, table) = ("autonomous_cicd", "the file".to_owned());
                report.error(&(0..0), ProblemKind::MissingKey { key, table, example: "autonomous_cicd:" });
            }
            None => {}
        }
    }
    legacy.warnings = report.finish()?;
    Ok(legacy)
}

fn read_sections(entry: &Entry, legacy: &mut Legacy, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["pipeline", "error_detection", "self_healing", "quality_gates", "integrations"];
    let Some(sections) = Table::open(&entry.node, "autonomous_cicd", KEYS, &[], report) else {
        return;
    };
    if let Some(entry) = sections.get("pipeline") {
        legacy.pipeline = read_pipeline(entry, report);
    }
    if let Some(entry) = sections.get("error_detection") {
        legacy.detection = read_detection(entry, report);
    }
    if let Some(entry) = sections.get("self_healing") {
        legacy.healing = read_healing(entry, report);
    }
    if let Some(entry) = sections.get("quality_gates") {
        read_gates(entry, report);
    }
    if let Some(entry) = sections.get("integrations") {
        read_integrations(entry, report);
    }
}

fn read_pipeline(entry: &Entry, report: &mut Report<'_>) -> PipelineKeys {
    const KEYS: &[&str] =
        &["enable_optimization", "enable_parallel_processing", "max_concurrent_tasks", "default_timeout_minutes"];
    let Some(table) = Table::open(&entry.node, "pipeline", KEYS, &[], report) else {
        return PipelineKeys::default();
    };
    let is_optimized = table.get("enable_optimization").and_then(|it| it.flag(report));
    let is_parallel = table.get("enable_parallel_processing").and_then(|it| it.flag(report));
    let tasks = table.get("max_concurrent_tasks").and_then(|it| it.integer(PARALLEL, report)).map(narrow);
    let minutes =
        table.get("default_timeout_minutes").and_then(|it| it.integer(1..=MAX_DURATION_MS / MINUTE_MS, report));
    PipelineKeys {
        order: is_optimized.map(|on| if on { StageOrder::CriticalPath } else { StageOrder::File }),
        max_parallel: if is_parallel == Some(false) { Some(1) } else { tasks },
        stage_timeout_ms: minutes.map(|minutes| minutes * MINUTE_MS),
    }
}

fn read_detection(entry: &Entry, report: &mut Report<'_>) -> DetectionKeys {
    const KEYS: &[&str] = &["enable_learning", "confidence_threshold", "pattern_matching"];
    let Some(table) = Table::open(&entry.node, "error_detection", KEYS, &[], report) else {
        return DetectionKeys::default();
    };
    DetectionKeys {
        learning: table.get("enable_learning").and_then(|it| it.flag(report)),
        confidence_threshold: table.get("confidence_threshold").and_then(|it| it.number(1.0, report)),
        pattern_matching: table.get("pattern_matching").and_then(|it| it.flag(report)),
    }
}

fn read_healing(entry: &Entry, report: &mut Report<'_>) -> HealingKeys {
    const KEYS: &[&str] = &["max_healing_attempts", "enable_aggressive_healing", "enable_rollback"];
    let Some(table) = Table::open(&entry.node, "self_healing", KEYS, &[], report) else {
        return HealingKeys::default();
    };
    let aggressive = table.get("enable_aggressive_healing").and_then(|it| it.flag(report).map(|on| (it, on)));
    if let Some((entry, true)) = aggressive {
        let effect = "applies verified patches to the workspace; without it they are offered as files";
        report.warn(&entry.key_span, ProblemKind::Effect { key: entry.key.clone(), effect });
    }
    HealingKeys {
        max_attempts: table.get("max_healing_attempts").and_then(|it| it.integer(HEALING_ATTEMPTS, report)).map(narrow),
        patches: aggressive.map(|(_, on)| if on { Patches::Apply } else { Patches::Propose }),
        rollback: table.get("enable_rollback").and_then(|it| it.flag(report)),
    }
}

fn read_gates(entry: &Entry, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["test_coverage", "code_quality", "security_scan", "performance_benchmark"];
    if let Some(table) = Table::open(&entry.node, "quality_gates", KEYS, &[], report) {
        for gate in KEYS.iter().filter_map(|key| table.get(key)) {
            check_gate(gate, report);
        }
    }
}

fn read_integrations(entry: &Entry, report: &mut Report<'_>) {
    const KEYS: &[&str] = &["github", "linear", "database"];
    /// Each flag with the value that asks for something this version does not do, and why.
    const FLAGS: [(&str, &str, bool, &str); 6] = [
        ("github", "enable_webhooks", true, "nothing listens for webhooks yet"),
        ("github", "auto_create_issues", true, "tickets are written as files and not sent to a tracker yet"),
        ("linear", "enable_notifications", true, "nothing is sent to Linear yet"),
        ("linear", "auto_update_status", true, "nothing is sent to Linear yet"),
        ("database", "store_metrics", false, "the journal of every run is kept, because recovery needs it"),
        ("database", "enable_analytics", true, "runs are recorded, and nothing is computed from them yet"),
    ];
    let Some(table) = Table::open(&entry.node, "integrations", KEYS, &[], report) else {
        return;
    };
    for integration in KEYS.iter().filter_map(|key| table.get(key)) {
        let flags = FLAGS.iter().filter(|(name, ..)| *name == integration.key);
        let known: Vec<&'static str> = flags.clone().map(|(_, key, ..)| *key).collect();
        let Some(table) = Table::open(&integration.node, &integration.key, &known, &[], report) else {
            continue;
        };
        for (_, key, unheard, reason) in flags {
            if let Some(entry) = table.get(key)
                && entry.flag(report) == Some(*unheard)
            {
                let key = format!("{}.{}", integration.key, entry.key);
                report.warn(&entry.key_span, ProblemKind::NoEffect { key, reason });
            }
        }
    }
}

#[cfg(test)]
mod tests;
