//! What a person can do with an offered patch.

use std::path::Path;

use pipeline::id::IncidentId;
use pipeline::remedy::quote;

/// The commands, as they have to be typed where this process was started.
pub struct Offer {
    /// The command that applies a patch, without its file.
    apply: String,
    /// What tells a command of the engine where the project is; empty where it finds it by itself.
    dir: String,
}

impl Offer {
    /// For patches of the project in `root`.
    pub fn in_project(root: &Path) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let quoted = quote(&root.display().to_string());
        let apply = if here.starts_with(root) { "git apply".to_owned() } else { format!("git -C {quoted} apply") };
        Self { apply, dir: if here == root { String::new() } else { format!(" --dir {quoted}") } }
    }

    /// One line for each way.
    pub fn hints(&self, incident: &IncidentId, patch: &str) -> [String; 2] {
        [
            format!("hint: {} {}", self.apply, quote(patch)),
            format!("hint: selfheal approve {incident}{} does that, and keeps who did on record", self.dir),
        ]
    }
}
