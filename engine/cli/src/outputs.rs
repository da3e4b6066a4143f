//! Outputs of stages that need not run again: where they are kept, and for which versions of their runners.

use std::collections::BTreeMap;
use std::sync::Arc;

use driver::ports::OutputCache;
use pipeline::cache;
use pipeline::definition::Pipeline;
use plugin_host::PluginHost;
use store::OutputStore;

use crate::project::Project;

/// Cap of the outputs that are kept of one project.
const CACHE_CAP: u64 = 2 << 30;

/// Outputs of a project's stages.
pub fn cache(project: &Project) -> Arc<dyn OutputCache> {
    Arc::new(OutputStore::new(project.state.cache(), CACHE_CAP))
}

/// Digests of the runners of those stages whose outputs are kept, by id.
pub fn runner_digests(pipeline: &Pipeline, plugins: &PluginHost) -> BTreeMap<String, String> {
    let kept = pipeline.stages.iter().filter(|stage| cache::is_kept(stage));
    let runners = kept.filter_map(|stage| stage.runner.as_ref());
    runners.filter_map(|id| Some((id.clone(), plugins.catalog().find(id)?.digest().to_owned()))).collect()
}
