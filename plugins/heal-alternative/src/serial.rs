//! One thing after the other, for failures that come from things happening at once.

use plugin_sdk::prelude::*;

use crate::script;

/// Programs with the words that make them do one thing at a time.
const PROGRAMS: &[(&str, &str)] = &[
    ("make", "-j1"),
    ("ninja", "-j1"),
    ("ctest", "-j1"),
    ("jest", "--runInBand"),
    ("vitest", "--no-file-parallelism"),
];

/// The remedies for a failure of concurrency.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let because = "the failure is of a kind that comes from things happening at once";
    let mut remedies = Vec::new();
    let command = &incident.stage.command;
    if let Some((program, words, changed)) =
        PROGRAMS.iter().find_map(|(program, words)| Some((program, words, slowed(command, program, words)?)))
    {
        remedies.push(
            remedy("alternative", format!("let {program} do one thing at a time with {words}"))
                .because(because)
                .confidence(0.5)
                .action(changed),
        );
    }
    let text = command.text();
    if text.contains("cargo test") {
        remedies.push(
            remedy("alternative", "let the Rust tests run one after the other")
                .because(because)
                .confidence(0.5)
                .action(action::set_env("RUST_TEST_THREADS", "1")),
        );
    }
    if incident.stage.limits.jobs.is_none_or(|jobs| jobs > 1) {
        remedies.push(
            remedy("alternative", "ask the build tools for one job at a time")
                .because(because)
                .confidence(0.35)
                .action(action::set_jobs(1)),
        );
    }
    remedies
}

/// Names under which make looks for its rules, and one that projects include.
const MAKEFILES: &[&str] = &["Makefile", "makefile", "GNUmakefile", "Makefile.am", "rules.mk"];

/// The remedies for a file that make has a rule for and that was not there when another job wanted it: several jobs at once
/// only show that the rule of the one who wanted it does not say so.
pub fn missing_prerequisite(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let wanted = ["target", "file", "path", "name"].iter().find_map(|name| root.capture(name));
    let is_parallel = !log.find("Waiting for unfinished jobs", 1, 1).is_empty();
    let Some(wanted) = wanted.filter(|_| is_parallel) else {
        return Vec::new();
    };
    let name = wanted.rsplit('/').next().unwrap_or(wanted);
    let makes_it = |text: &str| {
        let rules = text.lines().filter(|line| !line.starts_with(['\t', '#'])).filter_map(|line| line.split_once(':'));
        let mut targets = rules.flat_map(|(targets, _)| targets.split_whitespace());
        targets.any(|target| target.rsplit('/').next() == Some(name))
    };
    let is_made = MAKEFILES.iter().any(|file| {
        host::workspace::read_text(&path::below(&incident.stage.directory, file)).is_ok_and(|text| makes_it(&text))
    });
    if is_made { remedies(incident) } else { Vec::new() }
}

/// The command with the words behind its program, or with the number of jobs that it has set to one.
pub fn slowed(command: &Command, program: &str, words: &str) -> Option<Action> {
    match command {
        Command::Shell(script) if script.contains(words) => None,
        Command::Shell(script) if words == "-j1" && script.contains(" -j") => {
            let at = script.find(" -j").map(|at| at + " -j".len())?;
            let digits = script[at..].chars().take_while(char::is_ascii_digit).count();
            let calls_it = script::with_words_behind(script, program, words).is_some();
            (calls_it && digits > 0)
                .then(|| action::replace_script(format!("{}1{}", &script[..at], &script[at + digits..])))
        }
        Command::Shell(script) => script::with_words_behind(script, program, words).map(action::replace_script),
        Command::Argv(argv) => {
            let is_it =
                argv.first().is_some_and(|first| first == program) && !argv.iter().any(|word| word.starts_with(words));
            let has_jobs = argv.iter().any(|word| word.starts_with("-j"));
            (is_it && !has_jobs).then(|| {
                let behind = std::iter::once(words.to_owned()).chain(argv[1..].iter().cloned());
                action::replace_argv(std::iter::once(argv[0].clone()).chain(behind))
            })
        }
    }
}
