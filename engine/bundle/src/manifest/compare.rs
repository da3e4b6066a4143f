//! What a manifest says against what the component really does.

use std::fmt;

use super::{Interface, Manifest};
use crate::component::{Surface, contract_interface};
use crate::role::Role;

/// Interfaces of the contract that everybody may import.
pub const FREE: &[&str] = &["types", "log", "config", "log-source"];

/// What the host links of WASI 0.2, always empty: no environment, no arguments, no files, no sockets. The plugin host has the
/// same list and decides; here it makes a plugin that no host would load fail before it is published.
pub const FREE_WASI: &[&str] = &[
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:random/insecure-seed",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
];

/// Whether an import is one that no plugin gets.
fn is_foreign(name: &str) -> bool {
    match contract_interface(name) {
        Some((interface, _)) => {
            !FREE.contains(&interface) && !Interface::ALL.iter().any(|known| known.as_str() == interface)
        }
        None => {
            let (interface, version) = name.split_once('@').unwrap_or((name, ""));
            !FREE_WASI.contains(&interface) || !version.starts_with("0.2.")
        }
    }
}

/// One difference between a manifest and its component. `pack` refuses to pack any, and `verify` to accept any: a manifest
/// that asks for less than the component imports is misleading, and so is one that asks for more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// A role that the component does not export.
    RoleNotExported(Role),
    /// A role that it exports and the manifest does not name.
    RoleNotDeclared(Role),
    /// A capability that it does not import.
    CapabilityNotImported(Interface),
    /// An interface that it imports and the manifest does not ask for.
    CapabilityNotDeclared(Interface),
    /// An interface of the contract in another version than the manifest names.
    OtherApi {
        /// The full name of the interface.
        interface: String,
        /// What the manifest names.
        declared: String,
    },
    /// An import that no plugin gets, e.g. files or sockets of WASI.
    Foreign(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoleNotExported(role) => {
                write!(f, "plugin.toml names the role {role}, which the component does not export")
            }
            Self::RoleNotDeclared(role) => {
                write!(f, "the component exports the role {role}; add it to `roles` in plugin.toml")
            }
            Self::CapabilityNotImported(interface) => {
                write!(
                    f,
                    "plugin.toml asks for {interface}, which the component does not import; remove that [[capability]]"
                )
            }
            Self::CapabilityNotDeclared(interface) => write!(
                f,
                "the component imports {interface}; add a [[capability]] with kind = \"{interface}\" and a reason to plugin.toml"
            ),
            Self::OtherApi { interface, declared } => {
                write!(f, "plugin.toml says api = \"{declared}\", but the component was built with {interface}")
            }
            Self::Foreign(name) => {
                write!(
                    f,
                    "the component imports {name}, which no plugin gets; use an interface of selfheal:plugin instead"
                )
            }
        }
    }
}

impl Manifest {
    /// All differences from a component, in a fixed order.
    pub fn differences(&self, surface: &Surface) -> Vec<Difference> {
        let mut found = Vec::new();
        let contract = |names: &[String], wanted: &str| {
            names.iter().any(|name| contract_interface(name).is_some_and(|(interface, _)| interface == wanted))
        };
        for role in Role::ALL {
            match (self.roles.contains(&role), contract(&surface.exports, role.as_str())) {
                (true, false) => found.push(Difference::RoleNotExported(role)),
                (false, true) => found.push(Difference::RoleNotDeclared(role)),
                _ => {}
            }
        }
        for interface in Interface::ALL {
            let declared = self.capabilities.iter().any(|capability| capability.interface() == interface);
            match (declared, contract(&surface.imports, interface.as_str())) {
                (true, false) => found.push(Difference::CapabilityNotImported(interface)),
                (false, true) => found.push(Difference::CapabilityNotDeclared(interface)),
                _ => {}
            }
        }
        for name in surface.exports.iter().chain(&surface.imports) {
            match contract_interface(name) {
                Some((_, version)) if !self.is_built_for(version) => {
                    let (interface, declared) = (name.clone(), self.api.clone());
                    found.push(Difference::OtherApi { interface, declared });
                }
                _ => {}
            }
        }
        found.extend(surface.imports.iter().filter(|name| is_foreign(name)).cloned().map(Difference::Foreign));
        found
    }

    /// Whether a version such as `0.1.3` is one of `api`.
    fn is_built_for(&self, version: &str) -> bool {
        let rest = version.strip_prefix(self.api.as_str()).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit()))
    }
}
