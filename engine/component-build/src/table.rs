//! The table that the embedding crate includes.

use std::fs;
use std::path::Path;

use crate::BuildError;
use crate::digest::digest;
use crate::package::{Package, io_error};

/// Name of the table in `OUT_DIR`.
pub const FILE_NAME: &str = "components.rs";

/// Copies the components to `out_dir` and writes the table: an array expression of `(id, version, digest, bytes)`,
/// sorted by id.
///
/// A file that is already there with the same content is left alone.
///
/// # Errors
/// When a file cannot be read or written.
pub fn write(components: &Path, packages: &[Package], out_dir: &Path) -> Result<(), BuildError> {
    let mut rows = String::from("&[\n");
    for package in packages {
        let from = components.join(package.file_name());
        let to = out_dir.join(package.file_name());
        let bytes = fs::read(&from).map_err(|source| io_error(&from, source))?;
        write_if_changed(&to, &bytes)?;
        let row = (&package.name, &package.version, digest(&bytes));
        rows.push_str(&format!("    ({:?}, {:?}, {:?}, include_bytes!({to:?})),\n", row.0, row.1, row.2));
    }
    rows.push_str("]\n");
    write_if_changed(&out_dir.join(FILE_NAME), rows.as_bytes())
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|source| io_error(path, source))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_table_names_a_copy_of_every_component() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(from.path().join("heal_x.wasm"), b"bytes").unwrap();
        let package = Package { name: "heal-x".to_owned(), version: "0.1.0".to_owned(), folder: "x".into() };
        write(from.path(), &[package], to.path()).unwrap();
        let table = fs::read_to_string(to.path().join(FILE_NAME)).unwrap();
        let row = format!("(\"heal-x\", \"0.1.0\", {:?}, include_bytes!(", digest(b"bytes"));
        assert!(table.contains(&row), "{table}");
        assert_eq!(fs::read(to.path().join("heal_x.wasm")).unwrap(), b"bytes");
    }
}
