//! Commands that a remedy runs, and the flags no command of a remedy may have.

use crate::policy::environment::is_safe_address;
use crate::policy::paths::{is_git, normal_path};
use crate::policy::pattern::{matches, program_name};
use crate::policy::refusal::{Refusal, rule};
use crate::policy::tables::commands as table;

/// Most words of a command, and longest word in bytes.
const MAX_WORDS: usize = 256;
const MAX_WORD_BYTES: usize = 8192;

/// Checks a command that is run once before the next attempt.
pub(super) fn check_command(argv: &[String]) -> Result<(), Refusal> {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    let Some(program) = words.first().filter(|program| !program.is_empty()) else {
        return refuse(rule::BAD_SHAPE, "a command without a program".to_owned());
    };
    if words.len() > MAX_WORDS
        || words.iter().any(|word| word.len() > MAX_WORD_BYTES || word.contains(['\0', '\n', '\r']))
    {
        return refuse(rule::BAD_SHAPE, format!("the command {program:?} is too long or holds a line break or a NUL"));
    }
    check_programs(&words)?;
    check_subcommands(&words)?;
    check_flags(&words)?;
    for word in &words {
        check_word(word)?;
    }
    Ok(())
}

/// Checks the flags of a command, or words that may become flags of one.
pub(super) fn check_flags(words: &[&str]) -> Result<(), Refusal> {
    for row in table::REFUSED_FLAGS {
        // A flag belongs to a program only behind it: `python -m pytest` is not `pytest -m`.
        let from = if row.programs.is_empty() {
            Some(0)
        } else {
            words.iter().position(|word| row.programs.contains(&program_name(word).as_str())).map(|at| at + 1)
        };
        let Some(from) = from else { continue };
        for (at, word) in words.iter().enumerate().skip(from).filter(|(_, word)| word.starts_with('-')) {
            let is_separated = |flag: &str| {
                // `--strict-ssl=false` may also be written as two words.
                flag.split_once('=').is_some_and(|(name, value)| *word == name && words.get(at + 1) == Some(&value))
            };
            let hit = row.flags.iter().find(|flag| is_flag(flag, word, row.programs.is_empty()) || is_separated(flag));
            if let Some(flag) = hit {
                return refuse(row.rule, format!("no remedy may use {flag}"));
            }
        }
    }
    Ok(())
}

/// Whether a word is the flag of a table row.
fn is_flag(flag: &str, word: &str, is_for_any_program: bool) -> bool {
    let letter = flag.strip_prefix('-').filter(|rest| rest.len() == 1 && *rest != "-" && *rest != "*");
    if let (Some(letter), false) = (letter, is_for_any_program) {
        let Some(group) = word.strip_prefix('-').filter(|group| !group.starts_with('-') && !group.is_empty()) else {
            return false;
        };
        // `-sk` and `-k4` hold the letter k; `-j1` does not.
        let letters = group.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        return letters.contains(letter);
    }
    // `--Flag`, `--flag` and `--no_flag` are the same to many parsers.
    let same = |a: &str, b: &str| matches(a, b) || (a.starts_with("--") && matches(&folded(a), &folded(b)));
    same(flag, word) || word.split_once('=').is_some_and(|(name, _)| !flag.contains('=') && same(flag, name))
}

fn folded(flag: &str) -> String {
    flag.to_ascii_lowercase().replace('_', "-")
}

/// The names of the program itself and of programs that it is asked to run.
pub(super) fn programs_in(words: &[&str]) -> Vec<String> {
    let is_program = |at: usize| at == 0 || starts_after_runner(words, at);
    words.iter().enumerate().filter(|(at, _)| is_program(*at)).map(|(_, word)| program_name(word)).collect()
}

/// The program itself, and programs that it is asked to run.
fn check_programs(words: &[&str]) -> Result<(), Refusal> {
    let first = program_name(words[0]);
    if table::NO_OPS.contains(&words[0]) || table::NO_OPS.contains(&first.as_str()) {
        return refuse(rule::NO_OP_COMMAND, format!("{} repairs nothing", words[0]));
    }
    if words[0].contains('=') {
        return refuse(rule::RUNS_SHELL, "variables are set by set-env".to_owned());
    }
    for (at, word) in words.iter().enumerate() {
        let is_program = at == 0 || starts_after_runner(words, at);
        let name = program_name(word);
        if is_program && table::SHELLS.contains(&name.as_str()) {
            return refuse(rule::RUNS_SHELL, format!("no remedy may run {word}, which runs other programs"));
        }
        if is_program && table::FORBIDDEN_PROGRAMS.contains(&name.as_str()) {
            return refuse(rule::RUNS_FORBIDDEN_PROGRAM, format!("no remedy may run {word}"));
        }
        // `python -Ic` hides inline code in a group of letters, `python -mpip` a module.
        let is_interpreter = is_program && ["python", "pypy"].contains(&name.as_str());
        let hidden = |next: &&str| {
            next.starts_with('-') && !next.starts_with("--") && next.len() > 2 && next.contains(['c', 'm'])
        };
        if is_interpreter && words.get(at + 1).is_some_and(hidden) {
            return refuse(rule::RUNS_SHELL, format!("{word} with the options {} hides what runs", words[at + 1]));
        }
        if is_program
            && ["python", "pypy", "node", "ruby", "php", "deno", "bun"].contains(&name.as_str())
            && words.len() == at + 1
        {
            return refuse(rule::RUNS_SHELL, format!("{word} without a program reads code from its input"));
        }
    }
    Ok(())
}

/// Whether the word at `at` names a program because a runner stands before it, with or without flags between.
fn starts_after_runner(words: &[&str], at: usize) -> bool {
    let before = words[..at].iter().rev().find(|word| !word.starts_with('-') || table::RUNNER_WORDS.contains(word));
    before.is_some_and(|word| table::RUNNER_WORDS.contains(word))
}

fn check_subcommands(words: &[&str]) -> Result<(), Refusal> {
    let is_listed = |rows: &[(&[&str], &[&str])]| {
        words.iter().enumerate().find_map(|(at, word)| {
            let name = program_name(word);
            let full = word.rsplit('/').next().unwrap_or_default();
            let row =
                rows.iter().find(|(programs, _)| programs.contains(&name.as_str()) || programs.contains(&full))?;
            words[at + 1..]
                .iter()
                .find(|sub| row.1.iter().any(|pattern| matches(pattern, sub)))
                .map(|sub| format!("{word} {sub}"))
        })
    };
    if let Some(command) = is_listed(table::PUBLISHING) {
        return refuse(rule::PUBLISHES, format!("no remedy may use {command}"));
    }
    if let Some(command) = is_listed(table::SETTING_CHANGES) {
        return refuse(
            rule::RUNS_FORBIDDEN_PROGRAM,
            format!("no remedy may use {command}, which changes settings for good"),
        );
    }
    let Some(at) = words.iter().position(|word| program_name(word) == "git") else { return Ok(()) };
    let is_harmless = words.get(at + 1).is_some_and(|sub| table::ALLOWED_GIT.contains(sub))
        && !words[at + 1..].iter().any(|word| table::REFUSED_GIT_WORDS.iter().any(|pattern| matches(pattern, word)));
    if is_harmless {
        return Ok(());
    }
    let rule = if words.contains(&"push") { rule::PUBLISHES } else { rule::TOUCHES_GIT };
    refuse(rule, format!("no remedy may use {}", words[at..].join(" ")))
}

/// A word may name a path only inside the workspace, and an address only if it is safe.
fn check_word(word: &str) -> Result<(), Refusal> {
    let value = match word.split_once('=') {
        Some((name, value)) if !name.contains("://") => value,
        _ => word,
    };
    if value.starts_with("file:") || word.starts_with('@') && word.contains("..") {
        return refuse(rule::PATH_OUTSIDE, format!("{word:?} points outside of the workspace"));
    }
    // `git+https://…` names a scheme of its own around a safe address.
    let address = value.strip_prefix("git+").unwrap_or(value);
    if address.contains("://") {
        // A requirement may stand before its address: `name @ https://…`.
        let start = address.rfind(['@', ' ']).filter(|at| address[*at..].contains("://")).map_or(0, |at| at + 1);
        let is_safe = is_safe_address(address[start..].trim_start());
        return if is_safe {
            Ok(())
        } else {
            refuse(rule::RELAXES_SECURITY, format!("the address {value} is not safe"))
        };
    }
    for text in [word, value] {
        let is_path =
            text.starts_with(['/', '~', '\\']) || text.split(['/', '\\']).any(|name| name == ".." || is_git(name));
        let leaves =
            text.as_bytes().get(1) == Some(&b':') && text.as_bytes().get(2).is_some_and(|b| b"/\\".contains(b));
        if is_path && text.split(['/', '\\']).any(is_git) {
            return refuse(rule::TOUCHES_GIT, format!("{word:?} names .git"));
        }
        if leaves || is_path && normal_path(text).is_err() {
            return refuse(rule::PATH_OUTSIDE, format!("{word:?} points outside of the workspace"));
        }
        // Short flags may have their value attached: `-o/tmp/x`, `-C..`.
        let attached = text.strip_prefix('-').filter(|rest| !rest.starts_with('-')).and_then(|rest| rest.get(1..));
        if attached.is_some_and(|path| path.starts_with(['/', '~']) || path.split('/').any(|name| name == "..")) {
            return refuse(rule::PATH_OUTSIDE, format!("{word:?} points outside of the workspace"));
        }
    }
    Ok(())
}

fn refuse(rule: &'static str, message: String) -> Result<(), Refusal> {
    Err(Refusal::new(rule, message))
}
