//! `selfheal plugin dev`: builds and tests whenever a file of the project changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::plugin_build::open;
use super::plugin_test::build_and_test;
use crate::engine;
use crate::exit::{self, Failure};
use crate::report::paint::{FAILED, paint};
use crate::signals;

/// How often the project is looked at. A look costs a `stat` for each of its files.
const LOOK: Duration = Duration::from_millis(300);
/// Folders that are made by building, or are not the author's.
const NOT_WATCHED: &[&str] = &["dist", "target", "node_modules", "__pycache__", "vendor"];

/// Size and time of every file that is watched.
type State = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Goes on until Ctrl-C. A build or test that fails is shown and waits for the next change.
pub fn dev(dir: &Path) -> Result<u8, Failure> {
    let root = open(dir)?.root;
    let runtime = engine::runtime()?;
    let interrupted = runtime.block_on(async { signals::interrupts() });
    while !interrupted.is_cancelled() {
        let before = state_of(&root);
        // plugin.toml may have changed: the project is opened each time.
        if let Err(failure) = open(&root).and_then(|project| build_and_test(&project)) {
            tell!("{} {:#}", paint(FAILED, "error:"), failure.error);
            for hint in failure.hints {
                tell!("hint: {hint}");
            }
        }
        tell!("selfheal: waiting for changes in {} (Ctrl-C ends)", root.display());
        while !interrupted.is_cancelled() && state_of(&root) == before {
            let mut interrupted = interrupted.clone();
            // Whichever comes first; the loops ask which it was.
            let _ = runtime.block_on(async { tokio::time::timeout(LOOK, interrupted.cancelled()).await });
        }
    }
    Ok(exit::PASSED)
}

fn state_of(root: &Path) -> State {
    let (mut state, mut folders) = (State::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || NOT_WATCHED.contains(&name.as_str()) {
                continue;
            }
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                state.insert(entry.path(), (metadata.len(), metadata.modified().ok()));
            }
        }
    }
    state
}
