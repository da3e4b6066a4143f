//! Texts that are shown to people or become parts of names.

/// Longest part of an id.
const MAX_PART: usize = 64;

/// Whether a text is one line that a terminal shows as it is: no control characters, none that change the direction.
pub(crate) fn is_plain_line(text: &str) -> bool {
    let changes_direction = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}');
    !text.chars().any(|c| c.is_control() || changes_direction(c))
}

/// What keeps a text from being a plugin's id. An id is `name` or `publisher/name`, each of lower-case ASCII letters, digits
/// and hyphens: two ids never look alike. The plugin host has the same rule for the names of files.
pub(crate) fn plugin_id_problem(id: &str) -> Option<String> {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.len() <= MAX_PART
            && !part.starts_with('-')
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_id = id.split('/').count() <= 2 && id.split('/').all(is_part);
    (!is_id).then(|| {
        "an id is NAME or PUBLISHER/NAME, each of lower-case letters, digits and hyphens (at most 64)".to_owned()
    })
}

/// A text from outside, made fit for a message: one line, at most 200 characters, control characters escaped.
pub(crate) fn shown(text: &str) -> String {
    let short: String = text.chars().take(200).collect();
    if is_plain_line(&short) { short } else { short.escape_debug().to_string() }
}
