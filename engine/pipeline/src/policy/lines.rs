//! The lines that a change takes away and puts in.

use std::collections::BTreeSet;

use crate::policy::commands;
use crate::policy::environment::check_variables;
use crate::policy::paths::PathClass;
use crate::policy::pattern::matches_name;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::tables::lines::{self as table, LineRow};

/// Lines of one file, before and after.
pub(super) struct LineChange<'a> {
    /// Normal path.
    pub path: &'a str,
    /// Its class.
    pub class: PathClass,
    /// Lines taken away.
    pub removed: Vec<&'a str>,
    /// Lines put in.
    pub added: Vec<&'a str>,
}

/// Checks that no check is weaker after the change than before.
///
/// Words are counted, not located: moving a line is no change, because the same words leave and come.
pub(super) fn check_lines(change: &LineChange<'_>) -> Result<(), Refusal> {
    if change.class == PathClass::Prose {
        return Ok(());
    }
    let name = change.path.rsplit('/').next().unwrap_or_default();
    let removed = Text::of(change.removed.iter().copied());
    let added = Text::of(change.added.iter().copied());
    let judged = Text::of(change.added.iter().copied().filter(|line| !is_safe_option(name, line)));
    for row in rows_for(table::NOT_ADDED, name) {
        for word in row.words {
            if judged.count(word) > removed.count(word) {
                return refuse(row.rule, change.path, &format!("adds `{}`", word.trim()));
            }
        }
    }
    for row in rows_for(table::NOT_LOST, name) {
        for word in row.words {
            if removed.count(word) > added.count(word) {
                return refuse(row.rule, change.path, &format!("takes away `{}`", word.trim()));
            }
        }
    }
    for row in rows_for(table::NOT_TOUCHED, name) {
        for word in row.words {
            if removed.lines_with(word) != added.lines_with(word) {
                return refuse(row.rule, change.path, &format!("changes `{}`", word.trim()));
            }
        }
    }
    // A list over several lines does not repeat its key.
    let is_gate_list = matches_name(&["pyproject.toml", "setup.cfg", "package.json"], name);
    if is_gate_list && entries(&change.removed) != entries(&change.added) {
        return refuse(rule::LOWERS_GATE, change.path, "changes a list of lint codes or options");
    }
    check_flags_in(change, name, &removed)
}

/// Whether a line gives the scripts that npm runs options of Node.js that the variable `NODE_OPTIONS` may have, too.
fn is_safe_option(name: &str, line: &str) -> bool {
    let Some((key, value)) = line.split_once('=').filter(|_| name == ".npmrc") else { return false };
    key.trim() == "node-options" && check_variables(&[("NODE_OPTIONS", value.trim())]).is_ok()
}

/// Lines that hold nothing but a lint code (`"E501",`) or an option (`"--strict",`).
fn entries<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let bare = |line: &&'a str| line.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    let is_entry = |line: &&str| {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let is_code = line.len() <= 10 && digits.len() < line.len() && digits.bytes().all(|b| b.is_ascii_digit());
        is_code || line.starts_with('-')
    };
    let mut found: Vec<&str> = lines.iter().map(bare).filter(is_entry).collect();
    found.sort_unstable();
    found
}

/// Checks a text that may become part of a command.
pub(super) fn check_text(text: &str) -> Result<(), Refusal> {
    let text = Text::of(text.lines());
    for row in table::NOT_ADDED.iter().filter(|row| row.files.is_empty()) {
        if let Some(word) = row.words.iter().find(|word| text.count(word) > 0) {
            return Err(Refusal::new(row.rule, format!("a value holds `{}`", word.trim())));
        }
    }
    Ok(())
}

/// Flags of commands in scripts and settings, and variables in files of variables. A flag that stood there before in as
/// many lines is not new.
fn check_flags_in(change: &LineChange<'_>, name: &str, removed: &Text) -> Result<(), Refusal> {
    let is_script = matches_name(&["*.sh", "*.bash", "*.zsh", "*.fish", "*.ps1", "*.bat", "*.cmd", ".envrc"], name);
    let may_hold_commands = match change.class {
        PathClass::Source => is_script,
        PathClass::Lock | PathClass::Prose => false,
        _ => true,
    };
    if !may_hold_commands {
        return Ok(());
    }
    let before: BTreeSet<&str> = removed.spaced.lines().collect();
    for line in &change.added {
        if before.contains(plain_line(line).as_str()) {
            continue;
        }
        let spaced = line.replace(['"', '\'', ',', ';', '(', ')', '[', ']', '`'], " ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        commands::check_flags(&words).map_err(|refusal| within(refusal, change.path))?;
        if matches_name(&[".env", ".env.*", "*.env"], name) {
            let pair = line.trim().trim_start_matches("export ").split_once('=');
            if let Some((variable, value)) = pair.filter(|(variable, _)| !variable.starts_with('#')) {
                let value = value.trim().trim_matches(['"', '\'']);
                check_variables(&[(variable.trim(), value)]).map_err(|refusal| within(refusal, change.path))?;
            }
        }
    }
    Ok(())
}

fn rows_for(rows: &'static [LineRow], name: &str) -> impl Iterator<Item = &'static LineRow> {
    rows.iter().filter(move |row| row.files.is_empty() || matches_name(row.files, name))
}

/// Lines in the form the tables are written in.
struct Text {
    /// In lower case, with runs of white space read as one space and one space at the end of each line.
    spaced: String,
    /// The same without any space, because `a = b`, `a= b` and `a=b` say the same.
    squeezed: String,
}

impl Text {
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let plain: Vec<String> = lines.map(plain_line).collect();
        let spaced = plain.join("\n");
        let squeezed = spaced.replace(' ', "");
        Self { spaced, squeezed }
    }

    /// How often a word occurs.
    fn count(&self, word: &str) -> usize {
        let spaced = count_in(&self.spaced, word);
        if !word.contains(['=', ':', '|']) {
            return spaced;
        }
        spaced.max(count_in(&self.squeezed, &word.replace(' ', "")))
    }

    /// The lines with a word, sorted.
    fn lines_with(&self, word: &str) -> Vec<&str> {
        // Most words are nowhere, which one look over the whole text shows.
        if !self.spaced.contains(word) {
            return Vec::new();
        }
        let mut found: Vec<&str> = self.spaced.lines().filter(|line| line.contains(word)).collect();
        found.sort_unstable();
        found
    }
}

fn plain_line(line: &str) -> String {
    line.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ") + " "
}

/// Words that start with a letter must not continue another one: `it(` is not in `split(`.
fn count_in(text: &str, word: &str) -> usize {
    let needs_start = word.starts_with(|c: char| c.is_ascii_alphanumeric());
    let before = text.match_indices(word).map(|(at, _)| text[..at].chars().next_back());
    before.filter(|before| !(needs_start && before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_'))).count()
}

fn within(refusal: Refusal, path: &str) -> Refusal {
    Refusal::new(refusal.rule, format!("{path}: {}", refusal.message))
}

fn refuse(rule: &'static str, path: &str, what: &str) -> Result<(), Refusal> {
    Err(Refusal::new(rule, format!("{path}: the change {what}")))
}

/// The refusal of a change that cannot be seen completely.
pub(super) fn unseen(path: &str) -> Refusal {
    Refusal::new(rule::UNSEEN_CHANGE, format!("{path}: the change is too long to be judged"))
}
