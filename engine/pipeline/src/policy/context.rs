//! What the rules need to know about the project and the machine.

use std::collections::BTreeMap;

use crate::definition::Grant;
use crate::remedy::{CommandLine, Limits};

static NO_GRANTS: BTreeMap<String, Grant> = BTreeMap::new();

/// Whether version control cares about a path.
pub trait PathFacts {
    /// Whether a file is tracked or, if it does not exist, would not be ignored; for a directory, whether that holds of
    /// anything in it. Paths are normal: relative to the workspace root, `/` between names, no `.` or `..`.
    fn is_versioned(&self, path: &str) -> bool;
}

impl<F: Fn(&str) -> bool> PathFacts for F {
    fn is_versioned(&self, path: &str) -> bool {
        self(path)
    }
}

/// Takes every path for versioned: the careful answer where nothing is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct EverythingVersioned;

impl PathFacts for EverythingVersioned {
    fn is_versioned(&self, _path: &str) -> bool {
        true
    }
}

/// What the machine has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Memory in bytes; `None` when unknown, and then memory limits may not be raised.
    pub memory_bytes: Option<u64>,
    /// Number of processors; `None` when unknown, and then jobs may not be raised.
    pub processors: Option<u32>,
}

/// What a remedy is judged against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The stage's command as the pipeline defines it, without the changes of earlier remedies.
    pub command: &'a CommandLine,
    /// The stage's limits as the pipeline defines them; a limit that grew by remedies is still measured against these.
    pub limits: &'a Limits,
    /// What the machine has.
    pub machine: Machine,
    /// Further paths that belong to the healer: the pipeline file if it has an unusual name, the project's plugin
    /// directory. Relative to the workspace root; a directory stands for everything in it.
    pub healer_paths: &'a [String],
    /// Files of the project that stages run; see [`programs_of_stages`](crate::policy::programs_of_stages).
    pub programs: &'a [String],
    /// Homes of the Java development kits that the host found outside of the workspace.
    pub java_homes: &'a [String],
    /// What the pipeline file grants to plugins, by id. Standard plugins have grants of their own, which do not count here.
    pub grants: &'a BTreeMap<String, Grant>,
    /// What version control cares about.
    pub paths: &'a dyn PathFacts,
}

impl<'a> Context<'a> {
    /// A context for a command and its limits that knows nothing else and is therefore most careful.
    pub fn new(command: &'a CommandLine, limits: &'a Limits) -> Self {
        Self {
            command,
            limits,
            machine: Machine::default(),
            healer_paths: &[],
            programs: &[],
            java_homes: &[],
            grants: &NO_GRANTS,
            paths: &EverythingVersioned,
        }
    }
}
