//! `selfheal plugin update`: newer versions of what came from registries. They are verified like anything else, and approved by
//! a person: a new version is new bytes.

use anyhow::anyhow;
use bundle::lock::Entry;
use bundle::registry::{Reference, Target};
use semver::Version;

use super::plugin_install::take;
use crate::args::UpdateArgs;
use crate::exit::{self, Failure};
use crate::people;
use crate::project::Project;
use crate::report::paint::{NAME, PASSED, paint};
use crate::sharing::client;
use crate::sharing::gate::read_lock;
use crate::sharing::offer::{self, Signatures};
use crate::sharing::trust;

/// Updates.
pub fn update(args: &UpdateArgs) -> Result<u8, Failure> {
    if args.fetch.yes {
        people::must_be_a_person("approve a plugin")?;
    }
    let project = Project::at(&args.fetch.dir)?;
    let trust = trust::read(args.fetch.trust.trust.as_deref())?;
    let lock = read_lock(&project)?.unwrap_or_default();
    if let Some(unknown) = args.ids.iter().find(|id| lock.get(id).is_none()) {
        return Err(Failure::plugin(anyhow!("plugins.lock names no plugin {unknown}"))
            .hint("selfheal plugin list shows those that are used"));
    }
    let wanted = |entry: &&Entry| args.ids.is_empty() || args.ids.contains(&entry.id);
    for entry in lock.entries().filter(wanted) {
        let name = paint(NAME, &entry.id);
        let Ok(reference) = entry.source.parse::<Reference>() else {
            say!("{name} {} came from {}; install a newer file", entry.version, entry.source);
            continue;
        };
        let registry = client::registry(args.fetch.registry, reference.repository.host())?;
        let tags = registry.tags(&reference.repository).map_err(|error| client::failed(error, None))?;
        let Some(newer) = newest(&entry.version, &tags) else {
            say!("{} {name} {} is the newest", paint(PASSED, "✓"), entry.version);
            continue;
        };
        say!("{name} {} → {newer}", entry.version);
        if args.dry_run {
            continue;
        }
        let reference = reference.repository.at(Target::Tag(newer));
        // One that was approved without a signature may stay so; one that had a signature has to have one.
        let signatures = if entry.signers.is_empty() { Signatures::Waived } else { Signatures::Wanted };
        let offered = offer::from_registry(&reference, &trust, args.fetch.registry, signatures)?;
        if offered.verified.contents().manifest.id != entry.id {
            let found = &offered.verified.contents().manifest.id;
            return Err(Failure::plugin(anyhow!("{reference} is {found}, not {}", entry.id)));
        }
        take(&project, &trust, &offered, args.fetch.yes)?;
    }
    Ok(exit::PASSED)
}

/// The newest tag that is a later version. A pre-release is only offered to those who have one.
fn newest(current: &str, tags: &[String]) -> Option<String> {
    let current = Version::parse(current).ok()?;
    let parsed = tags.iter().filter_map(|tag| Some((Version::parse(tag).ok()?, tag)));
    let fitting = parsed.filter(|(version, _)| version.pre.is_empty() || !current.pre.is_empty());
    fitting.filter(|(version, _)| *version > current).max().map(|(_, tag)| tag.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_release_is_offered_and_never_an_older_one() {
        let tags = ["2.0.0-rc.1", "latest", "1.10.0", "1.9.0", "1.2.0"].map(str::to_owned);
        assert_eq!(newest("1.2.0", &tags).as_deref(), Some("1.10.0"));
        assert_eq!(newest("1.10.0", &tags), None);
        assert_eq!(newest("2.0.0-beta.1", &tags).as_deref(), Some("2.0.0-rc.1"));
    }
}
