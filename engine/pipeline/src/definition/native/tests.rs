//! What a file says, and what is said about a file that is wrong.

use expect_test::{Expect, expect};

use super::super::{Mode, Patches, Ready, Stage};
use super::*;
use crate::remedy::CommandLine;

/// A stage that is right, for files that are about something else.
const STAGE: &str = "[[stage]]\nname = 'test'\nrun = 'make test'\n";

fn parsed(text: &str) -> Parsed {
    parse(text, "selfheal.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

fn stage(text: &str) -> Stage {
    parsed(text).pipeline.stages.remove(0)
}

/// Checks what is said about a file with mistakes.
#[track_caller]
fn check_errors(text: &str, expected: Expect) {
    let errors = parse(text, "selfheal.toml").expect_err("the file has mistakes");
    expected.assert_eq(&errors.to_string());
}

/// Checks a mistake in a file that holds [`STAGE`] before `rest`.
#[track_caller]
fn check_rest(rest: &str, expected: Expect) {
    check_errors(&format!("{STAGE}{rest}"), expected);
}

/// Checks a warning in a file that holds [`STAGE`] before `rest`.
#[track_caller]
fn check_warnings(rest: &str, expected: Expect) {
    let warnings = parsed(&format!("{STAGE}{rest}")).warnings;
    let shown: Vec<String> = warnings.iter().map(Problem::to_string).collect();
    expected.assert_eq(&shown.join("\n\n"));
}

mod accepted;
mod quarantine;
mod refused;
mod refused_values;

#[test]
fn settings_may_come_without_stages_but_not_with_broken_ones() {
    let text = "[healing]\nmax-attempts = 2\n";
    assert!(parse(text, "selfheal.toml").is_err());
    let settings = super::parse_settings(text, "selfheal.toml").expect("settings need no stages");
    assert_eq!(settings.pipeline.healing.max_attempts, 2);
    assert!(settings.pipeline.stages.is_empty());
    let broken = super::parse_settings("[[stage]]\nnam = \"x\"\n", "selfheal.toml");
    assert!(broken.is_err());
}
