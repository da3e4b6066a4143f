//! What a bare machine lacks around a program: a language with more than ASCII, a kind of terminal, a temporary directory.

use plugin_sdk::prelude::*;

use crate::generated;

/// UTF-8 without the rules of any country; glibc has it built in since 2.35, Debian and musl longer.
const LANGUAGE: &str = "C.UTF-8";
/// The terminal that every terminfo database describes, minimal ones of containers included.
const TERMINAL: &str = "xterm";
/// Directories in which the project itself keeps what is temporary, best first.
const TEMPORARY: &[&str] = &["tmp", ".tmp", "temp", ".cache", "build", "target", "dist", "out"];

/// UTF-8 for the stage: by the locale, and for Python also by its own variables, which are stronger.
pub fn language() -> Vec<Remedy> {
    vec![
        remedy("config", format!("run the stage with the locale {LANGUAGE}"))
            .because("the program reads or writes text beyond ASCII, and the machine's locale only knows ASCII")
            .confidence(0.85)
            .action(action::set_env("LC_ALL", LANGUAGE))
            .action(action::set_env("LANG", LANGUAGE))
            .action(action::set_env("PYTHONUTF8", "1"))
            .action(action::set_env("PYTHONIOENCODING", "utf-8")),
    ]
}

/// A kind of terminal.
pub fn terminal() -> Vec<Remedy> {
    vec![
        remedy("config", format!("tell the stage that its terminal is an {TERMINAL}"))
            .because("the program asks the terminal database how to draw, and TERM names no terminal of it")
            .confidence(0.85)
            .action(action::set_env("TERM", TERMINAL)),
    ]
}

/// A temporary directory inside the workspace, where version control ignores one: outside of it a remedy may point nowhere.
pub fn temporary_directory(incident: &Incident) -> Vec<Remedy> {
    if !incident.stage.directory.trim_matches(['.', '/']).is_empty() {
        // A relative TMPDIR is read from the directory of the program.
        return Vec::new();
    }
    let ignored = generated::ignored_directories(".");
    let is_ignored = |name: &str| ignored.iter().any(|ignored| ignored == name);
    let Some(directory) = TEMPORARY.iter().copied().find(|name| is_ignored(name)) else {
        return Vec::new();
    };
    let mut proposed = remedy("config", format!("keep the stage's temporary files in {directory}"))
        .because(format!("no temporary directory is there or has room, and version control ignores {directory}"))
        .confidence(0.6);
    if !host::workspace::is_directory(directory) {
        proposed = proposed.action(action::run_command(["mkdir", "-p", directory]));
    }
    vec![proposed.action(action::set_env("TMPDIR", directory))]
}
