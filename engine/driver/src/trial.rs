//! Effects around a remedy's trial: opening scratch, carrying out the steps, looking at the result, keeping or dropping it.

use pipeline::definition::Stage;
use pipeline::event::{Decision, Fact, ScratchKind};
use pipeline::id::{IncidentId, Signature, StageName};
use pipeline::remedy::{Action, Limits};
use sha2::{Digest as _, Sha256};

use crate::attempt::{argv_of, environment};
use crate::effects::{LAST_GOOD, Reach, ticket_path};
use crate::ports::{CommandRequest, Place, Scratch, Stdin, WorkspaceError};

/// Longest time that one `run-command` of a remedy may take, whatever it asks for.
const LONGEST_PREPARATION_MS: u64 = 30 * 60 * 1000;

/// Opens a scratch (or keeps the open one) and carries out the steps of a remedy.
pub(crate) async fn prepare(reach: &Reach, decision: Decision, stage: Option<Stage>) -> Option<Fact> {
    let Decision::PrepareTrial { incident, stage: name, remedy, delay_ms, keeps_scratch, is_beside_others, .. } =
        decision
    else {
        return None;
    };
    let failed = |problem: String| Fact::TrialPrepared {
        incident: incident.clone(),
        scratch: ScratchKind::InPlace,
        changes: Vec::new(),
        env: Vec::new(),
        problem: Some(problem),
    };
    let Some(stage) = stage else { return Some(failed(format!("the pipeline has no stage {name}"))) };
    let mut cancel = reach.cancel.clone();
    tokio::select! {
        () = reach.clock.sleep(delay_ms) => {}
        () = cancel.cancelled() => return Some(failed("the run was stopped".to_owned())),
    }
    let scratch = match reach.board.scratch(&incident).filter(|_| keeps_scratch) {
        Some(scratch) => scratch,
        None => match open(reach, &incident, is_beside_others).await {
            Ok(scratch) => scratch,
            Err(error) if is_beside_others => {
                return Some(Fact::ScratchRefused { incident, problem: error.to_string() });
            }
            Err(error) => return Some(failed(format!("no scratch could be opened: {error}"))),
        },
    };
    reach.board.put_scratch(&incident, scratch.clone());
    let mut env = Vec::new();
    let mut problem = leads_out_of_copy(&remedy.actions, &scratch, &reach.workspace.place());
    for (number, action) in remedy.actions.iter().enumerate() {
        if problem.is_some() {
            break;
        }
        if reach.cancel.is_cancelled() {
            problem = Some("the run was stopped".to_owned());
            break;
        }
        if let Err(reason) = perform(reach, &scratch, &stage, &name, number, action, &mut env).await {
            problem = Some(reason);
            break;
        }
    }
    let changes = match reach.workspace.changes(&scratch).await {
        Ok(changes) => changes,
        Err(error) => {
            problem.get_or_insert(format!("the changes could not be listed: {error}"));
            Vec::new()
        }
    };
    Some(Fact::TrialPrepared { incident, scratch: scratch.kind, changes, env, problem })
}

async fn open(reach: &Reach, incident: &IncidentId, is_beside_others: bool) -> Result<Scratch, WorkspaceError> {
    if is_beside_others {
        reach.workspace.open_beside(incident.as_str()).await
    } else {
        reach.workspace.open_scratch(incident.as_str()).await
    }
}

/// Opens a scratch in which nothing is changed.
pub(crate) async fn prepare_rerun(reach: &Reach, incident: IncidentId, is_beside_others: bool) -> Option<Fact> {
    let (scratch, problem) = match open(reach, &incident, is_beside_others).await {
        Ok(scratch) => {
            let kind = scratch.kind;
            reach.board.put_scratch(&incident, scratch);
            (kind, None)
        }
        Err(error) if is_beside_others => {
            return Some(Fact::ScratchRefused { incident, problem: error.to_string() });
        }
        Err(error) => (ScratchKind::InPlace, Some(format!("no scratch could be opened: {error}"))),
    };
    Some(Fact::TrialPrepared { incident, scratch, changes: Vec::new(), env: Vec::new(), problem })
}

/// Why a remedy cannot be tried in a copy: what it runs or sets names the workspace by its own path, so that the trial would
/// change what it may not. In every other scratch that path is the scratch.
fn leads_out_of_copy(actions: &[Action], scratch: &Scratch, workspace: &Place) -> Option<String> {
    if scratch.kind != ScratchKind::Copy {
        return None;
    }
    let path = workspace.root.to_string_lossy();
    let words = |action: &Action| -> Vec<String> {
        match action {
            Action::RunCommand { argv, env, .. } => {
                argv.iter().cloned().chain(env.iter().map(|(_, value)| value.clone())).collect()
            }
            Action::ReplaceCommand { command } => argv_of(command),
            Action::SetEnv { value, .. } => vec![value.clone()],
            _ => Vec::new(),
        }
    };
    let named = actions.iter().flat_map(words).find(|word| word.contains(&*path))?;
    Some(format!("`{named}` names the workspace's own path, and the trial runs in a copy: a relative path leads there"))
}

async fn perform(
    reach: &Reach,
    scratch: &Scratch,
    stage: &Stage,
    name: &StageName,
    number: usize,
    action: &Action,
    env: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let place = &scratch.place;
    let text = |error: WorkspaceError| error.to_string();
    match action {
        // The delay has passed; limits and the command are conditions of the attempt, decided by the machine.
        Action::Wait { .. } | Action::SetLimit { .. } | Action::ReplaceCommand { .. } | Action::Escalate { .. } => {
            Ok(())
        }
        Action::SetEnv { name, value } => {
            env.push((name.clone(), value.clone()));
            Ok(())
        }
        Action::MovePort { variable, .. } => {
            let port = reach.executor.free_port().map_err(|error| format!("no free port: {error}"))?;
            env.push((variable.clone(), port.to_string()));
            Ok(())
        }
        Action::WaitForService { host, port, timeout_ms } => {
            if reach.executor.wait_for_service(host, *port, *timeout_ms, reach.cancel.clone()).await {
                Ok(())
            } else {
                Err(format!("{host}:{port} did not accept connections within {} s", timeout_ms / 1000))
            }
        }
        Action::WriteFile { path, content, executable } => {
            reach.workspace.write_file(place, path, content.as_bytes(), *executable).await.map_err(text)
        }
        Action::EditFile { path, find, replace } => {
            reach.workspace.edit_file(place, path, find, replace).await.map_err(text)
        }
        Action::RemoveFile { path } => reach.workspace.remove_file(place, path).await.map_err(text),
        Action::ClearPath { path } => reach.workspace.clear_path(place, path).await.map_err(text),
        Action::RestoreSnapshot { paths } => reach.workspace.restore_paths(place, LAST_GOOD, paths).await.map_err(text),
        Action::RunCommand { argv, directory, env: extra, timeout_ms } => {
            let mut all = env.clone();
            all.extend(extra.iter().cloned());
            let log = reach.settings.state.logs(&reach.settings.run).join(format!("{}.{number}.log", scratch.id));
            let request = CommandRequest {
                argv: argv.clone(),
                env: environment(reach, stage, &all),
                directory: directory.clone(),
                place: place.clone(),
                limits: Limits { timeout_ms: Some((*timeout_ms).min(LONGEST_PREPARATION_MS)), ..stage.limits.clone() },
                log,
                log_cap: reach.settings.log_cap,
                secrets: std::sync::Arc::clone(&reach.settings.secrets),
                sink: None,
                stdin: Stdin::Null,
                capture_bytes: 0,
            };
            let outcome = reach.executor.run(request, reach.cancel.clone()).await.outcome;
            if outcome.is_success() { Ok(()) } else { Err(format!("`{}` for stage {name}: {outcome}", argv.join(" "))) }
        }
    }
}

/// What a decision that needs a scratch is answered with where none is open. The rules decide no such thing; an answer
/// keeps the run from waiting for ever if they did.
const NO_SCRATCH: &str = "no scratch is open";

/// Lists what changed in scratch.
pub(crate) async fn inspect(reach: &Reach, incident: IncidentId) -> Option<Fact> {
    let Some(scratch) = reach.board.scratch(&incident) else {
        return Some(Fact::ScratchUnread { incident, problem: NO_SCRATCH.to_owned() });
    };
    Some(match reach.workspace.changes(&scratch).await {
        Ok(changes) => Fact::ScratchInspected { incident, changes },
        Err(error) => Fact::ScratchUnread { incident, problem: error.to_string() },
    })
}

/// Makes the scratch the workspace.
pub(crate) async fn commit(reach: &Reach, incident: IncidentId) -> Option<Fact> {
    let Some(scratch) = reach.board.take_scratch(&incident) else {
        return Some(Fact::ScratchStuck { incident, problem: NO_SCRATCH.to_owned() });
    };
    Some(match reach.workspace.commit(&scratch).await {
        Ok(()) => Fact::ScratchCommitted { incident },
        Err(WorkspaceError::Overlaps(path)) => {
            reach.board.put_scratch(&incident, scratch);
            Fact::ScratchOverlaps { incident, path }
        }
        Err(error) => Fact::ScratchStuck { incident, problem: error.to_string() },
    })
}

/// Throws the scratch away; one that was never opened is gone already. No command is ending in it any more: the effects of
/// an incident run one after the other.
pub(crate) async fn discard(reach: &Reach, incident: IncidentId) -> Option<Fact> {
    let Some(scratch) = reach.board.take_scratch(&incident) else {
        return Some(Fact::ScratchDropped { incident });
    };
    Some(match reach.workspace.discard(&scratch).await {
        Ok(()) => Fact::ScratchDropped { incident },
        Err(error) => Fact::ScratchStuck { incident, problem: error.to_string() },
    })
}

/// Saves the versioned changes of the scratch as a patch file.
pub(crate) async fn save_patch(reach: &Reach, incident: IncidentId) -> Option<Fact> {
    let Some(scratch) = reach.board.scratch(&incident) else {
        return Some(Fact::ScratchUnread { incident, problem: NO_SCRATCH.to_owned() });
    };
    let path = reach.settings.state.patches().join(format!("{incident}.patch"));
    let saved = match reach.workspace.patch(&scratch).await {
        Ok(patch) => write(&path, &patch).map(|()| digest_of(&patch)),
        Err(error) => Err(error.to_string()),
    };
    Some(match saved {
        Ok(digest) => Fact::PatchSaved { incident, path: path.display().to_string(), digest },
        Err(problem) => Fact::ScratchUnread { incident, problem },
    })
}

/// SHA-256 in hexadecimal, as [`Fact::PatchSaved`] has it.
pub fn digest_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the ticket of an incident as a Markdown file: one for each failure, however often it happens. A file that cannot be written is said in the path's place: the
/// ticket's text is in the journal anyway.
pub(crate) fn save_ticket(
    reach: &Reach,
    incident: IncidentId,
    title: &str,
    body: &str,
    labels: &[String],
) -> Option<Fact> {
    let signature = reach.board.signature(&incident);
    let path = ticket_path(&reach.settings.state, signature.as_ref().map_or(incident.as_str(), Signature::as_str));
    let labels = if labels.is_empty() { String::new() } else { format!("\nLabels: {}\n", labels.join(", ")) };
    let path = match write(&path, format!("# {title}\n{labels}\n{body}\n").as_bytes()) {
        Ok(()) => path.display().to_string(),
        Err(problem) => format!("(not written: {problem})"),
    };
    Some(Fact::TicketSaved { incident, path })
}

fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().ok_or_else(|| format!("{} has no folder", path.display()))?;
    std::fs::create_dir_all(folder).map_err(|error| format!("create {}: {error}", folder.display()))?;
    std::fs::write(path, bytes).map_err(|error| format!("write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pipeline::remedy::CommandLine;

    #[test]
    fn a_remedy_that_names_the_workspaces_own_path_is_not_tried_in_a_copy() {
        let place = |root: &str| Place { root: root.into(), visible_root: root.into(), namespace: None };
        let scratch = |kind| Scratch { id: "r-1.1".to_owned(), place: place("/state/scratch/r-1.1"), kind };
        let run = |word: &str| Action::RunCommand {
            argv: vec!["npm".to_owned(), "ci".to_owned(), format!("--prefix={word}")],
            directory: ".".to_owned(),
            env: Vec::new(),
            timeout_ms: 1_000,
        };
        let set = |value: &str| Action::SetEnv { name: "CACHE".to_owned(), value: value.to_owned() };
        let replace = |words: &str| Action::ReplaceCommand { command: CommandLine::Shell(words.to_owned()) };
        let workspace = place("/home/a/shop");
        for action in [run("/home/a/shop"), set("/home/a/shop/.cache"), replace("cd /home/a/shop && make")] {
            let actions = [Action::ClearPath { path: "target".to_owned() }, action];
            assert!(leads_out_of_copy(&actions, &scratch(ScratchKind::Copy), &workspace).is_some(), "{actions:?}");
            for kind in [ScratchKind::Overlay, ScratchKind::InPlace] {
                assert_eq!(leads_out_of_copy(&actions, &scratch(kind), &workspace), None, "{actions:?}");
            }
        }
        let harmless = [run("web"), set("/tmp/cache"), replace("make")];
        assert_eq!(leads_out_of_copy(&harmless, &scratch(ScratchKind::Copy), &workspace), None);
    }
}
