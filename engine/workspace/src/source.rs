//! The commit that a workspace stands on, and whether anything in the work tree differs from it: one call of git.

use std::path::Path;

use pipeline::source::Source;

use crate::git::Git;

/// What is asked: the commit first, then one record for each difference. A file that is not ignored is one; a submodule that
/// was touched, too, whatever its settings say.
const QUESTION: [&str; 7] = [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--no-renames",
    "--untracked-files=normal",
    "--ignore-submodules=none",
];

/// Stands where the name of a commit stands in a repository without one.
const NO_COMMIT: &str = "(initial)";

/// The commit of the repository around a folder; `None` without a commit, or where git cannot tell.
pub(crate) fn source(root: &Path) -> Option<Source> {
    parse(&Git::of_user(root).run(&QUESTION).ok()?)
}

fn parse(answer: &[u8]) -> Option<Source> {
    let records = || answer.split(|byte| *byte == 0).filter(|record| !record.is_empty());
    let commit = records().find_map(|record| record.strip_prefix(b"# branch.oid "))?;
    let commit = std::str::from_utf8(commit).ok().filter(|commit| *commit != NO_COMMIT)?;
    let is_dirty = records().any(|record| !record.starts_with(b"# "));
    Some(Source { commit: commit.to_owned(), is_dirty })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_no_headline_is_a_difference() {
        let clean = b"# branch.oid c0ffee\0# branch.head main\0";
        assert_eq!(parse(clean), Some(Source { commit: "c0ffee".to_owned(), is_dirty: false }));
        let untracked = [&clean[..], b"? new file\0"].concat();
        assert_eq!(parse(&untracked), Some(Source { commit: "c0ffee".to_owned(), is_dirty: true }));
        assert_eq!(parse(b"# branch.oid (initial)\0# branch.head main\0"), None);
        assert_eq!(parse(b""), None);
    }
}
