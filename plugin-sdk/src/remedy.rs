//! Builds a [`Remedy`].

use crate::healer::{Action, Remedy};
use crate::types::Attr;

/// A remedy without steps: `strategy` is a code of `wit/README.md`, `title` one line in the imperative.
///
/// Starts reversible, with a confidence of 0.5, and expects the signature of the root cause to vanish.
pub fn remedy(strategy: impl Into<String>, title: impl Into<String>) -> Remedy {
    Remedy {
        strategy: strategy.into(),
        title: title.into(),
        rationale: String::new(),
        confidence: 0.5,
        actions: Vec::new(),
        reversible: true,
        expects: Vec::new(),
        attrs: Vec::new(),
    }
}

impl Remedy {
    /// Why it should help, for a person.
    #[must_use]
    pub fn because(mut self, rationale: impl Into<String>) -> Self {
        self.rationale = rationale.into();
        self
    }

    /// Probability that it helps, from 0 to 1; values outside are moved to the nearer end.
    #[must_use]
    pub fn confidence(mut self, confidence: f64) -> Self {
        self.confidence = confidence.clamp(0.0, 1.0);
        self
    }

    /// The next step, see [`crate::action`].
    #[must_use]
    pub fn action(mut self, action: impl Into<Action>) -> Self {
        self.actions.push(action.into());
        self
    }

    /// Says that undoing the steps leaves something behind outside the workspace.
    #[must_use]
    pub fn irreversible(mut self) -> Self {
        self.reversible = false;
        self
    }

    /// A signature that must vanish for the remedy to count.
    #[must_use]
    pub fn expects(mut self, signature: impl Into<String>) -> Self {
        self.expects.push(signature.into());
        self
    }

    /// A further fact.
    #[must_use]
    pub fn attr(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attrs.push(Attr::new(key, value));
        self
    }
}
