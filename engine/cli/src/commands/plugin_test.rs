//! `selfheal plugin test`: a plugin against its fixtures, as a component, in the real sandbox.

use std::path::Path;
use std::sync::Arc;

use driver::ports::Executor;
use plugin_project::Project as PluginProject;
use plugin_project::build::BuildOptions;
use plugin_project::difference::Line;
use plugin_project::fixture::{self, Fixture};
use plugin_project::trial::{Bench, Outcomes, Surroundings, TrialError, Verdict};

use super::plugin_build::{component_of, open};
use crate::args::TestPluginArgs;
use crate::engine;
use crate::exit::{self, Failure};
use crate::project::{self, Project};
use crate::report::paint::{FAILED, HEALED, NAME, PASSED, harmless, paint};
use crate::standard;

/// Longest line of an answer that is shown, in characters.
const LINE: usize = 240;

/// What to do with an answer that is not expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acceptance {
    /// Show it.
    Show,
    /// Expect it from now on.
    Accept,
}

/// Builds, asks, compares. Exit code 1 when an answer is not what was expected.
pub fn test(args: TestPluginArgs) -> Result<u8, Failure> {
    let project = open(&args.dir)?;
    if let Some(run) = &args.record {
        return super::plugin_record::record(&project, run, &args.from);
    }
    if !args.no_build {
        component_of(&project, &BuildOptions::default())?;
    }
    let acceptance = if args.update { Acceptance::Accept } else { Acceptance::Show };
    run_tests(&project, args.only.as_deref(), acceptance)
}

/// Builds and tests once, for `plugin dev`.
pub fn build_and_test(project: &PluginProject) -> Result<u8, Failure> {
    component_of(project, &BuildOptions::default())?;
    run_tests(project, None, Acceptance::Show)
}

/// The built plugin, ready to be asked.
pub fn bench_of(project: &PluginProject) -> Result<Bench, Failure> {
    let executor: Arc<dyn Executor> = engine::executor()?;
    let surroundings = Surroundings {
        embedded: standard::embedded(),
        embedded_grants: standard::grants(),
        cache_dir: Project::at(Path::new("."))?.cache,
        compile_child: std::env::current_exe().ok(),
        executor,
        env: project::environment(),
    };
    Bench::of(project, surroundings).map_err(cannot_try)
}

/// The fixtures of a project.
pub fn fixtures_of(project: &PluginProject, only: Option<&str>) -> Result<Vec<Fixture>, Failure> {
    let mut fixtures = fixture::all_in(&project.fixtures()).map_err(Failure::bad_input)?;
    fixtures.retain(|fixture| only.is_none_or(|text| fixture.name.contains(text)));
    Ok(fixtures)
}

/// Whose fault it is that a fixture cannot be tried.
pub fn cannot_try(error: TrialError) -> Failure {
    match error {
        TrialError::Refused(_) | TrialError::Fault(_) | TrialError::Host(_) => Failure::plugin(error),
        _ => Failure::bad_input(error),
    }
}

fn run_tests(project: &PluginProject, only: Option<&str>, acceptance: Acceptance) -> Result<u8, Failure> {
    let bench = bench_of(project)?;
    let fixtures = fixtures_of(project, only)?;
    let runtime = engine::runtime()?;
    let (examples, faults) = runtime.block_on(bench.rule_examples()).map_err(cannot_try)?;
    for fault in &faults {
        say!("{} {}", paint(FAILED, "✗ example"), harmless(&fault.to_string(), LINE));
    }
    if examples > 0 && faults.is_empty() {
        say!("{} {examples} examples of rules", paint(PASSED, "✓"));
    }
    let (mut passed, mut wrong, mut updated) = (0_usize, 0_usize, 0_usize);
    for fixture in &fixtures {
        let outcome = runtime.block_on(bench.try_fixture(fixture)).map_err(cannot_try)?;
        match (&outcome.verdict, acceptance) {
            (Verdict::Passed, _) => {
                say!("{} {}", paint(PASSED, "✓"), fixture.name);
                passed += 1;
            }
            (_, Acceptance::Accept) => {
                fixture.accept(&outcome.answer).map_err(Failure::bad_input)?;
                say!("{} {}", paint(HEALED, "✓ accepted"), fixture.name);
                updated += 1;
            }
            _ => {
                show(&outcome);
                wrong += 1;
            }
        }
    }
    summary(project, (passed, wrong + faults.len(), updated), fixtures.is_empty() && examples == 0)
}

fn summary(project: &PluginProject, counts: (usize, usize, usize), is_empty: bool) -> Result<u8, Failure> {
    let (passed, wrong, updated) = counts;
    if is_empty {
        say!("{} {} has no fixtures", paint(HEALED, "!"), project.manifest.id);
        tell!(
            "hint: put a log or a question into tests/, or record one: selfheal plugin test --record last --from PROJECT"
        );
        return Ok(exit::NOTHING);
    }
    let accepted = if updated > 0 { format!(", {updated} accepted") } else { String::new() };
    let id = paint(NAME, &project.manifest.id);
    if wrong == 0 {
        say!("{} {id}: {passed} passed{accepted}", paint(PASSED, "✓"));
        return Ok(exit::PASSED);
    }
    say!("{} {id}: {wrong} failed, {passed} passed{accepted}", paint(FAILED, "✗"));
    tell!("hint: selfheal plugin test --update accepts the answers as they are now");
    Ok(exit::FAILED)
}

fn show(outcome: &Outcomes) {
    let line = |mark: &str, text: &str| format!("    {mark} {}", harmless(text, LINE));
    match &outcome.verdict {
        Verdict::Differs(lines) => {
            say!(
                "{} {}: the answer is not the expected one (- expected, + answered)",
                paint(FAILED, "✗"),
                outcome.name
            );
            for it in lines {
                match it {
                    Line::Same(text) => say!("{}", line(" ", text)),
                    Line::Missing(text) => say!("{}", paint(FAILED, line("-", text))),
                    Line::Extra(text) => say!("{}", paint(PASSED, line("+", text))),
                    Line::Skipped(count) => say!("      … {count} lines"),
                }
            }
        }
        _ => {
            say!("{} {}: no answer is expected yet; it answers", paint(FAILED, "✗"), outcome.name);
            for text in outcome.answer.lines() {
                say!("{}", paint(PASSED, line("+", text)));
            }
        }
    }
    for message in &outcome.log {
        say!("    log  {}", harmless(message, LINE));
    }
}
