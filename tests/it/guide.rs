//! The author's guide: what it tells a newcomer to type is typed, and what it shows is what is printed.

use std::path::PathBuf;
use std::process::Command;

use crate::lab::{Lab, binary, repository, target};

/// A command of the guide with the lines that it shows.
struct Step {
    command: String,
    shown: Vec<String>,
}

/// The commands in the blocks ```` ```console ````.
fn steps(guide: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_console = false;
    for line in guide.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if is_console {
            match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step { command: command.to_owned(), shown: Vec::new() }),
                (None, Some(step)) => step.shown.push(line.to_owned()),
                (None, None) => panic!("a block begins with output: {line}"),
            }
        }
    }
    steps
}

/// Whether a line is what the guide shows, where `…` stands for anything.
fn is_shown(shown: &str, line: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut is_open = false;
    for part in parts {
        is_open = part.is_empty();
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    is_open || rest.is_empty()
}

#[test]
fn the_guides_commands_print_what_it_shows() {
    let guide = std::fs::read_to_string(repository().join("plugin-sdk/GUIDE.md")).expect("there is a guide");
    let steps = steps(&guide);
    assert!(steps.len() > 6, "the guide has lost its commands");
    let lab = Lab::bare().env("CARGO_TARGET_DIR", target().join("authoring").to_str().expect("a path of text"));
    let engine = binary().parent().expect("the binary lies in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(engine.to_owned()).chain(std::env::split_paths(&path)));
    let path = path.expect("a search path");
    // Only the lab's environment is used of this command, whatever it would run.
    let prepared = lab.command(&[]);
    let mut here: PathBuf = lab.root();
    for step in steps {
        if let Some(folder) = step.command.strip_prefix("cd ") {
            here.push(folder);
            continue;
        }
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{} 2>&1", step.command)]).current_dir(&here);
        for (name, value) in prepared.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let output = command.env("PATH", &path).output().expect("start a shell");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = printed.lines();
        for shown in &step.shown {
            assert!(lines.any(|line| is_shown(shown, line)), "{}: {shown:?} is not in\n{printed}", step.command);
        }
    }
}

#[test]
fn dots_in_the_guide_stand_for_anything_and_nothing_else_does() {
    assert!(is_shown("✓ built …/a.wasm …", "✓ built /tmp/x/dist/a.wasm  54 KiB"));
    assert!(is_shown("made it (…", "made it (53 files)"));
    assert!(!is_shown("made it", "made it again") && !is_shown("a…c", "ab") && !is_shown("b", "ab"));
}
