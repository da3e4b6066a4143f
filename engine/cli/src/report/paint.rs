//! Colours and symbols. A word and a symbol always say the same as the colour does.

use anstyle::{AnsiColor, Style};

/// Green: passed.
pub const PASSED: Style = AnsiColor::Green.on_default();
/// Yellow: healed, or a warning.
pub const HEALED: Style = AnsiColor::Yellow.on_default();
/// Red: failed.
pub const FAILED: Style = AnsiColor::Red.on_default();
/// Cyan: paths and names.
pub const NAME: Style = AnsiColor::Cyan.on_default();

/// A text in a style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A duration for a person: `830 ms`, `4.2 s`, `3 min 05 s`.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
        _ => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1000),
    }
}

/// A size for a person: `12 B`, `3.4 KiB`, `2.0 GiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// Text from a log or a plugin, made harmless for a terminal: control characters are shown as escapes, and what is longer
/// than `most` characters is cut.
pub fn harmless(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most + 4));
    for (count, c) in text.chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        match c {
            '\t' => out.push_str("    "),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(duration(830), "830 ms");
        assert_eq!(duration(4250), "4.2 s");
        assert_eq!(duration(185_000), "3 min 05 s");
        assert_eq!(size(12), "12 B");
        assert_eq!(size(3500), "3.4 KiB");
        assert_eq!(size(2 << 30), "2.0 GiB");
    }

    #[test]
    fn log_text_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\rc", 80), "a\\u{1b}[2Jb\\rc");
        assert_eq!(harmless("abcdef", 3), "abc…");
    }
}
