//! Where programs run that are no part of a stage: an empty directory, made for one call and removed with it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use driver::ports::{CommandRequest, Place, Stdin};
use pipeline::remedy::Limits;
use tempfile::TempDir;

use crate::options::Programs;

/// Output of one program that is kept for the plugin's log, in bytes.
const MAX_OUTPUT: u64 = 64 << 10;
/// Variables that name the directory the engine was started in.
const DIRECTORY_VARIABLES: [&str; 2] = ["PWD", "OLDPWD"];

/// The directory of one call. It is made when the first program is started.
pub(super) struct Room {
    scratch: PathBuf,
    directory: Option<TempDir>,
}

impl Room {
    /// A room below a directory that need not exist yet.
    pub(super) fn below(scratch: PathBuf) -> Self {
        Self { scratch, directory: None }
    }

    /// Has a command run here.
    pub(super) fn receive(&mut self, command: &mut CommandRequest) -> io::Result<()> {
        let directory = match &self.directory {
            Some(directory) => directory,
            None => {
                fs::create_dir_all(&self.scratch)?;
                let directory = tempfile::Builder::new().prefix("call-").tempdir_in(&self.scratch)?;
                fs::create_dir(directory.path().join("work"))?;
                self.directory.insert(directory)
            }
        };
        let root = directory.path().join("work");
        command.place = Place { root: root.clone(), visible_root: root, namespace: None };
        command.log = directory.path().join("output");
        Ok(())
    }

    /// What the last program wrote, secrets masked, and forgets it.
    pub(super) fn take_output(&mut self) -> Vec<String> {
        let Some(directory) = &self.directory else { return Vec::new() };
        let file = directory.path().join("output");
        // A program that was not started has written nothing.
        let Ok(output) = fs::read(&file) else { return Vec::new() };
        // The next program appends; what cannot be removed is told twice.
        let _ = fs::remove_file(&file);
        String::from_utf8_lossy(&output).lines().map(str::to_owned).collect()
    }
}

/// What programs of a call have in common. Place and log come from the room.
pub(super) fn template(programs: &Programs, timeout_ms: u64) -> CommandRequest {
    let holds_secret = |value: &str| programs.secrets.iter().any(|secret| value.contains(secret.as_str()));
    let is_kept =
        |(name, value): &(&String, &String)| !DIRECTORY_VARIABLES.contains(&name.as_str()) && !holds_secret(value);
    let nowhere = PathBuf::new();
    CommandRequest {
        argv: Vec::new(),
        env: programs.env.iter().filter(is_kept).map(|(name, value)| (name.clone(), value.clone())).collect(),
        directory: ".".to_owned(),
        place: Place { root: nowhere.clone(), visible_root: nowhere.clone(), namespace: None },
        limits: Limits { timeout_ms: Some(timeout_ms), ..Limits::default() },
        log: nowhere,
        log_cap: MAX_OUTPUT,
        secrets: Arc::clone(&programs.secrets),
        sink: None,
        stdin: Stdin::Null,
        capture_bytes: 0,
    }
}
