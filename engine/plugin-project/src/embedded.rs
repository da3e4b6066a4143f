//! The files that a project is made of, as the build script found them.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The SDK's manifest, with the workspace's versions filled in.
pub const SDK_MANIFEST: &str = include_str!(concat!(env!("OUT_DIR"), "/sdk-manifest.toml"));
/// The packages that the SDK needs, as the engine's own plugins are built with.
pub const SDK_LOCK: &str = include_str!(concat!(env!("OUT_DIR"), "/sdk.lock"));
