//! What a healer proposes: data, never a deed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::{PluginId, RemedyKey, Signature};

/// Limits of one attempt; `None` is not enforced (in a definition) or not changed (in an action).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock time in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Memory of any one process in bytes.
    pub memory_bytes: Option<u64>,
    /// Processor time of any one process in milliseconds.
    pub cpu_ms: Option<u64>,
    /// Open files of any one process.
    pub open_files: Option<u64>,
    /// Parallel jobs that build tools are asked to use.
    pub jobs: Option<u32>,
}

impl Limits {
    /// Whether each limit that `other` sets is set here, whatever its value.
    pub fn has_all_of(&self, other: &Limits) -> bool {
        (other.timeout_ms.is_none() || self.timeout_ms.is_some())
            && (other.memory_bytes.is_none() || self.memory_bytes.is_some())
            && (other.cpu_ms.is_none() || self.cpu_ms.is_some())
            && (other.open_files.is_none() || self.open_files.is_some())
            && (other.jobs.is_none() || self.jobs.is_some())
    }

    /// These limits with those of `change` put over them.
    pub fn changed_by(&self, change: &Limits) -> Limits {
        Limits {
            timeout_ms: change.timeout_ms.or(self.timeout_ms),
            memory_bytes: change.memory_bytes.or(self.memory_bytes),
            cpu_ms: change.cpu_ms.or(self.cpu_ms),
            open_files: change.open_files.or(self.open_files),
            jobs: change.jobs.or(self.jobs),
        }
    }
}

/// How work is started.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandLine {
    /// A script for `sh -c`.
    Shell(String),
    /// A program and its arguments; never empty.
    Argv(Vec<String>),
}

impl std::fmt::Display for CommandLine {
    /// As a person would type it; arguments with special characters are single-quoted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shell(script) => f.write_str(script),
            Self::Argv(argv) => {
                let quoted: Vec<String> = argv.iter().map(|word| quote(word)).collect();
                f.write_str(&quoted.join(" "))
            }
        }
    }
}

/// Quotes a word for a POSIX shell where that is needed.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A typed step of a remedy. Mirrors `action` of `wit/v0/healer.wit`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Action {
    /// Wait before the next attempt.
    Wait { base_ms: u64, cap_ms: u64, asked_ms: Option<u64> },
    /// Set an environment variable for the stage.
    SetEnv { name: String, value: String },
    /// Change limits of the stage.
    SetLimit { limits: Limits },
    /// Run the stage with another command.
    ReplaceCommand { command: CommandLine },
    /// Run a command once before the next attempt.
    RunCommand { argv: Vec<String>, directory: String, env: Vec<(String, String)>, timeout_ms: u64 },
    /// Write a file.
    WriteFile { path: String, content: String, executable: Option<bool> },
    /// Replace a text that occurs once; an empty `find` appends.
    EditFile { path: String, find: String, replace: String },
    /// Remove a file.
    RemoveFile { path: String },
    /// Remove an ignored or engine-owned file or directory.
    ClearPath { path: String },
    /// Bring paths back to the last green run's snapshot; empty means all versioned files.
    RestoreSnapshot { paths: Vec<String> },
    /// Give the stage another free port.
    MovePort { taken: u16, variable: String },
    /// Wait until a local service accepts connections.
    WaitForService { host: String, port: u16, timeout_ms: u64 },
    /// Hand over to a person.
    Escalate { title: String, body: String, labels: Vec<String> },
}

/// A proposal of one healer, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remedy {
    /// The healer that proposed it; set by the host.
    pub plugin: PluginId,
    /// Strategy code.
    pub strategy: String,
    /// One line in the imperative.
    pub title: String,
    /// Why it should help.
    pub rationale: String,
    /// The plugin's own probability that it helps, 0 to 1.
    pub confidence: f64,
    /// The steps.
    pub actions: Vec<Action>,
    /// The plugin's claim that nothing is left behind outside the workspace.
    pub reversible: bool,
    /// Signatures that must vanish; empty means that of the root cause.
    pub expects: Vec<Signature>,
}

impl Remedy {
    /// Stable fingerprint over strategy and actions: the same steps are the same remedy, whoever proposes them and however
    /// they are titled.
    pub fn key(&self) -> RemedyKey {
        let json = serde_json::to_vec(&(&self.strategy, &self.actions)).expect("actions hold no maps with odd keys");
        let digest = Sha256::digest(&json);
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        RemedyKey::new(format!("{}:{hex}", self.strategy))
    }
}
