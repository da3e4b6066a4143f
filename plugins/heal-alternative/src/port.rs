//! A port that is taken.

use plugin_sdk::package_json;
use plugin_sdk::prelude::*;

/// Files of the stage's directory in which projects write down their ports.
const SETTINGS: &[&str] = &[
    ".env",
    ".env.example",
    "docker-compose.yml",
    "compose.yml",
    "Procfile",
    "config.js",
    "vite.config.ts",
    "vite.config.js",
    "server.js",
    "app.py",
    "main.py",
];

/// The remedy: another free port by the variable that the project takes its port from.
pub fn remedies(incident: &Incident) -> Vec<Remedy> {
    let root = incident.root();
    let Some(port) = root.capture("port").and_then(|port| port.parse::<u16>().ok()).filter(|port| *port != 0) else {
        return Vec::new();
    };
    let directory = &incident.stage.directory;
    let mut texts = vec![("the command".to_owned(), incident.stage.command.text())];
    texts.extend(
        package_json::scripts(directory).into_iter().map(|script| ("a script of package.json".to_owned(), script)),
    );
    texts.extend(SETTINGS.iter().filter_map(|name| {
        let path = path::below(directory, name);
        host::workspace::read_text(&path).ok().map(|text| (path, text))
    }));
    let declared = incident
        .stage
        .env_names
        .iter()
        .find(|name| is_port_name(name))
        .map(|name| ("the pipeline".to_owned(), name.clone()));
    let with_port =
        texts.iter().find_map(|(place, text)| variable_in(text, Some(port)).map(|name| (place.clone(), name)));
    let named = with_port
        .or(declared)
        .or_else(|| texts.iter().find_map(|(place, text)| variable_in(text, None).map(|name| (place.clone(), name))));
    let taken = format!("port {port} is taken by another process");
    let proposed = match named {
        Some((place, variable)) => remedy("alternative", format!("move from port {port} to a free one by {variable}"))
            .because(format!("{taken}, and {place} takes the port from {variable}"))
            .confidence(0.75)
            .action(action::move_port(port, variable)),
        None => remedy("alternative", format!("move from port {port} to a free one by PORT"))
            .because(format!("{taken}; most servers take their port from PORT"))
            .confidence(0.35)
            .action(action::move_port(port, "PORT")),
    };
    vec![proposed]
}

fn is_port_name(name: &str) -> bool {
    name == "PORT" || name.ends_with("_PORT")
}

/// The variable of `PORT=3000`, `${WEB_PORT:-3000}`, `process.env.PORT` or `environ["PORT"]`; with a port only where it stands
/// right behind.
fn variable_in(text: &str, port: Option<u16>) -> Option<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (at, _) in text.match_indices("PORT") {
        let start = text[..at].rfind(|c: char| !is_word(c)).map_or(0, |before| before + 1);
        let end = at + "PORT".len();
        if text[end..].chars().next().is_some_and(is_word) {
            continue;
        }
        let name = &text[start..end];
        let behind = text[end..].trim_start_matches(|c: char| "\"'])} \t".contains(c));
        let value = ["=", ":-", "-", "||", "??", ",", ":"].iter().find_map(|mark| behind.strip_prefix(mark));
        let digits: String = value
            .unwrap_or_default()
            .trim_start_matches(['"', '\'', ' '])
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let fits = match port {
            Some(port) => digits == port.to_string(),
            None => text[..start].ends_with(['$', '{', '.', '"', '\'']),
        };
        if fits && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') && is_port_name(name)
        {
            return Some(name.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_found_where_projects_write_it() {
        for (text, port, expected) in [
            ("PORT=3000 npm start", Some(3000), Some("PORT")),
            ("serve -p ${WEB_PORT:-8080}", Some(8080), Some("WEB_PORT")),
            ("const port = process.env.PORT || 3000", Some(3000), Some("PORT")),
            ("os.environ.get(\"APP_PORT\", 5000)", Some(5000), Some("APP_PORT")),
            ("PORT=3000", Some(4000), None),
            ("app.listen(process.env.PORT)", None, Some("PORT")),
            ("EXPORT=3000", Some(3000), None),
            ("PORTS=3000", Some(3000), None),
        ] {
            assert_eq!(variable_in(text, port).as_deref(), expected, "{text}");
        }
    }
}
