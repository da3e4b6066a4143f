//! A makefile, for projects whose own tools are not known.

use plugin_sdk::prelude::*;

use crate::files::{first, joined, text};

/// Targets with what they are for, in the order in which they run. A target that says it does all of them comes last.
const TARGETS: &[(&str, &str)] = &[
    ("deps", "install"),
    ("install-deps", "install"),
    ("lint", "lint"),
    ("fmt-check", "lint"),
    ("build", "build"),
    ("test", "test"),
    ("check", "test"),
];

/// The stages of the makefile at the root.
pub fn stages() -> Vec<PlannedStage> {
    let Some(name) = first(".", &["GNUmakefile", "makefile", "Makefile"]) else {
        return Vec::new();
    };
    let makefile = text(".", name).unwrap_or_default();
    let mut stages: Vec<PlannedStage> = Vec::new();
    for (target, purpose) in TARGETS {
        let Some(line) = line_of(&makefile, target) else { continue };
        // `check` is another word for `test`.
        if stages.iter().any(|stage| stage.purpose == *purpose && *purpose != "lint") {
            continue;
        }
        let mut stage = PlannedStage::new(*target, *purpose, format!("make {target}"))
            .because(format!("{name} has a target {target}"))
            .evidence(format!("{}:{line}", joined(".", name)));
        if let Some(install) = stages.iter().find(|stage| stage.purpose == "install") {
            stage = stage.needs(install.name.clone());
        }
        stages.push(stage);
    }
    stages
}

fn line_of(makefile: &str, target: &str) -> Option<usize> {
    let is_rule = |line: &str| {
        !line.starts_with(['\t', '#', '.'])
            && line.split_once(':').is_some_and(|(names, rest)| {
                !rest.starts_with('=') && names.split_whitespace().any(|name| name == target)
            })
    };
    makefile.lines().position(is_rule).map(|index| index + 1)
}
