//! A directory's path in text: finding it, and putting another one in its stead.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use memchr::memmem::Finder;

use crate::tree::{bytes, fill};

/// Bytes at the beginning of a file that tell whether it is text: a NUL among them says no. Git asks the same.
const LOOKED_AT: usize = 8000;

/// Bytes that are searched at a time.
const CHUNK: usize = 256 * 1024;

/// Longest file that is searched, in bytes: longer ones are data, whatever they hold.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Files in which people and tools write relative ways to other projects.
const MANIFESTS: [&str; 15] = [
    "Cargo.toml",
    "package.json",
    "package-lock.json",
    "pnpm-workspace.yaml",
    "pnpm-lock.yaml",
    "yarn.lock",
    "tsconfig.json",
    "pyproject.toml",
    "requirements.txt",
    "uv.lock",
    "go.mod",
    "go.work",
    "settings.gradle",
    "settings.gradle.kts",
    "pom.xml",
];

/// The ways in which a path is written.
pub(crate) struct Paths {
    spellings: Vec<Vec<u8>>,
}

impl Paths {
    /// As it is, in a URL, and in JSON or a string of a program.
    pub fn naming(path: &Path) -> Self {
        let plain = bytes(path).to_vec();
        let mut spellings = vec![plain.clone()];
        for other in [in_url(&plain), in_string(&plain)] {
            if !spellings.contains(&other) {
                spellings.push(other);
            }
        }
        Self { spellings }
    }

    /// Whether a text file names the path. Others do not count: what a compiled file holds is for debuggers.
    pub fn are_named_in(&self, path: &Path) -> io::Result<bool> {
        let mut file = File::open(path)?;
        if file.metadata()?.len() > LONGEST {
            return Ok(false);
        }
        // Each chunk begins with the end of the one before it, for a path across both.
        let kept = self.spellings.iter().map(Vec::len).max().unwrap_or(0);
        let mut buffer = vec![0; CHUNK];
        let mut filled = fill(&mut file, &mut buffer)?;
        if !is_text(&buffer[..filled]) {
            return Ok(false);
        }
        loop {
            if self.are_named_by(&buffer[..filled]) {
                return Ok(true);
            }
            if filled < CHUNK {
                return Ok(false);
            }
            buffer.copy_within(CHUNK - kept.., 0);
            filled = kept + fill(&mut file, &mut buffer[kept..])?;
        }
    }

    /// Whether a text names the path, and not only one that begins with the same letters.
    pub fn are_named_by(&self, text: &[u8]) -> bool {
        self.spellings
            .iter()
            .any(|spelling| Finder::new(spelling).find_iter(text).any(|at| ends(text, at + spelling.len())))
    }
}

/// Whether a name ends at a place of a text. What would go on with it belongs to another directory's name.
fn ends(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|next| !next.is_ascii_alphanumeric() && !b"_-.".contains(next))
}

fn is_text(start: &[u8]) -> bool {
    memchr::memchr(0, &start[..start.len().min(LOOKED_AT)]).is_none()
}

/// The content of a text file with one path put in the stead of another; `None` where it is no text or does not name it.
pub(crate) fn translate(file: &Path, from: &Path, to: &Path) -> io::Result<Option<Vec<u8>>> {
    let from = Paths::naming(from);
    if !from.are_named_in(file)? {
        return Ok(None);
    }
    let mut content = Vec::new();
    File::open(file)?.read_to_end(&mut content)?;
    for spelling in &from.spellings {
        let to = match spelling {
            plain if Some(plain) == from.spellings.first() => bytes(to).to_vec(),
            url if url.contains(&b'%') => in_url(bytes(to)),
            _ => in_string(bytes(to)),
        };
        content = replaced(&content, spelling, &to);
    }
    Ok(Some(content))
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), 0);
    for at in Finder::new(from).find_iter(text).filter(|at| ends(text, at + from.len())) {
        out.extend_from_slice(&text[rest..at]);
        out.extend_from_slice(to);
        rest = at + from.len();
    }
    out.extend_from_slice(&text[rest..]);
    out
}

/// Percent-encoded, but for what RFC 3986 leaves as it is and the slashes.
fn in_url(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("%{byte:02X}").bytes());
        }
    }
    out
}

fn in_string(path: &[u8]) -> Vec<u8> {
    path.iter().flat_map(|byte| if b"\\\"".contains(byte) { vec![b'\\', *byte] } else { vec![*byte] }).collect()
}

/// Whether a file is one in which relative ways to other projects stand.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let is_known = |name: &str| MANIFESTS.contains(&name);
    path.file_name().and_then(|name| name.to_str()).is_some_and(is_known)
        && !path.iter().any(|part| part == "node_modules")
}

/// Whether a text holds more `../` in a row than the `depth` of the directory that its file lies in.
pub(crate) fn leads_out(text: &[u8], depth: usize) -> bool {
    Finder::new(&b"../".repeat(depth + 1)).find(text).is_some()
}
