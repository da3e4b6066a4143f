//! Repairs the set-up of a stage: a variable, a setting, a directory, a mode, an environment.
//!
//! Role: healer, strategy `config`. Imports: `workspace`. One module per kind of set-up; this file maps codes to them.

use plugin_sdk::prelude::*;

pub mod cmake;
pub mod environment;
pub mod file_mode;
pub mod formatter;
pub mod generated;
pub mod git;
pub mod large_files;
pub mod leftovers;
pub mod legacy_openssl;
pub mod line_ending;
pub mod missing_env;
pub mod process_file;
pub mod stale_cache;
pub mod stale_rules;
pub mod surroundings;

/// The codes that this plugin knows.
pub const CODES: &[&str] = &[
    "python.missing-env",
    "system.missing-env",
    "node.missing-env",
    "python.externally-managed",
    "python.black-would-reformat",
    "python.ruff-fixable",
    "rust.fmt",
    "node.openssl-unsupported",
    "system.git-shallow",
    "system.git-index-lock",
    "system.git-dubious-ownership",
    "system.git-branch-not-found",
    "system.cmake-cache-stale",
    "system.not-executable",
    "system.permission-denied",
    "system.carriage-return",
    "system.interpreter-missing",
    "system.locale",
    "system.terminal",
    "system.temporary-directory",
    "system.directory-missing",
    "system.no-such-file",
    "system.stale-cache",
    "rust.compiled-by-another-version",
    "system.process-file",
    "system.git-lfs",
    "c.make-target",
];

/// The plugin.
pub struct HealConfig;

impl Healer for HealConfig {
    fn handles() -> Result<Vec<Interest>, PluginError> {
        Ok(Interest::codes(CODES))
    }

    fn propose(incident: Incident, log: &dyn Log) -> Result<Vec<Remedy>, PluginError> {
        let remedies = match incident.root().code.as_str() {
            "python.missing-env" | "system.missing-env" | "node.missing-env" => missing_env::remedies(&incident),
            "python.externally-managed" => environment::remedies(&incident),
            "python.black-would-reformat" | "python.ruff-fixable" | "rust.fmt" => formatter::remedies(&incident, log),
            "node.openssl-unsupported" => legacy_openssl::remedies(&incident),
            "system.git-shallow" => git::deepen(&incident),
            "system.git-index-lock" => git::unlock(&incident, log),
            "system.git-dubious-ownership" => git::trust(&incident),
            "system.git-branch-not-found" => [git::fetch_branch(&incident), git::rename_branch(&incident)].concat(),
            "system.cmake-cache-stale" => cmake::remedies(&incident),
            "system.not-executable" | "system.permission-denied" => {
                [line_ending::remedies(&incident, log), file_mode::remedies(&incident)].concat()
            }
            "system.carriage-return" | "system.interpreter-missing" => line_ending::remedies(&incident, log),
            "system.locale" => surroundings::language(),
            "system.terminal" => surroundings::terminal(),
            "system.temporary-directory" => surroundings::temporary_directory(&incident),
            "system.directory-missing" | "system.no-such-file" => generated::remedies(&incident),
            "system.stale-cache" | "rust.compiled-by-another-version" => stale_cache::remedies(&incident),
            "system.process-file" => process_file::remedies(&incident),
            "system.git-lfs" => large_files::remedies(&incident, log),
            "c.make-target" => stale_rules::remedies(&incident),
            _ => Vec::new(),
        };
        Ok(incident.untried(remedies))
    }
}

plugin_sdk::export_healer!(HealConfig);

#[cfg(test)]
mod tests;
