//! What the bytes of a component say, by parsing alone: nothing is compiled and nothing is executed.

use std::fmt;
use std::ops::Range;

use pipeline::definition::Grant;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};

use crate::api_range::{self, API_VERSION, Misfit, PACKAGE, contract_interface};

/// Largest component that is loaded. The largest known guests carry a language runtime and take 20 MB.
pub const MAX_COMPONENT_BYTES: u64 = 64 << 20;

/// What a component can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Plans stages.
    Planner,
    /// Runs stages.
    Runner,
    /// Reads logs.
    Classifier,
    /// Proposes remedies.
    Healer,
    /// Tells people outside.
    Notifier,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Planner, Self::Runner, Self::Classifier, Self::Healer, Self::Notifier];

    /// The word, which is also the name of its interface.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Runner => "runner",
            Self::Classifier => "classifier",
            Self::Healer => "healer",
            Self::Notifier => "notifier",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An interface of the contract that needs a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interface {
    /// `workspace = "read"`.
    Workspace,
    /// `process = […]`.
    Process,
    /// `http = […]`.
    Http,
    /// `state = true`.
    State,
    /// `clock = true`.
    Clock,
}

impl Interface {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Workspace, Self::Process, Self::Http, Self::State, Self::Clock];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Process => "process",
            Self::Http => "http",
            Self::State => "state",
            Self::Clock => "clock",
        }
    }

    /// The line that grants it in `[plugins.grants."ID"]`: what was requested of it, where that is known.
    pub fn toml_line(self, requested: Option<&Grant>) -> String {
        let list = |key: &str, names: Option<&Vec<String>>, placeholder: &str| {
            let names = names.filter(|names| !names.is_empty());
            let names = names.map_or_else(|| vec![format!("{placeholder:?}")], |names| quoted(names));
            format!("{key} = [{}]", names.join(", "))
        };
        match self {
            Self::Workspace => "workspace = \"read\"".to_owned(),
            Self::Process => list("process", requested.map(|grant| &grant.process), "PROGRAM"),
            Self::Http => list("http", requested.map(|grant| &grant.http), "HOST"),
            Self::State => "state = true".to_owned(),
            Self::Clock => "clock = true".to_owned(),
        }
    }

    /// Whether a grant covers it.
    pub fn is_granted_by(self, grant: &Grant) -> bool {
        match self {
            Self::Workspace => grant.workspace.is_some(),
            Self::Process => !grant.process.is_empty(),
            Self::Http => !grant.http.is_empty(),
            Self::State => grant.state,
            Self::Clock => grant.clock,
        }
    }
}

fn quoted(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("{name:?}")).collect()
}

/// Whether an import is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportStanding {
    /// Every plugin may import it.
    Free,
    /// It has to be granted.
    NeedsGrant(Interface),
    /// No plugin may import it; the text says why.
    Refused(String),
}

/// One import of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its full name, e.g. `selfheal:plugin/process@0.1.0`.
    pub name: String,
    /// Whether it is served.
    pub standing: ImportStanding,
}

/// What the bytes of a component say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Size in bytes.
    pub size: u64,
    /// Roles that it exports and this host can ask, in the order of [`Role::ALL`].
    pub roles: Vec<Role>,
    /// What it imports, in the order of the bytes.
    pub imports: Vec<Import>,
    /// Version of the contract that it was built for, as its exports name it.
    pub api_version: Option<String>,
    /// Exports of the contract's package that this host cannot ask, e.g. of another version.
    pub unknown_exports: Vec<String>,
}

impl Inspection {
    /// The interfaces that it needs a grant for.
    pub fn needed_grants(&self) -> Vec<Interface> {
        let needed = |import: &Import| match import.standing {
            ImportStanding::NeedsGrant(interface) => Some(interface),
            _ => None,
        };
        self.imports.iter().filter_map(needed).collect()
    }
}

/// Why bytes are no plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// Too large.
    #[error("the file has {0} bytes; a plugin may have {MAX_COMPONENT_BYTES}")]
    TooLarge(u64),
    /// Machine code made by wasmtime. It is never loaded: it could do anything.
    #[error("this is precompiled machine code, not WebAssembly; use the component that it was made from")]
    Precompiled,
    /// Something else.
    #[error("this is not WebAssembly")]
    NotWasm,
    /// A core module.
    #[error("this is a core WebAssembly module, not a component; build it for the target wasm32-wasip2")]
    CoreModule,
    /// Broken.
    #[error("the component is not valid: {0}")]
    Invalid(String),
    /// All its roles are of versions of the contract that this host does not take.
    #[error("{0}")]
    Version(Misfit),
    /// Nothing to ask it for.
    #[error("the component exports no role of the contract {PACKAGE}…@{API_VERSION}{0}")]
    NoRole(String),
}

/// `sha256:…` of a component.
pub fn digest(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Reads roles and imports. Costs microseconds: nested modules are skipped. [`validate`] checks them.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    refuse_other_formats(bytes)?;
    let mut found = Inspection {
        size: bytes.len() as u64,
        roles: Vec::new(),
        imports: Vec::new(),
        api_version: None,
        unknown_exports: Vec::new(),
    };
    let invalid = |error: wasmparser::BinaryReaderError| InspectError::Invalid(error.to_string());
    let mut parser = Parser::new(0);
    let mut at = 0_usize;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (consumed, payload) = match parser.parse(rest, true).map_err(invalid)? {
            wasmparser::Chunk::Parsed { consumed, payload } => (consumed, payload),
            wasmparser::Chunk::NeedMoreData(_) => return Err(InspectError::Invalid("it ends too early".to_owned())),
        };
        at += consumed;
        match payload {
            Payload::Version { encoding: Encoding::Module, .. } => return Err(InspectError::CoreModule),
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let name = import.map_err(invalid)?.name.name.to_owned();
                    found.imports.push(Import { standing: standing(&name), name });
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    found.note_export(export.map_err(invalid)?.name.name);
                }
            }
            Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
                at = after(&unchecked_range, bytes)?;
            }
            Payload::End(_) => break,
            _ => {}
        }
    }
    found.roles.sort_unstable();
    if found.roles.is_empty() {
        if let Some(misfit) = found.unknown_exports.iter().find_map(|name| role_misfit(name)) {
            return Err(InspectError::Version(misfit));
        }
        let others = match found.unknown_exports.as_slice() {
            [] => String::new(),
            names => format!("; it exports {}", names.join(", ")),
        };
        return Err(InspectError::NoRole(others));
    }
    Ok(found)
}

/// Checks all of a component, nested modules included. Costs milliseconds per megabyte.
pub fn validate(bytes: &[u8]) -> Result<(), InspectError> {
    let features = WasmFeatures::default();
    Validator::new_with_features(features)
        .validate_all(bytes)
        .map(|_| ())
        .map_err(|error| InspectError::Invalid(error.to_string()))
}

/// Where a nested section ends.
fn after(range: &Range<usize>, bytes: &[u8]) -> Result<usize, InspectError> {
    if range.end > bytes.len() {
        return Err(InspectError::Invalid("a section is longer than the file".to_owned()));
    }
    Ok(range.end)
}

fn refuse_other_formats(bytes: &[u8]) -> Result<(), InspectError> {
    let size = bytes.len() as u64;
    if size > MAX_COMPONENT_BYTES {
        return Err(InspectError::TooLarge(size));
    }
    if wasmtime::Engine::detect_precompiled(bytes).is_some() {
        return Err(InspectError::Precompiled);
    }
    if Parser::is_core_wasm(bytes) {
        return Err(InspectError::CoreModule);
    }
    if !Parser::is_component(bytes) {
        return Err(InspectError::NotWasm);
    }
    Ok(())
}

impl Inspection {
    fn note_export(&mut self, name: &str) {
        let Some((interface, version)) = contract_interface(name) else { return };
        match role(interface) {
            Some(role) if api_range::check(name).is_ok() => {
                self.api_version.get_or_insert_with(|| version.to_owned());
                self.roles.push(role);
            }
            _ => self.unknown_exports.push(name.to_owned()),
        }
    }
}

/// The role that an interface of the contract belongs to.
fn role(interface: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.as_str() == interface)
}

/// Why an export that is a role by its name cannot be asked.
fn role_misfit(name: &str) -> Option<Misfit> {
    let (interface, _) = contract_interface(name)?;
    role(interface).and_then(|_| api_range::check(name).err())
}

/// WASI interfaces that std needs. They are linked empty: no environment, no arguments, no files, no sockets.
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

/// Interfaces of the contract that need no grant.
pub const FREE: &[&str] = &["types", "log", "config", "log-source"];

fn standing(name: &str) -> ImportStanding {
    if let Some((interface, _)) = contract_interface(name) {
        if let Err(misfit) = api_range::check(name) {
            return ImportStanding::Refused(misfit.to_string());
        }
        if FREE.contains(&interface) {
            return ImportStanding::Free;
        }
        return match Interface::ALL.into_iter().find(|known| known.as_str() == interface) {
            Some(known) => ImportStanding::NeedsGrant(known),
            None => ImportStanding::Refused("the contract has no such interface".to_owned()),
        };
    }
    let (interface, version) = name.split_once('@').unwrap_or((name, ""));
    if FREE_WASI.contains(&interface) && version.starts_with("0.2.") {
        return ImportStanding::Free;
    }
    ImportStanding::Refused("no plugin gets this interface".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_named() {
        assert_eq!(inspect(b""), Err(InspectError::NotWasm));
        assert_eq!(inspect(b"#!/bin/sh\n"), Err(InspectError::NotWasm));
        assert_eq!(inspect(b"\0asm\x01\0\0\0"), Err(InspectError::CoreModule));
    }

    #[test]
    fn machine_code_is_never_a_plugin() {
        let engine = crate::sandbox::compiler_engine().expect("an engine");
        let code = engine.precompile_component(b"\0asm\x0d\0\x01\0").expect("it compiles");
        assert_eq!(inspect(&code), Err(InspectError::Precompiled));
    }

    #[test]
    fn a_component_without_a_role_is_refused() {
        let empty = b"\0asm\x0d\0\x01\0";
        assert_eq!(inspect(empty), Err(InspectError::NoRole(String::new())));
    }

    #[test]
    fn a_cut_component_is_invalid() {
        let cut = b"\0asm\x0d\0\x01\0\x01\xff\x01abc";
        assert!(matches!(inspect(cut), Err(InspectError::Invalid(_))), "{:?}", inspect(cut));
    }

    #[test]
    fn imports_are_sorted_into_free_granted_and_refused() {
        let standings = [
            ("selfheal:plugin/types@0.1.0", ImportStanding::Free),
            ("selfheal:plugin/log-source@0.1.7", ImportStanding::Free),
            ("selfheal:plugin/process@0.1.0", ImportStanding::NeedsGrant(Interface::Process)),
            ("wasi:io/streams@0.2.6", ImportStanding::Free),
            ("wasi:clocks/wall-clock@0.2.3", ImportStanding::Free),
        ];
        for (name, expected) in standings {
            assert_eq!(standing(name), expected, "{name}");
        }
        for name in [
            "selfheal:plugin/process@0.2.0",
            "selfheal:plugin/process@0.1.0-rc.1",
            "selfheal:plugin/secrets@0.1.0",
            "wasi:filesystem/types@0.2.6",
            "wasi:sockets/tcp@0.2.6",
            "wasi:random/random@0.2.6",
            "wasi:io/streams@0.3.0",
            "env",
        ] {
            assert!(matches!(standing(name), ImportStanding::Refused(_)), "{name}");
        }
    }
}
