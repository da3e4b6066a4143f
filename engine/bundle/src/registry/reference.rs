//! Where a bundle is in a registry: `HOST[:PORT]/REPOSITORY:TAG` or `…@sha256:…`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::digest::Digest;

/// Longest name of a repository, with its host; longest tag.
const MAX_NAME: usize = 255;
const MAX_TAG: usize = 128;

/// A repository in a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repository {
    /// `HOST` or `HOST:PORT`.
    pub(super) host: String,
    /// E.g. `acme/heal-terraform`.
    pub(super) path: String,
}

/// Which bundle of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one that a name points to now.
    Tag(String),
    /// Exactly this one.
    Digest(Digest),
}

/// A bundle in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its repository.
    pub repository: Repository,
    /// Which one.
    pub target: Target,
}

/// A text is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// No host, or one that could be taken for a folder.
    #[error("`{0}` names no registry; HOST/REPOSITORY:TAG is wanted, where HOST has a dot or a port, or is localhost")]
    Host(String),
    /// No repository.
    #[error("`{0}` names no repository: lower-case letters and digits, separated by `/`, `.`, `_` or `-`")]
    Repository(String),
    /// No tag and no digest. There is no default: what `latest` is depends on the day.
    #[error("`{0}` names no tag and no digest; add `:VERSION`")]
    NoTarget(String),
    /// No tag.
    #[error("`{0}` is no tag: up to 128 letters, digits, `.`, `_` and `-`")]
    Tag(String),
    /// No digest.
    #[error(transparent)]
    Digest(#[from] crate::digest::NoDigest),
}

impl Repository {
    /// The registry, `HOST` or `HOST:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository's name there.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A bundle in it.
    pub fn at(&self, target: Target) -> Reference {
        Reference { repository: self.clone(), target }
    }

    /// Whether the registry is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

/// Whether `HOST` or `HOST:PORT` is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl FromStr for Repository {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let text = text.strip_prefix("oci://").unwrap_or(text);
        let shown = || crate::text::shown(text);
        let (host, path) = text.split_once('/').ok_or_else(|| ReferenceError::Host(shown()))?;
        if !is_host(host) {
            return Err(ReferenceError::Host(shown()));
        }
        if text.len() > MAX_NAME || !path.split('/').all(is_path_part) {
            return Err(ReferenceError::Repository(shown()));
        }
        Ok(Self { host: host.to_owned(), path: path.to_owned() })
    }
}

fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<std::net::Ipv6Addr>().is_ok() => ("", port),
            _ => return false,
        },
        None => host.find(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
    };
    let is_name = host.starts_with('[') || name.split('.').all(is_label);
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let is_clear = host.starts_with('[') || name.contains('.') || !port.is_empty() || name == "localhost";
    is_name && is_port && is_clear
}

/// A part of a repository's name: runs of letters and digits, separated by `.`, `_`, `__` or hyphens.
fn is_path_part(part: &str) -> bool {
    let is_alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    let ends_well =
        bytes.first().copied().is_some_and(is_alphanumeric) && bytes.last().copied().is_some_and(is_alphanumeric);
    ends_well && bytes.iter().all(|&byte| is_alphanumeric(byte) || b"._-".contains(&byte)) && !part.contains("..")
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = tag.as_bytes();
    bytes.first().copied().is_some_and(is_word)
        && bytes.len() <= MAX_TAG
        && bytes.iter().all(|&byte| is_word(byte) || b".-".contains(&byte))
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Where both a tag and a digest are named, the digest decides.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.parse::<Digest>()?)),
            None => (text, None),
        };
        // A colon after the last slash begins a tag; others belong to the host.
        let (name, tag) = match name.rsplit_once(':') {
            Some((before, tag)) if !tag.contains('/') && before.trim_start_matches("oci://").contains('/') => {
                (before, Some(tag))
            }
            _ => (name, None),
        };
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag(crate::text::shown(tag)));
        }
        let repository: Repository = name.parse()?;
        let target = match (digest, tag) {
            (Some(digest), _) => Target::Digest(digest),
            (None, Some(tag)) => Target::Tag(tag.to_owned()),
            (None, None) => return Err(ReferenceError::NoTarget(crate::text::shown(text))),
        };
        Ok(Self { repository, target })
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.path)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => write!(f, "{digest}"),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if matches!(self.target, Target::Tag(_)) { ':' } else { '@' };
        write!(f, "{}{separator}{}", self.repository, self.target)
    }
}
