//! Small builders, so that a test is a line of intent plus data.

use crate::event::{ChangeKind, FileChange};
use crate::finding::{Disposition, Finding};
use crate::id::PluginId;
use crate::policy::{Context, Machine, Refusal, check_actions, check_changes};
use crate::remedy::{Action, CommandLine, Limits, Remedy};

pub(super) const GIB: u64 = 1 << 30;

/// A remedy with these steps.
pub(super) fn remedy(actions: Vec<Action>) -> Remedy {
    remedy_of("config", actions)
}

pub(super) fn remedy_of(strategy: &str, actions: Vec<Action>) -> Remedy {
    Remedy {
        plugin: PluginId::new("heal-x"),
        strategy: strategy.to_owned(),
        title: "try something".to_owned(),
        rationale: "it may help".to_owned(),
        confidence: 0.5,
        actions,
        reversible: true,
        expects: Vec::new(),
    }
}

pub(super) fn argv(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

pub(super) fn run(words: &str) -> Action {
    run_words(argv(words))
}

pub(super) fn run_words(argv: Vec<String>) -> Action {
    Action::RunCommand { argv, directory: ".".to_owned(), env: Vec::new(), timeout_ms: 60_000 }
}

pub(super) fn set_env(name: &str, value: &str) -> Action {
    Action::SetEnv { name: name.to_owned(), value: value.to_owned() }
}

pub(super) fn edit(path: &str, find: &str, replace: &str) -> Action {
    Action::EditFile { path: path.to_owned(), find: find.to_owned(), replace: replace.to_owned() }
}

pub(super) fn write(path: &str, content: &str) -> Action {
    Action::WriteFile { path: path.to_owned(), content: content.to_owned(), executable: None }
}

pub(super) fn remove(path: &str) -> Action {
    Action::RemoveFile { path: path.to_owned() }
}

pub(super) fn clear(path: &str) -> Action {
    Action::ClearPath { path: path.to_owned() }
}

pub(super) fn restore(paths: &[&str]) -> Action {
    Action::RestoreSnapshot { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
}

pub(super) fn wait() -> Action {
    Action::Wait { base_ms: 2_000, cap_ms: 60_000, asked_ms: None }
}

pub(super) fn escalate() -> Action {
    Action::Escalate { title: "look".to_owned(), body: String::new(), labels: Vec::new() }
}

pub(super) fn replace(script: &str) -> Action {
    Action::ReplaceCommand { command: CommandLine::Shell(script.to_owned()) }
}

/// What the tests' version control ignores.
pub(super) fn is_versioned(path: &str) -> bool {
    let ignored = ["node_modules", ".venv", "target", "build", "__pycache__", ".env", "tmp", ".cache"];
    !path.split('/').any(|name| ignored.contains(&name))
}

/// Checks a remedy of a stage with this command against everything a project may have.
pub(super) fn judge(command: &CommandLine, remedy: &Remedy) -> Result<(), Refusal> {
    let limits = Limits { timeout_ms: Some(60_000), memory_bytes: Some(GIB), jobs: Some(4), ..Limits::default() };
    let own = ["ci/plugins".to_owned(), "build.pipeline".to_owned()];
    let machine = Machine { memory_bytes: Some(8 * GIB), processors: Some(8) };
    let context = Context { machine, healer_paths: &own, paths: &is_versioned, ..Context::new(command, &limits) };
    check_actions(remedy, &context)
}

/// The rule that refuses one step of a stage that runs `make test`.
pub(super) fn refusal_of(action: Action) -> Option<&'static str> {
    judge(&CommandLine::Shell("make test".to_owned()), &remedy(vec![action])).err().map(|refusal| refusal.rule)
}

/// The rule that refuses a replacement of a script.
pub(super) fn replacement(original: &str, replacement: &str) -> Option<&'static str> {
    judge(&CommandLine::Shell(original.to_owned()), &remedy(vec![replace(replacement)]))
        .err()
        .map(|refusal| refusal.rule)
}

/// A change of a versioned file, lines separated by line breaks.
pub(super) fn change(path: &str, removed: &str, added: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        change: ChangeKind::Modified,
        is_versioned: true,
        removed_lines: removed.lines().map(str::to_owned).collect(),
        added_lines: added.lines().map(str::to_owned).collect(),
        is_abridged: false,
        is_binary: false,
    }
}

/// What the rules say about changes.
pub(super) fn verdict(changes: &[FileChange]) -> Result<Disposition, &'static str> {
    let (command, limits) = (CommandLine::Shell("make test".to_owned()), Limits::default());
    let own = ["ci/plugins".to_owned(), "build.pipeline".to_owned()];
    let programs = ["ci/measure".to_owned(), "tools/total.py".to_owned()];
    let context =
        Context { healer_paths: &own, programs: &programs, paths: &is_versioned, ..Context::new(&command, &limits) };
    check_changes(changes, &context).map_err(|refusal| refusal.rule)
}

/// A finding that may be repaired.
pub(super) fn finding(code: &str, category: &str, disposition: Disposition) -> Finding {
    Finding {
        code: code.to_owned(),
        category: category.to_owned(),
        ecosystem: "generic".to_owned(),
        severity: "error".to_owned(),
        confidence: 0.9,
        line: 1,
        text: "it broke".to_owned(),
        captures: Default::default(),
        disposition,
        strategies: Vec::new(),
        context: Vec::new(),
        rule: "classify-x@0.1.0/rule".to_owned(),
        signature: format!("{code}:0").as_str().into(),
    }
}
