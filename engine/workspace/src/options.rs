//! How a workspace makes its scratches.

use std::ffi::OsString;
use std::path::PathBuf;

/// How a workspace makes its scratches.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Program that holds the namespace of an overlay; without one, there are none.
    pub holder: Option<HolderCommand>,
    /// Which kind of scratch is wanted.
    pub scratch: ScratchPreference,
    /// What commands are told: values of their environment, words of the command line. Where one of these texts names
    /// the workspace's path, no copy at another path is made.
    pub mentions: Vec<String>,
}

/// The program that runs [`crate::hold_scratch_main`].
#[derive(Clone, Debug)]
pub struct HolderCommand {
    /// The engine's own binary.
    pub program: PathBuf,
    /// Arguments that lead to its hidden subcommand.
    pub arguments: Vec<OsString>,
    /// Whether it makes a user namespace where a mount namespace alone would be allowed.
    pub is_user_namespace_forced: bool,
}

impl HolderCommand {
    /// A program and the arguments before the holder's own.
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self { program: program.into(), arguments, is_user_namespace_forced: false }
    }
}

/// Which kind of scratch is wanted. The last resort is always in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScratchPreference {
    /// An overlay, else a copy.
    #[default]
    Auto,
    /// An overlay.
    Overlay,
    /// A copy.
    Copy,
    /// In place.
    InPlace,
}

/// A name that stands for no preference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of scratch: auto, overlay, copy or in-place")]
pub struct UnknownPreference(String);

impl std::str::FromStr for ScratchPreference {
    type Err = UnknownPreference;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "auto" => Ok(Self::Auto),
            "overlay" => Ok(Self::Overlay),
            "copy" => Ok(Self::Copy),
            "in-place" => Ok(Self::InPlace),
            unknown => Err(UnknownPreference(unknown.to_owned())),
        }
    }
}
