//! Who speaks, and whether a person can be meant at all.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use driver::ports::Clock as _;
use pipeline::time::Timestamp;
use store::{AppliedPatch, Statement, Store};

use crate::engine::SystemClock;
use crate::exit::{self, Failure};
use crate::project::Project;

/// How long after its approval somebody looks whether a patch is still there.
const LOOK_BACK_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// Refuses to take the word of a process that the engine started: a stage, a step of a remedy, a plugin's program, or a
/// command behind `exec` would approve what the engine itself proposes.
pub fn must_be_outside(action: &str) -> Result<(), Failure> {
    outside(action, "which cannot approve its own patches")
}

/// The same for words that are about plugins, their keys and their grants.
pub fn must_be_a_person(action: &str) -> Result<(), Failure> {
    outside(action, "which cannot speak for a person")
}

fn outside(action: &str, why: &str) -> Result<(), Failure> {
    if std::env::var_os(driver::INSIDE).is_none() && !descends_from(std::process::id(), Path::new("/proc")) {
        return Ok(());
    }
    Err(Failure {
        code: exit::FAILED,
        error: anyhow!("{action}: this process was started by selfheal, {why}"),
        hints: vec!["run it in a shell of your own".to_owned()],
    })
}

/// Whether an engine is among the ancestors of a process, so that one that takes the mark out of its environment is found,
/// too. `proc` is the process file system; without one nothing is found. A chain longer than this is a loop.
fn descends_from(process: u32, proc: &Path) -> bool {
    const LONGEST_CHAIN: usize = 256;
    let program = |process: u32| std::fs::metadata(proc.join(format!("{process}/exe"))).ok();
    let Some(own) = program(process).map(|file| (file.dev(), file.ino())) else { return false };
    let mut ancestor = process;
    for _ in 0..LONGEST_CHAIN {
        let Some(parent) = parent_of(ancestor, proc).filter(|parent| *parent > 0) else { return false };
        if program(parent).is_some_and(|file| (file.dev(), file.ino()) == own) {
            return true;
        }
        ancestor = parent;
    }
    false
}

/// The parent of a process; `stat` names it after the program's name, which may hold anything but ends with the last `)`.
fn parent_of(process: u32, proc: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(proc.join(format!("{process}/stat"))).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Refuses while a run of the project is under way or cut off: its processes are no people either, and its workspace is not
/// at rest.
pub fn must_be_at_rest(store: &Store, action: &str) -> Result<(), Failure> {
    let unfinished = store.unfinished().map_err(anyhow::Error::new)?;
    let Some(run) = unfinished.first() else { return Ok(()) };
    let (error, hint) = if run.is_alive {
        (anyhow!("{action}: run {} is under way", run.run), "try again when it has ended")
    } else {
        (anyhow!("{action}: run {} was cut off", run.run), "selfheal run finishes it first")
    };
    Err(Failure { code: exit::FAILED, error, hints: vec![hint.to_owned()] })
}

/// Who speaks: the name given, else that of the user whom this process belongs to.
pub fn speaker(given: Option<&str>) -> String {
    if let Some(name) = given.map(str::trim).filter(|name| !name.is_empty()) {
        return name.to_owned();
    }
    let user = rustix::process::getuid().as_raw();
    name_of(user, Path::new("/etc/passwd"))
        .or_else(|| std::env::var("USER").ok().filter(|name| !name.is_empty()))
        .unwrap_or_else(|| format!("user {user}"))
}

fn name_of(user: u32, passwd: &Path) -> Option<String> {
    let text = std::fs::read_to_string(passwd).ok()?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(user) && !name.is_empty()).then(|| name.to_owned())
    })
}

/// SHA-256 of a file, of a link's target, or `None` where nothing is.
pub fn digest_of_file(path: &Path) -> Option<String> {
    let metadata = path.symlink_metadata().ok()?;
    if metadata.is_symlink() {
        use std::os::unix::ffi::OsStrExt as _;
        return Some(driver::digest_of(std::fs::read_link(path).ok()?.as_os_str().as_bytes()));
    }
    let executable = if metadata.mode() & 0o100 != 0 { "x" } else { "-" };
    // The mode is content: a patch may do nothing but change it.
    Some(format!("{}{executable}", driver::digest_of(&std::fs::read(path).ok()?)))
}

/// What git's `HEAD` says, as text: a branch, or a commit.
pub fn head(root: &Path) -> Option<String> {
    let mut dot_git: PathBuf = crate::project::git_top(root)?.join(".git");
    if dot_git.is_file() {
        // A linked work tree or a submodule: the file names the folder.
        let text = std::fs::read_to_string(&dot_git).ok()?;
        dot_git = dot_git.parent()?.join(text.strip_prefix("gitdir:")?.trim());
    }
    std::fs::read_to_string(dot_git.join("HEAD")).ok().map(|text| text.trim().to_owned())
}

/// Puts on record which approved patches of the last seven days somebody has taken out again: every file of it is as it was
/// before, on the branch where it was approved. Only a look at a handful of files, and none where nothing was approved.
pub fn note_reverts(project: &Project, store: &Store) -> Result<(), Failure> {
    let now = SystemClock.now();
    let applied = store.applied_since(Timestamp(now.0.saturating_sub(LOOK_BACK_MS))).map_err(anyhow::Error::new)?;
    for patch in applied.into_iter().filter(|patch| is_reverted(&project.root, patch)) {
        let statement = Statement::PatchReverted { incident: patch.incident, by: speaker(None) };
        store.append_statement(now, &statement).map_err(anyhow::Error::new)?;
    }
    Ok(())
}

fn is_reverted(root: &Path, patch: &AppliedPatch) -> bool {
    !patch.files.is_empty()
        && patch.head == head(root)
        && patch
            .files
            .iter()
            .all(|file| file.before != file.after && digest_of_file(&root.join(&file.path)) == file.before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_as_the_system_names_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let passwd = folder.path().join("passwd");
        std::fs::write(&passwd, "root:x:0:0::/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n").expect("write");
        assert_eq!(name_of(1000, &passwd).as_deref(), Some("ana"));
        assert_eq!(name_of(7, &passwd), None);
        assert_eq!(speaker(Some(" ben ")), "ben");
    }

    #[test]
    fn an_engine_among_the_ancestors_is_found_whatever_the_programs_are_called() {
        let proc = tempfile::tempdir().expect("a folder");
        for (process, program, stat) in [
            (10, "engine", "10 (selfheal) S 1 10"),
            (20, "shell", "20 (sh) odd) S 10 10"),
            (30, "engine", "30 (selfheal) R 20 10"),
            (40, "engine", "40 (selfheal) R 1 40"),
            (1, "init", "1 (init) S 0 1"),
        ] {
            let folder = proc.path().join(process.to_string());
            std::fs::create_dir(&folder).expect("make it");
            std::fs::write(folder.join("stat"), stat).expect("write it");
            let program = proc.path().join(program);
            std::fs::write(&program, "").expect("write it");
            std::os::unix::fs::symlink(program, folder.join("exe")).expect("link it");
        }
        assert!(descends_from(30, proc.path()));
        assert!(!descends_from(40, proc.path()));
        assert!(!descends_from(50, proc.path()), "an unknown process");
    }

    #[test]
    fn a_file_differs_from_its_executable_twin_and_from_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        assert_eq!(digest_of_file(&path), None);
        std::fs::write(&path, "x").expect("write");
        let plain = digest_of_file(&path);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("change the mode");
        assert_ne!(digest_of_file(&path), plain);
    }
}
