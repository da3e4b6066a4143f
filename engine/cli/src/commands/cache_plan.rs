//! What `run --plan` says about outputs that are kept: which stages would be put back if the run began now.

use std::collections::BTreeMap;
use std::sync::Arc;

use driver::caching;
use driver::ports::{OutputCache, Workspace};
use pipeline::cache;
use pipeline::definition::Pipeline;
use pipeline::id::{CacheKey, StageName};
use pipeline::plan::Plan;
use serde::Serialize;

use crate::outputs;
use crate::project::Project;

/// What would become of one stage whose outputs are kept.
#[derive(Debug, Serialize)]
pub struct Outlook {
    /// The stage.
    pub stage: StageName,
    /// Its key, as the files are now; `None` when none can be made.
    pub key: Option<CacheKey>,
    /// Whether its outputs would be put back.
    pub is_hit: bool,
    /// Why there is no key.
    pub notice: Option<String>,
}

impl Outlook {
    /// For a person.
    pub fn text(&self) -> String {
        match (&self.key, self.is_hit) {
            (Some(key), true) => format!("hit: its outputs are put back ({:.12})", key.as_str()),
            (Some(key), false) => format!("miss: it runs, and its outputs are kept ({:.12})", key.as_str()),
            (None, _) => format!("not kept: {}", self.notice.as_deref().unwrap_or("there is no key")),
        }
    }
}

/// Looks at each stage that is kept, in the order of the plan. A stage whose inputs another stage of the run makes is judged
/// by those that are there now.
pub async fn outlook(
    project: &Project,
    pipeline: &Pipeline,
    workspace: &Arc<dyn Workspace>,
    runner_digests: &BTreeMap<String, String>,
) -> Vec<Outlook> {
    let mut found = Vec::new();
    if !pipeline.uses_cache {
        return found;
    }
    let store: Arc<dyn OutputCache> = outputs::cache(project);
    let unwanted = pipeline.unwanted(&crate::project::environment());
    let plan = Plan::new(pipeline);
    let mut lineages = vec![String::new(); pipeline.stages.len()];
    for &index in plan.order() {
        let stage = &pipeline.stages[index];
        if unwanted.contains(&stage.name) {
            lineages[index] = cache::SKIPPED.to_owned();
            continue;
        }
        let needs: Vec<&str> = plan.needs(index).iter().map(|&need| lineages[need].as_str()).collect();
        let recipe = cache::recipe(stage, &needs);
        if !cache::is_kept(stage) {
            lineages[index] = recipe;
            continue;
        }
        let digest = stage.runner.as_ref().and_then(|runner| runner_digests.get(runner));
        let key = caching::key(workspace, &store, stage, &recipe, digest.map(String::as_str)).await;
        let (key, notice) = match key {
            Ok(key) => (Some(key), None),
            Err(problem) => (None, Some(problem)),
        };
        lineages[index] = key.as_ref().map_or(recipe, |key| key.as_str().to_owned());
        let is_hit = match &key {
            Some(key) => store.has(key).await,
            None => false,
        };
        found.push(Outlook { stage: stage.name.clone(), key, is_hit, notice });
    }
    found
}
