//! Lines of real-looking logs spliced with garbage, as a fuzzer would after days: no panic, no answer outside of the log, work
//! that is linear. `cargo fuzz` needs a nightly compiler; the cases of this folder give the structure that it would have to find.

use std::path::Path;
use std::sync::LazyLock;

use log_scan::{Evidence, Options, Scan, Scanner, SecretMask, Templates};
use proptest::prelude::*;

use crate::rules;

/// The lines of all cases, with their ends.
static LINES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let entries = std::fs::read_dir(folder).expect("the cases are readable");
    let mut logs: Vec<_> = entries.map(|entry| entry.expect("the cases are readable").path()).collect();
    logs.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.sort();
    let read = |path: &std::path::PathBuf| std::fs::read(path).expect("the case is readable");
    let lines = |log: Vec<u8>| log.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    logs.iter().map(read).flat_map(lines).collect()
});

/// What is done to a line before it is put into a log.
#[derive(Clone, Debug)]
enum Damage {
    None,
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(usize),
    Wide,
}

fn damage() -> impl Strategy<Value = Damage> {
    let garbage = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..12),
        Just(b"\x1b[31".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\x00\x00".to_vec()),
        Just(b"\xff\xfe".to_vec()),
    ];
    prop_oneof![
        4 => Just(Damage::None),
        2 => any::<prop::sample::Index>().prop_map(Damage::Cut),
        3 => (any::<prop::sample::Index>(), garbage).prop_map(|(place, bytes)| Damage::Insert(place, bytes)),
        1 => (2usize..40).prop_map(Damage::Repeat),
        1 => Just(Damage::Wide),
    ]
}

fn damaged(mut line: Vec<u8>, damage: Damage) -> Vec<u8> {
    match damage {
        Damage::None => line,
        Damage::Cut(place) => line[..place.index(line.len() + 1)].to_vec(),
        Damage::Insert(place, bytes) => {
            let at = place.index(line.len() + 1);
            line.splice(at..at, bytes);
            line
        }
        Damage::Repeat(times) => line.repeat(times),
        Damage::Wide => line.iter().flat_map(|byte| [*byte, 0]).collect(),
    }
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    let line = (any::<prop::sample::Index>(), damage());
    let line = line.prop_map(|(index, damage)| damaged(index.get(&LINES).clone(), damage));
    proptest::collection::vec(line, 0..40).prop_map(|lines| lines.concat())
}

fn scan(log: &[u8], chunk: usize) -> Scan {
    let mut scanner = Scanner::new(&rules::set());
    for chunk in log.chunks(chunk) {
        scanner.push(chunk);
        if scanner.matched() == 3 {
            drop(scanner.snapshot());
        }
    }
    scanner.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn spliced_logs_get_answers_within_themselves(log in log(), chunk in 1usize..4096, exit_code in prop::option::of(0..3)) {
        let evidence = Evidence { exit_code, ..Evidence::default() };
        let found = scan(&log, chunk);
        let green = Templates::learn(&log[..log.len() / 2]);
        for baseline in [None, Some(&green)] {
            let options = Options { baseline, ..Options::default() };
            let diagnosis = found.diagnose(&evidence, &options).masked(&SecretMask::new(["PIL"]));
            let shown = diagnosis.findings.iter().chain(&diagnosis.runner_up);
            let mut count = 0;
            for finding in shown {
                count += 1 + finding.context.len();
                prop_assert!((0.0..=1.0).contains(&finding.confidence));
                prop_assert!(finding.line >= 1 && finding.line <= found.lines().max(1), "line {}", finding.line);
                prop_assert!(finding.context.iter().all(|line| line.line >= 1 && line.line <= found.lines()));
            }
            prop_assert!(count <= options.max_context.max(1), "{count} lines shown");
        }
        prop_assert_eq!(format!("{:?}", scan(&log, log.len().max(1)).diagnose(&evidence, &Options::default())), format!("{:?}", found.diagnose(&evidence, &Options::default())));
    }
}
