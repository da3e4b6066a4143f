//! What approving an offered plugin would change, in words.

use std::fmt;

use super::Entry;
use crate::digest::Digest;
use crate::keys::PublicKey;

/// One difference between what was approved and what is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Nothing of that id was approved.
    New {
        /// Id and version.
        plugin: String,
    },
    /// A newer version.
    Newer {
        /// The approved version.
        from: String,
        /// The offered one.
        to: String,
    },
    /// An older version: what was fixed since may be open again.
    Older {
        /// The approved version.
        from: String,
        /// The offered one.
        to: String,
    },
    /// Other bytes under the same version: somebody published it twice, or somebody else did.
    SameVersionOtherBytes {
        /// The approved component.
        from: Digest,
        /// The offered one.
        to: Digest,
    },
    /// Another bundle around the same component.
    OtherBundle {
        /// The approved manifest.
        from: Digest,
        /// The offered one.
        to: Digest,
    },
    /// From somewhere else.
    OtherSource {
        /// The approved source.
        from: String,
        /// The offered one.
        to: String,
    },
    /// Another version of the contract.
    OtherApi {
        /// The approved version.
        from: String,
        /// The offered one.
        to: String,
    },
    /// It has a signature of a key that had not signed before.
    SignerAdded(PublicKey),
    /// A key that had signed did not sign this.
    SignerGone(PublicKey),
    /// It may do something that it could not before.
    Widened(String),
    /// It may no longer do something.
    Narrowed(String),
}

impl Change {
    /// Whether somebody has to say yes. Only less power, and another place for the same bytes, need nobody.
    pub fn needs_approval(&self) -> bool {
        !matches!(self, Self::Narrowed(_) | Self::OtherSource { .. })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { plugin } => write!(f, "{plugin} is new"),
            Self::Newer { from, to } => write!(f, "version {from} becomes {to}"),
            Self::Older { from, to } => write!(f, "version {from} becomes {to}, which is OLDER"),
            Self::SameVersionOtherBytes { from, to } => {
                write!(
                    f,
                    "the component has OTHER BYTES under the same version ({} becomes {})",
                    from.short(),
                    to.short()
                )
            }
            Self::OtherBundle { from, to } => {
                write!(f, "the same component in another bundle ({} becomes {})", from.short(), to.short())
            }
            Self::OtherSource { from, to } => write!(f, "it comes from {to} instead of {from}"),
            Self::OtherApi { from, to } => write!(f, "it is built for contract {to} instead of {from}"),
            Self::SignerAdded(key) => write!(f, "it is signed by {key}, which had not signed before"),
            Self::SignerGone(key) => write!(f, "it is NO LONGER signed by {key}"),
            Self::Widened(line) => write!(f, "it may now: {}", in_words(line)),
            Self::Narrowed(line) => write!(f, "it may no longer: {}", in_words(line)),
        }
    }
}

/// A line of a grant for a person.
fn in_words(line: &str) -> String {
    match line.split_once(' ') {
        Some(("process", program)) => format!("run the program {program}"),
        Some(("http", host)) => format!("send requests to {host}"),
        _ => match line {
            "workspace read" => "read the project's files, except .git".to_owned(),
            "state" => "keep data of its own between runs".to_owned(),
            "clock" => "know the time".to_owned(),
            _ => line.to_owned(),
        },
    }
}

/// What would change if `offered` took the place of `approved`; empty where they are the same. Most important first.
pub fn changes(approved: Option<&Entry>, offered: &Entry) -> Vec<Change> {
    let mut found = Vec::new();
    let Some(approved) = approved else {
        found.push(Change::New { plugin: format!("{}@{}", offered.id, offered.version) });
        found.extend(offered.signers.iter().map(|key| Change::SignerAdded(*key)));
        found.extend(offered.granted.iter().cloned().map(Change::Widened));
        return found;
    };
    found.extend(version_change(approved, offered));
    let versions_differ = !found.is_empty();
    if approved.wasm != offered.wasm && !versions_differ {
        found.push(Change::SameVersionOtherBytes { from: approved.wasm, to: offered.wasm });
    }
    if approved.wasm == offered.wasm && approved.manifest != offered.manifest && !versions_differ {
        found.push(Change::OtherBundle { from: approved.manifest, to: offered.manifest });
    }
    found.extend(without(&approved.signers, &offered.signers).map(|key| Change::SignerGone(*key)));
    found.extend(without(&offered.signers, &approved.signers).map(|key| Change::SignerAdded(*key)));
    found.extend(without(&offered.granted, &approved.granted).cloned().map(Change::Widened));
    found.extend(without(&approved.granted, &offered.granted).cloned().map(Change::Narrowed));
    if approved.api != offered.api {
        found.push(Change::OtherApi { from: approved.api.clone(), to: offered.api.clone() });
    }
    if approved.source != offered.source {
        found.push(Change::OtherSource { from: approved.source.clone(), to: offered.source.clone() });
    }
    found
}

fn version_change(approved: &Entry, offered: &Entry) -> Option<Change> {
    let (from, to) = (approved.version.clone(), offered.version.clone());
    if from == to {
        return None;
    }
    let parse = |text: &str| semver::Version::parse(text).ok();
    match (parse(&from), parse(&to)) {
        (Some(old), Some(new)) if new > old => Some(Change::Newer { from, to }),
        _ => Some(Change::Older { from, to }),
    }
}

/// Those of `all` that are not in `others`.
fn without<'a, T: PartialEq>(all: &'a [T], others: &'a [T]) -> impl Iterator<Item = &'a T> {
    all.iter().filter(move |one| !others.contains(one))
}
