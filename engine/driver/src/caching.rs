//! Effects around the outputs of stages that need not run again: looking for them, putting them back, keeping them.
//!
//! Nothing here fails a run. Where a key cannot be made or an entry cannot be used, the stage runs; where outputs cannot be
//! kept, the next run makes them again. Either is said in the fact.

use std::sync::Arc;

use pipeline::definition::Stage;
use pipeline::event::Fact;
use pipeline::glob;
use pipeline::id::{CacheKey, StageName};

use crate::effects::Reach;
use crate::ports::{OutputCache, Workspace};

/// Changes when the same parts would make another result.
const FORMAT: &str = "outputs 1";

/// The key of a stage as the workspace is now. The error says, for a person, why there is none.
///
/// Files count that one of the stage's `inputs` names, that version control does not ignore, and that are not among its own
/// `outputs`. A pattern that names nothing at all is a mistake rather than a stage that depends on nothing.
pub async fn key(
    workspace: &Arc<dyn Workspace>,
    cache: &Arc<dyn OutputCache>,
    stage: &Stage,
    recipe: &str,
    runner_digest: Option<&str>,
) -> Result<CacheKey, String> {
    let (inputs, outputs) = (glob::checked(&stage.inputs), glob::checked(&stage.outputs));
    let mut files = workspace.files().await.map_err(|error| format!("its inputs cannot be listed: {error}"))?;
    files.retain(|path| glob::any_matches(&inputs, path) && !glob::any_matches(&outputs, path));
    if files.is_empty() {
        return Err("its `inputs` name no file".to_owned());
    }
    let platform = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let parts = [FORMAT, &platform, recipe, runner_digest.unwrap_or_default()].map(str::to_owned);
    let root = workspace.place().visible_root;
    cache.key(&parts, &root, &files).await.map_err(|error| format!("its inputs cannot be read: {error}"))
}

async fn key_now(reach: &Reach, stage: &Stage, recipe: &str) -> Result<CacheKey, String> {
    let digest = stage.runner.as_ref().and_then(|runner| reach.settings.runner_digests.get(runner));
    key(&reach.workspace, &reach.cache, stage, recipe, digest.map(String::as_str)).await
}

/// Looks whether the outputs of a stage are kept.
pub(crate) async fn check(reach: &Reach, name: StageName, recipe: &str, stage: Option<Stage>) -> Fact {
    let Some(stage) = stage else {
        return Fact::CacheChecked { stage: name, key: None, is_hit: false, notice: Some("no such stage".to_owned()) };
    };
    match key_now(reach, &stage, recipe).await {
        Ok(key) => {
            let is_hit = reach.cache.has(&key).await;
            Fact::CacheChecked { stage: name, key: Some(key), is_hit, notice: None }
        }
        Err(problem) => Fact::CacheChecked { stage: name, key: None, is_hit: false, notice: Some(problem) },
    }
}

/// Puts the outputs of a stage back.
pub(crate) async fn restore(reach: &Reach, name: StageName, key: CacheKey, stage: Option<Stage>) -> Fact {
    let outputs = stage.map(|stage| stage.outputs).unwrap_or_default();
    let root = reach.workspace.place().visible_root;
    match reach.cache.restore(&key, &root, &outputs).await {
        Ok(kept) => Fact::OutputsRestored { stage: name, key, files: kept.files, problem: None },
        Err(error) => Fact::OutputsRestored { stage: name, key, files: 0, problem: Some(error.to_string()) },
    }
}

/// Keeps the outputs of a stage that passed, unless its inputs changed while it ran.
pub(crate) async fn store(reach: &Reach, name: StageName, recipe: &str, key: CacheKey, stage: Option<Stage>) -> Fact {
    let stored = match stage {
        None => Err("no such stage".to_owned()),
        Some(stage) => match key_now(reach, &stage, recipe).await {
            Ok(now) if now == key => {
                let root = reach.workspace.place().visible_root;
                reach.cache.store(&key, &root, &stage.outputs).await.map_err(|error| error.to_string())
            }
            Ok(_) => Err("its inputs changed while it ran".to_owned()),
            Err(problem) => Err(problem),
        },
    };
    match stored {
        Ok(kept) => Fact::OutputsStored { stage: name, key, files: kept.files, bytes: kept.bytes, problem: None },
        Err(problem) => Fact::OutputsStored { stage: name, key, files: 0, bytes: 0, problem: Some(problem) },
    }
}
