//! The engine's side of an overlay scratch: preparing the directories, starting and stopping the holder.

use std::fs::{self, Permissions};
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::git::Repository;
use crate::layout::Layer;
use crate::options::HolderCommand;
use crate::processes::end_namespace_of;
use crate::tree::{Attributes, set_metadata};

/// How long the holder may take to mount: it needs milliseconds.
const HOLDER_PATIENCE: Duration = Duration::from_secs(20);

/// Most bytes of the holder's answer.
const ANSWER_LIMIT: usize = 4096;

/// Why no overlay can stand at the workspace's path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayUnavailable {
    /// The caller asked for another kind of scratch.
    #[error("it is switched off")]
    SwitchedOff,
    /// There is no program that can hold a namespace.
    #[error("no holder program was named")]
    NoHolder,
    /// The state folder lies in the workspace: what is written over it would be part of itself.
    #[error("the state folder {} lies in the workspace", .0.display())]
    StateInWorkspace(PathBuf),
    /// Another file system is mounted in the workspace: an overlay would hide it.
    #[error("a file system is mounted at {}", .0.display())]
    MountInside(PathBuf),
    /// The directories for it could not be made.
    #[error("prepare {}: {reason}", path.display())]
    Directories {
        /// Which one.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The holder could not be started or gave no answer.
    #[error("start the holder: {0}")]
    Start(String),
    /// The kernel refused, in the holder's words.
    #[error("{0}")]
    Kernel(String),
}

/// A running holder. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Holder {
    child: Child,
}

impl Holder {
    /// Makes the upper directories and starts a holder that mounts `layers`.
    pub fn start(command: &HolderCommand, token: &str, layers: &[Layer]) -> Result<Self, OverlayUnavailable> {
        for layer in layers {
            prepare(layer)?;
        }
        let namespace = if command.is_user_namespace_forced { "user" } else { "any" };
        let mut process = Command::new(&command.program);
        process.args(&command.arguments).args([token, namespace]);
        for layer in layers {
            process.args([&layer.lower, &layer.upper, &layer.work]);
        }
        // A group of its own from the start: the terminal's signals are for the engine.
        process.process_group(0).current_dir("/");
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = process.spawn().map_err(|error| OverlayUnavailable::Start(error.to_string()))?;
        let mut holder = Self { child };
        let answer = holder.answer()?;
        match answer.strip_prefix("failed ") {
            None if answer == "ready" => Ok(holder),
            reason => Err(OverlayUnavailable::Kernel(reason.unwrap_or(&answer).to_owned())),
        }
    }

    /// Number of the process whose namespaces commands have to join.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the one line of the holder.
    fn answer(&mut self) -> Result<String, OverlayUnavailable> {
        let fault = |message: &str| OverlayUnavailable::Start(message.to_owned());
        let stdout = self.child.stdout.as_mut().ok_or_else(|| fault("it has no output"))?;
        let deadline = Instant::now() + HOLDER_PATIENCE;
        let (mut answer, mut chunk) = (Vec::new(), [0; 512]);
        while !answer.ends_with(b"\n") && answer.len() < ANSWER_LIMIT {
            let left = deadline.saturating_duration_since(Instant::now());
            let left = Timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: left.subsec_nanos().into() };
            let mut waited = [PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::IN)];
            match rustix::event::poll(&mut waited, Some(&left)) {
                Ok(0) => return Err(fault("it gives no answer")),
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(fault(&error.to_string())),
            }
            match stdout.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(&chunk[..count]),
                Err(error) => return Err(fault(&error.to_string())),
            }
        }
        let answer = String::from_utf8_lossy(&answer).trim_end().to_owned();
        if answer.is_empty() { Err(fault("it ended without an answer")) } else { Ok(answer) }
    }

    /// Ends the holder and every process that lives in its namespace.
    pub fn stop(self, token: &str) {
        end_namespace_of(token);
        drop(self);
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // The end of its input ends it; the signal is for one that hangs. Both are fine when it is gone.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes the directories of a layer; the upper one stands for the lower one, so it gets its mode, owner and time.
fn prepare(layer: &Layer) -> Result<(), OverlayUnavailable> {
    let fault = |path: &Path, reason: String| OverlayUnavailable::Directories { path: path.to_owned(), reason };
    for path in [&layer.upper, &layer.work] {
        fs::create_dir_all(path).map_err(|error| fault(path, error.to_string()))?;
    }
    let folder = layer.work.parent().unwrap_or(&layer.work);
    // What is written in a scratch is nobody else's business, whatever the workspace's own mode is.
    fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(|error| fault(folder, error.to_string()))?;
    let lower = fs::metadata(&layer.lower).map_err(|error| fault(&layer.lower, error.to_string()))?;
    set_metadata(&layer.upper, &Attributes::of(&lower)).map_err(|error| fault(&layer.upper, error.to_string()))?;
    let upper = fs::metadata(&layer.upper).map_err(|error| fault(&layer.upper, error.to_string()))?;
    if (upper.uid(), upper.gid()) != (lower.uid(), lower.gid()) {
        return Err(fault(&layer.lower, "it belongs to somebody else".to_owned()));
    }
    Ok(())
}

/// Directories that the overlay of a workspace has to cover, the one that holds the workspace first.
///
/// That is the whole work tree around a workspace which is a folder in one: git looks for its directory upwards and stops
/// where a mount begins, and what a trial writes beside the workspace (the lock file of a monorepo) belongs to it. Where
/// git's own directory lies elsewhere (linked work trees, submodules) it is covered too: index and refs are part of what
/// a trial may not change.
pub(crate) fn covered(root: &Path, repository: Option<&Repository>) -> Vec<PathBuf> {
    let Some(repository) = repository.filter(|repository| !repository.is_outside) else {
        return vec![root.to_owned()];
    };
    let (top, common) = (&repository.top, &repository.common_dir);
    let is_apart = !common.starts_with(top) && !top.starts_with(common);
    [Some(top), is_apart.then_some(common)].into_iter().flatten().cloned().collect()
}

/// A mount point strictly inside one of the layers, other than that of another layer.
pub(crate) fn mount_inside(lowers: &[PathBuf]) -> Option<PathBuf> {
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let points = mounts.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(4));
    let points = points.map(|field| crate::tree::path_of(&unescape(field)));
    let is_inside = |point: &PathBuf| lowers.iter().any(|lower| point != lower && point.starts_with(lower));
    points.into_iter().find(is_inside)
}

/// Undoes the octal escapes of `/proc/self/mountinfo`.
fn unescape(field: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(field.len()), field);
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'\\').then(|| tail.get(..3)).flatten();
        let code = code.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        if let Some(code) = code {
            out.push(code);
            rest = &tail[3..];
        } else {
            out.push(first);
            rest = tail;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_of_mount_points_are_undone() {
        assert_eq!(unescape(br"/a\040b\134c\012"), b"/a b\\c\n");
        assert_eq!(unescape(br"/cut\04"), br"/cut\04");
    }
}
