//! The files of a folder, for a comparison byte for byte.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Path, relative to the root → what is there.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree(BTreeMap<String, Node>);

#[derive(Clone, PartialEq, Eq)]
enum Node {
    Folder { mode: u32 },
    File { mode: u32, bytes: Vec<u8> },
    Link { target: String },
}

impl Tree {
    /// Reads a folder.
    pub fn of(root: &Path) -> Self {
        let mut nodes = BTreeMap::new();
        read(root, root, &mut nodes);
        Self(nodes)
    }

    /// Without the paths below a folder of the project, e.g. one that version control ignores.
    pub fn without(mut self, folder: &str) -> Self {
        self.0.retain(|path, _| path != folder && !path.starts_with(&format!("{folder}/")));
        self
    }

    /// Only these paths and what lies below them.
    pub fn only(mut self, paths: &[String]) -> Self {
        self.0.retain(|path, _| paths.iter().any(|kept| path == kept || path.starts_with(&format!("{kept}/"))));
        self
    }

    /// Checks that nothing differs, and says what does.
    #[track_caller]
    pub fn is_same_as(&self, before: &Self) {
        let differences = self.differences(before);
        assert!(differences.is_empty(), "the workspace is not as it was: {differences:#?}");
    }

    /// What differs from before, one text for each path.
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        for (path, node) in &before.0 {
            match self.0.get(path) {
                None => differences.push(format!("{path} is gone")),
                Some(now) if now != node => differences.push(format!("{path} was {node:?} and is {now:?}")),
                Some(_) => {}
            }
        }
        differences
            .extend(self.0.keys().filter(|path| !before.0.contains_key(*path)).map(|path| format!("{path} is new")));
        differences
    }
}

fn read(root: &Path, folder: &Path, nodes: &mut BTreeMap<String, Node>) {
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("read {}: {error}", folder.display())) {
        let path = entry.expect("read an entry").path();
        let metadata = path.symlink_metadata().expect("look at an entry");
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        let mode = metadata.permissions().mode();
        let node = if metadata.is_symlink() {
            Node::Link { target: std::fs::read_link(&path).expect("read a link").to_string_lossy().into_owned() }
        } else if metadata.is_dir() {
            read(root, &path, nodes);
            Node::Folder { mode }
        } else {
            Node::File { mode, bytes: std::fs::read(&path).expect("read a file") }
        };
        nodes.insert(name, node);
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { mode } => write!(f, "a folder ({mode:o})"),
            Self::File { mode, bytes } => {
                let text: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
                write!(f, "a file ({mode:o}, {} bytes) {text:?}", bytes.len())
            }
            Self::Link { target } => write!(f, "a link to {target}"),
        }
    }
}
