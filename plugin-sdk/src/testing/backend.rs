//! The host interfaces with the signatures of the generated bindings, answered by the entered [`super::World`].

/// Interface `log`.
pub mod log {
    use crate::testing::world::ask;

    pub fn write(level: &str, message: &str) {
        ask(|world| world.messages.borrow_mut().push((level.to_owned(), message.to_owned())));
    }
}

/// Interface `config`.
pub mod config {
    use crate::testing::world::ask;

    pub fn get() -> String {
        ask(|world| world.config.borrow().clone()).unwrap_or_else(|| "{}".to_owned())
    }
}

/// Interface `clock`.
pub mod clock {
    use crate::testing::world::ask;

    pub fn now_ms() -> u64 {
        ask(|world| world.now_ms.get())
    }
}

/// Interface `process`.
pub mod process {
    use crate::host::process::{ProcessError, ProcessRequest, ProcessResult};
    use crate::testing::world::ask;

    pub fn run(request: &ProcessRequest) -> Result<ProcessResult, ProcessError> {
        ask(|world| {
            world.process_requests.borrow_mut().push(request.clone());
            match &*world.process.borrow() {
                Some(answer) => answer(request),
                None => Err(ProcessError::Denied("the world of this test grants no program".to_owned())),
            }
        })
    }
}

/// Interface `http`.
pub mod http {
    use crate::host::http::{HttpError, Request, Response};
    use crate::testing::world::ask;

    pub fn send(request: &Request) -> Result<Response, HttpError> {
        ask(|world| {
            world.http_requests.borrow_mut().push(request.clone());
            match &*world.http.borrow() {
                Some(answer) => answer(request),
                None => Err(HttpError::Denied("the world of this test grants no host".to_owned())),
            }
        })
    }
}

/// Interface `state`, with the limits of the contract.
pub mod state {
    use crate::host::state::StateError;
    use crate::testing::world::ask;

    const MAX_KEY_BYTES: usize = 256;
    const MAX_VALUE_BYTES: usize = 64 << 10;
    const MAX_KEYS: usize = 1_000;

    pub fn get(key: &str) -> Result<Option<Vec<u8>>, StateError> {
        Ok(ask(|world| world.state.borrow().get(key).cloned()))
    }

    pub fn set(key: &str, value: &[u8]) -> Result<(), StateError> {
        if key.len() > MAX_KEY_BYTES || value.len() > MAX_VALUE_BYTES {
            return Err(StateError::TooLarge);
        }
        ask(|world| world.state.borrow_mut().insert(key.to_owned(), value.to_vec()));
        Ok(())
    }

    pub fn remove(key: &str) -> Result<(), StateError> {
        ask(|world| world.state.borrow_mut().remove(key));
        Ok(())
    }

    pub fn keys(prefix: &str) -> Result<Vec<String>, StateError> {
        Ok(ask(|world| {
            let state = world.state.borrow();
            state.keys().filter(|key| key.starts_with(prefix)).take(MAX_KEYS).cloned().collect()
        }))
    }
}

/// Interface `workspace`.
pub mod workspace {
    use std::collections::BTreeMap;

    use crate::host::workspace::{Chunk, Entry, EntryKind, WorkspaceError};
    use crate::testing::glob::matches;
    use crate::testing::world::ask;

    const MAX_CHUNK_BYTES: usize = 1 << 20;
    const MAX_ENTRIES: usize = 10_000;

    /// The path without `.` parts and empty ones; an error where it leads out of the workspace.
    fn checked(path: &str) -> Result<String, WorkspaceError> {
        let is_outside = path.starts_with('/') || path.contains('\0') || path.split('/').any(|part| part == "..");
        if is_outside {
            return Err(WorkspaceError::Denied(format!("{path} leads out of the workspace")));
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        Ok(parts.join("/"))
    }

    fn file_entry(path: &str, data: &[u8]) -> Entry {
        Entry { path: path.to_owned(), kind: EntryKind::File, size: data.len() as u64 }
    }

    fn directory_entry(path: &str) -> Entry {
        Entry { path: path.to_owned(), kind: EntryKind::Directory, size: 0 }
    }

    /// What the names of the files below `directory` start with.
    fn prefix_of(directory: &str) -> String {
        if directory.is_empty() { String::new() } else { format!("{directory}/") }
    }

    pub fn stat(path: &str) -> Result<Entry, WorkspaceError> {
        let path = checked(path)?;
        ask(|world| {
            let files = world.files.borrow();
            if let Some(data) = files.get(&path) {
                return Ok(file_entry(&path, data));
            }
            let prefix = prefix_of(&path);
            let is_directory = path.is_empty() || files.keys().any(|file| file.starts_with(&prefix));
            let shown = if path.is_empty() { "." } else { &path };
            if is_directory { Ok(directory_entry(shown)) } else { Err(WorkspaceError::NotFound) }
        })
    }

    pub fn entries(path: &str) -> Result<Vec<Entry>, WorkspaceError> {
        if stat(path)?.kind != EntryKind::Directory {
            return Err(WorkspaceError::Failed(format!("{path} is not a directory")));
        }
        let prefix = prefix_of(&checked(path)?);
        ask(|world| {
            let mut found = BTreeMap::new();
            for (file, data) in world.files.borrow().iter() {
                let Some(rest) = file.strip_prefix(&prefix) else {
                    continue;
                };
                let entry = match rest.split_once('/') {
                    Some((directory, _)) => directory_entry(&format!("{prefix}{directory}")),
                    None => file_entry(file, data),
                };
                found.insert(entry.path.clone(), entry);
            }
            Ok(found.into_values().take(MAX_ENTRIES).collect())
        })
    }

    pub fn glob(pattern: &str, limit: u32) -> Result<Vec<Entry>, WorkspaceError> {
        let pattern = checked(pattern)?;
        let limit = usize::try_from(limit).unwrap_or(MAX_ENTRIES).min(MAX_ENTRIES);
        Ok(ask(|world| {
            let files = world.files.borrow();
            let matching = files.iter().filter(|(file, _)| matches(&pattern, file));
            matching.take(limit).map(|(file, data)| file_entry(file, data)).collect()
        }))
    }

    pub fn read(path: &str, offset: u64, max_bytes: u32) -> Result<Chunk, WorkspaceError> {
        if stat(path)?.kind != EntryKind::File {
            return Err(WorkspaceError::Denied(format!("{path} is not a regular file")));
        }
        let path = checked(path)?;
        ask(|world| {
            let files = world.files.borrow();
            let data = files.get(&path).ok_or(WorkspaceError::NotFound)?;
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(data.len());
            let length = usize::try_from(max_bytes).unwrap_or(MAX_CHUNK_BYTES).min(MAX_CHUNK_BYTES);
            let end = start.saturating_add(length).min(data.len());
            Ok(Chunk { data: data[start..end].to_vec(), is_last: end == data.len() })
        })
    }
}
