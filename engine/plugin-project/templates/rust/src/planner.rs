//! Plans the recipes of a justfile.

use plugin_sdk::prelude::*;

/// Recipes that are stages, with their purpose, in the order in which they run.
const KNOWN: &[(&str, &str)] =
    &[("fmt-check", "lint"), ("lint", "lint"), ("check", "lint"), ("build", "build"), ("test", "test")];

struct Plugin;

impl Planner for Plugin {
    fn plan(project: Project) -> Result<Vec<PlannedStage>, PluginError> {
        let files = ["justfile", "Justfile", ".justfile"];
        let Some(file) = files.into_iter().find(|file| host::workspace::is_file(file)) else { return Ok(Vec::new()) };
        if !project.has_tool("just") {
            host::log::info(format!("{file} is there, but just is not installed"));
            return Ok(Vec::new());
        }
        let text = host::workspace::read_text(file)?;
        let mut stages: Vec<PlannedStage> = Vec::new();
        for (name, purpose) in KNOWN {
            let Some(line) = text.lines().position(|line| is_recipe(line, name)) else { continue };
            let mut stage = PlannedStage::new(*name, *purpose, format!("just {name}"))
                .because(format!("{file} has a recipe {name}"))
                .evidence(format!("{file}:{}", line + 1));
            if let Some(before) = stages.last() {
                stage = stage.needs(before.name.clone());
            }
            stages.push(stage);
        }
        Ok(stages)
    }
}

/// Whether a line begins the recipe of this name, and the recipe can be run without arguments.
fn is_recipe(line: &str, name: &str) -> bool {
    let Some(rest) = line.strip_prefix('@').unwrap_or(line).strip_prefix(name) else { return false };
    let Some((parameters, after)) = rest.split_once(':') else { return false };
    let is_optional = |word: &str| word.starts_with('*') || word.contains('=');
    let starts_a_word = parameters.is_empty() || parameters.starts_with(' ');
    starts_a_word && !after.starts_with('=') && parameters.split_whitespace().all(is_optional)
}

plugin_sdk::export_planner!(Plugin);
