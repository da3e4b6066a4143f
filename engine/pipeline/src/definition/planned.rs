//! A pipeline from what planners answered.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::model::{Pipeline, Stage};
use super::needs::{knots, shortest_circle};
use super::stages::{is_empty_command, is_variable, name_problem, normal_directory};
use crate::id::{PluginId, StageName};
use crate::remedy::{CommandLine, Limits};

/// Purposes of stages that reach the outside world; such a stage is not idempotent.
const OUTWARD_PURPOSES: [&str; 3] = ["deploy", "publish", "release"];

/// A stage as a planner answered it; nothing about it is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStage {
    /// The planner.
    pub plugin: PluginId,
    /// Name, unique in that planner's answer.
    pub name: String,
    /// A script for a POSIX shell.
    pub run: String,
    /// Directory relative to the workspace root.
    pub directory: String,
    /// Names of stages that have to pass first: of the same answer, else of another planner's.
    pub needs: Vec<String>,
    /// Variables for the command.
    pub env: Vec<(String, String)>,
    /// Limits for the command.
    pub limits: Limits,
    /// What it is for: `install`, `test`, …
    pub purpose: String,
    /// Why it is there.
    pub reason: String,
    /// Files that show it.
    pub evidence: Vec<String>,
}

/// A pipeline made of planned stages.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The pipeline; it has no stages when no planner answered a usable one.
    pub pipeline: Pipeline,
    /// What had to be changed about the answers.
    pub notes: Vec<PlanningNote>,
}

/// Something in a planner's answer that could not be taken as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanningNote {
    /// Several planners chose one name.
    #[error("several planners have a stage `{name}`; that of {plugin} is called `{new_name}`")]
    Renamed { plugin: PluginId, name: String, new_name: String },
    /// A stage that nobody can run.
    #[error("left out stage {name:?} of {plugin}: {problem}")]
    StageLeftOut { plugin: PluginId, name: String, problem: &'static str },
    /// A need that is no stage.
    #[error("stage `{stage}` of {plugin} needs `{need}`, which nobody planned; it runs without")]
    NeedLeftOut { plugin: PluginId, stage: String, need: String },
    /// A need that would have closed a circle.
    #[error("stage `{stage}` of {plugin} needs `{need}`, which closes a circle; it runs without")]
    CircleOpened { plugin: PluginId, stage: String, need: String },
    /// A variable that no environment takes.
    #[error("left out variable {variable:?} of stage `{stage}` of {plugin}: it cannot be the name of a variable")]
    VariableLeftOut { plugin: PluginId, stage: String, variable: String },
}

/// Joins the answers of planners to one pipeline with default settings.
///
/// Names that several planners chose get the plugin's id in front. What cannot be used is left out with a note; the result
/// keeps every promise of [`Pipeline`].
pub fn from_planned(name: &str, planned: Vec<PlannedStage>) -> Planned {
    let mut notes = Vec::new();
    let usable = keep_usable(planned, &mut notes);
    let names = final_names(&usable, &mut notes);
    let mut targets = resolve_needs(&usable, &names, &mut notes);
    open_circles(&usable, &names, &mut targets, &mut notes);

    let mut pipeline = Pipeline::named(name);
    for ((stage, name), needs) in usable.iter().zip(&names).zip(&targets) {
        let needs = needs.iter().map(|&need| StageName::new(&names[need])).collect();
        pipeline.stages.push(to_stage(stage, name, needs, &mut notes));
    }
    Planned { pipeline, notes }
}

fn keep_usable(planned: Vec<PlannedStage>, notes: &mut Vec<PlanningNote>) -> Vec<PlannedStage> {
    let mut seen: HashSet<(PluginId, String)> = HashSet::new();
    let mut usable = Vec::with_capacity(planned.len());
    for stage in planned {
        let problem = problem_of(&stage)
            .or_else(|| (!seen.insert((stage.plugin.clone(), stage.name.clone()))).then_some("its name occurs twice"));
        match problem {
            Some(problem) => notes.push(PlanningNote::StageLeftOut { plugin: stage.plugin, name: stage.name, problem }),
            None => usable.push(stage),
        }
    }
    usable
}

fn problem_of(stage: &PlannedStage) -> Option<&'static str> {
    if name_problem(&stage.name).is_some() {
        Some("its name is empty, too long, or holds blanks at an end or control characters")
    } else if is_empty_command(&CommandLine::Shell(stage.run.clone())) {
        Some("it runs nothing")
    } else if stage.run.contains('\0') || stage.env.iter().any(|(_, value)| value.contains('\0')) {
        Some("its command or environment holds a NUL character")
    } else if normal_directory(&stage.directory).is_none() {
        Some("its directory lies outside the workspace")
    } else {
        None
    }
}

/// The name of each stage in the pipeline; all are different.
fn final_names(stages: &[PlannedStage], notes: &mut Vec<PlanningNote>) -> Vec<String> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for stage in stages {
        *uses.entry(&stage.name).or_default() += 1;
    }
    let mut taken: HashSet<String> = stages.iter().map(|stage| stage.name.clone()).collect();
    let mut names = Vec::with_capacity(stages.len());
    for stage in stages {
        if uses[stage.name.as_str()] == 1 {
            names.push(stage.name.clone());
            continue;
        }
        let mut new_name = format!("{}:{}", stage.plugin, stage.name);
        // Another planner may have used exactly this name.
        while !taken.insert(new_name.clone()) {
            new_name.push('\'');
        }
        let (plugin, name) = (stage.plugin.clone(), stage.name.clone());
        notes.push(PlanningNote::Renamed { plugin, name, new_name: new_name.clone() });
        names.push(new_name);
    }
    names
}

fn resolve_needs(stages: &[PlannedStage], names: &[String], notes: &mut Vec<PlanningNote>) -> Vec<Vec<usize>> {
    let own: HashMap<(&PluginId, &str), usize> =
        stages.iter().enumerate().map(|(index, stage)| ((&stage.plugin, stage.name.as_str()), index)).collect();
    let all: HashMap<&str, usize> = names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
    let mut targets = Vec::with_capacity(stages.len());
    for (index, stage) in stages.iter().enumerate() {
        let mut needs: Vec<usize> = Vec::new();
        for need in &stage.needs {
            match own.get(&(&stage.plugin, need.as_str())).or_else(|| all.get(need.as_str())) {
                Some(target) if needs.contains(target) => {}
                Some(target) => needs.push(*target),
                None => {
                    let (plugin, stage) = (stage.plugin.clone(), names[index].clone());
                    notes.push(PlanningNote::NeedLeftOut { plugin, stage, need: need.clone() });
                }
            }
        }
        targets.push(needs);
    }
    targets
}

/// Takes away needs until no circle is left: of each circle the one that points furthest forward, because planners answer
/// in an order that respects the needs.
fn open_circles(stages: &[PlannedStage], names: &[String], targets: &mut [Vec<usize>], notes: &mut Vec<PlanningNote>) {
    loop {
        let groups = knots(targets);
        if groups.is_empty() {
            return;
        }
        for group in groups {
            let circle = shortest_circle(group[0], &group, targets);
            let next = circle.iter().skip(1).chain(circle.first());
            let edges = circle.iter().copied().zip(next.copied());
            let Some((stage, need)) = edges.max_by_key(|(stage, need)| need.saturating_sub(*stage)) else {
                continue;
            };
            targets[stage].retain(|&target| target != need);
            let (plugin, stage, need) = (stages[stage].plugin.clone(), names[stage].clone(), names[need].clone());
            notes.push(PlanningNote::CircleOpened { plugin, stage, need });
        }
    }
}

fn to_stage(planned: &PlannedStage, name: &str, needs: Vec<StageName>, notes: &mut Vec<PlanningNote>) -> Stage {
    let mut env = BTreeMap::new();
    for (variable, value) in &planned.env {
        if is_variable(variable) {
            env.insert(variable.clone(), value.clone());
        } else {
            let (plugin, stage) = (planned.plugin.clone(), name.to_owned());
            notes.push(PlanningNote::VariableLeftOut { plugin, stage, variable: variable.clone() });
        }
    }
    Stage {
        directory: normal_directory(&planned.directory).unwrap_or_else(|| ".".to_owned()),
        needs,
        env,
        limits: planned.limits.clone(),
        is_idempotent: !OUTWARD_PURPOSES.contains(&planned.purpose.as_str()),
        reason: Some(planned.reason.clone()).filter(|reason| !reason.trim().is_empty()),
        evidence: planned.evidence.clone(),
        ..Stage::new(name, CommandLine::Shell(planned.run.clone()))
    }
}

#[cfg(test)]
mod tests;
