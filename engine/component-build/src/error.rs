//! What can go wrong before or while components are built.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::toolchain::TARGET;

/// Why there are no components. The text says what to do where something can be done.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// Cargo did not set a variable that it promises to build scripts.
    MissingVariable(&'static str),
    /// Reading or writing failed.
    Io {
        /// What was read or written.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A `Cargo.toml` has no name or version where one was looked for.
    Manifest {
        /// The file.
        path: PathBuf,
        /// The missing key.
        key: &'static str,
    },
    /// A program could not be started.
    NotStarted {
        /// The program.
        program: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The standard library of the target is not installed and could not be installed.
    TargetMissing {
        /// Where it would be.
        sysroot: PathBuf,
        /// Why installing it did not work.
        reason: String,
    },
    /// The nested cargo failed; it has said why.
    CargoFailed {
        /// The packages it was asked for.
        packages: Vec<String>,
    },
    /// The nested cargo succeeded, but this is not a component.
    NotAComponent(PathBuf),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingVariable(name) => {
                write!(f, "read {name}: it is only set inside a build script")
            }
            Self::Io { path, source } => write!(f, "access {}: {source}", path.display()),
            Self::Manifest { path, key } => {
                write!(f, "find the package's {key} in {}", path.display())
            }
            Self::NotStarted { program, source } => write!(f, "start {program}: {source}"),
            Self::TargetMissing { sysroot, reason } => write!(
                f,
                "build the standard plugins: the Rust target {TARGET} is not installed in {} ({reason}); \
                 install it with `rustup target add {TARGET}`, or your distribution's package of Rust's std for {TARGET}",
                sysroot.display()
            ),
            Self::CargoFailed { packages } => {
                write!(f, "compile {} components; cargo's own output says why", packages.len())
            }
            Self::NotAComponent(path) => write!(f, "use {}: it is not a WebAssembly component", path.display()),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::NotStarted { source, .. } => Some(source),
            _ => None,
        }
    }
}
