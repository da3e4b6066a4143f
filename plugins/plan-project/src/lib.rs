//! Names the stages of a project that has no pipeline file.
//!
//! Role: planner. Imports: `workspace`. [`folders`] finds the projects, [`python`], [`node`] and [`rust`] know their tools,
//! [`make`] is the fallback, [`names`] makes the stages' names unique; this file only connects them.

use plugin_sdk::prelude::*;

pub mod files;
pub mod folders;
pub mod make;
pub mod names;
pub mod node;
pub mod python;
pub mod rust;
pub mod toml;

/// The plugin.
pub struct PlanProject;

impl Planner for PlanProject {
    fn plan(project: Project) -> Result<Vec<PlannedStage>, PluginError> {
        let mut parts = Vec::new();
        for folder in folders::find() {
            let stages = match folder.ecosystem {
                folders::Ecosystem::Python => python::stages(&folder.directory, &project),
                folders::Ecosystem::Node => node::stages(&folder.directory),
                folders::Ecosystem::Rust => rust::stages(&folder.directory),
            };
            parts.push((folder, stages));
        }
        let stages = names::joined(parts);
        Ok(if stages.is_empty() { make::stages() } else { stages })
    }
}

plugin_sdk::export_planner!(PlanProject);

#[cfg(test)]
mod tests;
