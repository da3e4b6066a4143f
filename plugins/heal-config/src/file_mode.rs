//! A script that lacks its executable bit.

use plugin_sdk::prelude::*;

/// Interpreters that the host lets stand before a script, by the script's ending.
const INTERPRETERS: &[(&str, &[&str])] = &[
    (".sh", &["sh", "bash"]),
    (".bash", &["bash"]),
    (".py", &["python3", "python"]),
    (".js", &["node"]),
    (".mjs", &["node"]),
    (".rb", &["ruby"]),
    (".pl", &["perl"]),
    ("gradlew", &["sh"]),
    ("mvnw", &["sh"]),
];

/// Words with which the host takes a file for one that hides failures; a remedy that writes them is refused, also where they
/// stood there before.
pub(crate) const UNWRITABLE: &[&str] =
    &["|| true", "||true", "|| :", "set +e", "exit 0", "|| echo", "; true", "&& true"];

/// Remedies for the path that the root cause names.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let Some(printed) = root.capture("path").or_else(|| root.capture("file")).or_else(|| root.capture("command"))
    else {
        return Vec::new();
    };
    let Some(path) = path::existing(printed, &incident.stage.directory).filter(|path| host::workspace::is_file(path))
    else {
        return Vec::new();
    };
    let Ok(content) = host::workspace::read_text(&path) else {
        return Vec::new();
    };
    let Some(shebang) = content.lines().next().filter(|line| line.starts_with("#!")) else {
        return Vec::new();
    };
    let because = format!("{path} begins with `{}` but may not be executed", shebang.trim());
    let mut remedies = Vec::new();
    if let Some(action) = through_interpreter(&incident.stage.command, printed, &path, shebang) {
        remedies.push(
            remedy("config", format!("run {path} through its interpreter"))
                .because(format!("{because}; its interpreter can read it all the same"))
                .confidence(0.75)
                .action(action),
        );
    }
    let is_text = !content.contains('\u{fffd}') && !UNWRITABLE.iter().any(|word| content.contains(word));
    if is_text {
        remedies.push(
            remedy("config", format!("make {path} executable"))
                .because(because)
                .confidence(0.7)
                .action(action::write_executable(path, content)),
        );
    }
    remedies
}

/// The stage's command with the interpreter put before the script.
fn through_interpreter(command: &Command, printed: &str, path: &str, shebang: &str) -> Option<Action> {
    let allowed = INTERPRETERS.iter().find(|(ending, _)| path.ends_with(ending)).map(|(_, names)| *names)?;
    let interpreter = allowed.iter().rev().find(|name| shebang.split(['/', ' ']).any(|word| word == **name))?;
    match command {
        Command::Argv(argv) => {
            let is_it = argv.first().is_some_and(|word| same_path(word, printed) && word.contains('/'));
            is_it.then(|| action::replace_argv(std::iter::once((*interpreter).to_owned()).chain(argv.iter().cloned())))
        }
        Command::Shell(script) => {
            let at = place_of_command(script, path)?;
            Some(action::replace_script(format!("{}{interpreter} {}", &script[..at], &script[at..])))
        }
    }
}

fn same_path(a: &str, b: &str) -> bool {
    a.trim_start_matches("./") == b.trim_start_matches("./")
}

/// Where a script's path stands as the program of a command, if it does so exactly once.
fn place_of_command(script: &str, path: &str) -> Option<usize> {
    let tail = path.trim_start_matches("./");
    let mut places = script.match_indices(tail).filter_map(|(at, _)| {
        let word_at =
            script[..at].rfind(|c: char| c.is_whitespace() || "&|;(".contains(c)).map_or(0, |before| before + 1);
        let word_end = at + tail.len();
        let is_whole = script[word_end..].chars().next().is_none_or(|c| c.is_whitespace() || "&|;)".contains(c));
        let word = &script[word_at..word_end];
        let before = script[..word_at].trim_end_matches([' ', '\t']);
        let is_program = before.is_empty() || before.ends_with(['&', '|', ';', '(', '\n']);
        (is_whole && is_program && word.contains('/') && !word.starts_with('/') && same_path(word, tail))
            .then_some(word_at)
    });
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_program_of_a_command_is_replaced() {
        for (script, expected) in [
            ("./a/b.sh x", Some(0)),
            ("cd . && ./a/b.sh", Some(8)),
            ("X=1; a/b.sh", Some(5)),
            ("cat ./a/b.sh", None),
            ("./a/b.sh && ./a/b.sh", None),
            ("./a/b.sh.old", None),
        ] {
            assert_eq!(place_of_command(script, "a/b.sh"), expected, "{script}");
        }
    }
}
