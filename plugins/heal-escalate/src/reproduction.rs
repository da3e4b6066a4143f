//! The command that shows the failure again, as a person can paste it into a shell.

use plugin_sdk::prelude::*;

/// The stage's command with its directory. Values of variables stay with the host; a comment names them.
pub fn command_of(stage: &Stage) -> String {
    let mut text = String::new();
    if !stage.env_names.is_empty() {
        text.push_str(&format!("# needs the variables {}\n", stage.env_names.join(", ")));
    }
    if stage.directory != "." && !stage.directory.is_empty() {
        text.push_str(&format!("cd {}\n", quoted(&stage.directory)));
    }
    match &stage.command {
        Command::Shell(script) => text.push_str(script.trim_end()),
        Command::Argv(argv) => {
            let words: Vec<String> = argv.iter().map(|word| quoted(word)).collect();
            text.push_str(&words.join(" "));
        }
    }
    text
}

/// A word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
