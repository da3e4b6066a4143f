//! An index that offered nothing. pip says `from versions: none` of a name that nobody has and, without a word more, of an
//! index that was down; so the index is asked once more before anybody is blamed.

use plugin_sdk::prelude::*;

use super::index::Unasked;
use super::requirements::parse;
use super::{Project, versions};

/// Shortest base of the wait and its cap. Short: the index has answered just now.
const BASE: Duration = Duration::from_secs(1);
const CAP: Duration = Duration::from_secs(15);
/// The same while the index still does not answer.
const BASE_WHILE_DOWN: Duration = Duration::from_secs(5);
const CAP_WHILE_DOWN: Duration = Duration::from_secs(120);

/// Options of pip with which the index that was asked is not the configured one, so that asking that one would prove nothing.
const ELSEWHERE: &[&str] = &["--index-url", "--extra-index-url", "--no-index", "--find-links", " -i ", " -f "];

/// The remedies: try again where the index has what was asked for, or is seen to be down; otherwise those for a requirement
/// that no index can satisfy.
pub fn remedies(incident: &Incident, log: &dyn Log, project: &Project) -> Vec<Remedy> {
    let root = incident.root();
    let requirement = root.capture("requirement").or_else(|| root.capture("package"));
    let Some((name, specifiers, _)) = requirement.and_then(parse) else {
        return Vec::new();
    };
    if ELSEWHERE.iter().any(|option| super::command_of(incident).contains(option)) {
        return versions::remedies(root, log, project);
    }
    match project.index.releases(&name) {
        Ok(releases) if releases.iter().any(|release| release.fits && is_pinned(&specifiers, &release.version)) => {
            again(
                incident,
                format!("the index was asked again and now offers {name}; it did not answer properly before"),
                0.85,
                (BASE, CAP),
            )
        }
        Ok(_) => versions::remedies(root, log, project),
        Err(Unasked::Failed(why)) if is_outage(&why) => {
            let because = format!("the index was asked again and does not answer properly at the moment: {why}");
            again(incident, because, 0.6, (BASE_WHILE_DOWN, CAP_WHILE_DOWN))
        }
        Err(why) => {
            host::log::info(format!("whether the index has {name} could not be asked: {why}"));
            versions::remedies(root, log, project)
        }
    }
}

/// Whether a release is the pinned one; without a pin any is.
fn is_pinned(specifiers: &str, version: &str) -> bool {
    match specifiers.strip_prefix("==") {
        Some(pin) if !pin.contains([',', '*']) => pin.trim_start_matches('=').trim() == version,
        _ => true,
    }
}

/// Whether the words of an error are those of a server that is down or a connection that broke, and not of one that refuses.
fn is_outage(why: &str) -> bool {
    let is_broken = ["ConnectionError: ", "ConnectTimeout: ", "ReadTimeout: ", "ChunkedEncodingError: "];
    let is_status =
        why.strip_prefix("HTTPError: ").is_some_and(|rest| rest.starts_with('5') || rest.starts_with("429"));
    is_status || is_broken.iter().any(|words| why.starts_with(words))
}

fn again(incident: &Incident, because: String, confidence: f64, wait: (Duration, Duration)) -> Vec<Remedy> {
    if incident.tried_with("retry").next().is_some() {
        return Vec::new();
    }
    let (base, cap) = wait;
    vec![
        remedy("retry", "wait a little for the package index and run the stage again")
            .because(because)
            .confidence(confidence)
            .action(action::wait(base, cap)),
    ]
}
