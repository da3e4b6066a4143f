//! Checksums in lock files and requirements: a version may change together with its checksum, a checksum alone may not, and
//! none may get lost.
//!
//! Only the changed lines are known, not what surrounds them. Where a line names what its checksum is for (`go.sum`,
//! `poetry.lock`, `uv.lock`) lines are compared by that name. Where the checksum stands on a line of its own (`Cargo.lock`,
//! `package-lock.json`, `yarn.lock`, `pnpm-lock.yaml`) a changed one has to be preceded by a changed line that names a
//! package or a version, since the checksum before it.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::paths::PathClass;
use crate::policy::refusal::{Refusal, rule};

/// What a checksum begins with.
const HASH_MARKS: &[&str] = &[
    "sha1-",
    "sha256-",
    "sha384-",
    "sha512-",
    "sha1:",
    "sha256:",
    "sha384:",
    "sha512:",
    "md5:",
    "h1:",
    "checksum = \"",
    "\"shasum\": \"",
    "checksum: ",
    "\"checksum\": \"",
];

/// Checks the checksums of a changed file.
pub(super) fn check_hashes(path: &str, class: PathClass, removed: &[&str], added: &[&str]) -> Result<(), Refusal> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if class == PathClass::Lock {
        check_named(path, removed, added)?;
        check_bare(path, removed, added)
    } else if class == PathClass::Manifest && (name.ends_with(".txt") || name.ends_with(".in")) {
        check_requirements(path, removed, added)
    } else {
        Ok(())
    }
}

/// A line without its checksum, and the checksum.
fn split_hash(line: &str) -> Option<(String, &str)> {
    let (mark, at) = HASH_MARKS.iter().find_map(|mark| line.find(mark).map(|at| (*mark, at)))?;
    let rest = &line[at + mark.len()..];
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))).unwrap_or(rest.len());
    if end < 8 {
        return None;
    }
    Some((format!("{}{}", line[..at].trim(), &rest[end..]), &line[at..at + mark.len() + end]))
}

/// Whether what remains of a line without its checksum names nothing.
fn is_bare(rest: &str) -> bool {
    let label: String = rest.chars().filter(char::is_ascii_alphanumeric).collect();
    ["", "integrity", "resolutionintegrity", "hash", "checksum", "shasum", "10c0", "sha256", "hashes", "10"]
        .contains(&label.as_str())
}

fn check_named(path: &str, removed: &[&str], added: &[&str]) -> Result<(), Refusal> {
    let named = |lines: &[&str]| -> BTreeMap<String, BTreeSet<String>> {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (rest, hash) in lines.iter().filter_map(|line| split_hash(line)).filter(|(rest, _)| !is_bare(rest)) {
            all.entry(rest).or_default().insert(hash.to_owned());
        }
        all
    };
    let (was, is) = (named(removed), named(added));
    if let Some((name, _)) = was.iter().find(|(name, hashes)| is.get(*name).is_some_and(|new| new != *hashes)) {
        return refuse(rule::CHANGES_HASH, path, &format!("changes the checksum of `{}`", name.trim()));
    }
    // The same line may come back without its checksum.
    let plain: BTreeSet<String> =
        added.iter().filter(|line| split_hash(line).is_none()).map(|line| letters(line)).collect();
    if let Some(name) = was.keys().find(|name| plain.contains(&letters(name.replace("hash", "").as_str()))) {
        return refuse(rule::DROPS_HASH, path, &format!("drops the checksum of `{}`", name.trim()));
    }
    Ok(())
}

/// Checksums on lines of their own, and what names packages and versions around them.
#[derive(Default)]
struct BareHashes {
    /// All of them.
    hashes: usize,
    /// Those without a changed name or version before them.
    unexplained: usize,
    /// Lines with a version.
    versions: usize,
    /// Lines with which an entry begins.
    entries: usize,
}

impl BareHashes {
    fn of(lines: &[&str]) -> Self {
        let mut found = Self::default();
        let mut is_explained = false;
        for line in lines {
            let text = line.trim().trim_start_matches("- ").replace('"', "");
            if let Some((rest, _)) = split_hash(line) {
                if is_bare(&rest) {
                    found.hashes += 1;
                    found.unexplained += usize::from(!is_explained);
                    is_explained = false;
                }
            } else if text.starts_with("version") {
                found.versions += 1;
                is_explained = true;
            } else if text.starts_with("name")
                || text.starts_with("node_modules/")
                || (text.ends_with(':') && text.contains('@'))
            {
                found.entries += 1;
                is_explained = true;
            } else if text.starts_with("resolved") || text.starts_with("resolution") {
                is_explained = true;
            }
        }
        found
    }
}

fn check_bare(path: &str, removed: &[&str], added: &[&str]) -> Result<(), Refusal> {
    let (was, is) = (BareHashes::of(removed), BareHashes::of(added));
    if was.unexplained > 0 {
        let (rule, what) = if is.hashes > 0 {
            (rule::CHANGES_HASH, "changes a checksum although the version stays")
        } else {
            (rule::DROPS_HASH, "drops a checksum although the version stays")
        };
        return refuse(rule, path, what);
    }
    // Entries that are gone take their checksums with them; every other one needs a new checksum.
    let gone = was.entries.saturating_sub(is.entries);
    let needed = was.hashes.saturating_sub(gone).min(is.versions.max(is.entries));
    if is.hashes < needed {
        return refuse(rule::DROPS_HASH, path, "drops a checksum");
    }
    Ok(())
}

/// Requirements with `--hash=`, on the line of the requirement or on lines behind it.
fn check_requirements(path: &str, removed: &[&str], added: &[&str]) -> Result<(), Refusal> {
    let was = Requirements::of(removed);
    if was.hashes.is_empty() {
        return Ok(());
    }
    let is = Requirements::of(added);
    if was.pins.is_empty() && is.pins.is_empty() {
        let is_larger = was.hashes.is_subset(&is.hashes);
        let (rule, what) = if is.hashes.is_empty() {
            (rule::DROPS_HASH, "drops hashes although the requirement stays")
        } else {
            (rule::CHANGES_HASH, "changes hashes although the requirement stays")
        };
        return if is_larger { Ok(()) } else { refuse(rule, path, what) };
    }
    // A pin that leaves and comes back the same has lost or changed its hashes.
    if let Some(pin) = was.pins.iter().find(|pin| is.pins.contains(*pin)) {
        let rule = if is.hashes.len() < was.hashes.len() { rule::DROPS_HASH } else { rule::CHANGES_HASH };
        if was.hashes != is.hashes {
            return refuse(rule, path, &format!("changes the hashes of {pin}, whose version stays"));
        }
    }
    if is.hashes.len() < is.pins.len() {
        return refuse(rule::DROPS_HASH, path, "has requirements without hashes where there were hashes");
    }
    // Hashes were taken from requirements that are not themselves among the removed lines.
    if was.pins.is_empty() {
        return refuse(rule::DROPS_HASH, path, "drops hashes of a requirement that stays");
    }
    Ok(())
}

#[derive(Default)]
struct Requirements {
    /// `name==version` and the like.
    pins: BTreeSet<String>,
    /// Hashes.
    hashes: BTreeSet<String>,
}

impl Requirements {
    fn of(lines: &[&str]) -> Self {
        let mut found = Self::default();
        for line in lines {
            let text = line.split(" #").next().unwrap_or_default();
            for word in text.split_whitespace() {
                if let Some(hash) = word.strip_prefix("--hash=") {
                    found.hashes.insert(hash.to_owned());
                }
            }
            let before = text.split("--hash").next().unwrap_or_default().trim().trim_end_matches('\\').trim();
            if before.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                found.pins.insert(before.to_ascii_lowercase());
            }
        }
        found
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn refuse(rule: &'static str, path: &str, what: &str) -> Result<(), Refusal> {
    Err(Refusal::new(rule, format!("{path}: the change {what}")))
}
