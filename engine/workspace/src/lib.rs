//! The project's files: snapshots, scratches in which remedies are tried, diffs, commit and exact restore.
//!
//! Start at [`LocalWorkspace`], which implements `driver::ports::Workspace`. A scratch is an overlay at the workspace's
//! own path in a private mount namespace (`overlay`, `holder`) or, where that is not allowed, a copy at another path
//! (`copy`) if nothing is bound to the workspace's own (`bound`), else the workspace itself between a snapshot and an exact
//! restore (`in_place`). All answer with the same list of differences (`delta`), from which reports (`changes`) and
//! patches (`patch`) are made. Of `.git`, only what steers git is listed (`steering`).
//!
//! What this crate may not do: decide anything about remedies, run commands of the project, write to the user's git
//! repository (index, refs, configuration, hooks) other than to commit or take back what a trial wrote there, or keep
//! anything inside the workspace.
//!
//! Invariant: a scratch that was not committed leaves every versioned and untracked file byte for byte as it was, after
//! a `kill -9` too, once [`driver::ports::Workspace::recover`] has run.
//!
//! All work is blocking and runs on tokio's blocking pool.

mod bound;
mod changes;
mod clear;
mod commit;
mod copy;
mod delta;
mod files;
mod git;
mod holder;
mod in_place;
mod layout;
mod local;
mod manifest;
mod merged;
mod options;
mod oracle;
mod outer_git;
mod overlap;
mod overlay;
mod patch;
mod paths;
mod plain_rules;
mod processes;
mod recover;
mod rules;
mod seal;
mod snapshot;
mod source;
mod standing;
mod steering;
mod tree;
mod upper;
mod walk;

pub use bound::{CopyUnavailable, Tie};
pub use holder::hold_scratch_main;
pub use local::LocalWorkspace;
pub use options::{HolderCommand, Options, ScratchPreference, UnknownPreference};
pub use overlay::OverlayUnavailable;
