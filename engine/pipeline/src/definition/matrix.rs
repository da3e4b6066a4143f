//! A stage with a matrix becomes one stage for each combination of its values.

use std::collections::{HashMap, HashSet};

use super::model::Stage;
use super::problem::{ProblemKind, Report};
use super::reader::entries_of;
use super::stages::Draft;
use super::tree::{Entry, Node, Span, Value};
use crate::id::StageName;

/// Stages that one matrix may make, as many as other CI systems allow.
const MAX_STAGES: usize = 256;

/// One dimension of a matrix.
pub(super) struct Axis {
    name: String,
    span: Span,
    values: Vec<String>,
}

impl Axis {
    /// Reads the axes of a `matrix`, in the order of the file; axes without values are reported and left out.
    pub(super) fn read_all(entry: &Entry, report: &mut Report<'_>) -> Vec<Self> {
        let axes = entries_of(&entry.node, "matrix", report).unwrap_or_default();
        axes.iter().filter_map(|axis| Self::read(axis, report)).collect()
    }

    fn read(entry: &Entry, report: &mut Report<'_>) -> Option<Self> {
        let Value::List(nodes) = &entry.node.value else {
            return entry.wrong_type("a list of values", "", report);
        };
        if nodes.is_empty() {
            report.error(&entry.node.span, ProblemKind::EmptyAxis { axis: entry.key.clone() });
            return None;
        }
        let mut values = Vec::with_capacity(nodes.len());
        let mut seen = HashSet::new();
        for node in nodes {
            let value = read_value(entry, node, report)?;
            if seen.insert(value.clone()) {
                values.push(value);
            } else {
                let axis = entry.key.clone();
                report.error(&node.span, ProblemKind::RepeatedAxisValue { axis, value });
            }
        }
        Some(Self { name: entry.key.clone(), span: entry.key_span.clone(), values })
    }

    /// Variable that tells the stage its value: `MATRIX_NODE_VERSION` for `node-version`.
    fn variable(&self) -> String {
        let part = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        format!("MATRIX_{}", self.name.chars().map(part).collect::<String>())
    }
}

/// A value as text. Fractions have to be texts, because 3.10 as a number is 3.1.
fn read_value(axis: &Entry, node: &Node, report: &mut Report<'_>) -> Option<String> {
    let advice = match &node.value {
        Value::Text(text) if !text.chars().any(char::is_control) => return Some(text.clone()),
        Value::Integer(number) => return Some(number.to_string()),
        Value::Flag(flag) => return Some(flag.to_string()),
        Value::Float(_) => {
            let written = report.text().get(node.span.clone()).unwrap_or("3.10");
            format!("; write \"{written}\"")
        }
        _ => String::new(),
    };
    let (key, found) = (axis.key.clone(), node.value.describe());
    let expected = "texts without control characters, whole numbers, true or false";
    report.error(&node.span, ProblemKind::WrongType { key, expected, found, advice });
    None
}

/// The stages of one draft.
pub(super) struct Expanded {
    /// Name in the file; a need with this name means all of them.
    pub(super) name: String,
    /// One or more stages without their needs.
    pub(super) stages: Vec<Stage>,
    /// What each of them needs, as written, and where.
    pub(super) needs: Vec<(String, Span)>,
}

/// Replaces each draft by its stages; names that are taken are reported.
pub(super) fn expand(drafts: Vec<Draft>, report: &mut Report<'_>) -> Vec<Expanded> {
    let lines: HashMap<String, usize> = drafts
        .iter()
        .map(|draft| (draft.stage.name.as_str().to_owned(), report.line_of(draft.name_span.start)))
        .collect();
    let mut all = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let name = draft.stage.name.as_str().to_owned();
        let stages = match draft.matrix {
            Some((span, axes)) if !axes.is_empty() => {
                let stages = combine(&draft.stage, &span, &axes, report);
                for stage in &stages {
                    if let Some(&first_line) = lines.get(stage.name.as_str()) {
                        let name = stage.name.to_string();
                        report.error(&span, ProblemKind::DuplicateStage { name, first_line });
                    }
                }
                stages
            }
            _ => vec![draft.stage],
        };
        all.push(Expanded { name, stages, needs: draft.needs });
    }
    all
}

fn combine(stage: &Stage, span: &Span, axes: &[Axis], report: &mut Report<'_>) -> Vec<Stage> {
    let stages = axes.iter().fold(1_usize, |product, axis| product.saturating_mul(axis.values.len()));
    if stages > MAX_STAGES {
        let stage = stage.name.to_string();
        report.error(span, ProblemKind::MatrixTooLarge { stage, stages, max: MAX_STAGES });
        return Vec::new();
    }
    check_variables(stage, axes, report);
    // The last axis turns fastest, as the digits of a number do.
    let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
    for axis in axes {
        let mut longer = Vec::with_capacity(combinations.len() * axis.values.len());
        for prefix in &combinations {
            longer.extend(axis.values.iter().map(|value| [prefix.as_slice(), &[value.as_str()]].concat()));
        }
        combinations = longer;
    }
    combinations.iter().map(|values| with_values(stage, axes, values)).collect()
}

fn with_values(stage: &Stage, axes: &[Axis], values: &[&str]) -> Stage {
    let mut stage = stage.clone();
    let pairs: Vec<String> = axes.iter().zip(values).map(|(axis, value)| format!("{}={value}", axis.name)).collect();
    stage.name = StageName::new(format!("{} ({})", stage.name, pairs.join(", ")));
    for (axis, value) in axes.iter().zip(values) {
        stage.env.insert(axis.variable(), (*value).to_owned());
    }
    stage
}

fn check_variables(stage: &Stage, axes: &[Axis], report: &mut Report<'_>) {
    let mut taken: HashMap<String, &str> = HashMap::new();
    for axis in axes {
        let variable = axis.variable();
        let other = if stage.env.contains_key(&variable) {
            Some("`env`".to_owned())
        } else {
            taken.insert(variable.clone(), &axis.name).map(|other| format!("axis `{other}`"))
        };
        if let Some(other) = other {
            let axis_name = axis.name.clone();
            report.error(&axis.span, ProblemKind::MatrixVariableTaken { variable, axis: axis_name, other });
        }
    }
}
