//! Durations (`45m`) and sizes (`2GiB`) as people write them.

/// Units of a duration with their length in milliseconds, longest first.
const DURATION_UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Units of a size with their length in bytes; the binary ones first, longest first.
const SIZE_UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// Milliseconds of a duration such as `45m`, `1h30m` or `500ms`: whole numbers with units, longest unit first, none twice.
pub fn parse_duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut shorter_than = usize::MIN;
    while !rest.is_empty() {
        let (number, unit, tail) = split(rest)?;
        let position = DURATION_UNITS.iter().position(|(name, _)| *name == unit)?;
        if position < shorter_than {
            return None;
        }
        shorter_than = position + 1;
        total = total.checked_add(number.checked_mul(DURATION_UNITS[position].1)?)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

/// Bytes of a size such as `512MiB` or `2GB`: one whole number and one unit.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let (number, unit, tail) = split(text)?;
    let (_, bytes) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
    if tail.is_empty() { number.checked_mul(*bytes) } else { None }
}

/// The duration as [`parse_duration`] reads it, exact.
pub(crate) fn format_duration(ms: u64) -> String {
    let mut rest = ms;
    let mut text = String::new();
    for (name, length) in DURATION_UNITS {
        if rest >= length {
            text.push_str(&format!("{}{name}", rest / length));
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// The size as [`parse_size`] reads it, exact: in the largest binary unit that divides it.
pub(crate) fn format_size(bytes: u64) -> String {
    let binary = SIZE_UNITS[..4].iter().find(|(_, length)| bytes >= *length && bytes.is_multiple_of(*length));
    let (name, length) = binary.unwrap_or(&("B", 1));
    format!("{}{name}", bytes / length)
}

/// What the author of a wrong duration probably meant.
pub(crate) fn suggest_duration(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    if parse_duration(&compact).is_some() {
        return Some(compact);
    }
    let (number, unit, tail) = split(&compact)?;
    let unit = match unit {
        "" | "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "msec" | "millis" | "milliseconds" => "ms",
        _ => return None,
    };
    tail.is_empty().then(|| format!("{number}{unit}"))
}

/// What the author of a wrong size probably meant.
pub(crate) fn suggest_size(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let (number, unit, tail) = split(&compact)?;
    let unit = match unit {
        "t" | "tib" | "tb" => "TiB",
        "g" | "gib" | "gb" => "GiB",
        "m" | "mib" | "mb" => "MiB",
        "k" | "kib" | "kb" => "KiB",
        "b" | "byte" | "bytes" => "B",
        _ => return None,
    };
    tail.is_empty().then(|| format!("{number}{unit}"))
}

/// Splits `1h30m` into `(1, "h", "30m")`; the unit is empty when the text ends after the number.
fn split(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..digits].parse().ok()?;
    let after = &text[digits..];
    let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
    Some((number, &after[..letters], &after[letters..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_add_up_from_the_longest_unit_to_the_shortest() {
        assert_eq!(parse_duration("45m"), Some(2_700_000));
        assert_eq!(parse_duration("1d2h3m4s5ms"), Some(93_784_005));
        for wrong in
            ["", "45", "m", "30m1h", "1m1m", "1.5h", "1 h", "-1s", "1w", "99999999999999999999s", "999999999999999d"]
        {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_have_one_number_and_one_unit() {
        assert_eq!(parse_size("2GiB"), Some(2 << 30));
        assert_eq!(parse_size("1kB"), Some(1000));
        for wrong in ["", "2", "2G", "GiB", "1GiB512MiB", "2 GiB", "99999999999TiB"] {
            assert_eq!(parse_size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_suggestion_is_what_was_probably_meant() {
        assert_eq!(suggest_duration("10 min").as_deref(), Some("10m"));
        assert_eq!(suggest_duration("45").as_deref(), Some("45s"));
        assert_eq!(suggest_duration("1H 30M").as_deref(), Some("1h30m"));
        assert_eq!(suggest_duration("soon"), None);
        assert_eq!(suggest_size("2G").as_deref(), Some("2GiB"));
        assert_eq!(suggest_size("512 mb").as_deref(), Some("512MiB"));
        assert_eq!(suggest_size("plenty"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(number: u64) {
            prop_assert_eq!(parse_duration(&format_duration(number)), Some(number));
            prop_assert_eq!(parse_size(&format_size(number)), Some(number));
        }

        #[test]
        fn no_text_is_a_reason_to_panic(text: String) {
            let _ = (parse_duration(&text), parse_size(&text), suggest_duration(&text), suggest_size(&text));
        }
    }
}
