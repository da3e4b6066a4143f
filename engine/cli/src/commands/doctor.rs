//! `selfheal doctor`: what is missing on this machine for this project's pipeline.

use std::collections::BTreeMap;

use driver::ports::Workspace as _;
use pipeline::definition::Pipeline;
use pipeline::event::ScratchKind;
use pipeline::remedy::CommandLine;

use crate::args::{DoctorArgs, Format};
use crate::engine;
use crate::exit::{self, Failure};
use crate::pipeline_file;
use crate::project::{self, Project};
use crate::report::paint::{FAILED, HEALED, NAME, PASSED, paint};

/// How a check went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    Limited,
    Missing,
}

/// One check.
struct Check {
    verdict: Verdict,
    what: String,
    says: String,
    advice: Option<String>,
}

/// Prints the checks. Exit code 1 when something is missing that the pipeline needs.
pub fn doctor(args: DoctorArgs) -> Result<u8, Failure> {
    let project = Project::at(&args.dir)?;
    let (source, warnings) = pipeline_file::read(&project.root)?;
    let settings = pipeline_file::settings(&source, &project.name);
    let plugins = engine::plugins(&project, &settings, &[])?;
    let workspace = engine::workspace(&project, &[])?;
    let environment = project::environment();
    let tools = engine::tools(&environment);
    let mut checks = vec![state_folder(&project), git(&environment)];
    let checked = engine::runtime()?.block_on(async {
        let mut checks = vec![scratch(workspace.as_ref()).await];
        let version_control = workspace.version_control();
        match pipeline_file::load(source, warnings, &project, plugins.as_ref(), tools, version_control).await {
            Ok(loaded) => {
                checks.push(Check {
                    verdict: Verdict::Good,
                    what: "pipeline".to_owned(),
                    says: format!("{} stages ({})", loaded.pipeline.stages.len(), loaded.source),
                    advice: None,
                });
                checks.extend(programs(&loaded.pipeline, &environment));
            }
            Err(failure) => checks.push(Check {
                verdict: Verdict::Missing,
                what: "pipeline".to_owned(),
                says: failure.error.to_string(),
                advice: failure.hints.first().cloned(),
            }),
        }
        checks
    });
    checks.extend(checked);
    let is_missing = checks.iter().any(|check| check.verdict == Verdict::Missing);
    for check in &checks {
        show(check, args.format);
    }
    Ok(if is_missing { exit::FAILED } else { exit::PASSED })
}

fn show(check: &Check, format: Format) {
    if format == Format::Json {
        let verdict = match check.verdict {
            Verdict::Good => "good",
            Verdict::Limited => "limited",
            Verdict::Missing => "missing",
        };
        let line = serde_json::json!({
            "version": 1, "check": check.what, "verdict": verdict, "says": check.says, "advice": check.advice,
        });
        say!("{line}");
        return;
    }
    let word = match check.verdict {
        Verdict::Good => paint(PASSED, "✓ good   "),
        Verdict::Limited => paint(HEALED, "! limited"),
        Verdict::Missing => paint(FAILED, "✗ missing"),
    };
    say!("{word} {}: {}", paint(NAME, &check.what), check.says);
    if let Some(advice) = &check.advice {
        say!("hint: {advice}");
    }
}

fn state_folder(project: &Project) -> Check {
    let folder = &project.state.root;
    let probe = folder.join(".doctor");
    let result = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b""))
        .and_then(|()| std::fs::remove_file(&probe));
    match result {
        Ok(()) => Check {
            verdict: Verdict::Good,
            what: "state folder".to_owned(),
            says: folder.display().to_string(),
            advice: None,
        },
        Err(error) => Check {
            verdict: Verdict::Missing,
            what: "state folder".to_owned(),
            says: format!("{} cannot be written: {error}", folder.display()),
            advice: Some("set SELFHEAL_STATE_DIR to a folder that can".to_owned()),
        },
    }
}

fn git(environment: &BTreeMap<String, String>) -> Check {
    let path = environment.get("PATH").map_or("", String::as_str);
    match exec::find_tools(path, &["git"]).into_iter().next() {
        Some(tool) => Check { verdict: Verdict::Good, what: "git".to_owned(), says: tool.path, advice: None },
        None => Check {
            verdict: Verdict::Missing,
            what: "git".to_owned(),
            says: "not on the search path; patches and snapshots need it".to_owned(),
            advice: Some("install git".to_owned()),
        },
    }
}

async fn scratch(workspace: &workspace::LocalWorkspace) -> Check {
    let what = "scratch".to_owned();
    let opened = workspace.open_scratch("doctor").await;
    let kind = match opened {
        Ok(scratch) => {
            let kind = scratch.kind;
            workspace.discard(&scratch).await.map(|()| kind)
        }
        Err(error) => Err(error),
    };
    match kind {
        Ok(ScratchKind::Overlay) => Check {
            verdict: Verdict::Good,
            what,
            says: "remedies are tried in an overlay; the workspace is not touched before they are verified".to_owned(),
            advice: None,
        },
        Ok(ScratchKind::Copy) => Check {
            verdict: Verdict::Good,
            what,
            says: "no overlay is possible here; remedies are tried in a copy, and the workspace is not touched before \
                   they are verified"
                .to_owned(),
            advice: None,
        },
        Ok(ScratchKind::InPlace) => Check {
            verdict: Verdict::Limited,
            what,
            says:
                "neither an overlay nor a copy is possible here; remedies are tried in place, between a snapshot and \
                   an exact restore"
                    .to_owned(),
            advice: Some(
                "allow user namespaces, or keep the state folder on a file system that overlays can use".to_owned(),
            ),
        },
        Err(error) => {
            Check { verdict: Verdict::Missing, what, says: format!("no remedy can be tried: {error}"), advice: None }
        }
    }
}

/// The programs that the stages start, as far as that can be told from their first words.
fn programs(pipeline: &Pipeline, environment: &BTreeMap<String, String>) -> Vec<Check> {
    let path = environment.get("PATH").map_or("", String::as_str);
    let mut needed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for stage in &pipeline.stages {
        for program in first_words(&stage.command) {
            needed.entry(program).or_default().push(stage.name.to_string());
        }
    }
    needed
        .into_iter()
        .map(|(program, stages)| {
            let stages = stages.join(", ");
            match exec::find_tools(path, &[program.as_str()]).into_iter().next() {
                Some(tool) => Check {
                    verdict: Verdict::Good,
                    what: program,
                    says: format!("{} (for {stages})", tool.path),
                    advice: None,
                },
                None => Check {
                    verdict: Verdict::Missing,
                    advice: Some(format!("install {program}, or change the stage")),
                    what: program,
                    says: format!("not on the search path (for {stages})"),
                },
            }
        })
        .collect()
}

/// Words at the start of simple commands of a script that look like programs: no paths, variables, assignments, words of
/// the shell's own grammar or its builtins.
fn first_words(command: &CommandLine) -> Vec<String> {
    const OF_THE_SHELL: &[&str] = &[
        "if", "then", "else", "elif", "fi", "for", "do", "done", "while", "until", "case", "esac", "in", "function",
        "{", "}", "!", "[", "[[", "test", "cd", "echo", "export", "set", "unset", "exit", "return", "true", "false",
        ":", ".", "source", "eval", "exec", "read", "shift", "trap", "printf", "local", "wait", "ulimit", "umask",
        "command", "type", "kill", "pwd", "break", "continue", "readonly", "hash", "times", "getopts", "alias",
    ];
    let script = match command {
        CommandLine::Argv(argv) => {
            return argv.first().filter(|word| !word.contains('/')).cloned().into_iter().collect();
        }
        CommandLine::Shell(script) => script,
    };
    let is_program = |word: &str| {
        !OF_THE_SHELL.contains(&word) && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
    };
    let mut found = Vec::new();
    for line in script.lines().take_while(|line| !line.contains("<<")) {
        for part in line.split(['|', '&', ';']) {
            let mut words = part.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('='));
            if let Some(word) = words.next().filter(|word| is_program(word)) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_the_first_words_of_simple_commands() {
        let script =
            CommandLine::Shell("CI=1 npm ci && ./run.sh | tee log; if [ -f a ]; then cargo test; fi".to_owned());
        assert_eq!(first_words(&script), ["npm", "tee"]);
        let argv = CommandLine::Argv(vec!["pytest".to_owned(), "-q".to_owned()]);
        assert_eq!(first_words(&argv), ["pytest"]);
    }
}
