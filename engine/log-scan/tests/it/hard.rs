//! Logs as they really come: other encodings, no line ends, bytes that are no text, prefixes on prefixes, and far too much.

use log_scan::{Diagnosis, Evidence, Options, Scanner, normalised};

use crate::memory;
use crate::rules;

const LOG: &str = "Collecting demo\nTraceback (most recent call last):\n  File \"app.py\", line 3, in <module>\n    import PIL\nModuleNotFoundError: No module named 'PIL'\n";

fn diagnose(log: &[u8]) -> Diagnosis {
    let mut scanner = Scanner::new(&rules::set());
    log.chunks(61).for_each(|chunk| scanner.push(chunk));
    scanner.finish().diagnose(&Evidence { exit_code: Some(1), ..Evidence::default() }, &Options::default())
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect()
}

#[test]
fn the_encoding_of_a_log_does_not_change_its_cause() {
    let each_line = |change: fn(&str) -> Vec<u8>| LOG.lines().flat_map(change).collect::<Vec<u8>>();
    let variants: Vec<(&str, Vec<u8>)> = vec![
        ("plain", LOG.as_bytes().to_vec()),
        ("no line end at the end", LOG.trim_end().as_bytes().to_vec()),
        ("CRLF", LOG.replace('\n', "\r\n").into_bytes()),
        ("lone returns", LOG.replace('\n', "\r").into_bytes()),
        ("byte order mark", format!("\u{feff}{LOG}").into_bytes()),
        ("UTF-16, little end first", utf_16(LOG, u16::to_le_bytes)),
        ("UTF-16, big end first", utf_16(&LOG.replace('\n', "\r\n"), u16::to_be_bytes)),
        ("NUL after each character", LOG.bytes().flat_map(|byte| [byte, 0]).collect()),
        (
            "colours within words",
            LOG.replace("Module", "Mod\x1b[1mule\x1b[0m").replace("Trace", "\x1b[31mTra\x1b[0mce").into_bytes(),
        ),
        ("bytes that are no text", each_line(|line| [line.as_bytes(), b" \xff\xfe\xc3\n"].concat())),
        (
            "job, step and time",
            each_line(|line| format!("unit\tRun tests\t2024-05-22T12:43:46.9626461Z {line}\n").into_bytes()),
        ),
        (
            "a container's log in a build's log in a job's log in a viewer",
            each_line(|line| {
                format!("[2024-05-22T12:43:46.962Z] unit\tTest\t2024-05-22T12:43:46.9Z #9 12.01 web-1  | {line}\n")
                    .into_bytes()
            }),
        ),
    ];
    for (what, log) in variants {
        let diagnosis = diagnose(&log);
        let root = diagnosis.root().unwrap_or_else(|| panic!("{what}: {diagnosis:?}"));
        assert_eq!((root.code.as_str(), root.line), ("python.module-not-found", 5), "{what}");
        assert_eq!(root.captures["module"], "PIL", "{what}");
    }
}

#[test]
fn prefixes_without_end_cost_no_more_than_a_few() {
    let line = "2024-05-22T12:43:46.9626461Z ".repeat(1000);
    assert!(normalised(line.as_bytes()).starts_with("2024-"), "only the first few are taken off");
}

/// A long log of which one line in a hundred matches, made piece by piece.
fn stream(megabytes: usize, scanner: &mut Scanner) {
    let mut piece = Vec::new();
    for number in 0..2_000 {
        piece.extend_from_slice(format!("2024-05-22T12:43:46.9626461Z   Compiling demo v0.1.{number}\n").as_bytes());
        if number % 100 == 0 {
            piece.extend_from_slice(format!("error: write a{number}: No space left on device\n").as_bytes());
        }
    }
    for _ in 0..(megabytes << 20) / piece.len() {
        scanner.push(&piece);
    }
}

#[test]
fn memory_does_not_grow_with_the_log() {
    /// Matches kept of each rule with the lines around them, the buffer, and the patterns that were built. They are all there
    /// after the first megabytes: what comes then may not add half of its own size.
    const MOST: usize = 3 << 20;
    let rules = rules::set();
    let mut scanner = Scanner::new(&rules);
    stream(2, &mut scanner);
    let peak = memory::peak_of(|| stream(6, &mut scanner));
    assert!(peak <= MOST, "{} KiB more after 6 MiB", peak >> 10);
    let scan = scanner.finish();
    assert!(scan.lines() > 100_000);
    let diagnosis = scan.diagnose(&Evidence::default(), &Options::default());
    assert_eq!(diagnosis.findings[0].code, "system.no-space");
}

#[test]
fn a_line_without_end_costs_no_memory() {
    let rules = rules::set();
    let mut scanner = Scanner::new(&rules);
    let piece = vec![b'x'; 1 << 20];
    let peak = memory::peak_of(|| {
        (0..6).for_each(|_| scanner.push(&piece));
        scanner.push(b" error: No space left on device");
    });
    assert!(peak <= 2 << 20, "{} KiB for one line", peak >> 10);
    let scan = scanner.finish();
    assert_eq!(scan.lines(), 1);
    let failed = Evidence { exit_code: Some(1), ..Evidence::default() };
    let diagnosis = scan.diagnose(&failed, &Options::default());
    assert_eq!(diagnosis.root().map(|root| root.code.as_str()), Some("system.no-space"));
    assert!(diagnosis.findings[0].text.len() <= 4096);
}
