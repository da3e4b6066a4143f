//! Files of git LFS of which only the pointer is there.
//!
//! Submodules that a checkout left empty are not fetched: `git submodule update --init` writes `.git/config`, which no remedy may.

use plugin_sdk::prelude::*;

/// What stands at the start of a pointer.
const POINTER: &str = "version https://git-lfs.github.com/spec/";
/// Lines of the log around the cause in which the path may stand.
const AROUND: u32 = 6;

/// Gets the content of files of which only the pointer is there.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let evidence = evidence(incident, log);
    let words = evidence.split(|c: char| c.is_whitespace() || "'\"`:,()".contains(c)).filter(|word| word.contains('.'));
    let pointer = words.filter_map(|word| path::existing(word, &incident.stage.directory)).find(|path| {
        let start = host::workspace::read_chunk(path, 0, 64).map(|chunk| chunk.data).unwrap_or_default();
        start.starts_with(POINTER.as_bytes())
    });
    let Some(pointer) = pointer.filter(|_| !incident.is_offline() && incident.has_tool("git")) else {
        return Vec::new();
    };
    vec![
        remedy("config", "get the files of git LFS")
            .because(format!("{pointer} is only the pointer of a file that git LFS keeps"))
            .confidence(0.85)
            .action(action::run_command(["git", "lfs", "pull"])),
    ]
}

fn evidence(incident: &Incident, log: &dyn Log) -> String {
    let cause = &incident.root().cause;
    let below = log.below(cause.line, AROUND);
    let lines = log.above(cause.line, AROUND).into_iter().chain(below).map(|line| line.text);
    let findings = incident.findings.iter().map(|finding| finding.cause.text.clone());
    findings.chain(lines).collect::<Vec<String>>().join("\n")
}
