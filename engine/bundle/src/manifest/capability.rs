//! What a plugin may ask for, in the words of the grants in `selfheal.toml`.

use std::fmt;

use pipeline::definition::{Grant, WorkspaceGrant};
use serde::{Deserialize, Serialize};

use super::Manifest;

/// An interface of the contract that needs a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interface {
    /// The project's files, read-only.
    Workspace,
    /// Programs.
    Process,
    /// Requests.
    Http,
    /// What the plugin keeps.
    State,
    /// The time.
    Clock,
}

impl Interface {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Workspace, Self::Process, Self::Http, Self::State, Self::Clock];

    /// Its name in the contract, which is also the `kind` of the capability.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Process => "process",
            Self::Http => "http",
            Self::State => "state",
            Self::Clock => "clock",
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of the project a plugin asks to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkspaceAccess {
    /// Everything but `.git`, read-only.
    Read,
}

/// One request of a plugin, with the reason that the user is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Capability {
    /// To see the project.
    Workspace {
        /// How much of it.
        access: WorkspaceAccess,
        /// What for.
        reason: String,
    },
    /// To run programs.
    Process {
        /// Their names, without paths.
        programs: Vec<String>,
        /// What for.
        reason: String,
    },
    /// To send requests.
    Http {
        /// To these hosts, `HOST` or `HOST:PORT`.
        hosts: Vec<String>,
        /// What for.
        reason: String,
    },
    /// To keep something between calls.
    State {
        /// What for.
        reason: String,
    },
    /// To know the time.
    Clock {
        /// What for.
        reason: String,
    },
}

impl Capability {
    /// The interface that it asks for.
    pub fn interface(&self) -> Interface {
        match self {
            Self::Workspace { .. } => Interface::Workspace,
            Self::Process { .. } => Interface::Process,
            Self::Http { .. } => Interface::Http,
            Self::State { .. } => Interface::State,
            Self::Clock { .. } => Interface::Clock,
        }
    }

    /// What it is asked for.
    pub fn reason(&self) -> &str {
        match self {
            Self::Workspace { reason, .. }
            | Self::Process { reason, .. }
            | Self::Http { reason, .. }
            | Self::State { reason }
            | Self::Clock { reason } => reason,
        }
    }

    /// What it asks for, for a person, e.g. `run the program terraform`.
    pub fn in_words(&self) -> String {
        let one_or_more = |one: &str, more: &str, names: &[String]| match names {
            [name] => format!("{one} {name}"),
            _ => format!("{more} {}", names.join(", ")),
        };
        match self {
            Self::Workspace { access: WorkspaceAccess::Read, .. } => "read the project's files, except .git".to_owned(),
            Self::Process { programs, .. } => one_or_more("run the program", "run the programs", programs),
            Self::Http { hosts, .. } => one_or_more("send requests to", "send requests to", hosts),
            Self::State { .. } => "keep data of its own between runs".to_owned(),
            Self::Clock { .. } => "know the time".to_owned(),
        }
    }

    pub(super) fn sort(&mut self) {
        match self {
            Self::Process { programs: names, .. } | Self::Http { hosts: names, .. } => names.sort_unstable(),
            Self::Workspace { .. } | Self::State { .. } | Self::Clock { .. } => {}
        }
    }
}

impl Manifest {
    /// The grant that would give the plugin all it asks for. It names no digest: that is the user's to add.
    pub fn requested(&self) -> Grant {
        let mut grant = Grant::default();
        for capability in &self.capabilities {
            match capability {
                Capability::Workspace { access: WorkspaceAccess::Read, .. } => {
                    grant.workspace = Some(WorkspaceGrant::Read);
                }
                Capability::Process { programs, .. } => grant.process.extend(programs.iter().cloned()),
                Capability::Http { hosts, .. } => grant.http.extend(hosts.iter().cloned()),
                Capability::State { .. } => grant.state = true,
                Capability::Clock { .. } => grant.clock = true,
            }
        }
        grant
    }
}

/// A grant as one line for each single thing that it allows, sorted; the digest that it is for is left out. Two grants
/// allow the same exactly if their lines are the same.
pub fn grant_lines(grant: &Grant) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(grant.workspace.map(|WorkspaceGrant::Read| "workspace read".to_owned()));
    lines.extend(grant.process.iter().map(|program| format!("process {program}")));
    lines.extend(grant.http.iter().map(|host| format!("http {host}")));
    lines.extend(grant.state.then(|| "state".to_owned()));
    lines.extend(grant.clock.then(|| "clock".to_owned()));
    lines.sort_unstable();
    lines.dedup();
    lines
}
