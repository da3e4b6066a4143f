//! The never-list on what a remedy wants to do, before anything of it is done.

use crate::policy::commands;
use crate::policy::context::Context;
use crate::policy::environment::{check_variables, is_this_machine};
use crate::policy::installers;
use crate::policy::lines::{self, LineChange};
use crate::policy::paths::{PathClass, class_of, is_cache, normal_path, protection};
use crate::policy::programs;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::replacement::check_replacement;
use crate::remedy::{Action, Limits, Remedy};

/// Most steps of a remedy; the contract says so too.
const MAX_ACTIONS: usize = 32;
/// Longest wait that a remedy may ask for, in milliseconds.
const MAX_WAIT_MS: u64 = crate::policy::backoff::MAX_MS;
/// How far times may be raised above what the pipeline says.
pub const MAX_TIME_FACTOR: u64 = 4;
/// Most open files; what the kernel allows a user's process by default at most.
const MAX_OPEN_FILES: u64 = 1_048_576;
/// Largest file a remedy writes, in bytes; the contract says so too.
const MAX_CONTENT_BYTES: usize = 1024 * 1024;

/// Checks every step of a remedy against the never-list.
///
/// # Errors
/// The first rule that a step breaks. A remedy with one forbidden step is refused as a whole.
pub fn check_actions(remedy: &Remedy, context: &Context<'_>) -> Result<(), Refusal> {
    if remedy.actions.is_empty() || remedy.actions.len() > MAX_ACTIONS {
        let count = remedy.actions.len();
        return Err(Refusal::new(rule::BAD_SHAPE, format!("a remedy has 1 to {MAX_ACTIONS} steps, not {count}")));
    }
    for action in &remedy.actions {
        check_action(action, remedy, context)?;
    }
    check_total_wait(&remedy.actions)?;
    check_own_code(&remedy.actions, context)?;
    let variables: Vec<(&str, &str)> = remedy
        .actions
        .iter()
        .filter_map(|action| match action {
            Action::SetEnv { name, value } if chooses_java(name, value, context) => None,
            Action::SetEnv { name, value } => Some((name.as_str(), value.as_str())),
            _ => None,
        })
        .collect();
    check_variables(&variables)
}

/// Whether a variable chooses a Java that the host itself found. `JAVA_*` decides which code runs and so is closed; this one
/// value is open because it names nothing but a kit that is installed outside of the workspace, where no remedy can write.
/// Letters, case and spelling have to be exact: what only looks like such a path is refused with its family.
fn chooses_java(name: &str, value: &str, context: &Context<'_>) -> bool {
    name == "JAVA_HOME" && context.java_homes.iter().any(|home| home == value)
}

fn check_action(action: &Action, remedy: &Remedy, context: &Context<'_>) -> Result<(), Refusal> {
    match action {
        Action::Wait { base_ms, cap_ms, .. } => check_wait(*base_ms, *cap_ms),
        // Variables are checked together.
        Action::SetEnv { .. } => Ok(()),
        Action::SetLimit { limits } => check_limits(limits, context),
        Action::ReplaceCommand { command } => check_replacement(context.command, command),
        Action::RunCommand { argv, directory, env, .. } => {
            let directory = normal_path(directory)?;
            if class_of(&directory, context.healer_paths) == PathClass::Git {
                return Err(Refusal::new(rule::TOUCHES_GIT, "no remedy may run anything in .git"));
            }
            let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            check_variables(&env)?;
            commands::check_command(argv)?;
            installers::check(argv, remedy, context)
        }
        Action::WriteFile { path, content, .. } => {
            let path = writable(path, context)?;
            if content.len() > MAX_CONTENT_BYTES {
                return Err(Refusal::new(rule::OUT_OF_RANGE, format!("the content of {path} is larger than 1 MiB")));
            }
            check_text_change(&path, "", content, context)
        }
        Action::EditFile { path, find, replace } => {
            let path = writable(path, context)?;
            programs::check_edit(&path, find, replace, context)?;
            check_text_change(&path, find, replace, context)
        }
        Action::RemoveFile { path } => check_removal(&writable(path, context)?, context),
        Action::ClearPath { path } => check_clearing(path, context),
        Action::RestoreSnapshot { paths } => paths.iter().try_for_each(|path| writable(path, context).map(drop)),
        Action::MovePort { taken, variable } => {
            if *taken == 0 {
                return Err(Refusal::new(rule::OUT_OF_RANGE, "0 is no port"));
            }
            // Any free port may come; all that counts is whether this variable may hold a number.
            check_variables(&[(variable, "1024")])
        }
        Action::WaitForService { host, port, timeout_ms } => {
            let is_in_range = *port != 0 && *timeout_ms <= MAX_WAIT_MS;
            if !is_in_range {
                return Err(Refusal::new(rule::OUT_OF_RANGE, format!("waiting {timeout_ms} ms for port {port}")));
            }
            if !is_this_machine(host) {
                return Err(Refusal::new(rule::PATH_OUTSIDE, format!("{host} is not this machine")));
            }
            Ok(())
        }
        Action::Escalate { .. } => Ok(()),
    }
}

fn check_wait(base_ms: u64, cap_ms: u64) -> Result<(), Refusal> {
    if base_ms > MAX_WAIT_MS || cap_ms > MAX_WAIT_MS {
        return Err(Refusal::new(rule::OUT_OF_RANGE, format!("a wait of {cap_ms} ms is longer than {MAX_WAIT_MS} ms")));
    }
    Ok(())
}

/// One wait is enough, and all services together may not be waited for longer than that.
fn check_total_wait(actions: &[Action]) -> Result<(), Refusal> {
    let waits = actions.iter().filter(|action| matches!(action, Action::Wait { .. })).count();
    let probes = actions.iter().map(|action| match action {
        Action::WaitForService { timeout_ms, .. } => *timeout_ms,
        _ => 0,
    });
    if waits > 1 || probes.fold(0, u64::saturating_add) > MAX_WAIT_MS {
        return Err(Refusal::new(rule::OUT_OF_RANGE, format!("all waits together are longer than {MAX_WAIT_MS} ms")));
    }
    Ok(())
}

/// A remedy that runs a command writes no code: what a command is allowed to be says nothing about a program that the same
/// remedy brought along.
fn check_own_code(actions: &[Action], context: &Context<'_>) -> Result<(), Refusal> {
    let mut written = Vec::new();
    for action in actions {
        let (path, is_executable) = match action {
            Action::WriteFile { path, content, executable } => {
                (path, *executable == Some(true) || content.starts_with("#!"))
            }
            Action::EditFile { path, replace, .. } => (path, replace.starts_with("#!")),
            _ => continue,
        };
        let path = normal_path(path)?;
        let is_code = is_executable || class_of(&path, context.healer_paths) == PathClass::Source;
        written.push((path, is_code));
    }
    for action in actions {
        let Action::RunCommand { argv, directory, .. } = action else { continue };
        let is_named = |path: &str| {
            argv.iter().any(|word| {
                let value = word.split_once('=').map_or(word.as_str(), |(_, value)| value);
                normal_path(&format!("{directory}/{value}")).is_ok_and(|named| named == path)
            })
        };
        // A manifest or a list of requirements is what installers are pointed to.
        let is_input =
            |path: &str| matches!(class_of(path, context.healer_paths), PathClass::Manifest | PathClass::Lock);
        if let Some((path, _)) = written.iter().find(|(path, is_code)| *is_code || (is_named(path) && !is_input(path)))
        {
            return Err(Refusal::new(rule::RUNS_OWN_CODE, format!("the remedy writes {path} and runs {}", argv[0])));
        }
    }
    Ok(())
}

/// Limits may not be nothing, and not be raised above what the machine has or a few times what the pipeline says.
fn check_limits(limits: &Limits, context: &Context<'_>) -> Result<(), Refusal> {
    let refuse = |what: String| Err(Refusal::new(rule::OUT_OF_RANGE, what));
    let Limits { timeout_ms, memory_bytes, cpu_ms, open_files, jobs } = limits;
    let is_nothing = [timeout_ms, memory_bytes, cpu_ms, open_files].contains(&&Some(0)) || *jobs == Some(0);
    if is_nothing {
        return refuse("a limit of nothing".to_owned());
    }
    let times = [("timeout", timeout_ms, context.limits.timeout_ms), ("processor time", cpu_ms, context.limits.cpu_ms)];
    for (name, asked, defined) in times {
        // Where the pipeline sets no limit, any limit is a lower one.
        if let (Some(asked), Some(defined)) = (asked, defined)
            && *asked > defined.saturating_mul(MAX_TIME_FACTOR)
        {
            return refuse(format!(
                "a {name} of {asked} ms is more than {MAX_TIME_FACTOR} times the pipeline's {defined} ms"
            ));
        }
    }
    if let Some(asked) = memory_bytes {
        let most = context.machine.memory_bytes.or(context.limits.memory_bytes).unwrap_or(u64::MAX);
        if *asked > most {
            return refuse(format!("{asked} bytes of memory are more than the {most} there are"));
        }
    }
    if open_files.is_some_and(|asked| asked > MAX_OPEN_FILES) {
        return refuse(format!("more than {MAX_OPEN_FILES} open files"));
    }
    if let Some(asked) = jobs {
        let most = context.machine.processors.max(context.limits.jobs).unwrap_or(1);
        if *asked > most {
            return refuse(format!("{asked} jobs are more than the {most} there may be"));
        }
    }
    Ok(())
}

/// The normal form of a path that may be written, edited, removed or restored.
fn writable(path: &str, context: &Context<'_>) -> Result<String, Refusal> {
    let path = normal_path(path)?;
    if path == "." {
        return Err(Refusal::new(rule::PATH_OUTSIDE, "the workspace itself is no file"));
    }
    match protection(class_of(&path, context.healer_paths)) {
        Some(rule) => Err(Refusal::new(rule, format!("no remedy may change {path}"))),
        None => Ok(path),
    }
}

fn check_text_change(path: &str, removed: &str, added: &str, context: &Context<'_>) -> Result<(), Refusal> {
    let class = class_of(path, context.healer_paths);
    let change = LineChange { path, class, removed: removed.lines().collect(), added: added.lines().collect() };
    lines::check_lines(&change)
}

fn check_removal(path: &str, context: &Context<'_>) -> Result<(), Refusal> {
    programs::check_edit(path, "all of it", "", context)?;
    let refuse = |rule| Err(Refusal::new(rule, format!("no remedy may remove {path}")));
    match class_of(path, context.healer_paths) {
        PathClass::Lock => refuse(rule::DROPS_LOCK_FILE),
        PathClass::Source | PathClass::Manifest if context.paths.is_versioned(path) => refuse(rule::REMOVES_SOURCE),
        _ => Ok(()),
    }
}

/// Only what version control ignores may be cleared, and of that nothing that belongs to git or the healer. Caches may be
/// cleared anywhere, also inside a directory of tests.
/// Whether a path is a lock file directly in a `.git` directory, e.g. `.git/index.lock`.
pub(super) fn is_git_lock(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_in_git = folder == ".git" || folder.ends_with("/.git");
    is_in_git && name.len() > ".lock".len() && name.ends_with(".lock")
}

fn check_clearing(path: &str, context: &Context<'_>) -> Result<(), Refusal> {
    let path = normal_path(path)?;
    if path == "." {
        return Err(Refusal::new(rule::PATH_OUTSIDE, "no remedy may clear the whole workspace"));
    }
    // The one thing in `.git` that may go: a lock. The workspace port looks whether its owner is dead before it does.
    if is_git_lock(&path) {
        return Ok(());
    }
    let class = class_of(&path, context.healer_paths);
    let is_refilled = is_cache(&path) && !matches!(class, PathClass::Git | PathClass::Healer);
    let may_go = class == PathClass::InstalledCode || is_refilled;
    if let Some(rule) = protection(class).filter(|_| !may_go) {
        return Err(Refusal::new(rule, format!("no remedy may clear {path}")));
    }
    if class == PathClass::Lock {
        return Err(Refusal::new(rule::DROPS_LOCK_FILE, format!("no remedy may clear {path}")));
    }
    if context.paths.is_versioned(&path) {
        return Err(Refusal::new(rule::CLEARS_VERSIONED, format!("{path} is under version control")));
    }
    Ok(())
}
