//! Who has the last word about plugins that are not part of the program.
//!
//! The catalog finds components and checks what their bytes say; whether these very bytes were approved, under which limits,
//! and whether their configuration makes sense, is known above. The gate is asked once for each component that comes from
//! outside, after its bytes are in memory and before anything of them is compiled.

use std::time::Duration;

use pipeline::definition::Grant;

use crate::catalog::Origin;

/// A component from outside that may become a plugin.
pub struct Candidate<'a> {
    /// Its id, from the place where it was found.
    pub id: &'a str,
    /// Where that is.
    pub origin: &'a Origin,
    /// The component.
    pub bytes: &'a [u8],
    /// `sha256:…` of it.
    pub digest: &'a str,
    /// The user's grant for that id, for whichever bytes it is.
    pub grant: Option<&'a Grant>,
    /// Its configuration, JSON.
    pub config: &'a str,
}

/// On which terms a plugin is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Its version, where somebody vouches for one.
    pub version: Option<String>,
    /// All that it asks for; `None` where it does not say, and then only its imports and the grant count.
    pub requested: Option<Grant>,
    /// What one call of it needs.
    pub needs: Needs,
}

/// What one call needs, where that is not the host's default. See [`CallLimits::for_needs`](crate::CallLimits::for_needs).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Processor time.
    pub cpu: Option<Duration>,
    /// Wall-clock time.
    pub wall: Option<Duration>,
    /// Memory, in bytes.
    pub memory: Option<usize>,
}

/// Lets components from outside in.
pub trait Gate: Send + Sync {
    /// The terms on which a component is used.
    ///
    /// # Errors
    /// When it is not used: why, and what to do about it, as a fragment after "plugin ID is not used".
    fn admit(&self, candidate: &Candidate<'_>) -> Result<Terms, String>;
}

/// Lets everything in, on the host's own terms: the imports and the grants decide.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenGate;

impl Gate for OpenGate {
    fn admit(&self, _: &Candidate<'_>) -> Result<Terms, String> {
        Ok(Terms::default())
    }
}
