//! Files of the project that its stages run.
//!
//! `sh gate.sh` is a check as much as a line of the pipeline file is, so what the script says may not change: a lower
//! threshold or a lost `exit 1` in it would turn a red stage green. Its mode may, and so may the ends of its lines.

use crate::definition::Stage;
use crate::event::{ChangeKind, FileChange};
use crate::policy::context::Context;
use crate::policy::paths::normal_path;
use crate::policy::pattern::matches_name;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::script::{self, Script};
use crate::policy::tables::paths as table;
use crate::remedy::CommandLine;

/// Programs that run the file that they are given.
const INTERPRETERS: &[&str] = &[
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "busybox",
    "fish",
    "pwsh",
    "powershell",
    "python*",
    "pypy*",
    "node",
    "deno",
    "bun",
    "tsx",
    "ts-node",
    "ruby",
    "perl",
    "php",
    "lua",
    "Rscript",
    "groovy",
    "julia",
    "source",
    ".",
];
/// Programs that start the one that follows them.
const STARTERS: &[&str] = &[
    "env", "exec", "command", "time", "nice", "nohup", "timeout", "stdbuf", "sudo", "xvfb-run", "run", "poetry", "uv",
    "pipenv",
];
/// Options with which an interpreter reads its program from somewhere else.
const NOT_A_FILE: &[&str] = &["-c", "-e", "-m", "-Command", "--eval", "-"];

/// The files of the project that the stages of a pipeline run as programs, by their normal paths.
pub fn programs_of_stages(stages: &[Stage]) -> Vec<String> {
    stages.iter().flat_map(|stage| programs_of(&stage.command, &stage.directory)).collect()
}

/// The files of the project that a command runs as programs, by their normal paths. `directory` is where it runs.
fn programs_of(command: &CommandLine, directory: &str) -> Vec<String> {
    let script = Script::of(command);
    let found = script.segments.iter().filter_map(|words| program_of(words)).filter(|word| !word.starts_with('/'));
    found.filter_map(|word| normal_path(&format!("{directory}/{word}")).ok()).collect()
}

/// The file that one simple command runs, as written.
fn program_of(words: &[String]) -> Option<&str> {
    let mut interpreter = false;
    for word in words.iter().map(|word| word.trim_matches(['"', '\''])) {
        let name = word.rsplit('/').next().unwrap_or(word);
        if interpreter {
            if NOT_A_FILE.contains(&word) {
                return None;
            }
            if word.starts_with(['-', '+']) || word == "run" {
                continue;
            }
            return Some(word);
        }
        // What a starter is told before the program: variables, options, a time.
        let is_told =
            script::is_assignment(word) || word.starts_with('-') || word.starts_with(|c: char| c.is_ascii_digit());
        if is_told || STARTERS.contains(&name) {
            continue;
        }
        if matches_name(INTERPRETERS, name) {
            interpreter = true;
            continue;
        }
        return word.contains('/').then_some(word);
    }
    None
}

/// Whether what a file says decides whether a stage passes.
fn is_program(path: &str, context: &Context<'_>) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    context.programs.iter().any(|program| program == path) || matches_name(table::CHECK_SCRIPTS, name)
}

/// Checks what became of a file.
pub(super) fn check_change(path: &str, change: &FileChange, context: &Context<'_>) -> Result<(), Refusal> {
    // A file that was not there checked nothing.
    if change.change == ChangeKind::Added || !is_program(path, context) {
        return Ok(());
    }
    let is_same = change.change == ChangeKind::Modified
        && !change.is_binary
        && !change.is_abridged
        && ends_apart(&change.removed_lines).eq(ends_apart(&change.added_lines));
    if is_same { Ok(()) } else { refuse(path) }
}

/// Checks a step that puts one text in the place of another.
pub(super) fn check_edit(path: &str, find: &str, replace: &str, context: &Context<'_>) -> Result<(), Refusal> {
    if is_program(path, context) && !find.lines().map(str::trim_end).eq(replace.lines().map(str::trim_end)) {
        return refuse(path);
    }
    Ok(())
}

/// Lines without what stands at their ends: blanks and the carriage returns of Windows.
fn ends_apart(lines: &[String]) -> impl Iterator<Item = &str> {
    lines.iter().map(|line| line.trim_end())
}

fn refuse(path: &str) -> Result<(), Refusal> {
    Err(Refusal::new(rule::TOUCHES_CHECK, format!("{path} is run by a stage, so no remedy may change what it says")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(script: &str) -> Vec<String> {
        programs_of(&CommandLine::Shell(script.to_owned()), "app")
    }

    #[test]
    fn the_files_that_a_command_runs_are_known() {
        for (script, expected) in [
            ("sh gate.sh", &["app/gate.sh"][..]),
            ("bash -eu ./ci/gate.sh --min 80", &["app/ci/gate.sh"]),
            ("A=1 timeout 60 ./check && python3 -u tools/audit.py x", &["app/check", "app/tools/audit.py"]),
            ("/usr/bin/env node check.mjs; . ./env.sh", &["app/check.mjs", "app/env.sh"]),
            ("uv run python audit.py", &["app/audit.py"]),
            ("poetry run ./gate", &["app/gate"]),
            ("python -m pytest tests/a.py", &[]),
            ("bash -c 'exit 1'", &[]),
            ("cargo test --workspace | tee log", &[]),
            ("/usr/bin/make", &[]),
        ] {
            assert_eq!(programs(script), expected, "{script}");
        }
    }
}
