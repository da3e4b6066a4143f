//! Greets.

/// A greeting.
pub fn greeting() -> &'static str {
    "hello"
}
