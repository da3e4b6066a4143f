//! Artifacts that Maven did not get once and does not ask for again: it leaves a marker beside where the artifact would be, and
//! for a day answers from that. The markers of the artifacts that the log names are cleared where the local repository lies in
//! the workspace; elsewhere Maven is told to ask again, by the option that it has for that.

use plugin_sdk::prelude::*;

use crate::script;

/// What every version of Maven says of an answer from a marker.
const CACHED: &str = "cached in the local repository";
/// Lines of the log that are read for artifacts.
const MOST_LINES: u32 = 20;
/// Markers that one remedy clears; the host takes 32 steps.
const MOST_MARKERS: usize = 24;
/// Places of a local repository in a workspace where nothing says another.
const REPOSITORIES: &[&str] = &[".m2/repository", ".m2", ".repository", ".maven"];
/// How the place is said, on the command line and in `.mvn/maven.config`.
const OPTION: &str = "-Dmaven.repo.local=";
/// Programs that take `-U`.
const PROGRAMS: &[&str] = &["mvn", "./mvnw", "mvnw"];

/// The remedies, where the log says that a failure came from a marker.
pub fn remedies(incident: &Incident, log: &dyn Log) -> Vec<Remedy> {
    let root = incident.root();
    if root.ecosystem != "jvm" && !root.code.starts_with("jvm.") {
        return Vec::new();
    }
    let mut lines: Vec<String> = log.containing(CACHED, MOST_LINES).into_iter().map(|line| line.text).collect();
    if root.cause.text.contains(CACHED) {
        lines.push(root.cause.text.clone());
    }
    let mut artifacts: Vec<Artifact> = lines.iter().flat_map(|line| artifacts_in(line)).collect();
    artifacts.dedup();
    let Some(first) = artifacts.first() else {
        return Vec::new();
    };
    let named = format!("{}:{}:{}", first.group, first.name, first.version);
    let why =
        format!("Maven did not get {named} once and has answered from the marker of that since, without asking again");
    let markers = markers(incident, &artifacts);
    let mut remedies = Vec::new();
    if !markers.is_empty() {
        let proposed = remedy("alternative", format!("clear Maven's markers of what it did not get, {named} first"))
            .because(why.clone())
            .confidence(0.85);
        remedies.push(markers.into_iter().fold(proposed, |proposed, path| proposed.action(action::clear_path(path))));
    }
    if let Some(command) = PROGRAMS.iter().find_map(|program| asking_again(&incident.stage.command, program)) {
        let proposed = remedy("alternative", "let Maven ask its repositories again (-U)").because(why);
        remedies.push(proposed.confidence(if remedies.is_empty() { 0.75 } else { 0.5 }).action(command));
    }
    remedies
}

#[derive(Debug, PartialEq, Eq)]
struct Artifact {
    group: String,
    name: String,
    version: String,
}

/// The artifacts of `G:A:jar:V was not found in URL during a previous attempt` and of the older `Failure to find G:A:jar:V in
/// URL was cached`, `Failure to transfer G:A:jar:V from URL was cached`.
fn artifacts_in(line: &str) -> Vec<Artifact> {
    let at = line.find(CACHED).unwrap_or(line.len());
    let words = line[..at].split([' ', ',']);
    words.filter_map(artifact).collect()
}

/// `group:name:extension:version`, or with a classifier before the version.
fn artifact(word: &str) -> Option<Artifact> {
    let parts: Vec<&str> = word.split(':').collect();
    let is_part = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    if !(4..=5).contains(&parts.len()) || !parts.iter().all(is_part) {
        return None;
    }
    Some(Artifact { group: parts[0].to_owned(), name: parts[1].to_owned(), version: parts[parts.len() - 1].to_owned() })
}

/// The markers of artifacts that lie in the workspace. Whether version control ignores them, so that they may be cleared, is
/// for the host to see.
fn markers(incident: &Incident, artifacts: &[Artifact]) -> Vec<String> {
    let Some(repository) = repository(incident) else {
        return Vec::new();
    };
    let of = |artifact: &Artifact| {
        let folder =
            format!("{repository}/{}/{}/{}", artifact.group.replace('.', "/"), artifact.name, artifact.version);
        let start = format!("{}-{}", artifact.name, artifact.version);
        let entries = host::workspace::entries(&folder).unwrap_or_default().into_iter().map(|entry| entry.path);
        let is_marker = move |path: &String| {
            path.rsplit('/').next().is_some_and(|name| name.starts_with(&start) && name.ends_with(".lastUpdated"))
        };
        entries.filter(is_marker).collect::<Vec<String>>()
    };
    let mut found: Vec<String> = artifacts.iter().flat_map(of).collect();
    found.sort();
    found.dedup();
    found.truncate(MOST_MARKERS);
    found
}

fn repository(incident: &Incident) -> Option<String> {
    let directory = &incident.stage.directory;
    let settings = host::workspace::read_text(&path::below(directory, ".mvn/maven.config")).unwrap_or_default();
    let said = [incident.stage.command.text(), settings];
    let said = said.iter().find_map(|text| text.split_once(OPTION)).map(|(_, rest)| {
        let value = rest.split(|c: char| c.is_whitespace() || ";&|".contains(c)).next().unwrap_or_default();
        value.trim_matches(['"', '\'']).trim_start_matches("$PWD/").to_owned()
    });
    match said {
        Some(said) => path::existing(&said, directory),
        None => REPOSITORIES
            .iter()
            .map(|place| path::below(directory, place))
            .find(|place| host::workspace::is_directory(place)),
    }
}

/// The command with `-U` behind its Maven.
fn asking_again(command: &Command, program: &str) -> Option<Action> {
    match command {
        Command::Shell(text) if text.split_whitespace().any(|word| word == "-U") => None,
        Command::Shell(text) => script::with_words_behind(text, program, "-U").map(action::replace_script),
        Command::Argv(argv) => {
            let is_it = argv.first().is_some_and(|first| first == program) && !argv.iter().any(|word| word == "-U");
            let words = || argv[..1].iter().cloned().chain(["-U".to_owned()]).chain(argv[1..].iter().cloned());
            is_it.then(|| action::replace_argv(words()))
        }
    }
}
