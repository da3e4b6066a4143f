//! Stages of a planner.

use driver::ports::PlannedStage;
use pipeline::id::PluginId;

use super::check::{check_count, check_env, check_path, check_sized};
use super::{check_attrs, check_code, check_text, limits_from_wit};
use crate::bindings::planner::exports::selfheal::plugin::planner as wit;

/// Stages of one answer.
const MAX_STAGES: usize = 200;

/// Checks a planner's answer.
pub(crate) fn planned_stages_from_wit(
    plugin: &PluginId,
    stages: Vec<wit::PlannedStage>,
) -> Result<Vec<PlannedStage>, String> {
    check_count("stages", stages, MAX_STAGES)?
        .into_iter()
        .map(|stage| {
            let name = super::cut(&stage.name, 100);
            planned_stage_from_wit(plugin, stage).map_err(|why| format!("stage {name:?}: {why}"))
        })
        .collect()
}

fn planned_stage_from_wit(plugin: &PluginId, stage: wit::PlannedStage) -> Result<PlannedStage, String> {
    check_attrs(stage.attrs)?;
    if stage.run.trim().is_empty() {
        return Err("it runs nothing".to_owned());
    }
    let names = |what, names: Vec<String>| -> Result<Vec<String>, String> {
        check_count(what, names, MAX_STAGES)?.into_iter().map(|name| check_sized(what, name, 4 << 10)).collect()
    };
    Ok(PlannedStage {
        plugin: plugin.clone(),
        name: check_code("its name", stage.name)?,
        run: check_text("its script", stage.run)?,
        directory: check_path(stage.directory)?,
        needs: names("needs", stage.needs)?,
        env: check_env(stage.env)?,
        limits: limits_from_wit(&stage.limits),
        purpose: check_code("its purpose", stage.purpose)?,
        ecosystem: check_code("its ecosystem", stage.ecosystem)?,
        reason: check_text("its reason", stage.reason)?,
        evidence: names("evidence", stage.evidence)?,
    })
}
