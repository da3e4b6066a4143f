//! A variable that is not set, and whose default stands in the project's own example file.

use plugin_sdk::prelude::*;

/// Names under which projects keep an example of their `.env`, most usual first.
const EXAMPLES: &[&str] = &[
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    ".env.defaults",
    "env.example",
    "example.env",
    "env.sample",
    "sample.env",
    "env.dist",
    "env.template",
    "dotenv.example",
    ".env.local.example",
    ".env.test",
    ".env.ci",
    ".envrc.example",
    "config/.env.example",
];

/// Files in which a default stands behind the variable's name: `${NAME:-default}`.
const WITH_DEFAULTS: &[&str] = &["docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"];

/// Files that say whether the project loads a `.env` by itself.
const LOADER_FILES: &[&str] = &[
    "requirements.txt",
    "requirements-dev.txt",
    "pyproject.toml",
    "package.json",
    "docker-compose.yml",
    "compose.yml",
    "Cargo.toml",
    "Gemfile",
    "composer.json",
];

/// What stands in an example for a value that everybody has to put in himself.
const PLACEHOLDERS: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "todo",
    "your-",
    "your_",
    "xxx",
    "<",
    "...",
    "placeholder",
    "fixme",
];

/// Words in names of variables whose example value seldom is a working one.
const SECRET_WORDS: &[&str] = &["SECRET", "TOKEN", "PASSWORD", "PASSWD", "PRIVATE", "CREDENTIAL", "API_KEY", "APIKEY"];

/// A default that the project gives.
#[derive(Debug, PartialEq, Eq)]
struct Default {
    value: String,
    file: String,
    line: usize,
}

/// Remedies for the variable that the root cause names.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let Some(variable) = incident.root().capture("variable").filter(|name| is_name(name)) else {
        return Vec::new();
    };
    let directory = &incident.stage.directory;
    let Some(default) = default_of(variable, directory) else {
        return Vec::new();
    };
    let is_secret = SECRET_WORDS.iter().any(|word| variable.to_ascii_uppercase().contains(word));
    let confidence = if is_secret { 0.5 } else { 0.88 };
    let because = format!("`{variable}` is not set, and {}:{} gives a default for it", default.file, default.line);
    let mut remedies = vec![
        remedy("config", format!("set {variable} to the default of {}", default.file))
            .because(because.clone())
            .confidence(confidence)
            .action(action::set_env(variable, &default.value)),
    ];
    if let Some((path, action)) = persisted(variable, &default, incident) {
        remedies.push(
            remedy("config", format!("add {variable} to {path} with the default of {}", default.file))
                .because(format!("{because}, and the project loads {path}"))
                .confidence(confidence - 0.1)
                .action(action),
        );
    }
    remedies
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= 256
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn default_of(variable: &str, directory: &str) -> Option<Default> {
    let mut places = vec![directory.to_owned()];
    if directory != "." {
        places.push(".".to_owned());
    }
    let found = |names: &'static [&'static str], value: fn(&str, &str) -> Option<(usize, String)>| {
        places.iter().flat_map(|place| names.iter().map(move |name| path::below(place, name))).find_map(|file| {
            let text = host::workspace::read_text(&file).ok()?;
            let (line, value) = value(&text, variable)?;
            Some(Default { value, file, line })
        })
    };
    found(EXAMPLES, value_in).or_else(|| found(WITH_DEFAULTS, interpolated))
}

/// Line number and default of `${NAME:-default}` or `${NAME-default}`; `None` when it is absent, empty, a placeholder, or made
/// of another variable.
fn interpolated(text: &str, variable: &str) -> Option<(usize, String)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with('#')).find_map(|(number, line)| {
        let (_, rest) = line.split_once(&format!("${{{variable}"))?;
        let rest = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'))?;
        let (value, _) = rest.split_once('}')?;
        let is_value = !value.is_empty() && !value.contains('$') && !is_placeholder(value);
        is_value.then(|| (number, value.to_owned()))
    })
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

/// Line number and value of a variable in a file of `NAME=value` lines; `None` when it is absent, empty or a placeholder.
fn value_in(text: &str, variable: &str) -> Option<(usize, String)> {
    let (number, value) = (1..).zip(text.lines()).find_map(|(number, line)| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        (name.trim() == variable).then(|| (number, unquoted(value.trim())))
    })?;
    (!value.is_empty() && !is_placeholder(&value)).then_some((number, value))
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside.to_owned();
        }
    }
    value.split(" #").next().unwrap_or_default().trim_end().to_owned()
}

/// The step that writes the default into the project's `.env`, where it loads one.
fn persisted(variable: &str, default: &Default, incident: &Incident) -> Option<(String, Action)> {
    let path = path::below(&incident.stage.directory, ".env");
    let line = format!("{variable}={}\n", written(&default.value));
    match host::workspace::read_text(&path) {
        Ok(text) => {
            let empty = text.lines().find(|line| {
                line.split_once('=').is_some_and(|(name, value)| name.trim() == variable && value.trim().is_empty())
            });
            match empty {
                Some(empty) if text.matches(empty).count() == 1 => {
                    Some((path.clone(), action::edit_file(path, empty, line.trim_end())))
                }
                Some(_) => None,
                None => {
                    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                    Some((path.clone(), action::append_to_file(path, format!("{gap}{line}"))))
                }
            }
        }
        Err(_) if loads_dotenv(incident) => Some((path.clone(), action::write_file(path, line))),
        Err(_) => None,
    }
}

/// A value as every reader of such files understands it.
fn written(value: &str) -> String {
    let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "_-./=:,@%+?&".contains(c));
    if is_plain { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

fn loads_dotenv(incident: &Incident) -> bool {
    let names_it = |text: &str| text.contains("dotenv") || text.contains(".env");
    names_it(&incident.stage.command.text())
        || LOADER_FILES.iter().any(|name| {
            let path = path::below(&incident.stage.directory, name);
            host::workspace::read_text(&path).is_ok_and(|text| names_it(&text))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_usual_loaders_read_them() {
        for (line, expected) in [
            ("A=1", Some("1")),
            ("export A=1", Some("1")),
            ("A = 'x y' # why", Some("x y")),
            ("A=\"#1\"", Some("#1")),
            ("A=sqlite:// # local", Some("sqlite://")),
            ("# A=1", None),
            ("A=", None),
            ("A=your-key-here", None),
            ("A=<token>", None),
            ("AB=1", None),
        ] {
            assert_eq!(value_in(line, "A").map(|(_, value)| value).as_deref(), expected, "{line}");
        }
    }
}
