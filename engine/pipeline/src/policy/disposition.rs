//! Who may carry a remedy out, computed from what it does; what the plugin says about itself does not count.

use crate::finding::Disposition;
use crate::policy::actions::is_git_lock;
use crate::policy::context::PathFacts;
use crate::policy::paths::normal_path;
use crate::remedy::Action;

/// The disposition of a remedy with these steps: the most careful one any step asks for; `retry` for no steps.
///
/// A command counts as `auto` here, because its effects cannot be known before it ran; [`crate::policy::check_changes`]
/// raises it to `patch` when versioned files turn out to have changed. So the disposition of a trial is the more careful
/// of the two.
pub fn disposition_of(actions: &[Action], facts: &dyn PathFacts) -> Disposition {
    actions.iter().map(|action| of_action(action, facts)).max().unwrap_or(Disposition::Retry)
}

/// The paths these steps name, normalised, without those that no rule will let pass. The driver looks them up to make
/// [`PathFacts`].
pub fn paths_named(actions: &[Action]) -> Vec<String> {
    let mut paths: Vec<String> = actions
        .iter()
        .flat_map(|action| match action {
            Action::WriteFile { path, .. }
            | Action::EditFile { path, .. }
            | Action::RemoveFile { path }
            | Action::ClearPath { path } => std::slice::from_ref(path),
            Action::RestoreSnapshot { paths } => paths.as_slice(),
            _ => &[],
        })
        .filter_map(|path| normal_path(path).ok())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn of_action(action: &Action, facts: &dyn PathFacts) -> Disposition {
    match action {
        Action::Wait { .. } | Action::WaitForService { .. } => Disposition::Retry,
        Action::SetEnv { .. }
        | Action::SetLimit { .. }
        | Action::ReplaceCommand { .. }
        | Action::MovePort { .. }
        | Action::RunCommand { .. } => Disposition::Auto,
        Action::WriteFile { path, .. } | Action::EditFile { path, .. } | Action::RemoveFile { path } => {
            of_path(path, facts)
        }
        Action::ClearPath { path } if is_git_lock(path) => Disposition::Auto,
        Action::ClearPath { path } => of_path(path, facts),
        Action::RestoreSnapshot { paths } if paths.is_empty() => Disposition::Patch,
        Action::RestoreSnapshot { paths } => {
            paths.iter().map(|path| of_path(path, facts)).max().unwrap_or(Disposition::Patch)
        }
        Action::Escalate { .. } => Disposition::Never,
    }
}

/// A path that is none counts as versioned; [`crate::policy::check_actions`] refuses it anyway.
fn of_path(path: &str, facts: &dyn PathFacts) -> Disposition {
    match normal_path(path) {
        Ok(path) if !facts.is_versioned(&path) => Disposition::Auto,
        _ => Disposition::Patch,
    }
}
