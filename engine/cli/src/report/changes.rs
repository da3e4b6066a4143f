//! The files that a remedy changed.

use pipeline::event::{ChangeKind, FileChange, ScratchKind};

use super::paint::{NAME, paint};

/// Most changed files that are listed.
const MOST_CHANGES: usize = 12;

/// The list, with a title that says what became of the changes; nothing where nothing changed.
pub fn lines(title: &str, scratch: ScratchKind, changes: &[FileChange]) -> Vec<String> {
    if changes.is_empty() {
        return Vec::new();
    }
    let place = match scratch {
        ScratchKind::Overlay => "tried in an overlay",
        ScratchKind::Copy => "tried in a copy",
        ScratchKind::InPlace => "tried in place, with a snapshot",
    };
    let mut lines = vec![format!("  {title} ({place}):")];
    for change in changes.iter().take(MOST_CHANGES) {
        let word = match change.change {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "modified",
            ChangeKind::Removed => "removed",
        };
        let kind = if change.is_versioned { "" } else { " (ignored by version control)" };
        lines.push(format!("    {word} {}{kind}", paint(NAME, &change.path)));
    }
    if changes.len() > MOST_CHANGES {
        lines.push(format!("    and {} more", changes.len() - MOST_CHANGES));
    }
    lines
}
