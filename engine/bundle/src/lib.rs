//! Plugins as bundles: packed, signed, verified, locked, shared.
//!
//! A bundle is an OCI image manifest with one `application/wasm` layer and what is attached to it, so that the same digest is
//! valid in a registry, in a file and in `plugins.lock`. Signatures are over that digest, in minisign's format, and are
//! verified without a network.
//!
//! This crate may not compile or run a component, print, ask for a password, read the environment or the time, or decide what
//! a plugin may do: it says what was signed, by whom, and what changed; grants stay the user's. What comes from outside goes
//! through one order, and nothing is parsed before its turn: size, digest, signature, policy, shape, content.
//!
//! Start with [`manifest::Manifest`] (what a plugin says), then [`pack::pack`] (component → [`Bundle`]), [`verify::verify`]
//! (the only way to a [`verify::Verified`]), [`lock::changes`] (what somebody has to approve) and [`registry::Registry`].

mod atomic;
mod digest;
mod role;
mod text;

pub mod component;
pub mod manifest;
pub mod oci;

mod bundle;
pub mod collection;
pub mod layout;
pub mod pack;

pub mod keys;
pub mod sign;
pub mod trust;
pub mod verify;

pub mod lock;
pub mod registry;

pub use bundle::{Attachment, Bundle, ContentError, Contents, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, ShapeError};
pub use digest::{Digest, NoDigest};
pub use role::Role;

#[cfg(test)]
mod samples;
