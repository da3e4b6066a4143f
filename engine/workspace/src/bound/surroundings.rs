//! What tools find by looking upwards from the directory that they are started in.

use std::path::{Path, PathBuf};

/// Files and folders that tools look for in every directory above their own. One above the workspace is not above a copy
/// of it, and the other way round.
const LOOKED_FOR: [&str; 26] = [
    ".git",
    ".cargo",
    "Cargo.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
    "rustfmt.toml",
    ".rustfmt.toml",
    "clippy.toml",
    "node_modules",
    "package.json",
    "tsconfig.json",
    ".npmrc",
    ".nvmrc",
    ".babelrc",
    ".eslintrc.json",
    ".python-version",
    "pyproject.toml",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "conftest.py",
    ".venv",
    ".tool-versions",
    "go.work",
    ".mvn",
    ".editorconfig",
];

/// Something that is found upwards from only one of two paths.
pub(crate) fn found_upwards(one: &Path, other: &Path) -> Option<PathBuf> {
    let above = |path: &Path, from: &Path| -> Option<PathBuf> {
        let own = path.ancestors().skip(1).take_while(|parent| !from.starts_with(parent));
        let mut places = own.flat_map(|parent| LOOKED_FOR.iter().map(|name| parent.join(name)));
        places.find(|place| place.symlink_metadata().is_ok())
    };
    above(one, other).or_else(|| above(other, one))
}
