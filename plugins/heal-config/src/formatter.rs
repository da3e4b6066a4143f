//! Formatters and linters that can write what they ask for. Only where their own fix is safe, and never in tests, which no
//! remedy may touch.

use plugin_sdk::prelude::*;

/// Most files that one command names.
const MAX_FILES: usize = 100;

/// Names of directories and files that are tests to the host.
const TEST_WORDS: &[&str] =
    &["test", "tests", "spec", "specs", "e2e", "fixtures", "testdata", "conftest.py", "__tests__"];

/// A tool by the code of its finding.
struct Tool {
    code: &'static str,
    name: &'static str,
    /// Arguments before the files.
    fix: &'static [&'static str],
    /// What stands before a path in the log, and what ends the path.
    marks: &'static [(&'static str, &'static str)],
}

const TOOLS: &[Tool] = &[
    Tool { code: "python.black-would-reformat", name: "black", fix: &["-q"], marks: &[("would reformat ", "")] },
    Tool {
        code: "python.ruff-fixable",
        name: "ruff",
        fix: &["check", "--fix", "-q"],
        marks: &[("--> ", ":"), ("", ".py:"), ("Would reformat: ", "")],
    },
];

/// Remedies for the files that the log names.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    if root.code == "rust.fmt" {
        return cargo_fmt(incident);
    }
    let Some(tool) = TOOLS.iter().find(|tool| tool.code == root.code) else {
        return Vec::new();
    };
    let Some(program) = program_of(&incident.stage.command.text(), tool.name) else {
        return Vec::new();
    };
    let files = files_named(log, tool, &incident.stage.directory);
    let directory = &incident.stage.directory;
    let inside = |file: &String| file.strip_prefix(&format!("{directory}/")).unwrap_or(file).to_owned();
    let (tests, files): (Vec<String>, Vec<String>) = files.into_iter().partition(|file| is_test(file));
    if files.is_empty() || !tests.is_empty() {
        // A check of everything would still fail for the tests.
        return Vec::new();
    }
    let count = files.len();
    let argv = program.into_iter().chain(tool.fix.iter().map(|&word| word.to_owned())).chain(files.iter().map(inside));
    vec![
        remedy("config", format!("let {} rewrite {count} file(s)", tool.name))
            .because(format!("{} can make the changes that it asks for: {}", tool.name, files.join(", ")))
            .confidence(0.85)
            .action(action::run_command(argv).directory(directory)),
    ]
}

fn cargo_fmt(incident: &Incident) -> Vec<Remedy> {
    let command = incident.stage.command.text();
    if !command.contains("cargo fmt") {
        return Vec::new();
    }
    let mut argv = vec!["cargo", "fmt"];
    if command.contains("--all") {
        argv.push("--all");
    }
    vec![
        remedy("config", "let cargo fmt rewrite the files")
            .because("rustfmt makes the changes that it asks for, and only those")
            .confidence(0.8)
            .action(action::run_command(argv).directory(&incident.stage.directory)),
    ]
}

/// How the stage's command calls a tool, with what stands before it (`uv run`, `python -m`, a path).
fn program_of(command: &str, tool: &str) -> Option<Vec<String>> {
    let words: Vec<&str> =
        command.split(|c: char| c.is_whitespace() || "&|;()".contains(c)).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|word| *word == tool || word.rsplit('/').next() == Some(tool))?;
    let is_inside = |word: &str| !word.starts_with('/') && !word.contains("..");
    let before = |back: usize| at.checked_sub(back).map(|place| words[place]);
    let start = match (before(2), before(1)) {
        (Some(python), Some("-m")) if python.contains("python") && is_inside(python) => at - 2,
        (Some("uv" | "poetry" | "pipenv" | "pdm" | "hatch"), Some("run")) => at - 2,
        _ if is_inside(words[at]) => at,
        _ => return None,
    };
    Some(words[start..=at].iter().map(|&word| word.to_owned()).collect())
}

fn files_named(log: &dyn Log, tool: &Tool, directory: &str) -> Vec<String> {
    let mut files: Vec<String> = Vec::new();
    for (mark, end) in tool.marks {
        let needle = if mark.is_empty() { end } else { mark };
        for number in log.find(needle, 1, 1_000) {
            let Some(line) = log.line(number) else { continue };
            let rest = if mark.is_empty() {
                Some(line.text.as_str())
            } else {
                line.text.split_once(mark).map(|(_, rest)| rest)
            };
            let path = rest.map(|rest| match (mark.is_empty(), end.is_empty()) {
                (true, _) => rest.find(end).map_or("", |at| &rest[..at + end.len() - 1]),
                (false, true) => rest,
                (false, false) => rest.split(end).next().unwrap_or_default(),
            });
            let found =
                path.and_then(|path| path::existing(path, directory)).filter(|path| host::workspace::is_file(path));
            if let Some(path) = found.filter(|path| !files.contains(path)) {
                files.push(path);
            }
        }
    }
    files.truncate(MAX_FILES);
    files
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|name| TEST_WORDS.contains(&name))
        || path.rsplit('/').next().is_some_and(|name| name.starts_with("test_") || name.ends_with("_test.py"))
}
