//! The policy file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::refusal::{Missing, Refusal};
use crate::digest::Digest;
use crate::keys::PublicKey;
use crate::text::plugin_id_problem;

/// Largest policy.
const MAX_POLICY_BYTES: usize = 1 << 20;

/// Who is trusted with which plugins. The default one trusts nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustPolicy {
    keys: BTreeMap<String, PublicKey>,
    rules: BTreeMap<Scope, Rule>,
    revoked_keys: BTreeSet<PublicKey>,
    revoked_digests: BTreeSet<Digest>,
}

/// Which plugins a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// Ids that begin so; ends with `/`.
    Publisher(String),
    /// One id.
    Plugin(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    all_of: Vec<String>,
    any_of: Option<AnyOf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyOf {
    minimum: usize,
    keys: Vec<String>,
}

/// A policy cannot be used. It is never used in part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Reading failed.
    #[error("read the trust policy {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Too large.
    #[error("the trust policy has {0} bytes; at most {MAX_POLICY_BYTES} are read")]
    TooLarge(usize),
    /// No TOML, or with keys that a policy does not have.
    #[error("the trust policy: line {line}: {message}")]
    Format {
        /// 1-based.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Another version.
    #[error("the trust policy has version {0}; this version of selfheal reads 1")]
    Version(u32),
    /// A rule that does not say what it is about.
    #[error("[[trust]] number {0}: exactly one of publisher = \"NAME/\" and plugin = \"ID\" is wanted")]
    Scope(usize),
    /// A publisher without its slash would also be about publishers with a longer name.
    #[error("the publisher `{0}` is no name that ends with `/`, such as \"acme/\"")]
    Publisher(String),
    /// No id.
    #[error("the plugin `{0}` is no plugin id")]
    Plugin(String),
    /// Two rules about the same.
    #[error("there are two rules for {0}")]
    Twice(String),
    /// A rule that wants no signature.
    #[error("the rule for {0} wants no signature; give it all-of or any-of")]
    Empty(String),
    /// A minimum that cannot be met, or is none.
    #[error("the rule for {rule} wants {minimum} of {keys} keys; a number from 1 to {keys} is wanted")]
    Minimum {
        /// Which rule.
        rule: String,
        /// What it wants.
        minimum: usize,
        /// How many different keys there are.
        keys: usize,
    },
    /// A name that is not in `[keys]`.
    #[error("the key `{0}` is not in [keys]")]
    UnknownKey(String),
    /// Two names for one key: it would count twice.
    #[error("`{0}` and `{1}` are the same key; one signature would count twice")]
    SameKey(String, String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    version: u32,
    #[serde(default)]
    keys: BTreeMap<String, PublicKey>,
    #[serde(default)]
    trust: Vec<RuleEntry>,
    #[serde(default)]
    revoked: Revoked,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RuleEntry {
    publisher: Option<String>,
    plugin: Option<String>,
    #[serde(default)]
    all_of: Vec<String>,
    any_of: Option<AnyOf>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Revoked {
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    digests: Vec<Digest>,
}

impl TrustPolicy {
    /// Reads a policy file.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let text = fs::read_to_string(path).map_err(|source| PolicyError::Io { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads the text of a policy.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::TooLarge(text.len()));
        }
        let file: File = toml::from_str(text).map_err(|error| {
            let before = text.get(..error.span().map_or(0, |span| span.start)).unwrap_or_default();
            PolicyError::Format { line: before.matches('\n').count() + 1, message: error.message().to_owned() }
        })?;
        if file.version != 1 {
            return Err(PolicyError::Version(file.version));
        }
        let mut names: BTreeMap<PublicKey, &String> = BTreeMap::new();
        for (name, key) in &file.keys {
            if let Some(other) = names.insert(*key, name) {
                return Err(PolicyError::SameKey(other.clone(), name.clone()));
            }
        }
        let mut rules = BTreeMap::new();
        for (place, entry) in file.trust.into_iter().enumerate() {
            let (scope, rule) = entry.checked(place + 1, &file.keys)?;
            let name = scope.as_str().to_owned();
            if rules.insert(scope, rule).is_some() {
                return Err(PolicyError::Twice(name));
            }
        }
        let revoked_keys = file.revoked.keys.iter().map(|entry| match file.keys.get(entry) {
            Some(key) => Ok(*key),
            None => entry.parse().map_err(|_| PolicyError::UnknownKey(crate::text::shown(entry))),
        });
        Ok(Self {
            revoked_keys: revoked_keys.collect::<Result<_, _>>()?,
            revoked_digests: file.revoked.digests.into_iter().collect(),
            keys: file.keys,
            rules,
        })
    }

    /// Whether a bundle's or a component's digest is revoked.
    pub fn is_digest_revoked(&self, digest: Digest) -> bool {
        self.revoked_digests.contains(&digest)
    }

    /// Whether a key is revoked.
    pub fn is_key_revoked(&self, key: &PublicKey) -> bool {
        self.revoked_keys.contains(key)
    }

    /// The name of a key.
    pub fn name_of(&self, key: &PublicKey) -> Option<&str> {
        self.keys.iter().find(|(_, known)| *known == key).map(|(name, _)| name.as_str())
    }

    /// Whether it says whose signatures a plugin needs.
    pub fn has_rule_for(&self, id: &str) -> bool {
        self.rule_for(id).is_some()
    }

    pub(super) fn known_keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        let unnamed = self.revoked_keys.iter().filter(|key| self.name_of(key).is_none());
        self.keys.values().chain(unnamed).copied()
    }

    /// Whether signatures by these keys are enough for a plugin.
    pub(super) fn is_enough(&self, id: &str, signers: &[PublicKey]) -> Result<(), Refusal> {
        let (scope, rule) =
            self.rule_for(id).ok_or_else(|| Refusal::NoRule { id: id.to_owned(), signers: signers.to_owned() })?;
        let has_signed = |name: &String| self.keys.get(name).is_some_and(|key| signers.contains(key));
        let without =
            |names: &[String]| -> Vec<String> { names.iter().filter(|name| !has_signed(name)).cloned().collect() };
        let all_of = without(&rule.all_of);
        let any_of = rule.any_of.as_ref().and_then(|any_of| {
            let absent = without(&any_of.keys);
            let signed = any_of.keys.len() - absent.len();
            (signed < any_of.minimum).then(|| (any_of.minimum - signed, absent))
        });
        if all_of.is_empty() && any_of.is_none() {
            return Ok(());
        }
        Err(Refusal::NotEnough { rule: scope.as_str().to_owned(), missing: Missing { all_of, any_of } })
    }

    fn rule_for(&self, id: &str) -> Option<(&Scope, &Rule)> {
        self.rules.get_key_value(&Scope::Plugin(id.to_owned())).or_else(|| {
            let (publisher, _) = id.split_once('/')?;
            self.rules.get_key_value(&Scope::Publisher(format!("{publisher}/")))
        })
    }
}

impl Scope {
    fn as_str(&self) -> &str {
        match self {
            Self::Publisher(name) | Self::Plugin(name) => name,
        }
    }
}

impl RuleEntry {
    fn checked(self, place: usize, keys: &BTreeMap<String, PublicKey>) -> Result<(Scope, Rule), PolicyError> {
        let scope = match (self.publisher, self.plugin) {
            (Some(publisher), None) => {
                let name = publisher.strip_suffix('/').filter(|name| !name.contains('/'));
                if name.is_none_or(|name| plugin_id_problem(name).is_some()) {
                    return Err(PolicyError::Publisher(crate::text::shown(&publisher)));
                }
                Scope::Publisher(publisher)
            }
            (None, Some(plugin)) => {
                if plugin_id_problem(&plugin).is_some() {
                    return Err(PolicyError::Plugin(crate::text::shown(&plugin)));
                }
                Scope::Plugin(plugin)
            }
            _ => return Err(PolicyError::Scope(place)),
        };
        let rule = scope.as_str().to_owned();
        let any_of_keys = self.any_of.iter().flat_map(|any_of| &any_of.keys);
        if let Some(unknown) = self.all_of.iter().chain(any_of_keys).find(|name| !keys.contains_key(*name)) {
            return Err(PolicyError::UnknownKey(crate::text::shown(unknown)));
        }
        if let Some(any_of) = &self.any_of {
            let distinct: BTreeSet<&String> = any_of.keys.iter().collect();
            let (minimum, keys) = (any_of.minimum, distinct.len());
            if minimum == 0 || minimum > keys || keys < any_of.keys.len() {
                return Err(PolicyError::Minimum { rule, minimum, keys });
            }
        } else if self.all_of.is_empty() {
            return Err(PolicyError::Empty(rule));
        }
        Ok((scope, Rule { all_of: self.all_of, any_of: self.any_of }))
    }
}
