//! The folders and programs that a fixture names.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{Asked, TrialError};
use crate::fixture::{Fixture, ProgramPart};

/// A folder that a fixture names.
pub(super) fn folder_of(fixture: &Fixture, name: &str) -> Result<PathBuf, TrialError> {
    let path = fixture.folder.join(name);
    fs::canonicalize(&path).map_err(TrialError::io("open the folder", &path))
}

pub(super) fn empty_folder(asked: &Asked) -> Result<PathBuf, TrialError> {
    let root = asked.scratch.path().join("empty");
    fs::create_dir_all(&root).map_err(TrialError::io("make the folder", &root))?;
    Ok(root)
}

/// Copies files and folders; anything else of a fixture is left out.
pub(super) fn copy_folder(from: &Path, to: &Path) -> Result<(), TrialError> {
    for entry in fs::read_dir(from).map_err(TrialError::io("list", from))?.flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(TrialError::io("read", &path))?;
        if kind.is_dir() {
            fs::create_dir(&target).map_err(TrialError::io("make the folder", &target))?;
            copy_folder(&path, &target)?;
        } else if kind.is_file() {
            fs::copy(&path, &target).map_err(TrialError::io("copy", &path))?;
        }
    }
    Ok(())
}

/// Writes the programs of a fixture.
pub(super) fn stand_ins(programs: &[ProgramPart], folder: &Path) -> Result<PathBuf, TrialError> {
    fs::create_dir_all(folder).map_err(TrialError::io("make the folder", folder))?;
    for program in programs {
        let path = folder.join(&program.name);
        let output = folder.join(format!(".{}.stdout", program.name));
        fs::write(&output, &program.stdout).map_err(TrialError::io("write", &output))?;
        let script = format!(
            "#!/bin/sh\ncat {}\nexit {}\n",
            pipeline::remedy::quote(&output.display().to_string()),
            program.exit_code
        );
        fs::write(&path, script).map_err(TrialError::io("write", &path))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(TrialError::io("write", &path))?;
    }
    Ok(folder.to_owned())
}
