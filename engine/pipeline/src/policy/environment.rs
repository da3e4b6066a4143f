//! Environment variables that a remedy sets.

use crate::policy::commands;
use crate::policy::lines;
use crate::policy::paths::{is_git, normal_path};
use crate::policy::pattern::matches;
use crate::policy::refusal::{Refusal, rule};
use crate::policy::tables::variables::{self as table, Value};

/// Longest value in bytes; the kernel's own limit for one string is 128 KiB.
const MAX_VALUE_BYTES: usize = 32 * 1024;

/// Checks the variables one remedy sets together: git reads settings from pairs of them.
pub(super) fn check_variables(variables: &[(&str, &str)]) -> Result<(), Refusal> {
    for (name, value) in variables {
        check_variable(name, value)?;
    }
    check_git_config(variables)
}

fn check_variable(name: &str, value: &str) -> Result<(), Refusal> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c)) || name.len() > 256 {
        return refuse(rule::FORBIDDEN_VARIABLE, format!("{name:?} is no name of an environment variable"));
    }
    if value.len() > MAX_VALUE_BYTES || value.contains('\0') {
        return refuse(rule::FORBIDDEN_VARIABLE, format!("the value of {name} is too long or holds a NUL"));
    }
    let plain = name.to_ascii_uppercase().replace(['-', '.'], "_");
    if let Some((_, kind)) = table::ALLOWED.iter().find(|(pattern, _)| matches(pattern, &plain)) {
        if fits(*kind, value) {
            return Ok(());
        }
        return refuse(rule_for(&plain), format!("{name} may not be set to {value:?}"));
    }
    if let Some((_, rule)) = refused_row(&plain) {
        return refuse(rule, format!("no remedy may set {name}"));
    }
    let words: Vec<&str> = value.split_whitespace().collect();
    commands::check_flags(&words)?;
    lines::check_text(value)
}

/// The rule a name breaks; for a value that does not fit, the rule its family breaks.
fn rule_for(plain: &str) -> &'static str {
    refused_row(plain).map_or(rule::FORBIDDEN_VARIABLE, |(_, rule)| rule)
}

fn refused_row(plain: &str) -> Option<(&'static [&'static str], &'static str)> {
    table::REFUSED.iter().copied().find(|(patterns, _)| patterns.iter().any(|pattern| matches(pattern, plain)))
}

fn fits(kind: Value, value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    let lower = value.to_ascii_lowercase();
    match kind {
        Value::Any => !value.contains(['\n', '`']) && !value.contains("$("),
        Value::Number => is_number(value),
        Value::Switch => ["0", "1", "true", "false", "yes", "no", "on", "off"].contains(&lower.as_str()),
        Value::On => lower == "1" || lower == "true",
        Value::Off => lower == "0" || lower == "false",
        Value::Empty => value.is_empty(),
        Value::Address => value.split([',', '|']).all(|one| one == "direct" || is_safe_address(one)),
        Value::Paths => !value.is_empty() && value.split(':').all(is_inside),
        Value::Words(patterns) => {
            value.split_whitespace().all(|word| patterns.iter().any(|pattern| fits_word(pattern, word)))
        }
    }
}

/// Whether a path lies in the workspace and not in `.git`.
fn is_inside(path: &str) -> bool {
    normal_path(path).is_ok_and(|path| !path.split('/').any(is_git))
}

/// `#` stands for a number with an optional unit of memory.
fn fits_word(pattern: &str, word: &str) -> bool {
    let Some((before, after)) = pattern.split_once('#') else { return pattern == word };
    let Some(rest) = word.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
    let digits = rest.trim_end_matches(|c: char| "kmgKMG%".contains(c));
    rest.len() - digits.len() <= 1
        && !digits.is_empty()
        && digits.len() <= 18
        && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether an address is `https`, or `http` to this machine, without user, password or odd characters.
pub(super) fn is_safe_address(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]&=+%,".contains(c);
    if authority.is_empty() || authority.contains('@') || !rest.chars().all(plain) {
        return false;
    }
    match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => is_this_machine(authority),
        _ => false,
    }
}

/// Whether a host, with or without port, is this machine by name or address.
pub(super) fn is_this_machine(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(v6) => return v6.split(']').next() == Some("::1"),
        None if authority == "::1" => return true,
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host == "127.0.0.1"
}

/// `GIT_CONFIG_KEY_n` and `GIT_CONFIG_VALUE_n` may only give settings that are on the list.
fn check_git_config(variables: &[(&str, &str)]) -> Result<(), Refusal> {
    let value_of = |name: &str| variables.iter().rev().find(|(other, _)| *other == name).map(|(_, value)| *value);
    for (name, value) in variables {
        let upper = name.to_ascii_uppercase();
        if !upper.starts_with("GIT_CONFIG_") {
            continue;
        }
        if *name != upper {
            return refuse(rule::FORBIDDEN_VARIABLE, format!("{name} is no variable of git"));
        }
        if let Some(number) = name.strip_prefix("GIT_CONFIG_KEY_") {
            let given = value_of(&format!("GIT_CONFIG_VALUE_{number}"));
            let is_allowed = table::ALLOWED_GIT_CONFIG.iter().any(|(key, unwanted)| {
                *key == value.to_ascii_lowercase()
                    && given.is_some_and(|given| !given.contains(unwanted) && !given.is_empty())
            });
            if !is_allowed {
                return refuse(rule::FORBIDDEN_VARIABLE, format!("no remedy may give git the setting {value}"));
            }
        } else if let Some(number) = name.strip_prefix("GIT_CONFIG_VALUE_")
            && value_of(&format!("GIT_CONFIG_KEY_{number}")).is_none()
        {
            return refuse(rule::FORBIDDEN_VARIABLE, format!("{name} comes without its key"));
        }
    }
    Ok(())
}

fn refuse(rule: &'static str, message: String) -> Result<(), Refusal> {
    Err(Refusal::new(rule, message))
}
