use std::fs;

use super::*;

fn spooled(cap: u64, secrets: &[&str], pieces: &[(Stream, &[u8])]) -> (Vec<u8>, SpoolEnd) {
    let dir = tempfile::tempdir().expect("temporary directory");
    let path = dir.path().join("log");
    let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    let mut spool = Spool::open(&path, cap, &secrets).expect("open");
    for (stream, bytes) in pieces {
        spool.push(*stream, bytes);
    }
    let end = spool.finish();
    let left = fs::read_dir(dir.path()).expect("list").count();
    assert_eq!(left, 1, "nothing lies beside the log");
    (fs::read(&path).expect("read"), end)
}

fn out(text: &str) -> (Stream, &[u8]) {
    (Stream::Stdout, text.as_bytes())
}

fn err(text: &str) -> (Stream, &[u8]) {
    (Stream::Stderr, text.as_bytes())
}

#[test]
fn lines_of_two_streams_do_not_mix() {
    let (log, end) = spooled(1 << 20, &[], &[out("one"), err("two\n"), out(" more\n"), err("last")]);
    assert_eq!(log, b"two\none more\nlast");
    assert_eq!((end.log_bytes, end.is_truncated), (17, false));
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let (log, _) = spooled(1 << 20, &["secret"], &[(Stream::Stdout, b"\xff\xfe\x00\x80ok\n")]);
    assert_eq!(log, b"\xff\xfe\x00\x80ok\n");
}

#[test]
fn line_without_an_end_is_written_in_parts() {
    let long = "x".repeat(200_000);
    let mut spool_pieces = Vec::new();
    for start in (0..long.len()).step_by(1000) {
        spool_pieces.push(out(&long[start..(start + 1000).min(long.len())]));
    }
    let (log, _) = spooled(1 << 20, &[], &spool_pieces);
    assert_eq!(log, long.as_bytes());
}

#[test]
fn middle_is_left_out_between_whole_lines_and_the_rest_is_counted() {
    let cap = 8 * 1024;
    let lines: Vec<String> = (0..5000).map(|number| format!("line {number:06}\n")).collect();
    let pieces: Vec<(Stream, &[u8])> = lines.iter().map(|line| out(line)).collect();
    let (log, end) = spooled(cap, &[], &pieces);

    let log = String::from_utf8(log).expect("text");
    assert!(end.is_truncated);
    assert_eq!(end.log_bytes, log.len() as u64);
    assert!(end.log_bytes <= cap && end.log_bytes > cap * 9 / 10, "{} bytes", end.log_bytes);
    let (head, rest) = log.split_once("[selfheal: ").expect("mark");
    let (missing, tail) = rest.split_once(" bytes left out here]\n").expect("whole mark");
    assert!(head.starts_with("line 000000\n") && head.ends_with('\n'));
    assert!(tail.starts_with("line 00") && tail.ends_with("line 004999\n"));
    let total: usize = lines.iter().map(String::len).sum();
    assert_eq!(missing.parse::<usize>().expect("number"), total - head.len() - tail.len());
}

#[test]
fn output_that_just_fits_has_no_mark() {
    let cap = 8 * 1024;
    let lines: Vec<String> = (0..600).map(|number| format!("line {number:06}\n")).collect();
    let text = lines.concat();
    assert!(text.len() as u64 > cap / 2 && (text.len() as u64) < cap - MARK_BYTES);
    let pieces: Vec<(Stream, &[u8])> = lines.iter().map(|line| out(line)).collect();
    let (log, end) = spooled(cap, &[], &pieces);
    assert_eq!(String::from_utf8(log).expect("text"), text);
    assert!(!end.is_truncated);
}

#[test]
fn mark_starts_a_line_of_its_own() {
    let (log, end) = spooled(4096, &[], &[out(&"y".repeat(100_000))]);
    assert!(end.is_truncated);
    let log = String::from_utf8(log).expect("text");
    assert!(log.contains("y\n[selfheal: "), "{log}");
}

#[test]
fn second_command_appends_and_its_end_is_there_though_the_log_is_full() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let path = dir.path().join("log");
    fs::write(&path, "first\n".repeat(1000)).expect("write");
    let mut spool = Spool::open(&path, 6000, &[]).expect("open");
    for number in 0..10_000 {
        spool.push(Stream::Stdout, format!("second {number}\n").as_bytes());
    }
    let end = spool.finish();
    let log = fs::read_to_string(&path).expect("read");
    assert!(log.starts_with("first\n"));
    assert!(log.ends_with("second 9999\n"));
    assert!(end.is_truncated && end.log_bytes <= 6000 + MIN_CAP);
}

#[test]
fn secret_in_two_pieces_is_masked() {
    let (log, _) = spooled(1 << 20, &["hunter2-hunter2"], &[out("token=hunter2"), err("other\n"), out("-hunter2.\n")]);
    let log = String::from_utf8(log).expect("text");
    assert!(!log.contains("hunter2"), "{log}");
    assert!(log.contains("token=") && log.contains(".\n") && log.contains("other\n"), "{log}");
}
