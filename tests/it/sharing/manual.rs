//! The commands of `engine/bundle/docs/sharing.md`, typed as they stand there.

use std::process::Command;

use super::{GREET, trust, user};
use crate::lab::{Answer, DockerRegistry, Lab, binary};
use crate::tree;

/// A command of the document, and the lines that it shows of the answer.
struct Step<'a> {
    is_publishers: bool,
    command: &'a str,
    shown: Vec<&'a str>,
}

fn steps(document: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    let (mut is_publishers, mut is_console) = (false, false);
    for line in document.lines() {
        match line {
            "<!-- on the publisher's machine -->" => is_publishers = true,
            "<!-- on the user's machine -->" => is_publishers = false,
            "```console" => is_console = true,
            "```" => is_console = false,
            _ if !is_console => {}
            _ => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step { is_publishers, command, shown: Vec::new() }),
                (None, Some(step)) => step.shown.push(line),
                (None, None) => panic!("an answer without a command: {line}"),
            },
        }
    }
    steps
}

/// The fenced block of TOML that begins with this line.
#[track_caller]
fn toml<'a>(document: &'a str, first: &str) -> &'a str {
    let start = document.find(&format!("```toml\n{first}\n")).unwrap_or_else(|| panic!("no block begins with {first}"));
    let block = &document[start + "```toml\n".len()..];
    block.split_once("```").expect("it ends").0
}

/// Types a line into a shell in which `selfheal` is the engine.
fn types(lab: &Lab, line: &str) -> Answer {
    let mut shell = Command::new("sh");
    for (name, value) in lab.command(&[]).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let own = binary().parent().expect("the binary lies in a folder");
    shell.env("PATH", format!("{}:{path}", own.display()));
    Answer::of(shell.args(["-c", line]).current_dir(lab.root()).output().expect("a shell starts"))
}

#[test]
fn the_manual_is_true() {
    let document = tree::read("engine/bundle/docs/sharing.md");
    let registry = DockerRegistry::start();
    let publisher = Lab::bare().file("plugin.toml", toml(&document, "schema = 1"));
    let dist = publisher.root().join("dist");
    std::fs::create_dir(&dist).expect("make a folder");
    std::fs::write(dist.join("greeting.wasm"), guests::component("two-roles")).expect("write the component");
    let home = user(GREET, "version = 1\n");
    let steps = steps(&document);
    assert!(steps.len() > 12, "the manual shows {} commands", steps.len());
    for step in steps {
        let lab = if step.is_publishers { &publisher } else { &home };
        if !step.is_publishers && publisher.root().join("acme.key.pub").is_file() {
            let key = publisher.read("acme.key.pub");
            let key = key.lines().nth(1).expect("the key is its second line");
            trust(lab, &toml(&document, "version = 1").replace("RW…", key));
        }
        let real = |line: &str| line.replace("registry.example", registry.host());
        let answer = types(lab, &real(step.command));
        assert_eq!(answer.code, 0, "$ {}\n{answer:#?}", step.command);
        for line in step.shown {
            // Painted words may stand apart; what is shown are the words of one line.
            let said = answer.text();
            let is_said = said.lines().any(|said| real(line).split(' ').all(|word| said.contains(word)));
            assert!(is_said, "$ {}\n{line:?} is not in {answer:#?}", step.command);
        }
    }
}
