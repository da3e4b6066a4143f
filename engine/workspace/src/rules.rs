//! Which paths of a workspace are ignored: the one place that knows about repositories in repositories.

use std::path::{Path, PathBuf};

use driver::ports::WorkspaceError;

use crate::oracle::Oracle;
use crate::plain_rules::PlainRules;
use crate::tree::is_direct;
use crate::walk::DOT_GIT;

/// The rules of a workspace and of the repositories in it that a walk has come across.
#[derive(Debug)]
pub(crate) struct Rules {
    root: PathBuf,
    /// Later ones lie deeper.
    scopes: Vec<Scope>,
}

#[derive(Debug)]
struct Scope {
    prefix: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Git(Box<Oracle>),
    Plain(PlainRules),
}

impl Rules {
    /// The rules of a folder in a repository, as they stand in it.
    pub fn of_repository(root: &Path) -> Result<Self, WorkspaceError> {
        Ok(Self::new(root, Kind::Git(Box::new(Oracle::open(root)?))))
    }

    /// The rules of a folder without version control. `after` is where files lie that were written since, if not there.
    pub fn of_folder(root: &Path, after: Option<&Path>) -> Self {
        Self::new(root, Kind::Plain(PlainRules::new(root, after)))
    }

    fn new(root: &Path, kind: Kind) -> Self {
        Self { root: root.to_owned(), scopes: vec![Scope { prefix: PathBuf::new(), kind }] }
    }

    /// Whether a path is ignored whose parents are not.
    pub fn is_ignored(&mut self, path: &Path, is_directory: bool) -> Result<bool, WorkspaceError> {
        let owns = |scope: &&mut Scope| path.starts_with(&scope.prefix) && path != scope.prefix;
        let Some(scope) = self.scopes.iter_mut().rev().find(owns) else {
            return Ok(false);
        };
        let relative = path.strip_prefix(&scope.prefix).unwrap_or(path);
        match &mut scope.kind {
            Kind::Git(oracle) => oracle.is_ignored(relative, is_directory),
            Kind::Plain(rules) => Ok(rules.is_ignored(relative, is_directory)),
        }
    }

    /// Tells that a walk goes into a directory that is not ignored: where it is a repository of its own, its rules hold.
    pub fn enter(&mut self, directory: &Path) -> Result<(), WorkspaceError> {
        let folder = self.root.join(directory);
        // A link that became a directory says nothing about the directory.
        let is_repository = !directory.as_os_str().is_empty()
            && folder.join(DOT_GIT).symlink_metadata().is_ok()
            && is_direct(&folder)
            && !self.scopes.iter().any(|scope| scope.prefix == directory);
        // A `.git` that git refuses leaves the rules around it in force.
        if is_repository && let Ok(oracle) = Oracle::open(&folder) {
            self.scopes.push(Scope { prefix: directory.to_owned(), kind: Kind::Git(Box::new(oracle)) });
        }
        Ok(())
    }

    /// The same as [`Rules::is_ignored`] for a path about whose parents nothing is known.
    pub fn is_below_ignored(&mut self, path: &Path, is_directory: bool) -> Result<bool, WorkspaceError> {
        let mut walked = PathBuf::new();
        let parent = path.parent().unwrap_or(Path::new(""));
        for component in parent {
            walked.push(component);
            if self.is_ignored(&walked, true)? {
                return Ok(true);
            }
            self.enter(&walked)?;
        }
        self.is_ignored(path, is_directory)
    }
}
