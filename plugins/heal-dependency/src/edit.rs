//! Replacing a piece of a file by a step that names a text which occurs exactly once.

use plugin_sdk::prelude::*;

/// Most characters that are taken from around the piece to make it unique.
const MAX_AROUND: usize = 400;

/// The step that replaces the bytes `start..end` of a file's text; `None` when no text around them is unique.
pub fn replace(path: &str, text: &str, start: usize, end: usize, replacement: &str) -> Option<Action> {
    if text[start..end] == *replacement {
        return None;
    }
    let (mut from, mut to) = (start, end);
    for _ in 0..MAX_AROUND {
        // Compared by place, because occurrences may overlap.
        if from < to && text.find(&text[from..to]) == text.rfind(&text[from..to]) {
            let replaced = format!("{}{replacement}{}", &text[from..start], &text[end..to]);
            return Some(action::edit_file(path, &text[from..to], replaced));
        }
        // To the right first: a line's own end says more than the line before it.
        let right = text[to..].chars().next().map(char::len_utf8);
        let left = text[..from].chars().next_back().map(char::len_utf8);
        to += right.unwrap_or(0);
        from -= left.unwrap_or(0);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_widened_until_it_is_unique() {
        let text = "a==1\nab==1\nb==1\n";
        assert_eq!(replace("r", text, 0, 4, "a"), Some(action::edit_file("r", "a==1", "a")));
        assert_eq!(replace("r", text, 11, 15, "c"), Some(action::edit_file("r", "\nb==1\n", "\nc\n")));
        assert_eq!(replace("r", text, 5, 10, "x"), Some(action::edit_file("r", "ab==1", "x")));
        assert_eq!(replace("r", "a", 0, 1, "a"), None);
        assert_eq!(replace("r", "aaaa", 1, 2, "b"), Some(action::edit_file("r", "aaaa", "abaa")));
    }
}
