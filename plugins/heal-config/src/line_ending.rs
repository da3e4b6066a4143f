//! Shell scripts whose lines end as Windows ends them: the interpreter's name then ends in a carriage return.

use plugin_sdk::prelude::*;

/// Words with which the host takes a file for one that hides failures; a remedy that writes them is refused.
use crate::file_mode::UNWRITABLE;

/// The script with plain line endings, as a patch.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    let directory = &incident.stage.directory;
    let captured =
        ["path", "file", "script", "tool", "command"].iter().find_map(|name| root.capture(name)).map(str::to_owned);
    // `./build.sh: line 3: …` and `build.sh: 3: …`.
    let printed = root.cause.text.split(':').next().map(str::to_owned);
    // The line above names the script where the carriage return itself broke the message in two.
    let lines = log.above(root.cause.line, 2);
    let piece =
        |number: usize| lines.iter().filter_map(move |line| line.text.split(": ").nth(number).map(str::to_owned));
    let above = piece(0).chain(piece(2));
    let words = incident.stage.command.text();
    let words = words.split(|c: char| c.is_whitespace() || ";&|()'\"".contains(c)).map(str::to_owned);
    let candidates = captured.into_iter().chain(printed).chain(words).chain(above);
    let mut paths: Vec<String> = candidates
        .filter_map(|word| path::existing(&word, directory))
        .filter(|path| host::workspace::is_file(path))
        .collect();
    paths.dedup();
    paths.iter().find_map(|path| plain(path)).into_iter().collect()
}

fn plain(path: &str) -> Option<Remedy> {
    let content = host::workspace::read_text(path).ok()?;
    let is_script = content.starts_with("#!") || path.ends_with(".sh") || path.ends_with(".bash");
    if !is_script || !content.contains("\r\n") || content.contains('\u{fffd}') {
        return None;
    }
    let content = content.replace("\r\n", "\n");
    if UNWRITABLE.iter().any(|word| content.contains(word)) {
        return None;
    }
    Some(
        remedy("config", format!("end the lines of {path} without carriage returns"))
            .because(format!(
                "{path} was written with the line endings of Windows, which a shell takes for part of each word"
            ))
            .confidence(0.9)
            .action(action::write_file(path, content)),
    )
}
