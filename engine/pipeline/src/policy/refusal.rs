//! Why something is not done.

use serde::{Deserialize, Serialize};

/// A rule that forbids a remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message} [{rule}]")]
pub struct Refusal {
    /// Stable code of the rule, one of [`rule`].
    pub rule: &'static str,
    /// What exactly was refused, for a person.
    pub message: String,
}

impl Refusal {
    /// A refusal by a rule.
    pub(crate) fn new(rule: &'static str, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }
}

impl<'de> Deserialize<'de> for Refusal {
    /// Reads a refusal back from the journal; a code that is not on the list is an error.
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            rule: String,
            message: String,
        }
        let Written { rule: code, message } = Written::deserialize(source)?;
        let known = rule::ALL.iter().find(|known| **known == code);
        let rule = known.ok_or_else(|| serde::de::Error::custom(format!("unknown rule `{code}`")))?;
        Ok(Self { rule, message })
    }
}

/// The codes of the rules. A code never changes its meaning; reports and the journal hold them.
pub mod rule {
    macro_rules! rules {
        ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
            $($(#[$doc])* pub const $name: &str = $code;)*

            /// Every code, in the order of this list.
            pub const ALL: &[&str] = &[$($name),*];
        };
    }

    rules! {
        /// A test, its fixtures or its snapshots would be edited, replaced or removed.
        TOUCHES_TEST = "touches-test";
        /// A test would be skipped, left out of the selection or expected to fail.
        SKIPS_TEST = "skips-test";
        /// A recorded expectation would be accepted anew.
        UPDATES_SNAPSHOT = "updates-snapshot";
        /// A threshold, lint level or other gate would change.
        LOWERS_GATE = "lowers-gate";
        /// A failure would be turned into a success.
        MASKS_FAILURE = "masks-failure";
        /// A lock file would lose its force.
        DROPS_LOCK_FLAG = "drops-lock-flag";
        /// A lock file would be removed.
        DROPS_LOCK_FILE = "drops-lock-file";
        /// A checksum would be lost.
        DROPS_HASH = "drops-hash";
        /// A checksum would change although the version stays.
        CHANGES_HASH = "changes-hash";
        /// A resolver or installer would be told to ignore what it found.
        FORCES_RESOLUTION = "forces-resolution";
        /// TLS, signatures or another check of origin would be relaxed.
        RELAXES_SECURITY = "relaxes-security";
        /// CI files would change.
        TOUCHES_CI = "touches-ci";
        /// The pipeline file, the policy or the healer itself would change.
        TOUCHES_HEALER = "touches-healer";
        /// `.git` would change.
        TOUCHES_GIT = "touches-git";
        /// Hooks would change or be skipped.
        TOUCHES_HOOKS = "touches-hooks";
        /// Who has to approve a change would change.
        TOUCHES_REVIEW = "touches-review";
        /// The definition of a check (`Makefile`, `tox.ini`, a test script) would change.
        TOUCHES_CHECK = "touches-check";
        /// Installed code would be rewritten by hand.
        TOUCHES_INSTALLED_CODE = "touches-installed-code";
        /// A source file would be removed.
        REMOVES_SOURCE = "removes-source";
        /// Something under version control would be cleared.
        CLEARS_VERSIONED = "clears-versioned";
        /// A path lies outside of the workspace or is none.
        PATH_OUTSIDE = "path-outside";
        /// A shell or inline code would run.
        RUNS_SHELL = "runs-shell";
        /// A remedy would run code that it wrote itself.
        RUNS_OWN_CODE = "runs-own-code";
        /// A program that no remedy needs would run.
        RUNS_FORBIDDEN_PROGRAM = "runs-forbidden-program";
        /// A package would be installed on the machine, which the pipeline file does not grant to the plugin.
        CHANGES_MACHINE = "changes-machine";
        /// Something would be published, pushed or deployed.
        PUBLISHES = "publishes";
        /// A command would do nothing and so pass.
        NO_OP_COMMAND = "no-op-command";
        /// A replacement differs from the original in a way that is not on the list.
        UNKNOWN_REPLACEMENT = "unknown-replacement";
        /// An environment variable that no remedy may set.
        FORBIDDEN_VARIABLE = "forbidden-variable";
        /// A change cannot be seen completely, so it cannot be judged.
        UNSEEN_CHANGE = "unseen-change";
        /// A number is out of range.
        OUT_OF_RANGE = "out-of-range";
        /// A remedy without steps, or with too many.
        BAD_SHAPE = "bad-shape";
        /// The finding is one for a person.
        NEVER_FINDING = "never-finding";
        /// The cause is not known.
        UNKNOWN_CAUSE = "unknown-cause";
        /// A retry without a matched transient class.
        BLIND_RETRY = "blind-retry";
        /// The same signature failed the same way twice.
        DETERMINISTIC = "deterministic";
        /// The same remedy was tried in this incident.
        ALREADY_TRIED = "already-tried";
        /// The mode of the strategy is `off`.
        STRATEGY_OFF = "strategy-off";
        /// The remedy made things worse before, or a person rejected it.
        BENCHED = "benched";
        /// Rollback is switched off.
        ROLLBACK_OFF = "rollback-off";
    }
}
