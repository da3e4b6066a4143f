//! What holds for any bytes.

use log_scan::{Diagnosis, Evidence, Options, RuleSet, Scan, Scanner, SecretMask, normalised, signature};
use proptest::prelude::*;

use crate::rules::{self, rule};

/// Everything a scan knows, as text.
fn facts(scan: &Scan) -> String {
    let failed = Evidence { exit_code: Some(1), ..Evidence::default() };
    let diagnosis: Diagnosis =
        scan.diagnose(&failed, &Options { confidence_threshold: 0.0, max_findings: 1000, ..Options::default() });
    format!("{scan:?}\n{diagnosis:?}")
}

fn scan_in(chunks: &[&[u8]], rules: &RuleSet) -> Scan {
    let mut scanner = Scanner::new(rules);
    for chunk in chunks {
        scanner.push(chunk);
    }
    scanner.finish()
}

const CONTROLS: &[&[u8]] = &[
    b"\x1b[31m",
    b"\x1b]0;t\x07",
    b"\x00",
    b"\x08",
    b"\xff\xfe",
    b"\xc3",
    b"2024-05-22T12:43:46.9Z ",
    b"#12 3.456 ",
    b"[0m",
    b"[31m",
];

/// Pieces from which logs are made that reach every path: colours, line ends, prefixes, matches, and bytes that are no text.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-z ]{0,12}".prop_map(String::into_bytes),
        3 => prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n")].prop_map(|end| end.as_bytes().to_vec()),
        2 => prop_oneof![
            Just("ModuleNotFoundError: No module named 'yaml'"),
            Just("error: No space left on device"),
            Just("error[E0308]: mismatched types"),
            Just("Traceback (most recent call last):"),
            Just("error[E03\x1b[1m08]: mis"),
            Just("test result: ok."),
            Just("Finished: FAILURE"),
        ].prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::sample::select(CONTROLS).prop_map(<[u8]>::to_vec),
        1 => prop_oneof![19 => 0usize..200, 1 => 60_000usize..140_000].prop_map(|length| vec![b'x'; length]),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ]
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn chunks_make_no_difference(log in log(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let rules = rules::set();
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(log.len() + 1)).chain([0, log.len()]).collect();
        at.sort_unstable();
        let chunks: Vec<&[u8]> = at.windows(2).map(|pair| &log[pair[0]..pair[1]]).collect();
        prop_assert_eq!(facts(&scan_in(&chunks, &rules)), facts(&scan_in(&[&log], &rules)));
    }

    #[test]
    fn single_bytes_make_no_difference(log in proptest::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat())) {
        let rules = rules::set();
        let bytes: Vec<&[u8]> = log.chunks(1).collect();
        prop_assert_eq!(facts(&scan_in(&bytes, &rules)), facts(&scan_in(&[&log], &rules)));
    }

    #[test]
    fn no_bytes_make_it_panic(log in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let scan = scan_in(&[&log], &rules::set());
        let _ = scan.diagnose(&Evidence::default(), &Options::default()).masked(&SecretMask::new(["secret"]));
        let _ = signature("x.y", &normalised(&log));
    }

    #[test]
    fn the_filter_finds_what_a_search_line_by_line_finds(log in log()) {
        let specs = rules::specs();
        let mut scanner = Scanner::new(&rules::set());
        scanner.push(&log);
        scanner.push(b"\n");
        let mut expected = 0;
        // The obvious way: split, normalise, try every rule.
        let text: Vec<&[u8]> = log.split(|byte| matches!(byte, b'\n' | b'\r')).collect();
        if !log.starts_with(&[0xff, 0xfe]) && !log.starts_with(&[0xfe, 0xff]) {
            for spec in &specs {
                let positive = regex::Regex::new(&spec.pattern).expect("the rules are sound");
                let negative = spec.negative.as_ref().map(|negative| regex::Regex::new(negative).expect("the rules are sound"));
                let is_match = |line: &str| positive.is_match(line) && !negative.as_ref().is_some_and(|negative| negative.is_match(line));
                expected += text.iter().filter(|raw| is_match(&normalised(raw))).count() as u64;
            }
            prop_assert_eq!(scanner.matched(), expected);
        }
    }

    #[test]
    fn lines_are_counted_as_a_search_for_line_ends_counts_them(log in "[ab\r\n]{0,80}") {
        let split = log.replace("\r\n", "\n").replace('\r', "\n");
        let expected = split.lines().count() as u64;
        prop_assert_eq!(scan_in(&[log.as_bytes()], &rules::set()).lines(), expected);
    }
}

#[test]
fn prepared_rules_find_what_rules_as_declared_find() {
    let mut prepared: Vec<_> = rules::specs().into_iter().map(log_scan::RuleSpec::prepared).collect();
    assert!(prepared.iter().all(|rule| rule.attr("literals").is_some()));
    // What a declaration says of its own literals is not believed.
    prepared[0].attrs.retain(|(key, _)| key != "literals");
    prepared[0].attrs.insert(0, ("literals".to_owned(), "no such text".to_owned()));
    prepared[0] = prepared[0].clone().prepared();
    let set = RuleSet::load(prepared).expect("the rules are sound");
    let log =
        "ModuleNotFoundError: No module named 'yaml'\nerror: No Space left on device\nFinished: FAILURE\n".as_bytes();
    let diagnose = |set: &RuleSet| scan_in(&[log], set).diagnose(&Evidence::default(), &Options::default());
    assert_eq!(diagnose(&set), diagnose(&rules::set()));
    assert_eq!(diagnose(&set).findings.len(), 1);
    assert!(diagnose(&set).runner_up.is_some());
}

#[test]
fn utf_16_is_read_like_utf_8() {
    let log = "naïve\r\nModuleNotFoundError: No module named 'yaml'\r\n";
    let wide: Vec<u8> =
        "\u{feff}".chars().chain(log.chars()).collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let rules = rules::set();
    assert_eq!(facts(&scan_in(&[&wide], &rules)), facts(&scan_in(&[log.as_bytes()], &rules)));
}

#[test]
fn one_endless_line_stays_one_line() {
    let rules = RuleSet::compile(vec![rule("a.b", "unknown", "needle at the end")]).expect("the rule is sound");
    let mut scanner = Scanner::new(&rules);
    for _ in 0..400 {
        scanner.push(&[b'x'; 4096]);
    }
    scanner.push(b" needle at the end");
    let scan = scanner.finish();
    assert_eq!(scan.lines(), 1);
    let diagnosis = scan.diagnose(&Evidence { exit_code: Some(1), ..Evidence::default() }, &Options::default());
    assert_eq!(diagnosis.findings[0].line, 1);
}
