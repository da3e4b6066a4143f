//! `state`: the plugin's own durable key-value store, one JSON file per plugin.
//!
//! A call sees the file as it was when the call began, with its own changes on top. The changes are written when the role
//! function has returned without a trap, and are dropped otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pipeline::id::PluginId;
use serde::{Deserialize, Serialize};

use super::HostState;
use crate::bindings::capabilities::selfheal::plugin::state::{self, StateError};

const MAX_KEY: usize = 256;
const MAX_VALUE: usize = 64 << 10;
const MAX_STORE: usize = 4 << 20;
const MAX_KEYS: usize = 1_000;
/// A file larger than this was not written by this host: values are kept as hexadecimal digits.
const MAX_FILE: u64 = 16 << 20;

/// Two calls of one plugin may end at the same time; each reads the file again and adds its changes.
static COMMIT: Mutex<()> = Mutex::new(());

type Entries = BTreeMap<String, Vec<u8>>;

/// A plugin's state during one call.
pub struct StateSession {
    file: Option<PathBuf>,
    entries: Option<Entries>,
    changes: BTreeMap<String, Option<Vec<u8>>>,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct StateFile {
    version: u32,
    entries: BTreeMap<String, String>,
}

/// Writing the state failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// Reading or writing the file failed.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The file is not one of ours.
    #[error("read {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The plugin's entries together are over the limit.
    #[error("keep the state of a plugin: more than {MAX_STORE} bytes")]
    TooLarge,
}

impl StateSession {
    /// The state of a plugin; `directory` of `None` has no place to keep any.
    pub fn new(directory: Option<&Path>, plugin: &PluginId) -> Self {
        let file = directory.map(|directory| file_of(directory, plugin));
        Self { file, entries: None, changes: BTreeMap::new() }
    }

    fn file(&self) -> Result<&Path, StateError> {
        self.file.as_deref().ok_or_else(|| StateError::Failed("the engine keeps no state in this run".to_owned()))
    }

    fn entries(&mut self) -> Result<&Entries, StateError> {
        if self.entries.is_none() {
            let entries = read(self.file()?).map_err(|error| StateError::Failed(error.to_string()))?;
            self.entries = Some(entries);
        }
        Ok(self.entries.get_or_insert_default())
    }

    fn get(&mut self, key: &str) -> Result<Option<Vec<u8>>, StateError> {
        match self.changes.get(key) {
            Some(change) => Ok(change.clone()),
            None => Ok(self.entries()?.get(key).cloned()),
        }
    }

    fn set(&mut self, key: String, value: Option<Vec<u8>>) -> Result<(), StateError> {
        if key.len() > MAX_KEY || value.as_ref().is_some_and(|value| value.len() > MAX_VALUE) {
            return Err(StateError::TooLarge);
        }
        let added = value.as_ref().map_or(0, |value| key.len() + value.len());
        let replaced = self.get(&key)?.map_or(0, |value| key.len() + value.len());
        if self.size()? - replaced + added > MAX_STORE {
            return Err(StateError::TooLarge);
        }
        self.changes.insert(key, value);
        Ok(())
    }

    fn size(&mut self) -> Result<usize, StateError> {
        let merged = self.merged()?;
        Ok(size(&merged))
    }

    fn merged(&mut self) -> Result<Entries, StateError> {
        let mut entries = self.entries()?.clone();
        apply(&mut entries, &self.changes);
        Ok(entries)
    }

    fn keys(&mut self, prefix: &str) -> Result<Vec<String>, StateError> {
        let merged = self.merged()?;
        Ok(merged.into_keys().filter(|key| key.starts_with(prefix)).take(MAX_KEYS).collect())
    }

    /// Writes the changes. Repeating it changes nothing.
    pub fn commit(&mut self) -> Result<(), StateFileError> {
        let Some(file) = &self.file else { return Ok(()) };
        if self.changes.is_empty() {
            return Ok(());
        }
        let _guard = COMMIT.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = read(file)?;
        apply(&mut entries, &self.changes);
        if size(&entries) > MAX_STORE {
            return Err(StateFileError::TooLarge);
        }
        write(file, &entries)
    }
}

/// Where a plugin's entries are.
fn file_of(directory: &Path, plugin: &PluginId) -> PathBuf {
    // Ids are checked when they enter the catalog: `[a-z0-9-]` and at most one `/`.
    directory.join(format!("{}.json", plugin.as_str().replace('/', "@")))
}

/// The entries of a plugin whose keys begin with `prefix`; none where there is no place to keep any.
pub(crate) fn kept(
    directory: Option<&Path>,
    plugin: &PluginId,
    prefix: &str,
) -> Result<Vec<(String, Vec<u8>)>, StateFileError> {
    let Some(directory) = directory else { return Ok(Vec::new()) };
    let entries = read(&file_of(directory, plugin))?;
    Ok(entries.into_iter().filter(|(key, _)| key.starts_with(prefix)).collect())
}

fn size(entries: &Entries) -> usize {
    entries.iter().map(|(key, value)| key.len() + value.len()).sum()
}

fn apply(entries: &mut Entries, changes: &BTreeMap<String, Option<Vec<u8>>>) {
    for (key, change) in changes {
        match change {
            Some(value) => entries.insert(key.clone(), value.clone()),
            None => entries.remove(key),
        };
    }
}

fn read(file: &Path) -> Result<Entries, StateFileError> {
    let unreadable = |why: String| StateFileError::Unreadable { path: file.to_owned(), why };
    let io = |source| StateFileError::Io { action: "read", path: file.to_owned(), source };
    match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Entries::new()),
        Err(error) => return Err(io(error)),
        Ok(metadata) if metadata.len() > MAX_FILE => return Err(unreadable("it is too large".to_owned())),
        Ok(_) => {}
    }
    let text = fs::read(file).map_err(io)?;
    let parsed: StateFile = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
    if parsed.version != 1 {
        return Err(unreadable(format!("it has version {}; this engine reads version 1", parsed.version)));
    }
    let decode = |(key, value): (String, String)| {
        from_hex(&value).map(|value| (key, value)).ok_or_else(|| unreadable("a value is not hexadecimal".to_owned()))
    };
    parsed.entries.into_iter().map(decode).collect()
}

/// Writes the whole file beside the old one and renames it: a reader sees the old or the new one, never a part.
fn write(file: &Path, entries: &Entries) -> Result<(), StateFileError> {
    let io = |action| move |source| StateFileError::Io { action, path: file.to_owned(), source };
    let entries = entries.iter().map(|(key, value)| (key.clone(), to_hex(value))).collect();
    let text = serde_json::to_vec(&StateFile { version: 1, entries }).expect("a map of texts is JSON");
    let directory = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(io("create the directory of"))?;
    let draft = file.with_extension(format!("json.{}", std::process::id()));
    let mut out = fs::File::create(&draft).map_err(io("write"))?;
    let written = out.write_all(&text).and_then(|()| out.sync_all()).and_then(|()| fs::rename(&draft, file));
    written.map_err(|source| {
        // The draft is of no use to anybody; that it cannot be removed either is not worth a second error.
        let _ = fs::remove_file(&draft);
        io("write")(source)
    })
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

impl HostState {
    fn session(&mut self) -> Result<&mut StateSession, StateError> {
        self.state.as_mut().ok_or_else(|| StateError::Failed("this call has no state".to_owned()))
    }
}

impl state::Host for HostState {
    fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, StateError>> {
        self.charge()?;
        Ok(self.session().and_then(|session| session.get(&key)))
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), StateError>> {
        self.charge()?;
        Ok(self.session().and_then(|session| session.set(key, Some(value))))
    }

    fn remove(&mut self, key: String) -> wasmtime::Result<Result<(), StateError>> {
        self.charge()?;
        Ok(self.session().and_then(|session| session.set(key, None)))
    }

    fn keys(&mut self, prefix: String) -> wasmtime::Result<Result<Vec<String>, StateError>> {
        self.charge()?;
        Ok(self.session().and_then(|session| session.keys(&prefix)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(directory: &Path) -> StateSession {
        StateSession::new(Some(directory), &"acme/x".into())
    }

    #[test]
    fn changes_last_only_when_committed() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut first = session(directory.path());
        assert!(first.set("a".into(), Some(vec![0, 255])).is_ok());
        assert!(matches!(first.get("a"), Ok(Some(value)) if value == [0, 255]));
        drop(first);
        let mut second = session(directory.path());
        assert!(matches!(second.get("a"), Ok(None)));
        assert!(second.set("a".into(), Some(vec![7])).is_ok());
        assert!(second.set("b".into(), Some(vec![])).is_ok());
        second.commit().expect("it is committed");
        let mut third = session(directory.path());
        assert!(matches!(third.get("a"), Ok(Some(value)) if value == [7]));
        assert!(third.set("a".into(), None).is_ok());
        assert!(matches!(third.keys(""), Ok(keys) if keys == ["b"]));
        third.commit().expect("it is committed");
        assert!(matches!(session(directory.path()).keys(""), Ok(keys) if keys == ["b"]));
    }

    #[test]
    fn two_calls_at_once_keep_each_others_changes() {
        let directory = tempfile::tempdir().expect("a directory");
        let (mut first, mut second) = (session(directory.path()), session(directory.path()));
        assert!(first.set("a".into(), Some(vec![1])).is_ok());
        assert!(second.set("b".into(), Some(vec![2])).is_ok());
        first.commit().expect("it is committed");
        second.commit().expect("it is committed");
        assert!(matches!(session(directory.path()).keys(""), Ok(keys) if keys == ["a", "b"]));
    }

    #[test]
    fn limits_are_answers() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut session = session(directory.path());
        assert!(matches!(session.set("k".repeat(257), Some(vec![])), Err(StateError::TooLarge)));
        assert!(matches!(session.set("k".into(), Some(vec![0; MAX_VALUE + 1])), Err(StateError::TooLarge)));
        for number in 0..63 {
            assert!(session.set(format!("{number}"), Some(vec![0; MAX_VALUE])).is_ok(), "{number}");
        }
        assert!(matches!(session.set("last".into(), Some(vec![0; MAX_VALUE])), Err(StateError::TooLarge)));
        assert!(session.set("0".into(), None).is_ok());
        assert!(session.set("last".into(), Some(vec![0; MAX_VALUE])).is_ok());
    }

    #[test]
    fn a_file_of_somebody_else_is_an_answer_too() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("acme@x.json"), "{").expect("a file");
        assert!(matches!(session(directory.path()).get("a"), Err(StateError::Failed(_))));
    }
}
