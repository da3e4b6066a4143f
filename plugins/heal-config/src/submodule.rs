//! Submodules that the checkout left empty, and files of git LFS of which only the pointer is there.

use plugin_sdk::prelude::*;

/// What stands at the start of a pointer.
const POINTER: &str = "version https://git-lfs.github.com/spec/";
/// Lines of the log around the cause in which the path may stand.
const AROUND: u32 = 6;

/// Gets the submodule that the failure is about: one that is empty and whose path the evidence names.
pub fn submodules(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let text = host::workspace::read_text(".gitmodules").unwrap_or_default();
    let evidence = evidence(incident, log);
    let is_empty = |path: &str| host::workspace::entries(path).map_or(true, |entries| entries.is_empty());
    let wanted: Vec<&str> = paths_in(&text)
        .filter(|path| is_empty(path))
        .filter(|path| evidence.contains(path) || ends_with_name(&evidence, path))
        .collect();
    if wanted.is_empty() || incident.is_offline() || !incident.has_tool("git") {
        return Vec::new();
    }
    let named = wanted.join(", ");
    let argv = ["git", "submodule", "update", "--init", "--recursive", "--"].into_iter().chain(wanted);
    vec![
        remedy("config", format!("get the submodule {named}"))
            .because(format!("{named} is a submodule whose directory is empty: the checkout left it out"))
            .confidence(0.9)
            .action(action::run_command(argv)),
    ]
}

/// Gets the content of files of which only the pointer is there.
pub fn large_files(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
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

/// The paths of `.gitmodules`.
fn paths_in(text: &str) -> impl Iterator<Item = &str> {
    let values = text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
    values.map(str::trim).filter(|path| !path.is_empty() && !path.starts_with(['/', '-']) && !path.contains(".."))
}

/// Whether the evidence names a path that begins with the submodule's own name, as `#include "widget/widget.h"` does.
fn ends_with_name(evidence: &str, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.len() > 2 && evidence.contains(&format!("{name}/"))
}
