//! Lines in the run's record, attributed to the plugin. Free; at most 64 KiB per call of a role function.

use super::backend;

/// Something that kept the plugin from answering.
pub fn error(message: impl AsRef<str>) {
    backend::log::write("error", message.as_ref());
}

/// Something that a person should look at.
pub fn warn(message: impl AsRef<str>) {
    backend::log::write("warn", message.as_ref());
}

/// Something worth knowing about a run.
pub fn info(message: impl AsRef<str>) {
    backend::log::write("info", message.as_ref());
}

/// Something for the author of the plugin.
pub fn debug(message: impl AsRef<str>) {
    backend::log::write("debug", message.as_ref());
}

/// Everything else.
pub fn trace(message: impl AsRef<str>) {
    backend::log::write("trace", message.as_ref());
}
