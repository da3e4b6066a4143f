//! The questions that healers ask of an incident.

use crate::healer::{Incident, Remedy, Tried};
use crate::types::{Finding, attr_value};

impl Incident {
    /// The root cause.
    ///
    /// # Panics
    /// When the host broke the contract, which promises at least one finding; the host reports that as this plugin's fault.
    pub fn root(&self) -> &Finding {
        self.findings.first().expect("the contract promises at least one finding")
    }

    /// Value of an attribute of the incident.
    pub fn attr(&self, key: &str) -> Option<&str> {
        attr_value(&self.attrs, key)
    }

    /// Whether a program is installed.
    pub fn has_tool(&self, name: &str) -> bool {
        self.tools.iter().any(|tool| tool.name == name)
    }

    /// The first of these programs that is installed.
    pub fn first_tool<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().copied().find(|name| self.has_tool(name))
    }

    /// Remedies of a strategy that were tried on this incident, in order.
    pub fn tried_with<'a>(&'a self, strategy: &'a str) -> impl Iterator<Item = &'a Tried> {
        self.tried.iter().filter(move |tried| tried.strategy == strategy)
    }

    /// Whether a remedy with this title was tried on this incident.
    pub fn was_tried(&self, title: &str) -> bool {
        self.tried.iter().any(|tried| tried.title == title)
    }

    /// Those of the remedies that were not tried on this incident yet.
    pub fn untried(&self, remedies: Vec<Remedy>) -> Vec<Remedy> {
        remedies.into_iter().filter(|remedy| !self.was_tried(&remedy.title)).collect()
    }

    /// Whether the project is under git.
    pub fn is_under_git(&self) -> bool {
        self.attr("version-control") == Some("git")
    }

    /// Whether the network is not to be used.
    pub fn is_offline(&self) -> bool {
        self.attr("offline") == Some("true")
    }

    /// Number of processors of the machine, if the host knows it.
    pub fn processors(&self) -> Option<u32> {
        self.attr("processors")?.parse().ok()
    }

    /// Memory of the machine in bytes, if the host knows it.
    pub fn memory_bytes(&self) -> Option<u64> {
        self.attr("memory-bytes")?.parse().ok()
    }
}
