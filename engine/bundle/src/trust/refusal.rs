//! Why a policy refuses, and what would change its mind.

use crate::digest::Digest;
use crate::keys::PublicKey;

/// What is missing to satisfy a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Names of keys of `all-of` without a signature.
    pub all_of: Vec<String>,
    /// How many more of `any-of` are wanted, and of which keys.
    pub any_of: Option<(usize, Vec<String>)>,
}

impl Missing {
    fn in_words(&self) -> String {
        let mut parts = Vec::new();
        if !self.all_of.is_empty() {
            parts.push(self.all_of.join(" and "));
        }
        if let Some((count, names)) = &self.any_of {
            parts.push(format!("{count} more of {}", names.join(", ")));
        }
        parts.join(", and ")
    }
}

/// Why signatures are not enough.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// This very bundle or component was revoked.
    #[error("{0} is revoked by the trust policy")]
    DigestRevoked(Digest),
    /// There is no signature.
    #[error("the bundle is not signed")]
    Unsigned,
    /// No signature is valid for a key that the policy knows.
    #[error("none of the {signatures} signatures is a valid one of a key that the trust policy knows{}", by(.key_ids))]
    UnknownSigner {
        /// How many there are.
        signatures: usize,
        /// Ids of the keys that they say to be from.
        key_ids: Vec<String>,
    },
    /// The only valid signatures are of revoked keys.
    #[error("the signature is by {0}, which the trust policy has revoked")]
    KeyRevoked(PublicKey),
    /// No rule is about the plugin.
    #[error("the trust policy says nothing about {id}")]
    NoRule {
        /// The plugin.
        id: String,
        /// Who signed it.
        signers: Vec<PublicKey>,
    },
    /// A rule is, and wants more.
    #[error("the trust policy's rule for {rule} wants a signature by {}", .missing.in_words())]
    NotEnough {
        /// The publisher or plugin that the rule is about.
        rule: String,
        /// What is missing.
        missing: Missing,
    },
    /// Trusted signers say that it is two different plugins.
    #[error("trusted signers do not agree on which plugin this is")]
    Contradiction,
}

fn by(key_ids: &[String]) -> String {
    if key_ids.is_empty() { String::new() } else { format!(" (key ids {})", key_ids.join(", ")) }
}

impl Refusal {
    /// What the user can do about it; lines of TOML stand for themselves.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::DigestRevoked(_) | Self::KeyRevoked(_) => {
                vec![
                    "look for a newer version; remove the entry below [revoked] only if you know why it is there"
                        .to_owned(),
                ]
            }
            Self::Unsigned => {
                vec!["ask the publisher for a signature: selfheal plugin sign --key KEY BUNDLE".to_owned()]
            }
            Self::UnknownSigner { .. } => vec![
                "get the publisher's public key from a place that you trust, and add it to the trust policy:"
                    .to_owned(),
                "[keys]\nNAME = \"RW…\"\n\n[[trust]]\npublisher = \"PUBLISHER/\"\nall-of = [\"NAME\"]".to_owned(),
            ],
            Self::NoRule { id, signers } => {
                let rule = match id.split_once('/') {
                    Some((publisher, _)) => format!("publisher = \"{publisher}/\""),
                    None => format!("plugin = \"{id}\""),
                };
                let by: Vec<String> = signers.iter().map(PublicKey::to_string).collect();
                vec![
                    format!(
                        "it is signed by {}; if that key is the publisher's, add to the trust policy:",
                        by.join(", ")
                    ),
                    format!("[[trust]]\n{rule}\nall-of = [\"NAME-OF-THE-KEY\"]"),
                ]
            }
            Self::NotEnough { .. } => vec!["ask the signers that are missing, or change the rule".to_owned()],
            Self::Contradiction => {
                vec!["ask the publisher: one of the signatures was made for another plugin".to_owned()]
            }
        }
    }
}
