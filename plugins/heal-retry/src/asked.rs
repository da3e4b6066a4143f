//! The time that a server asked for, wherever it said so: in seconds, as a date, as the end of its window, or in words.
//!
//! A rule captures it only where it stands in the line that it matches; tools print headers on lines of their own.

use plugin_sdk::prelude::*;

/// Lines around the cause in which headers and words of the same answer stand.
const AROUND: u32 = 12;
/// Seconds from which on a number is a moment since 1970 rather than a duration: September 2001.
const FIRST_MOMENT: u64 = 1_000_000_000;
/// What stands before a duration in words.
const WORDS: &[&str] =
    &["try again in ", "retry after ", "retry in ", "wait ", "available in ", "resets in ", "reset in "];

/// The longest time that the evidence names, because of two windows the later one counts. `now` is the time since 1970.
pub fn time(incident: &Incident, log: &dyn Log, now: Duration) -> Option<Duration> {
    let root = incident.root();
    let line = root.cause.line;
    let around = log.above(line, AROUND).into_iter().chain(log.below(line, AROUND)).map(|line| line.text);
    let lines: Vec<String> = around.chain([root.cause.text.clone()]).collect();
    // The server's own clock says what its dates mean, even where the machine's is wrong.
    let now = lines.iter().find_map(|line| date_header(line)).unwrap_or(now);
    let found = lines.iter().filter_map(|line| in_line(line, now)).max();
    found.or_else(|| root.retry_after())
}

fn in_line(line: &str, now: Duration) -> Option<Duration> {
    // Headers are printed as `< name: value`, `name: value` or `"name": "value"`.
    let lower = line.to_ascii_lowercase().replace(['"', '\''], "");
    if let Some(value) = value_of(&lower, "retry-after") {
        return seconds(value).or_else(|| duration(value)).or_else(|| moment(value).map(|at| at.saturating_sub(now)));
    }
    for name in ["x-ratelimit-reset-after", "x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"] {
        if let Some(value) = value_of(&lower, name) {
            let number = number(value)?;
            let is_moment = number >= FIRST_MOMENT;
            let at = Duration::from_secs(number);
            return Some(if is_moment { at.saturating_sub(now) } else { at });
        }
    }
    WORDS.iter().find_map(|words| duration(lower.split_once(words)?.1))
}

/// What stands behind the name of a header.
fn value_of<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.split_once(name)?.1.trim_start();
    Some(rest.strip_prefix([':', '=']).unwrap_or(rest).trim())
}

fn number(text: &str) -> Option<u64> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A number of seconds that no other unit follows.
fn seconds(text: &str) -> Option<Duration> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let is_plain = rest.is_empty() || rest.starts_with([',', '.', ')', '}', ';']);
    number(text).filter(|_| is_plain).map(Duration::from_secs)
}

/// `5m30s`, `2 minutes`, `about 1 hour and 10 minutes`, `300ms`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut is_some = false;
    let mut rest =
        text.trim_start_matches("about ").trim_start_matches("approximately ").trim_start_matches("another ");
    while rest.starts_with(|c: char| c.is_ascii_digit()) {
        let amount = number(rest)?;
        let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        // Fractions of a unit are left out: the host waits a little longer anyway.
        let behind =
            behind.strip_prefix('.').map_or(behind, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        let behind = behind.trim_start();
        let unit: String = behind.chars().take_while(char::is_ascii_alphabetic).collect();
        let one = match unit.as_str() {
            "ms" | "millisecond" | "milliseconds" => Duration::from_millis(1),
            "s" | "sec" | "secs" | "second" | "seconds" => Duration::from_secs(1),
            "m" | "min" | "mins" | "minute" | "minutes" => Duration::from_secs(60),
            "h" | "hr" | "hrs" | "hour" | "hours" => Duration::from_secs(3_600),
            _ => break,
        };
        let amount = u32::try_from(amount).ok()?;
        total = total.saturating_add(one.saturating_mul(amount));
        is_some = true;
        rest = behind[unit.len()..].trim_start_matches([' ', ',']).trim_start_matches("and ");
    }
    is_some.then_some(total)
}

/// `Date: Wed, 21 Oct 2026 07:28:00 GMT`.
fn date_header(line: &str) -> Option<Duration> {
    let lower = line.trim_start_matches(['<', ' ']).to_ascii_lowercase();
    moment(lower.strip_prefix("date:")?.trim())
}

/// A date as HTTP writes it (RFC 9110), as time since 1970.
fn moment(text: &str) -> Option<Duration> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (_, date) = text.split_once(", ")?;
    let words: Vec<&str> = date.split_whitespace().collect();
    let [day, month, year, time, ..] = words[..] else { return None };
    let month = MONTHS.iter().position(|name| *name == month)? as u64 + 1;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let clock: Vec<u64> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hours, minutes, seconds] = clock[..] else { return None };
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970 by the civil calendar whose years begin in March, so that the leap day is the last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted / 400, shifted % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Duration::from_secs(days * 86_400 + hours * 3_600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_s_words_become_a_duration() {
        // 2026-10-21T07:00:00Z, as `date -u -d @1792566000` prints it.
        let now = Duration::from_secs(1_792_566_000);
        for (line, expected) in [
            ("< retry-after: 17", Some(17)),
            ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", Some(28 * 60)),
            ("Retry-After: Wed, 21 Oct 2026 06:00:00 GMT", Some(0)),
            ("X-RateLimit-Reset: 1792566090", Some(90)),
            ("\"x-ratelimit-reset\": \"1792566090\"", Some(90)),
            ("ratelimit-reset: 30", Some(30)),
            ("Error: API rate limit exceeded, try again in 2 minutes", Some(120)),
            ("toomanyrequests: retry after 5m30s", Some(330)),
            ("please wait about 1 hour and 10 minutes", Some(4_200)),
            ("HTTP 429 Too Many Requests, retry-after: 30", Some(30)),
            ("wait for it", None),
            ("try again in a while", None),
        ] {
            assert_eq!(in_line(line, now), expected.map(Duration::from_secs), "{line}");
        }
    }

    #[test]
    fn dates_are_counted_from_1970_through_leap_years() {
        for (text, expected) in [
            ("thu, 01 jan 1970 00:00:00 gmt", 0),
            ("tue, 29 feb 2000 00:00:00 gmt", 951_782_400),
            ("wed, 01 mar 2000 00:00:00 gmt", 951_868_800),
            ("fri, 31 dec 2027 23:59:59 gmt", 1_830_297_599),
        ] {
            assert_eq!(moment(text), Some(Duration::from_secs(expected)), "{text}");
        }
        assert_eq!(moment("soon"), None);
    }
}
